# SPDX-License-Identifier: Apache-2.0
"""Levels that give the mix a usual spectrum: what is missing is lifted, as far as levels are uncertain."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from mixassist.automix.hearing import THIRD_OCTAVES_HZ
from mixassist.automix.mix_spectrum import towards_usual_spectrum, usual_spectrum_db
from mixassist.automix.song import Song, hear_song
from mixassist.automix.wished_levels import spectrum_moves_lu, wished_levels

RATE_HZ = 44_100


def heard(sounds: SimpleNamespace, bands: dict[str, tuple[float, float]], *, backwards: bool = False) -> Song:
    """A song of noise bands, by name."""
    tracks = {
        name: 0.1 * sounds.noise_band(low, high, 5.0, number)
        for number, (name, (low, high)) in enumerate(bands.items())
    }
    inputs = [sounds.track_audio(name, samples) for name, samples in tracks.items()]
    return hear_song(inputs[::-1] if backwards else inputs, RATE_HZ)


def moves(song: Song, levels: dict[str, float], spread_lu: float = 3.0) -> dict[str, float]:
    """How far each track is moved, by name."""
    found = towards_usual_spectrum(song, levels, spread_lu)
    return {p.track.name: found[p.id] - levels[p.id] for p in song.parts}


def test_the_usual_spectrum_falls_as_published() -> None:
    levels = dict(zip(THIRD_OCTAVES_HZ.round().astype(int).tolist(), usual_spectrum_db(), strict=True))
    # Pestana et al. 2013: five decibels an octave in a constant bandwidth, of which wider bands give back three.
    assert levels[125] - levels[2000] == pytest.approx(4 * (5.0 - 10.0 * np.log10(2.0)), abs=1e-6)
    assert levels[4000] - levels[8000] > levels[2000] - levels[4000]


def test_what_the_mix_lacks_is_lifted_and_what_it_has_too_much_of_is_lowered(sounds: SimpleNamespace) -> None:
    song = heard(sounds, {"low": (100, 400), "middle": (400, 2500), "high": (2500, 14_000)})
    level = {"low": 0.0, "middle": 0.0, "high": 12.0}
    bright = moves(song, {p.id: level[p.track.name] for p in song.parts})
    assert bright["high"] < -1.0 < 0.0 < bright["low"]
    level = {"low": 12.0, "middle": 0.0, "high": -20.0}
    dull = moves(song, {p.id: level[p.track.name] for p in song.parts})
    assert dull["low"] < 0.0 < 1.0 < dull["high"]
    assert sum(dull.values()) == pytest.approx(0.0, abs=1e-6), "the whole is not moved"


def test_levels_move_as_far_as_they_are_uncertain(sounds: SimpleNamespace) -> None:
    song = heard(sounds, {"low": (100, 400), "high": (2500, 14_000)})
    levels = {p.id: 0.0 for p in song.parts}
    sure, unsure = (abs(moves(song, levels, spread)["high"]) for spread in (1.0, 4.0))
    assert 0.0 < sure < unsure
    assert moves(song, levels, 0.0) == {"low": 0.0, "high": 0.0}


def test_parts_that_sound_alike_cannot_mend_the_spectrum(sounds: SimpleNamespace) -> None:
    song = heard(sounds, {"one": (200, 3000), "other": (200, 3000), "third": (200, 3000)})
    assert all(abs(move) < 0.3 for move in moves(song, {p.id: 0.0 for p in song.parts}).values())


def test_one_part_and_none_stay_where_they_are(sounds: SimpleNamespace) -> None:
    song = heard(sounds, {"alone": (2500, 14_000)})
    assert moves(song, {p.id: 5.0 for p in song.parts}) == {"alone": 0.0}
    assert towards_usual_spectrum(hear_song([], RATE_HZ), {}, 3.0) == {}


def test_a_part_below_the_bands_that_count_is_left_alone(sounds: SimpleNamespace) -> None:
    """A sub bass has nothing from 100 Hz on; that tells nothing of its level."""
    song = heard(sounds, {"sub": (30, 60), "low": (150, 500), "high": (1500, 9000)})
    found = moves(song, {p.id: 0.0 for p in song.parts})
    others = 0.5 * (found["low"] + found["high"])
    assert abs(found["sub"] - others) < abs(found["low"] - found["high"])


def test_a_few_stems_are_moved_further_than_many(sounds: SimpleNamespace) -> None:
    few = {"bass": (50, 300), "drums": (60, 12_000), "guitars": (2500, 8000), "vocals": (200, 4000)}
    many = {**few, **{f"keys {n}": (100.0, 10_000.0) for n in range(6)}}

    def move(bands: dict[str, tuple[float, float]]) -> float:
        song = heard(sounds, bands)
        found = spectrum_moves_lu(song, {p.id: 0.0 for p in song.parts})
        return max(abs(found[p.id]) for p in song.parts if p.track.name in few)

    assert 0.1 < move(many) < move(few)


def test_order_changes_nothing(sounds: SimpleNamespace) -> None:
    bands = {"bass": (50, 300), "drums": (60, 12_000), "vocals": (200, 4000), "keys": (150, 6000)}
    tracks = [
        sounds.track_audio(n, 0.1 * sounds.noise_band(a, b, 5.0, i)) for i, (n, (a, b)) in enumerate(bands.items())
    ]
    one, other = (hear_song(order, RATE_HZ) for order in (tracks, tracks[::-1]))
    first, second = (wished_levels(song, {p.id: 0.0 for p in song.parts}) for song in (one, other))
    assert first == pytest.approx(second, abs=1e-9)
