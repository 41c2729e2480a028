# SPDX-License-Identifier: Apache-2.0
"""Drums and bass."""

from __future__ import annotations

from harmony import Chord, chords, section_of
from performance import CHORUS_BAR, END_BAR, VERSE_BAR, Player, bar

KICK, SIDE_STICK, SNARE = 36, 37, 38
CLOSED_HAT, PEDAL_HAT, OPEN_HAT = 42, 44, 46
LOW_TOM, MID_TOM, HIGH_TOM = 41, 45, 48
CRASH, SECOND_CRASH, RIDE = 49, 57, 51

_POWER_KIT = 16
_FILL_BARS = (VERSE_BAR - 1, VERSE_BAR + 3, CHORUS_BAR - 1, CHORUS_BAR + 3, END_BAR - 1)


def _drummer(name: str) -> Player:
    return Player(name, program=_POWER_KIT, bank=128, late_ms=-1.0, loose_ms=4.0, uneven=5.0)


def kick() -> Player:
    """Leaves room in the verse, drives the chorus."""
    player = _drummer("kick")
    for number in range(VERSE_BAR, END_BAR):
        chorus = number >= CHORUS_BAR
        odd = (number - VERSE_BAR) % 2 == 1
        beats = [0.0, 1.5, 2.0] if not chorus else [0.0, 1.5, 2.0, 2.5]
        if odd:
            beats = [0.0, 2.0, 3.5] if not chorus else [0.0, 0.5, 2.0, 2.75]
        for beat in beats:
            if number == CHORUS_BAR - 1 and beat > 2.5:
                continue
            weight = 104 if beat == 0.0 else 92 if beat == 2.0 else 80
            player.note(bar(number, beat), 0.2, KICK, weight + (8 if chorus else 0))
    player.note(bar(CHORUS_BAR - 1, 3.0), 0.2, KICK, 96)
    player.note(bar(END_BAR), 0.2, KICK, 118)
    return player


def snare() -> Player:
    """Side stick, then the full drum from the middle of the verse; ghost notes, and rolls into each part."""
    player = _drummer("snare")
    for number in range(VERSE_BAR, END_BAR):
        chorus = number >= CHORUS_BAR
        full = number >= VERSE_BAR + 4
        if number != CHORUS_BAR - 1:
            for beat in (1.0,) if number == END_BAR - 1 else (1.0, 3.0):
                force = 108 if chorus else 94 if full else 84
                player.note(bar(number, beat), 0.2, SNARE if full else SIDE_STICK, force)
        if full and number % 2 and number not in _FILL_BARS:
            player.note(bar(number, 1.75), 0.1, SNARE, 34)
            player.note(bar(number, 2.25), 0.1, SNARE, 28)
    for beat, force in ((3.0, 72), (3.5, 84)):
        player.note(bar(VERSE_BAR - 1, beat), 0.1, SNARE, force)
    player.note(bar(VERSE_BAR + 3, 3.75), 0.1, SNARE, 62)
    for step, force in enumerate((100, 58, 70, 62, 84, 66, 78, 92)):  # the roll into the chorus
        player.note(bar(CHORUS_BAR - 1, 1.0 + step * 0.25), 0.1, SNARE, force)
    for beat, force in ((3.5, 88), (3.75, 76)):
        player.note(bar(CHORUS_BAR + 3, beat), 0.1, SNARE, force)
    for beat, force in ((2.5, 78), (3.0, 100), (3.5, 88)):
        player.note(bar(END_BAR - 1, beat), 0.1, SNARE, force)
    return player


def hi_hat() -> Player:
    """Eighths with the accents of a wrist; half open in the chorus."""
    player = _drummer("hat")
    for beat in (0.0, 1.0, 2.0, 3.0):
        player.note(bar(VERSE_BAR - 1, beat), 0.2, CLOSED_HAT, 70)
    for number in range(VERSE_BAR, END_BAR):
        chorus = number >= CHORUS_BAR
        for eighth in range(8):
            beat = eighth / 2
            if number in (CHORUS_BAR - 1, END_BAR - 1) and beat >= 1.0:
                continue
            off_beat = chorus and eighth % 2 == 1 and number % 2 == 0
            opened = off_beat or (not chorus and eighth == 7 and number % 4 == 1)
            force = (88 if eighth % 2 == 0 else 62) + (8 if chorus else 0) + (6 if eighth in (2, 6) else 0)
            player.note(bar(number, beat), 0.3, OPEN_HAT if opened else CLOSED_HAT, force - (16 if opened else 0))
        if not chorus and number % 2:
            player.note(bar(number, 2.75), 0.1, CLOSED_HAT, 48)
    player.note(bar(CHORUS_BAR - 1, 2.0), 0.2, PEDAL_HAT, 60)
    return player


