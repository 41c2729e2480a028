# SPDX-License-Identifier: Apache-2.0
"""The value that every player reads: notes in seconds, and what players ask of a list of them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

RATE_HZ = 44_100
"""Sample rate of everything that the players return."""

MIN_NOTE_S = 0.03
"""A line made from overlapping notes keeps no note shorter than this; nobody would hear its pitch."""


@dataclass(frozen=True, order=True)
class Note:
    """One played note.

    Args:
        start_s, end_s: when the key goes down and up, in seconds; end_s > start_s ≥ 0.
        pitch: MIDI note number, 0 to 127; 60 is C4, 69 is A4 at 440 Hz. For drums: the General MIDI drum.
        velocity: 1 (softest) to 127.

    Raises:
        ValueError: for a note that cannot be played.
    """

    start_s: float
    end_s: float
    pitch: int
    velocity: int

    def __post_init__(self) -> None:
        if not 0.0 <= self.start_s < self.end_s < float("inf"):
            raise ValueError(f"a note from {self.start_s} s to {self.end_s} s cannot be played")
        if not (0 <= self.pitch <= 127 and 1 <= self.velocity <= 127):
            raise ValueError(f"pitch {self.pitch} or velocity {self.velocity} is none of MIDI's")

    @property
    def length_s(self) -> float:
        """How long the key is down, in seconds."""
        return self.end_s - self.start_s


def frequency_hz(pitch: float) -> float:
    """Returns the frequency of a MIDI pitch in equal temperament, A4 = 440 Hz."""
    return float(440.0 * 2.0 ** ((pitch - 69.0) / 12.0))


def frames_needed(notes: Sequence[Note], tail_s: float, length_s: float | None = None) -> int:
    """Returns how many frames a part has: `length_s` where it is given, else up to `tail_s` after the last note."""
    if length_s is not None:
        return round(length_s * RATE_HZ)
    return round((max((note.end_s for note in notes), default=0.0) + tail_s) * RATE_HZ)


def highest_line(notes: Sequence[Note]) -> list[Note]:
    """Returns the highest of the notes that sound at every moment, as one voice can sing or play them.

    A lower note is silent while a higher one sounds and goes on after it; of a note only stretches that last for
    `MIN_NOTE_S` are kept.
    """
    edges = sorted({note.start_s for note in notes} | {note.end_s for note in notes})
    line: list[Note] = []
    sources: list[Note] = []
    by_start = sorted(notes, key=lambda note: (note.start_s, note.pitch))
    sounding: list[Note] = []
    upcoming = iter(by_start)
    following = next(upcoming, None)
    for start_s, end_s in itertools.pairwise(edges):
        while following is not None and following.start_s <= start_s:
            sounding.append(following)
            following = next(upcoming, None)
        sounding = [note for note in sounding if note.end_s > start_s]
        if not sounding:
            continue
        top = max(sounding, key=lambda note: (note.pitch, note.start_s))
        if line and sources[-1] is top and line[-1].end_s == start_s:
            line[-1] = replace(line[-1], end_s=end_s)
        else:
            line.append(replace(top, start_s=start_s, end_s=end_s))
            sources.append(top)
    return [note for note in line if note.length_s >= MIN_NOTE_S]


def cut_notes(notes: Sequence[Note], start_s: float, length_s: float) -> list[Note]:
    """Returns the notes that begin within a stretch of time, counted from its start and ended at its end."""
    inside = [note for note in notes if start_s <= note.start_s < start_s + length_s]
    moved = [(note, note.start_s - start_s, min(note.end_s - start_s, length_s)) for note in inside]
    return [replace(note, start_s=begin_s, end_s=end_s) for note, begin_s, end_s in moved if end_s > begin_s]


def phrases(line: Sequence[Note], gap_s: float, longest_s: float = float("inf")) -> list[list[Note]]:
    """Splits one voice's notes, in time, wherever it is silent for more than `gap_s`.

    No phrase of several notes gets longer than `longest_s`.
    """
    result: list[list[Note]] = []
    for note in line:
        joined = bool(result) and note.start_s - result[-1][-1].end_s <= gap_s
        if joined and note.end_s - result[-1][0].start_s <= longest_s:
            result[-1].append(note)
        else:
            result.append([note])
    return result
