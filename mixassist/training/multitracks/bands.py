# SPDX-License-Identifier: Apache-2.0
"""Adds what a General MIDI synthesiser lacks: a singer, amplified guitars, and a drum kit before microphones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.training.lots import lots_of
from mixassist.training.multitracks.amplifier import KINDS, amplify
from mixassist.training.multitracks.groove import groove_performances
from mixassist.training.multitracks.guitar import play_guitar
from mixassist.training.multitracks.kit import KIT_INSTRUMENTS, draw_kit_options, play_kit
from mixassist.training.multitracks.midi_notes import notes_of
from mixassist.training.multitracks.midi_parts import Part, busiest_start_s, cut_part, read_parts
from mixassist.training.multitracks.notes import Note, highest_line
from mixassist.training.multitracks.singer import sing
from mixassist.training.multitracks.songs import LENGTH_S, SongFolder, is_held_out, midi_songs, read_song, write_song
from mixassist.training.multitracks.voices import CHOIR, DOUBLE, LEAD, VOICES, fit_to_range

_VOICES_HELD_OUT = 2
"""The last voices sing only songs that measure."""
_SUNG = ("synth_lead", "woodwind", "electric_guitar", "brass", "strings", "keys", "piano", "synth_pad", "backing_vocal")
"""Parts that a melody is taken from, the likeliest first."""
_SLOWEST_NOTES_S, _QUICKEST_NOTES_S = 0.25, 3.5
_BACKING_SHARE = 0.35
_SUNG_S = 12.0
"""How much of a song is sung for training, where only the sound of the voice counts; singing takes its time."""
_HARMONY_SEMITONES = -5
_KIT_TAKES = 60


def add_bands(
    data: Path, folder: Path, *, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> list[SongFolder]:
    """Makes a folder of further stems for every MIDI song: vocals, and guitars through an amplifier.

    A song is on the same side of the split as its MIDI song; the held-out ones are sung by voices of their own.
    Songs that are there already are left.
    """
    songs = []
    paths = sorted(midi_songs(data), key=lambda p: (not is_held_out(p.stem), p.stem))
    for index, path in enumerate(paths):
        if cancel is not None:
            cancel.check()
        progress(index / len(paths), f"Singing {path.stem}")
        target = folder / path.stem
        if (target / "song.json").is_file():
            songs.append(read_song(target))
            continue
        stems = _band_stems(path, data)
        if stems:
            songs.append(write_song(target, path.stem, "band", stems))
    return songs


def play_kits(
    data: Path, folder: Path, *, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> list[SongFolder]:
    """Plays drum performances on the sampled kit, 30 s each; only for training, so only by drummers of that side."""
    takes = [g for g in groove_performances(data, held_out=False, kind="beat") if g.length_s >= LENGTH_S]
    chosen = [takes[i] for i in np.unique(np.linspace(0, len(takes) - 1, _KIT_TAKES).astype(int))]
    songs = []
    for index, take in enumerate(chosen):
        if cancel is not None:
            cancel.check()
        progress(index / len(chosen), f"Drumming {take.path.stem}")
        target = folder / f"kit-{take.drummer}-{take.path.stem}"
        if (target / "song.json").is_file():
            songs.append(read_song(target))
            continue
        lots = lots_of(target.name)
        try:
            notes = [n for n in take.notes() if n.start_s < LENGTH_S]
        except MixAssistError:  # a few of the data set's files are damaged
            continue
        heard = play_kit(notes, data, lots, options=draw_kit_options(lots), length_s=LENGTH_S)
        stems = [(f"{name}.flac", KIT_INSTRUMENTS[name], "MuldjordKit", audio) for name, audio in heard.items()]
        songs.append(write_song(target, target.name, "kit", [s for s in stems if np.abs(s[3]).max() > 1e-4]))
    return songs


def part_notes(part: Part) -> list[Note]:
    """Returns a part's notes, sorted by time."""
    return notes_of((event.time_s, event.message) for event in part.events)


def melody_of(parts: Sequence[Part]) -> list[Note]:
    """Returns the line that a singer would take: the first part of a singable kind with notes of a singable length."""
    for instrument in _SUNG:
        for part in parts:
            line = highest_line(part_notes(part)) if part.instrument == instrument else []
            if len(line) >= 12 and _SLOWEST_NOTES_S < float(np.median([n.length_s for n in line])) < _QUICKEST_NOTES_S:
                return line
    return []


def _band_stems(path: Path, data: Path) -> list[tuple[str, str, str, NDArray[np.float32]]]:
    parts = read_parts(path)
    start_s = busiest_start_s(parts, LENGTH_S)
    parts = [c for part in parts if (c := cut_part(part, start_s, LENGTH_S)) is not None]
    lots = lots_of(path.stem)
    stems = _vocals(melody_of(parts), is_held_out(path.stem), lots)
    guitars = [p for p in parts if p.instrument == "electric_guitar"][:2]
    for number, part in enumerate(guitars, 1):
        kind = KINDS[int(lots.integers(len(KINDS)))]
        takes = 2 if lots.random() < 0.5 else 1
        for take in range(takes):
            di = play_guitar(part_notes(part), data, lots, length_s=LENGTH_S)
            name = f"gtr{number}-take{take + 1}-{kind}.flac"
            stems.append((name, "electric_guitar", f"Karoryfer, {kind}", amplify(di, lots, kind)))
    return [s for s in stems if np.abs(s[3]).max() > 1e-4]


def _vocals(
    line: Sequence[Note], held_out: bool, lots: np.random.Generator
) -> list[tuple[str, str, str, NDArray[np.float32]]]:
    if not held_out:
        line = [n for n in line if n.start_s < _SUNG_S]
    if not line:
        return []
    voices = VOICES[-_VOICES_HELD_OUT:] if held_out else VOICES[:-_VOICES_HELD_OUT]
    voice = voices[int(lots.integers(len(voices)))]
    stems = [
        ("lead-vocal.flac", "lead_vocal", voice.name, sing(line, lots, voice=voice, manner=LEAD, length_s=LENGTH_S))
    ]
    if lots.random() < _BACKING_SHARE:
        other = voices[int(lots.integers(len(voices)))]
        for number, (manner, interval) in enumerate(((DOUBLE, 0), (CHOIR, _HARMONY_SEMITONES))):
            shift = fit_to_range(line, other) + interval
            sung = sing(line, lots, voice=other, manner=manner, transpose=shift, length_s=LENGTH_S)
            stems.append((f"backing-vocal{number + 1}.flac", "backing_vocal", other.name, sung))
    return stems
