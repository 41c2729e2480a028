# SPDX-License-Identifier: Apache-2.0
"""The song's clock and its players: beats become seconds, written notes become played ones."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from pathlib import Path

import mido

BEATS_PER_BAR = 4
VERSE_BAR, CHORUS_BAR, END_BAR, LAST_BAR = 2, 10, 18, 20
"""Bar numbers count from 0: intro 0–1, verse 2–9, chorus 10–17, the last chord rings from 18 on."""

_LEAD_IN_S = 0.35
_TEMPO_STEPS = (
    (0.0, 98.0),
    (CHORUS_BAR * 4.0, 101.0),  # a band leans into its chorus
    (END_BAR * 4.0 - 4.0, 98.0),
    (END_BAR * 4.0 - 2.0, 88.0),  # and slows into the last chord
    (END_BAR * 4.0 - 1.0, 76.0),
    (END_BAR * 4.0, 70.0),
)
"""(beat, beats a minute from there on)."""

DURATION_S = 52.5
_TICKS_PER_BEAT = 9600
_TICKS_PER_SECOND = 2 * _TICKS_PER_BEAT  # at MIDI's 120 beats a minute; the tempo lives in the seconds
_BEND_RANGE_CENTS = 200.0


def bar(number: int, beat: float = 0.0) -> float:
    """Returns the beat, counted from the song's start, of a beat in a bar."""
    return number * BEATS_PER_BAR + beat


def seconds_at(beat: float) -> float:
    """Returns the time of a beat, with the tempo's steps and the slow sway that the whole band shares."""
    total = _LEAD_IN_S
    for index, (start, tempo) in enumerate(_TEMPO_STEPS):
        end = _TEMPO_STEPS[index + 1][0] if index + 1 < len(_TEMPO_STEPS) else math.inf
        if beat <= start:
            break
        total += (min(beat, end) - start) * 60.0 / tempo
    return total + 0.005 * math.sin(beat * 0.39) + 0.003 * math.sin(beat * 0.11 + 1.0)


@dataclass
class Player:
    """One musician on one MIDI channel: plays near the beat, never on it, and no two notes equally hard.

    Args:
        name: seeds the player's own unevenness.
        program: General MIDI program, from 0.
        bank: SoundFont bank; 128 is drums.
        late_ms: how far behind (or, negative, ahead of) the beat this player sits.
        loose_ms: standard deviation of the timing.
        uneven: standard deviation of the velocity.
    """

    name: str
    program: int
    bank: int = 0
    late_ms: float = 0.0
    loose_ms: float = 5.0
    uneven: float = 5.0
    messages: list[tuple[float, int, mido.Message]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.name)
        self._channel = 9 if self.bank == 128 else 0
        self.change_program(0.0, self.program)

    def _add(self, time_s: float, order: int, kind: str, **values: int) -> None:
        self.messages.append((max(time_s, 0.0), order, mido.Message(kind, channel=self._channel, **values)))

    def change_program(self, beat: float, program: int) -> None:
        """Steps on a pedal: another sound from just before this beat."""
        time_s = 0.0 if beat <= 0 else seconds_at(beat) - 0.08
        if self.bank not in (0, 128):
            self._add(time_s, 0, "control_change", control=0, value=self.bank)
        self._add(time_s, 1, "program_change", program=program)

    def control(self, beat: float, number: int, value: float) -> None:
        """Sends a controller (1 vibrato, 11 expression, 64 pedal), exactly on its beat."""
        self._add(seconds_at(beat), 1, "control_change", control=number, value=round(min(max(value, 0), 127)))

    def swell(self, beat: float, beats: float, start: float, end: float, number: int = 11) -> None:
        """Moves a controller smoothly from one value to another."""
        steps = max(int(beats * 8), 2)
        for step in range(steps + 1):
            share = step / steps
            self.control(beat + beats * share, number, start + (end - start) * share)

    def note(self, beat: float, beats: float, pitch: int, velocity: float, after_s: float = 0.0) -> float:
        """Plays a note; returns the second at which it really started.

        Args:
            after_s: an extra delay in seconds, for the strings of a strum.
        """
        human_s = (self.late_ms + self._random.gauss(0.0, self.loose_ms)) / 1000.0
        start_s = max(seconds_at(beat) + human_s + after_s, 0.0)
        end_s = max(seconds_at(beat + beats) + human_s, start_s + 0.04)
        force = round(min(max(self._random.gauss(velocity, self.uneven), 8), 127))
        self._add(start_s, 3, "note_on", note=pitch, velocity=force)
        self._add(end_s, 2, "note_off", note=pitch, velocity=0)
        return start_s

    def strum(self, beat: float, beats: float, pitches: tuple[int, ...], velocity: float, down: bool = True) -> None:
        """Strums strings given low to high: a down stroke from the low ones, an up stroke from the high ones."""
        strings = pitches if down else tuple(reversed(pitches))[:4]
        gap_s = self._random.uniform(0.007, 0.013) * (1.0 if down else 0.7)
        for index, pitch in enumerate(strings):
            softer = velocity - 2.5 * index if down else velocity - 9 - 2.0 * index
            self.note(beat, beats, pitch, softer, after_s=gap_s * index)

    def sing(self, beat: float, beats: float, pitch: int, velocity: float, scoop_cents: float = 0.0) -> None:
        """Sings a note: bends up into it, and lets vibrato come in late on the long ones."""
        start_s = self.note(beat, beats, pitch, velocity)
        for step in range(9):
            cents = -scoop_cents * (1.0 - step / 8.0) ** 2
            bend = round(8191 * cents / _BEND_RANGE_CENTS)
            self._add(start_s + 0.011 * step - 0.001, 1, "pitchwheel", pitch=bend)
        self._add(start_s, 1, "control_change", control=1, value=0)
        if beats >= 1.25:
            self.swell(beat + 0.45 * beats, 0.5 * beats, 0, 46 if beats < 3 else 62, number=1)

    def write(self, path: Path) -> None:
        """Writes the performance as a MIDI file that lasts as long as the song."""
        track = mido.MidiTrack()
        now = 0
        for time_s, _, message in sorted(self.messages, key=lambda m: (m[0], m[1])):
            ticks = round(time_s * _TICKS_PER_SECOND)
            track.append(message.copy(time=ticks - now))
            now = ticks
        end = round(DURATION_S * _TICKS_PER_SECOND)
        track.append(mido.MetaMessage("end_of_track", time=max(end - now, 0)))
        mido.MidiFile(type=0, ticks_per_beat=_TICKS_PER_BEAT, tracks=[track]).save(path)
