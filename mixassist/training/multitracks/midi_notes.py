# SPDX-License-Identifier: Apache-2.0
"""Drum notes of a MIDI file, in seconds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mixassist.domain.errors import MixAssistError
from mixassist.training.multitracks.notes import MIN_NOTE_S, Note


def drum_notes(path: Path, renamed: Mapping[int, int]) -> list[Note]:
    """Reads every note of a file that holds drums alone, whatever its channel.

    Args:
        path: a standard MIDI file.
        renamed: pitches to change, such as those of an electronic kit to General MIDI's.

    Returns:
        The notes, sorted by time, with the file's tempo changes followed.

    Raises:
        MixAssistError: the file cannot be read, or mido is not installed.
    """
    try:
        import mido
    except ImportError as error:
        raise MixAssistError(
            "reading MIDI files needs mido", remedy="Install it with: pip install 'mixassist[train]'"
        ) from error
    try:
        messages = list(mido.MidiFile(path))
    except (OSError, EOFError, ValueError, IndexError, KeyError) as error:
        raise MixAssistError("this is not a MIDI file that can be read", subject=path) from error
    now_s = 0.0
    held: dict[int, tuple[float, int]] = {}
    notes: list[Note] = []
    for message in messages:
        now_s += message.time
        if message.type not in ("note_on", "note_off"):
            continue
        if message.note in held:
            start_s, velocity = held.pop(message.note)
            pitch = renamed.get(message.note, message.note)
            notes.append(Note(start_s, max(now_s, start_s + MIN_NOTE_S), pitch, velocity))
        if message.type == "note_on" and message.velocity > 0:
            held[message.note] = (now_s, message.velocity)
    for pitch, (start_s, velocity) in held.items():
        notes.append(Note(start_s, max(now_s, start_s + MIN_NOTE_S), renamed.get(pitch, pitch), velocity))
    return sorted(notes)
