# SPDX-License-Identifier: Apache-2.0
"""The stems' own levels: believed where they look like a recording; then what is recorded louder is mixed louder."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest

from mixassist.automix.levels import target_levels
from mixassist.automix.recorded_levels import own_levels
from mixassist.automix.rules_table import recorded_table, rules_table
from mixassist.automix.song import Song, hear_song
from mixassist.automix.wished_levels import lifts_in_mix_lu, wished_levels

RATE_HZ = 44_100
BAND = (
    *("kick", "snare", "tom", "hihat", "overhead", "overhead", "bass", "electric_guitar", "electric_guitar"),
    *("acoustic_guitar", "keys", "percussion", "lead_vocal", "backing_vocal", "backing_vocal", "tom"),
)


def recorded(lots: np.random.Generator, scatter_lu: float = 4.0) -> np.ndarray:
    usual = np.array([recorded_table().usual_lu[i] for i in BAND])
    return -25.0 + usual + lots.normal(0.0, scatter_lu, len(BAND))


def test_every_instrument_has_a_usual_level_of_takes() -> None:
    assert set(recorded_table().usual_lu) == set(rules_table())
    assert 0.3 < recorded_table().kept_share < 0.8
    assert 3.0 < recorded_table().spread_lu < 6.0


def test_takes_are_told_from_levels_that_tell_nothing() -> None:
    lots = np.random.default_rng(5)
    takes = [own_levels(recorded(lots), BAND).trust for _ in range(200)]
    moved = [own_levels(-23.0 + lots.uniform(-12.0, 12.0, len(BAND)), BAND).trust for _ in range(200)]
    a_little = [own_levels(-23.0 + lots.uniform(-6.0, 6.0, len(BAND)), BAND).trust for _ in range(200)]
    assert np.median(takes) > 0.8
    assert np.mean(moved) < 0.2
    assert np.mean(a_little) < 0.1
    assert own_levels(np.full(len(BAND), -23.0), BAND).trust < 0.01, "made alike"


def test_what_was_recorded_louder_is_lifted_by_the_share_that_engineers_keep() -> None:
    lufs = recorded(np.random.default_rng(1), 2.0)
    before = own_levels(lufs, BAND)
    lufs[10] += 6.0
    after = own_levels(lufs, BAND)
    assert after.apart_lu[10] - before.apart_lu[10] == pytest.approx(6.0, abs=0.7)
    assert after.lift_lu[10] == pytest.approx(recorded_table().kept_share * after.trust * after.apart_lu[10])
    assert np.median(after.apart_lu) == pytest.approx(0.0, abs=1e-9)


def test_noise_one_stem_and_none_say_nothing() -> None:
    lufs = recorded(np.random.default_rng(3))
    with_noise = own_levels([*lufs, -75.0], [*BAND, "keys"])
    assert with_noise.lift_lu[-1] == 0.0
    assert with_noise.trust > 0.5
    assert own_levels([-20.0], ["keys"]).trust == 0.0
    assert own_levels([], []).lift_lu.size == 0


def test_a_reordered_song_is_the_same_song() -> None:
    lufs = recorded(np.random.default_rng(4))
    order = np.random.default_rng(0).permutation(len(BAND))
    one = own_levels(lufs, BAND).lift_lu[order]
    np.testing.assert_allclose(own_levels(lufs[order], [BAND[i] for i in order]).lift_lu, one, atol=1e-9)


def test_a_stem_handed_over_louder_stands_further_in_front(sounds: SimpleNamespace) -> None:
    """Three stems and a fourth, handed over at two levels: the controller follows by no more than engineers do."""

    def level(gain: float, mixer: Callable[[Song], dict[str, float]]) -> float:
        tracks = {
            "vocals": 0.2 * sounds.noise_band(200, 4000, 6.0, 1),
            "drums": 0.1 * sounds.hits(60, 12_000, 0.1, 0.5, 6.0, 4),
            "bass": 0.1 * sounds.noise_band(60, 250, 6.0, 2),
            "guitar": gain * sounds.noise_band(120, 5000, 6.0, 3),
        }
        song = hear_song([sounds.track_audio(name, samples) for name, samples in tracks.items()], RATE_HZ)
        levels = mixer(song)
        guitar = next(p.id for p in song.parts if p.track.name == "guitar")
        return levels[guitar] - float(np.mean([v for k, v in levels.items() if k != guitar]))

    def controller(song: Song) -> dict[str, float]:
        return wished_levels(song, dict.fromkeys((p.id for p in song.parts), 0.0))

    step_db = 20.0 * np.log10(0.2 / 0.1)
    assert 0.1 * step_db < level(0.2, controller) - level(0.1, controller) < 0.9 * step_db
    assert level(0.2, target_levels) == pytest.approx(level(0.1, target_levels), abs=0.01), "the rules do not listen"


def test_electronic_music_is_not_measured_by_what_is_usual_for_bands(sounds: SimpleNamespace) -> None:
    """The same levels, as of a recording, from a band's stems and from machines'."""

    def lift(bass_hz: tuple[int, int], lead: str) -> float:
        tracks = {
            "drums": 0.1 * sounds.hits(40, 12_000, 0.1, 0.5, 6.0, 4) + 0.3 * sounds.strokes(45, 0.3, 0.5, 6.0, 0.5),
            "bass": 0.1 * sounds.noise_band(*bass_hz, 6.0, 2),
            lead: 0.1 * sounds.noise_band(300, 5000, 6.0, 3),
            f"{lead} 2": 0.025 * sounds.noise_band(200, 6000, 6.0, 5),
        }
        song = hear_song([sounds.track_audio(name, samples) for name, samples in tracks.items()], RATE_HZ)
        assert song.own_levels.trust > 0.05
        return max(abs(level) for level in lifts_in_mix_lu(song).values())

    assert lift((60, 300), "guitar") > 0.05
    assert lift((30, 50), "synth lead") == 0.0
