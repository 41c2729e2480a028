# SPDX-License-Identifier: Apache-2.0
"""Reads a MIDI song as parts: one for each program of each channel, the percussion channel one for each drum."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np

from mixassist.domain.errors import MixAssistError
from mixassist.training.multitracks.general_midi import instrument_of_drum_key, instrument_of_program

PERCUSSION_CHANNEL = 9
_KEPT_CONTROLLERS = frozenset({1, 11, 64})
"""Modulation, expression, sustain; volume and pan are what mixing is about and are left out."""
_FEWEST_NOTES = 4


@dataclass(frozen=True)
class PartEvent:
    """A channel message at a time in seconds."""

    time_s: float
    message: mido.Message


@dataclass(frozen=True)
class Part:
    """What one player plays. `program` is the General MIDI program, or the kit's on the percussion channel."""

    instrument: str
    program: int
    is_drum: bool
    events: tuple[PartEvent, ...]

    @property
    def onsets_s(self) -> np.ndarray:
        """When notes begin, seconds."""
        return np.array([e.time_s for e in self.events if e.message.type == "note_on"])


def read_parts(path: Path) -> list[Part]:
    """Reads the parts of a MIDI file in the order of channels.

    Raises:
        MixAssistError: the file is not MIDI.
    """
    try:
        file = mido.MidiFile(path, clip=True)
        messages = list(_timed(file))
    except (OSError, EOFError, ValueError, IndexError, KeyError) as error:
        raise MixAssistError("cannot be read as MIDI", subject=path, remedy=str(error)) from error
    programs: dict[int, int] = defaultdict(int)
    parts: dict[tuple[int, int, str], list[PartEvent]] = defaultdict(list)
    for time_s, message in messages:
        channel = message.channel
        if message.type == "program_change":
            programs[channel] = message.program
            continue
        for key in _parts_of(message, programs[channel], parts):
            parts[key].append(PartEvent(time_s, message.copy(channel=0 if channel != PERCUSSION_CHANNEL else channel)))
    return [
        Part(name, program, channel == PERCUSSION_CHANNEL, tuple(events))
        for (channel, program, name), events in sorted(parts.items())
        if sum(e.message.type == "note_on" for e in events) >= _FEWEST_NOTES
    ]


def _timed(file: mido.MidiFile) -> Iterable[tuple[float, mido.Message]]:
    now = 0.0
    for message in file:
        now += message.time
        if message.is_meta or message.type == "sysex":
            continue
        if message.type == "note_on" and message.velocity == 0:
            message = mido.Message("note_off", channel=message.channel, note=message.note)
        yield now, message


def _parts_of(message: mido.Message, program: int, known: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """The parts that a message belongs to: its player's, and for controllers all players on its channel."""
    channel = message.channel
    if message.type in ("note_on", "note_off"):
        if channel == PERCUSSION_CHANNEL:
            return [(channel, program, instrument_of_drum_key(message.note))]
        if message.type == "note_off":
            playing = [k for k in known if k[0] == channel]
            return playing or [(channel, program, instrument_of_program(program))]
        return [(channel, program, instrument_of_program(program))]
    if message.type == "pitchwheel" or (message.type == "control_change" and message.control in _KEPT_CONTROLLERS):
        return [k for k in known if k[0] == channel] if channel != PERCUSSION_CHANNEL else []
    return []


def busiest_start_s(parts: Iterable[Part], length_s: float) -> float:
    """Returns where a stretch of `length_s` begins in which most parts play (the earliest of those), seconds."""
    onsets = [part.onsets_s for part in parts]
    last = max((o[-1] for o in onsets if o.size), default=0.0)
    starts = np.arange(0.0, max(last - length_s, 0.0) + 1.0, 2.0)
    playing = [sum(float(np.any((o >= s) & (o < s + length_s))) for o in onsets) for s in starts]
    fullness = [sum(min(int(np.sum((o >= s) & (o < s + length_s))), 40) / 400.0 for o in onsets) for s in starts]
    return float(starts[int(np.argmax(np.add(playing, np.minimum(fullness, 0.9))))])


def cut_part(part: Part, start_s: float, length_s: float) -> Part | None:
    """Returns the part between two times, times counted from the start; None if hardly a note begins there."""
    end_s = start_s + length_s
    inside = [PartEvent(e.time_s - start_s, e.message) for e in part.events if start_s <= e.time_s < end_s]
    before = [e.message for e in part.events if e.time_s < start_s and e.message.type not in ("note_on", "note_off")]
    latest = {(m.type, getattr(m, "control", 0)): m for m in before}
    if sum(e.message.type == "note_on" for e in inside) < _FEWEST_NOTES:
        return None
    held = tuple(PartEvent(0.0, m) for m in latest.values())
    return Part(part.instrument, part.program, part.is_drum, (*held, *inside))
