# SPDX-License-Identifier: Apache-2.0
"""MIDI messages as notes in seconds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

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
    timed = []
    for message in messages:
        now_s += message.time
        timed.append((now_s, message))
    return [replace(note, pitch=renamed.get(note.pitch, note.pitch)) for note in notes_of(timed)]


def notes_of(messages: Iterable[tuple[float, Any]]) -> list[Note]:
    """Pairs the note messages of one channel.

    Args:
        messages: time in seconds, rising, and mido's message; all but `note_on` and `note_off` are passed over.

    Returns:
        The notes, sorted by time. A pitch that is struck again before it was let go ends there; what is never let
        go ends with the last message. No note is shorter than `MIN_NOTE_S`.
    """
    held: dict[int, tuple[float, int]] = {}
    notes: list[Note] = []
    now_s = 0.0

    def end(pitch: int) -> None:
        start_s, velocity = held.pop(pitch)
        notes.append(Note(start_s, max(now_s, start_s + MIN_NOTE_S), pitch, velocity))

    for now_s, message in messages:
        if message.type not in ("note_on", "note_off"):
            continue
        if message.note in held:
            end(message.note)
        if message.type == "note_on" and message.velocity > 0:
            held[message.note] = (now_s, message.velocity)
    for pitch in list(held):
        end(pitch)
    return sorted(notes)
