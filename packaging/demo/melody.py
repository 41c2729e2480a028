# SPDX-License-Identifier: Apache-2.0
"""The tune, and the voices around it."""

from __future__ import annotations

from harmony import chords, section_of
from performance import CHORUS_BAR, END_BAR, VERSE_BAR, Player, bar

# One tuple a bar; (beat, beats, pitch). A long note that starts a bar early hangs over into the next.
_VERSE = (
    ((0.5, 0.5, 64), (1.0, 0.5, 67), (1.5, 0.5, 69), (2.0, 1.4, 71), (3.5, 0.5, 69)),
    ((0.0, 1.25, 67), (1.5, 0.5, 64), (2.0, 1.75, 67)),
    ((0.5, 0.5, 62), (1.0, 0.5, 67), (1.5, 0.5, 69), (2.0, 0.95, 71), (3.0, 0.5, 74), (3.5, 0.5, 71)),
    ((0.0, 2.4, 69), (3.5, 0.45, 62)),
    ((0.0, 0.45, 64), (0.5, 0.5, 64), (1.0, 0.5, 67), (1.5, 0.5, 69), (2.0, 0.95, 71), (3.0, 0.5, 76), (3.5, 0.5, 74)),
    ((0.0, 1.0, 71), (1.0, 0.5, 69), (1.5, 2.0, 67)),
    ((0.5, 0.45, 72), (1.0, 0.5, 72), (1.5, 0.5, 71), (2.0, 0.95, 69), (3.0, 0.5, 67), (3.5, 0.5, 69)),
    ((0.0, 1.9, 67), (2.0, 0.8, 66), (3.0, 0.5, 69), (3.5, 0.5, 71)),
)
_CHORUS = (
    ((0.0, 1.5, 74), (1.5, 0.5, 71), (2.0, 0.95, 74), (3.0, 0.5, 76), (3.5, 0.5, 74)),
    ((0.0, 1.45, 69), (1.5, 0.5, 71), (2.0, 1.4, 69), (3.5, 0.5, 66)),
    ((0.0, 0.95, 67), (1.0, 0.5, 69), (1.5, 0.95, 71), (2.5, 0.5, 74), (3.0, 0.95, 76)),
    ((0.0, 1.5, 74), (1.5, 0.5, 72), (2.0, 0.5, 71), (2.5, 1.1, 67)),
    ((0.0, 1.5, 74), (1.5, 0.5, 71), (2.0, 0.9, 74), (3.0, 0.5, 76), (3.5, 0.5, 79)),
    ((0.0, 1.45, 78), (1.5, 0.5, 76), (2.0, 0.95, 74), (3.0, 0.5, 69), (3.5, 0.5, 71)),
    ((0.0, 0.95, 72), (1.0, 0.5, 71), (1.5, 0.5, 72), (2.0, 0.95, 76), (3.0, 0.5, 74), (3.5, 0.5, 72)),
    ((0.0, 1.45, 75), (1.5, 0.5, 74), (2.0, 0.9, 72), (3.0, 1.0, 69)),
)
_LAST = (0.0, 5.2, 71)

# A third or a sixth under the long notes of the chorus, (bar of the chorus, beat, beats, pitch).
_HARMONY = (
    (0, 0.0, 1.5, 71), (0, 2.0, 1.9, 71), (1, 0.0, 1.45, 66), (1, 2.0, 1.4, 66),
    (2, 0.0, 0.95, 64), (2, 1.5, 0.95, 67), (2, 3.0, 0.95, 71), (3, 0.0, 1.5, 67), (3, 2.0, 1.6, 64),
    (4, 0.0, 1.5, 71), (4, 2.0, 1.9, 71), (5, 0.0, 1.45, 74), (5, 2.0, 0.95, 69),
    (6, 0.0, 0.95, 69), (6, 2.0, 0.95, 72), (7, 0.0, 1.45, 72), (7, 2.0, 1.9, 67),
)  # fmt: skip


def lead_voice() -> Player:
    """The singer: behind the beat, scooping into the notes that carry weight, louder as the tune climbs."""
    singer = Player("lead", program=53, late_ms=4.0, loose_ms=9.0, uneven=4.0)
    line = [(VERSE_BAR + n, *note) for n, notes in enumerate(_VERSE) for note in notes]
    line += [(CHORUS_BAR + n, *note) for n, notes in enumerate(_CHORUS) for note in notes]
    line.append((END_BAR, *_LAST))
    for number, beat, beats, pitch in line:
        lift = 12 if number >= CHORUS_BAR else 0
        accent = 8 if beats >= 0.9 else 0
        scoop = 70.0 if beats >= 0.9 else 25.0
        singer.control(bar(number, beat) - 0.02, 11, 88 + lift + accent + (pitch - 69) * 0.8)
        singer.sing(bar(number, beat), beats, pitch, 82 + lift + accent, scoop_cents=scoop)
    singer.swell(bar(END_BAR, 2.0), 3.0, 108, 40)
    return singer


def backing_voices() -> Player:
    """Two voices: one under the tune in the chorus, one holding the chord's middle."""
    choir = Player("backing", program=52, late_ms=8.0, loose_ms=14.0, uneven=4.0)
    choir.control(0.0, 11, 104)
    for number, beat, beats, pitch in _HARMONY:
        choir.note(bar(CHORUS_BAR + number, beat), beats, pitch, 78)
    for beat, beats, chord in chords():
        if section_of(beat) == "chorus":
            choir.note(beat, beats * 0.96, chord.pad[-2], 62)
    choir.note(bar(END_BAR), 5.0, 67, 76)
    choir.note(bar(END_BAR), 5.0, 62, 68)
    choir.swell(bar(END_BAR, 1.5), 3.4, 104, 36)
    return choir
