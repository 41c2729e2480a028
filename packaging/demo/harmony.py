# SPDX-License-Identifier: Apache-2.0
"""The song's chords, and the voicings each instrument plays them in.

Verse in E minor, chorus in its relative G major; the borrowed C minor sixth before the end is the song's one dark
corner, and its E flat falls to the D of the last chord.
"""

from __future__ import annotations

from dataclasses import dataclass

from performance import CHORUS_BAR, END_BAR, VERSE_BAR


@dataclass(frozen=True)
class Chord:
    """One chord: MIDI pitches, low to high, for each instrument that plays it."""

    bass: int
    guitar: tuple[int, ...]
    power: tuple[int, ...]
    high: tuple[int, ...]
    keys: tuple[int, ...]
    pad: tuple[int, ...]


# bass, acoustic guitar, low power chord, high power chord, electric piano, pad
EM7 = Chord(28, (40, 47, 52, 55, 62, 64), (40, 47, 52), (59, 64, 67), (55, 59, 62, 64), (52, 59, 62, 67))
CMAJ7 = Chord(36, (48, 52, 55, 59, 64), (36, 43, 48), (60, 64, 67), (52, 55, 59, 62), (48, 55, 59, 64))
CADD9 = Chord(36, (48, 52, 55, 62, 64), (36, 43, 48), (60, 62, 67), (52, 55, 60, 62), (48, 55, 62, 64))
G = Chord(31, (43, 47, 50, 55, 62, 67), (43, 50, 55), (62, 67, 71), (50, 55, 59, 62), (43, 55, 59, 62))
D_FS = Chord(30, (42, 50, 57, 62, 66), (42, 50, 57), (62, 66, 69), (54, 57, 62, 64), (42, 54, 57, 62))
AM7 = Chord(33, (45, 52, 55, 60, 64), (45, 52, 57), (57, 60, 64), (55, 60, 64, 67), (45, 55, 60, 64))
DSUS = Chord(38, (50, 57, 62, 67), (38, 45, 50), (62, 67, 69), (55, 57, 62, 64), (50, 57, 62, 67))
D = Chord(38, (50, 57, 62, 66), (38, 45, 50), (62, 66, 69), (54, 57, 62, 64), (50, 57, 62, 66))
CM6 = Chord(36, (48, 51, 57, 60, 67), (36, 43, 48), (60, 63, 67), (51, 55, 57, 60), (48, 55, 57, 63))
G_END = Chord(31, (43, 47, 50, 57, 62, 67), (43, 50, 55), (62, 67, 71), (50, 55, 57, 59, 62), (43, 50, 57, 59, 62))

INTRO = (EM7, CADD9)
VERSE = (EM7, CMAJ7, G, D_FS, EM7, CMAJ7, AM7, DSUS)
CHORUS = (G, D_FS, EM7, CADD9, G, D_FS, CADD9, CM6)


def chords() -> list[tuple[float, float, Chord]]:
    """Returns (first beat, beats, chord) through the whole song; the verse's last bar resolves half-way."""
    line: list[tuple[float, float, Chord]] = []
    for number, chord in enumerate((*INTRO, *VERSE, *CHORUS)):
        if number == CHORUS_BAR - 1:
            line += [(number * 4.0, 2.0, DSUS), (number * 4.0 + 2.0, 2.0, D)]
        else:
            line.append((number * 4.0, 4.0, chord))
    line.append((END_BAR * 4.0, 6.0, G_END))
    return line


def section_of(beat: float) -> str:
    """Returns intro, verse, chorus or end."""
    if beat < VERSE_BAR * 4:
        return "intro"
    if beat < CHORUS_BAR * 4:
        return "verse"
    return "chorus" if beat < END_BAR * 4 else "end"