def toms() -> Player:
    """Only the fills: a pick-up into the verse, down the kit into the chorus, and into the last chord."""
    player = _drummer("toms")
    fills = (
        (VERSE_BAR - 1, ((3.75, MID_TOM, 82),)),
        (VERSE_BAR + 3, ((3.0, HIGH_TOM, 70), (3.25, HIGH_TOM, 62), (3.5, MID_TOM, 76))),
        (
            CHORUS_BAR - 1,
            ((3.0, HIGH_TOM, 98), (3.25, HIGH_TOM, 84), (3.5, MID_TOM, 100), (3.75, LOW_TOM, 108)),
        ),
        (CHORUS_BAR + 3, ((2.5, HIGH_TOM, 90), (2.75, MID_TOM, 84), (3.25, LOW_TOM, 96))),
        (END_BAR - 1, ((2.75, HIGH_TOM, 84), (3.25, MID_TOM, 94), (3.75, LOW_TOM, 108))),
        (END_BAR, ((0.0, LOW_TOM, 104),)),
    )
    for number, hits in fills:
        for beat, pitch, force in hits:
            player.note(bar(number, beat), 0.4, pitch, force)
    return player


def cymbals() -> Player:
    """Crashes on the joints, the ride through the second half of the chorus."""
    player = _drummer("cymbals")
    for number, pitch, force in (
        (VERSE_BAR, CRASH, 78),
        (VERSE_BAR + 4, SECOND_CRASH, 74),
        (CHORUS_BAR, CRASH, 108),
        (CHORUS_BAR + 4, SECOND_CRASH, 104),
        (CHORUS_BAR + 6, CRASH, 88),
        (END_BAR, CRASH, 114),
        (END_BAR, SECOND_CRASH, 100),
    ):
        player.note(bar(number), 4.0, pitch, force)
    for number in range(CHORUS_BAR + 4, END_BAR - 1):
        for beat in (0.0, 1.0, 2.0, 3.0):
            player.note(bar(number, beat), 0.9, RIDE, 86 if beat in (0.0, 2.0) else 74)
    return player


def _fifth_above(chord: Chord) -> int:
    return chord.bass + 7 if chord.bass < 34 else chord.bass - 5


def bass() -> Player:
    """With the kick in the verse, eighths in the chorus, and steps that lead from one root to the next."""
    player = Player("bass", program=33, late_ms=3.0, loose_ms=5.0, uneven=6.0)
    line = chords()
    for (beat, beats, chord), following in zip(line, [*line[1:], None], strict=True):
        section = section_of(beat)
        if section == "intro":
            continue
        root = chord.bass
        if section == "end":
            player.note(beat, 6.0, root, 106)
            player.swell(beat + 2.5, 3.5, 127, 0)
            continue
        lead = root if following is None else _approach(root, following[2].bass)
        if section == "verse" and beats == 4.0:
            pattern = [(0.0, 1.4, root, 96), (1.5, 0.45, root, 82), (2.0, 0.95, root, 92)]
            pattern += [(3.0, 0.45, _fifth_above(chord), 80), (3.5, 0.45, lead, 84)]
        elif beats < 4.0:
            pattern = [(0.0, 1.4, root, 98), (1.5, 0.4, lead, 88)]
        else:
            pattern = [(step / 2, 0.42, root, 104 if step % 4 == 0 else 90) for step in range(6)]
            pattern[5] = (2.5, 0.42, root + 12, 94)
            pattern += [(3.0, 0.42, _fifth_above(chord), 90), (3.5, 0.45, lead, 94)]
        for offset, length, pitch, force in pattern:
            player.note(beat + offset, length, pitch, force)
    return player


def _approach(root: int, target: int) -> int:
    """Returns the scale step next to the coming root, from the side the line comes from."""
    if target == root:
        return root
    scale = {0, 2, 4, 6, 7, 9, 11}  # G major
    step = -1 if target > root else 1
    pitch = target + step
    while pitch % 12 not in scale:
        pitch += step
    return pitch
