# SPDX-License-Identifier: Apache-2.0
"""The acoustic guitar, two electric ones, the electric piano and the pad."""

from __future__ import annotations

from harmony import chords, section_of
from performance import CHORUS_BAR, END_BAR, VERSE_BAR, Player, bar

_CLEAN, _PALM_MUTED, _OVERDRIVE, _DISTORTION = 27, 28, 29, 30
_VOLUME = 7
"""The controller behind a guitar's volume knob: open for the clean sounds, back for the loud ones."""

# (beat, string counted from the chord's lowest): the thumb on the low strings, the fingers between
_PICKING = ((0.0, 0), (0.5, 2), (1.0, 3), (1.5, 4), (2.0, 1), (2.5, 3), (3.0, 4), (3.5, 2))
# (beat, down stroke, force)
_STRUMMING = ((0.0, True, 94), (1.0, True, 80), (1.5, False, 76), (2.5, False, 80), (3.0, True, 88), (3.5, False, 74))


def acoustic_guitar() -> Player:
    """Picked in the intro and verse, strummed in the chorus."""
    player = Player("acoustic", program=25, late_ms=1.0, loose_ms=5.0, uneven=6.0)
    for beat, beats, chord in chords():
        section = section_of(beat)
        strings = chord.guitar
        if section in ("intro", "verse"):
            for offset, string in _PICKING:
                if offset < beats:
                    pitch = strings[min(string, len(strings) - 1)]
                    force = 86 if offset in (0.0, 2.0) else 70
                    player.note(beat + offset, min(1.6, beats - offset), pitch, force)
        elif section == "chorus":
            for offset, down, force in _STRUMMING:
                player.strum(beat + offset, 0.55, strings, force, down)
        else:
            player.strum(beat, 6.0, strings, 96)
    return player


_ANSWERS = (
    # (bar of the verse, beat, beats, pitches): double stops in the breaths of the tune
    (1, 2.5, 0.45, (67, 71)), (1, 3.0, 0.95, (64, 67)),
    (3, 1.5, 0.45, (69, 74)), (3, 2.0, 0.45, (66, 69)), (3, 2.5, 1.2, (64, 69)),
    (5, 2.5, 0.45, (71, 74)), (5, 3.0, 0.9, (67, 71)),
    (7, 0.5, 0.45, (67, 74)), (7, 1.0, 0.9, (67, 69)),
)  # fmt: skip


def first_electric_guitar() -> Player:
    """Answers the singer with a clean sound, then steps on the pedal for the chorus."""
    player = Player("electric 1", program=_CLEAN, late_ms=2.0, loose_ms=5.0, uneven=6.0)
    player.control(0.0, _VOLUME, 127)
    for number, beat, beats, pitches in _ANSWERS:
        for index, pitch in enumerate(pitches):
            player.note(bar(VERSE_BAR + number, beat), beats, pitch, 96, after_s=0.006 * index)
    player.change_program(bar(CHORUS_BAR), _OVERDRIVE)
    player.control(bar(CHORUS_BAR) - 0.1, _VOLUME, 66)
    for beat, _, chord in chords():
        if section_of(beat) == "chorus":
            for offset, length, force in ((0.0, 1.42, 100), (1.5, 0.9, 90), (2.5, 0.42, 84), (3.0, 0.95, 92)):
                player.strum(beat + offset, length, chord.power, force)
    player.strum(bar(END_BAR), 6.0, (43, 50, 55), 104)
    player.swell(bar(END_BAR, 2.5), 3.5, 127, 0)
    return player


def second_electric_guitar() -> Player:
    """Muted eighths from the middle of the verse; in the chorus the same strokes as the first, higher up the neck."""
    player = Player("electric 2", program=_PALM_MUTED, late_ms=5.0, loose_ms=6.0, uneven=6.0)
    player.control(0.0, _VOLUME, 127)
    for beat, beats, chord in chords():
        if bar(VERSE_BAR + 4) <= beat < bar(CHORUS_BAR):
            root = chord.power[0] if chord.power[0] >= 40 else chord.power[0] + 12
            for eighth in range(int(beats * 2)):
                force = 88 if eighth % 4 == 0 else 70
                player.note(beat + eighth / 2, 0.3, root if eighth % 8 != 6 else root + 7, force)
    player.change_program(bar(CHORUS_BAR), _DISTORTION)
    player.control(bar(CHORUS_BAR) - 0.1, _VOLUME, 76)
    for beat, _, chord in chords():
        if section_of(beat) == "chorus":
            for offset, length, force in ((0.0, 1.42, 92), (1.5, 2.4, 86)):
                player.strum(beat + offset, length, chord.high, force)
    player.strum(bar(END_BAR), 6.0, (55, 62, 67), 98)
    player.swell(bar(END_BAR, 2.5), 3.5, 127, 0)
    return player


def electric_piano() -> Player:
    """Holds the chords in the verse, pushes against the beat in the chorus."""
    player = Player("keys", program=4, late_ms=3.0, loose_ms=6.0, uneven=6.0)
    for beat, beats, chord in chords():
        section = section_of(beat)
        if section in ("intro", "verse"):
            strokes = [(0.0, beats * 0.95, 66)] + ([(2.5, 1.3, 56)] if beats == 4.0 and section == "verse" else [])
        elif section == "chorus":
            strokes = [(0.0, 0.9, 84), (1.5, 0.9, 76), (2.5, 1.4, 80)]
        else:
            strokes = [(0.0, 6.0, 80)]
        for offset, length, force in strokes:
            for index, pitch in enumerate(chord.keys):
                player.note(beat + offset, length, pitch, force - 2 * index, after_s=0.004 * index)
    return player


def pad() -> Player:
    """Strings that fade in under the verse's second half and open up in the chorus."""
    player = Player("pad", program=50, late_ms=-30.0, loose_ms=12.0, uneven=3.0)
    player.control(0.0, 11, 30)
    for beat, beats, chord in chords():
        if beat < bar(VERSE_BAR + 4):
            continue
        last = section_of(beat) == "end"
        for pitch in chord.pad:
            player.note(beat, 5.5 if last else beats * 0.99, pitch, 78)
    player.swell(bar(VERSE_BAR + 4), 16.0, 34, 96)
    player.swell(bar(END_BAR, 1.0), 4.0, 100, 20)
    return player
