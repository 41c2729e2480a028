# SPDX-License-Identifier: Apache-2.0
"""The spectrum of finished music and where a mix lies in it."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from mixassist.analysis.finished_music import TABLE_PATH, finished_music, places_in_range
from mixassist.analysis.measures import measure
from mixassist.analysis.spectral import third_octave_centres_hz
from mixassist.domain.errors import MixAssistError
from mixassist.evaluation.derive_spectrum import derive, main, weighted_percentile
from mixassist.evaluation.excerpts import Excerpt, read_excerpt

RATE = 44_100


def test_the_table_says_what_it_rests_on() -> None:
    known = finished_music()
    assert known.songs == 5 and known.passages == 27
    assert "27 passages of only 5 songs" in known.sentence and "CC0" in known.sentence
    assert np.allclose(known.centres_hz, third_octave_centres_hz(RATE), rtol=1e-3)
    assert (known.low_db <= known.middle_db).all() and (known.middle_db <= known.high_db).all()
    assert all(1 <= n <= 5 for n in known.songs_by_band)


@pytest.mark.slow
def test_the_table_is_what_its_command_derives(shared_data: Path, tmp_path: Path) -> None:
    assert main([str(shared_data), "--output", str(tmp_path / "t.json")]) == 0
    derived, kept = (json.loads(p.read_text(encoding="utf-8")) for p in (tmp_path / "t.json", TABLE_PATH))
    for ours, theirs in zip(derived.pop("bands"), kept.pop("bands"), strict=True):
        assert np.allclose(ours.pop("levels_db"), theirs.pop("levels_db"), atol=0.11)
        assert ours == theirs
    assert derived == kept


def test_an_artists_own_mix_lies_mostly_inside(shared_data: Path) -> None:
    found = measure(read_excerpt(shared_data / "stems" / "Sodium-2").target(), RATE)
    places = places_in_range(found.third_octave_db, found.integrated_lufs)
    assert sum(p.outside_db == 0.0 for p in places) > 0.7 * len(places)


def test_places_are_relative_to_the_loudness() -> None:
    known = finished_music()
    shifted = tuple(known.middle_db - 20.0)
    assert all(p.outside_db == 0.0 for p in places_in_range(shifted, -20.0))
    louder = tuple(known.high_db - 20.0 + 3.0)
    assert all(p.outside_db == pytest.approx(3.0) for p in places_in_range(louder, -20.0))
    softer = tuple(known.low_db - 20.0 - 2.0)
    assert all(p.outside_db == pytest.approx(-2.0) for p in places_in_range(softer, -20.0))
    assert places_in_range(shifted, -math.inf) == ()
    # At 96 kHz a mix has one band more than the table.
    assert len(places_in_range((*shifted, -40.0), -20.0)) == len(shifted)
    assert np.isnan(known.at(-math.inf)[0]).all() and known.at(-20.0)[1][5] == known.middle_db[5] - 20.0


def test_percentiles_of_equal_weights_are_the_usual_ones() -> None:
    values = np.random.default_rng(1).standard_normal(101)
    for percent in (10, 50, 90):
        expected = np.percentile(values, percent, method="hazen")
        assert weighted_percentile(values, np.ones(101), percent) == pytest.approx(expected)
    # A song cut into many passages counts no more than one cut into few.
    repeated = np.concatenate((np.zeros(10), np.ones(1)))
    weights = np.array([0.1] * 10 + [1.0])
    assert weighted_percentile(repeated, weights, 47.0) == pytest.approx(0.0, abs=1e-9)
    assert weighted_percentile(repeated, weights, 76.0) == pytest.approx(1.0)


def test_a_song_without_highs_does_not_count_there() -> None:
    noise = 0.1 * np.random.default_rng(2).standard_normal((16 * RATE, 2))
    spectrum = np.fft.rfft(noise, axis=0)
    spectrum[len(spectrum) // 2 :] = 0.0
    dull = np.fft.irfft(spectrum, len(noise), axis=0)
    songs = [
        Excerpt(f"{name}-1", name, RATE, ("a",), (audio.astype(np.float32),))
        for name, audio in (("bright", noise), ("dull", dull))
    ]
    bands = derive(songs)["bands"]
    assert [b["songs"] for b in bands[-2:]] == [1, 1] and bands[10]["songs"] == 2
    with pytest.raises(MixAssistError, match="no passage"):
        derive([Excerpt("short-1", "short", RATE, ("a",), (np.ones((100, 2), np.float32),))])
