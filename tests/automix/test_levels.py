# SPDX-License-Identifier: Apache-2.0
"""Levels by the rules: families share their room, however many stems they come in; machines are told from bands."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from mixassist.automix.electronic import electronic_share
from mixassist.automix.families import AS_ONE, FAMILIES, family_of, level_together_lu
from mixassist.automix.levels import band_levels, between, electronic_levels, target_levels
from mixassist.automix.rules_table import family_levels_lu
from mixassist.automix.song import Song, hear_song
from mixassist.domain.instruments import INSTRUMENTS

RATE_HZ = 44_100


def song_of(sounds: SimpleNamespace, tracks: dict[str, np.ndarray]) -> Song:
    return hear_song([sounds.track_audio(name, samples) for name, samples in tracks.items()], RATE_HZ)


def four_stems(sounds: SimpleNamespace, kick_level: float, *, is_mono: bool = False) -> Song:
    """A separated song: the kit is a kick of this level under a snare and hi-hats; stems have two sides or one."""
    kit = sounds.strokes(55, 0.12, 0.5, 6.0, kick_level) + sounds.hits(300, 12_000, 0.08, 0.5, 6.0, 4)
    mono = {
        "vocals": sounds.noise_band(200, 4000, 6.0, 1),
        "drums": kit,
        "bass": sounds.noise_band(60, 250, 6.0, 2),
        "other": sounds.noise_band(120, 5000, 6.0, 3),
    }
    return song_of(sounds, {name: sound if is_mono else wide(sound) for name, sound in mono.items()})


def wide(sound: np.ndarray) -> np.ndarray:
    return np.stack([sound, 0.7 * sound + 0.1 * np.roll(sound, 700)], axis=1)


def test_every_instrument_has_a_family_and_every_family_a_level() -> None:
    assert {family_of(i.key) for i in INSTRUMENTS} == set(FAMILIES) == set(family_levels_lu())
    assert all(family_of(instrument) == family for family, instrument in AS_ONE.items())


def test_stems_add_up_where_they_sound() -> None:
    assert level_together_lu([-20.0], ["tom"]) == pytest.approx(-20.0), "one stem is itself"
    assert level_together_lu([-20.0, -20.0], ["bass", "bass"]) == pytest.approx(-16.99, abs=0.01)
    seldom = level_together_lu([-20.0, -20.0], ["overhead", "tom"])
    assert -20.0 < seldom < -19.0, "a tom that sounds seldom adds little to the overheads"


def test_the_rest_of_a_song_in_four_stems_is_no_single_keyboard(sounds: SimpleNamespace) -> None:
    levels = band_levels(four_stems(sounds, 0.2))
    assert levels["vocals"] > levels["other"] > levels["bass"]
    many = {"vocals": sounds.noise_band(200, 4000, 6.0, 1), "bass": sounds.noise_band(60, 250, 6.0, 2)}
    many |= {f"guitar {i}": sounds.noise_band(120, 3000 + 50 * i, 6.0, 10 + i) for i in range(8)}
    several = band_levels(song_of(sounds, many))
    assert several["vocals"] - several["guitar 3"] > levels["vocals"] - levels["other"] + 2.0


def test_drums_and_bass_of_finished_stems_stand_nearer_to_the_voice_than_raw_ones(sounds: SimpleNamespace) -> None:
    finished, raw = (band_levels(four_stems(sounds, 0.2, is_mono=is_mono)) for is_mono in (False, True))
    for name in ("drums", "bass"):
        assert finished["vocals"] - finished[name] < raw["vocals"] - raw[name] - 1.0


def test_an_accompaniment_holds_what_has_no_stem(sounds: SimpleNamespace) -> None:
    voice, other = sounds.noise_band(200, 4000, 6.0, 1), sounds.noise_band(60, 5000, 6.0, 3)
    bass, kit = sounds.noise_band(60, 250, 6.0, 2), sounds.hits(100, 12_000, 0.08, 0.5, 6.0, 4)
    distances = []
    for more in ({}, {"bass": bass}, {"bass": bass, "drums": kit}):
        levels = band_levels(song_of(sounds, {"vocals": voice, "other": other, **more}))
        distances.append(levels["vocals"] - levels["other"])
    assert distances == sorted(distances) and distances[-1] > distances[0] + 0.5


def test_splitting_a_stem_leaves_its_family_about_as_loud(sounds: SimpleNamespace) -> None:
    voice, bass = sounds.noise_band(200, 4000, 6.0, 1), sounds.noise_band(60, 250, 6.0, 2)
    together = []
    for count in (1, 2, 3):
        guitars = {f"guitar {i}": sounds.noise_band(120, 3000 + 50 * i, 6.0, 10 + i) for i in range(count)}
        levels = band_levels(song_of(sounds, {"vocals": voice, "bass": bass, **guitars}))
        sum_lu = 10.0 * np.log10(sum(10.0 ** (levels[name] / 10.0) for name in guitars))
        together.append(sum_lu - levels["vocals"])
    assert max(together) - min(together) < 2.0 < 10.0 * np.log10(3.0)


def test_machines_are_told_from_a_band(sounds: SimpleNamespace) -> None:
    assert electronic_share(four_stems(sounds, 1.0)) > electronic_share(four_stems(sounds, 0.05))
    noise = sounds.noise_band(200, 4000, 6.0, 1)
    machines = {"synth lead": noise, "synth pad": 0.5 * noise, "lead vox": 0.7 * noise}
    people = {"electric guitar": noise, "piano": 0.5 * noise, "lead vox": 0.7 * noise}
    assert electronic_share(song_of(sounds, {k: wide(v) for k, v in machines.items()})) > 0.6
    assert electronic_share(song_of(sounds, {k: wide(v) for k, v in people.items()})) < 0.05
    assert electronic_share(song_of(sounds, machines)) > 0.6, "in mono too"


def test_targets_lie_between_the_band_s_and_the_machines(sounds: SimpleNamespace) -> None:
    song = four_stems(sounds, 1.0)
    share = electronic_share(song)
    assert 0.0 < share < 1.0
    band, machines, found = band_levels(song), electronic_levels(song), target_levels(song)
    for one, other in (("bass", "drums"), ("other", "drums")):
        ends = sorted((band[one] - band[other], machines[one] - machines[other]))
        assert ends[0] - 1e-9 <= found[one] - found[other] <= ends[1] + 1e-9


def test_between_counts_from_the_means() -> None:
    found = between({"a": 0.0, "b": 2.0}, {"a": 14.0, "b": 10.0}, 0.5)
    assert found["a"] - found["b"] == pytest.approx(1.0)
    assert np.mean(list(found.values())) == pytest.approx(1.0)
    assert between({}, {}, 0.5) == {}
