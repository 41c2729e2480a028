# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mixassist.domain.errors import MixAssistError
from mixassist.training.multitracks.guitar import play_guitar
from mixassist.training.multitracks.notes import Note

RATE_HZ = 44_100
Ear = Callable[[np.ndarray, float], float]


def _lots(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def _onset_s(samples: np.ndarray, share: float = 0.05) -> float:
    return float(np.flatnonzero(np.abs(samples) > share * np.abs(samples).max())[0] / RATE_HZ)


@pytest.mark.parametrize("pitch", [40, 42, 45, 48, 57, 36])
def test_flat_strings_are_read_faster_until_they_are_in_tune(made_up_guitar: Path, cents_off: Ear, pitch: int) -> None:
    di = play_guitar([Note(0.0, 1.5, pitch, 100)], made_up_guitar, _lots())
    assert di.dtype == np.float32 and di.shape == (round(2.5 * RATE_HZ), 1)
    assert abs(cents_off(di[8_000:40_000, 0], pitch)) < 12.0  # the strokes themselves are off by 3 cents or so


def test_the_pick_strikes_when_the_note_starts_and_the_hand_stops_it(made_up_guitar: Path) -> None:
    di = play_guitar([Note(0.5, 1.0, 45, 127)], made_up_guitar, _lots(), length_s=2.0)[:, 0]
    assert _onset_s(di) == pytest.approx(0.5, abs=0.006)
    assert np.abs(di[round(0.9 * RATE_HZ) : RATE_HZ]).max() > 0.05
    assert not np.any(di[round(1.06 * RATE_HZ) :])


def test_a_chord_is_strummed_and_its_upstroke_comes_from_above(made_up_guitar: Path) -> None:
    chord = [Note(0.0, 0.25, 40, 100), Note(0.0, 0.25, 57, 100)]
    again = [Note(n.start_s + 0.3, n.end_s + 0.3, n.pitch, n.velocity) for n in chord]

    alone = [
        play_guitar([Note(0.0, 0.25, pitch, 100)], made_up_guitar, _lots(), length_s=0.05)[:, 0] for pitch in (40, 57)
    ]

    def starts_s(samples: np.ndarray) -> tuple[float, float]:
        """Where the low and the high string start: the two places that leave least of the sound unexplained."""
        left, places = np.inf, (0, 0)
        for low in range(0, 1000, 20):
            for high in range(0, 1000, 20):
                laid = np.stack(
                    [np.pad(sound, (start, 0))[:2000] for sound, start in zip(alone, (low, high), strict=True)]
                )
                rest = float(np.linalg.lstsq(laid.T, samples[:2000], rcond=None)[1][0])
                if rest < left:
                    left, places = rest, (low, high)
        return places[0] / RATE_HZ, places[1] / RATE_HZ

    di = play_guitar([*chord, *again], made_up_guitar, _lots(3), length_s=1.0)[:, 0]
    low_s, high_s = starts_s(di)
    assert 0.001 < high_s - low_s < 0.015
    low_s, high_s = starts_s(di[round(0.3 * RATE_HZ) :])
    assert 0.001 < low_s - high_s < 0.015


def test_of_a_big_chord_the_six_highest_strings_sound(made_up_guitar: Path) -> None:
    chord = [Note(0.0, 1.0, pitch, 100) for pitch in (40, 45, 50, 55, 57, 60, 64)]
    highest = chord[1:]
    assert np.array_equal(*(play_guitar(notes, made_up_guitar, _lots()) for notes in (chord, highest)))


def test_a_string_that_is_struck_again_stops_first(made_up_guitar: Path) -> None:
    held = play_guitar([Note(0.0, 1.5, 40, 127)], made_up_guitar, _lots(), length_s=1.0)[:, 0]
    struck = play_guitar([Note(0.0, 1.5, 40, 127), Note(0.5, 1.5, 40, 1)], made_up_guitar, _lots(), length_s=1.0)[:, 0]
    late = slice(round(0.6 * RATE_HZ), None)
    assert np.std(struck[late]) < 0.3 * np.std(held[late])


def test_velocity_is_loudness(made_up_guitar: Path) -> None:
    levels = [
        20 * np.log10(np.std(play_guitar([Note(0.0, 0.5, 45, v)], made_up_guitar, _lots(), length_s=0.5)))
        for v in (1, 40, 80, 127)
    ]
    assert np.all(np.diff(levels) > 4.0)
    assert levels[-1] - levels[0] == pytest.approx(20 * np.log10(15), abs=1.0)


def test_a_lead_plays_one_line_and_long_notes_waver(made_up_guitar: Path, cents_off: Ear) -> None:
    notes = [Note(0.0, 1.6, 57, 100), Note(0.2, 1.4, 45, 100)]
    lead = play_guitar(notes, made_up_guitar, _lots(2), style="lead")[:, 0]
    offsets = [cents_off(lead[start : start + 4096], 57) for start in range(26_000, 62_000, 1024)]
    assert 8.0 < np.ptp(offsets) < 60.0
    assert abs(np.mean(offsets)) < 15.0
    with pytest.raises(ValueError, match="slide"):
        play_guitar(notes, made_up_guitar, _lots(), style="slide")


def test_equal_lots_equal_takes(made_up_guitar: Path) -> None:
    notes = [Note(0.3 * k, 0.3 * k + 0.25, 45, 90) for k in range(4)]
    one, two, other = (play_guitar(notes, made_up_guitar, _lots(seed)) for seed in (1, 1, 2))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)


def test_without_samples(tmp_path: Path) -> None:
    with pytest.raises(MixAssistError, match="no samples of the guitar"):
        play_guitar([Note(0.0, 1.0, 50, 90)], tmp_path, _lots())


@pytest.mark.parametrize("pitch", range(40, 87, 6))
def test_the_real_guitar_is_in_tune(shared_data: Path, cents_off: Ear, pitch: int) -> None:
    for velocity in (40, 110):
        di = play_guitar([Note(0.0, 1.0, pitch, velocity)], shared_data, _lots(velocity))[:, 0]
        assert abs(cents_off(di[4_000:24_000], pitch)) < 20.0
        assert _onset_s(di) < 0.02
