# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixassist.training.multitracks.notes import (
    MIN_NOTE_S,
    Note,
    cut_notes,
    frames_needed,
    frequency_hz,
    highest_line,
    phrases,
)

_NOTES = st.lists(
    st.builds(
        lambda start, length, pitch: Note(start / 10, (start + length) / 10, pitch, 80),
        st.integers(0, 50),
        st.integers(1, 20),
        st.integers(40, 80),
    ),
    max_size=12,
)


@pytest.mark.parametrize(
    "values",
    [(1.0, 1.0, 60, 80), (-0.1, 1.0, 60, 80), (0.0, float("inf"), 60, 80), (0.0, 1.0, 128, 80), (0.0, 1.0, 60, 0)],
)
def test_notes_that_cannot_be_played(values: tuple[float, float, int, int]) -> None:
    with pytest.raises(ValueError, match=r"played|MIDI"):
        Note(*values)


@pytest.mark.parametrize(("pitch", "expected_hz"), [(69, 440.0), (57, 220.0), (60, 261.6256), (69.5, 452.8930)])
def test_frequency(pitch: float, expected_hz: float) -> None:
    assert frequency_hz(pitch) == pytest.approx(expected_hz, abs=1e-3)


@given(_NOTES)
def test_highest_line_is_one_voice_and_always_the_highest_note(notes: list[Note]) -> None:
    line = highest_line(notes)
    assert all(a.end_s <= b.start_s for a, b in itertools.pairwise(line))
    assert all(note.length_s >= MIN_NOTE_S for note in line)
    for time_s in np.arange(0.05, 7.0, 0.1):  # between all edges, which lie on tenths of a second
        sounding = [note.pitch for note in notes if note.start_s < time_s < note.end_s]
        sung = [note.pitch for note in line if note.start_s < time_s < note.end_s]
        assert sung == ([max(sounding)] if sounding else [])


def test_a_held_note_is_not_broken_by_lower_ones() -> None:
    melody, below = Note(0.0, 2.0, 70, 90), Note(0.5, 1.0, 60, 90)
    assert highest_line([below, melody]) == [melody]


def test_a_note_struck_again_is_two_notes() -> None:
    notes = [Note(0.0, 1.0, 70, 90), Note(1.0, 2.0, 70, 60)]
    assert highest_line(notes) == notes


def test_cutting_counts_from_the_start_of_the_stretch() -> None:
    notes = [Note(0.0, 9.0, 60, 80), Note(2.0, 2.5, 61, 80), Note(3.5, 9.0, 62, 80), Note(4.0, 5.0, 63, 80)]
    assert cut_notes(notes, 2.0, 2.0) == [Note(0.0, 0.5, 61, 80), Note(1.5, 2.0, 62, 80)]


def test_phrases_end_at_gaps_and_where_breath_ends() -> None:
    notes = [Note(0.0, 1.0, 60, 80), Note(1.1, 2.0, 60, 80), Note(2.5, 3.0, 60, 80), Note(3.0, 9.0, 60, 80)]
    assert [len(phrase) for phrase in phrases(notes, 0.2)] == [2, 2]
    assert [len(phrase) for phrase in phrases(notes, 0.2, 4.0)] == [2, 1, 1]


@pytest.mark.parametrize(("length_s", "frames"), [(None, 2 * 44_100), (0.5, 22_050)])
def test_length(length_s: float | None, frames: int) -> None:
    assert frames_needed([Note(0.0, 1.5, 60, 80)], 0.5, length_s) == frames
