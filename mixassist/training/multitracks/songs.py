# SPDX-License-Identifier: Apache-2.0
"""Songs as folders of clean stems: one FLAC for each part, and `song.json` that says what each of them is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from mixassist.audio.atomic import atomic_path
from mixassist.domain.errors import MixAssistError
from mixassist.domain.instruments import INSTRUMENT
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.evaluation.recordings import SAMPLE_RATE_HZ
from mixassist.training.multitracks.fluidsynth import play_parts
from mixassist.training.multitracks.midi_parts import busiest_start_s, cut_part, read_parts

LENGTH_S = 30.0
_PEAK = 0.5
_SILENT_DBFS = -70.0
_WIDTH_DB = -25.0
"""A part whose sides differ by less is kept as mono."""
HELD_OUT_SHARE = 0.2


@dataclass(frozen=True)
class StemFile:
    """One stem of a song folder: its file's name, the instrument's key, and who or what played it."""

    file: str
    instrument: str
    player: str


@dataclass(frozen=True)
class SongFolder:
    """A song on disk: `name` is the split's unit; stems of one song are never on both sides."""

    path: Path
    name: str
    source: str
    stems: tuple[StemFile, ...]

    @property
    def is_held_out(self) -> bool:
        """Whether the song only measures and is never learned from: a fifth of all songs, by a hash of the name."""
        return is_held_out(self.name)

    def read(self, stem: StemFile) -> NDArray[np.float32]:
        """Reads one stem, (frames, 1 or 2) float32 at 44,100 Hz."""
        samples, _ = soundfile.read(self.path / stem.file, dtype="float32", always_2d=True)
        return np.asarray(samples)


def is_held_out(name: str) -> bool:
    """Whether a song of that name only measures."""
    digest = hashlib.sha256(name.encode()).digest()
    return int.from_bytes(digest[:4], "little") < HELD_OUT_SHARE * 2**32


def midi_songs(data: Path) -> list[Path]:
    """Returns the multi-part MIDI songs below the data folder, sorted."""
    return sorted(p for folder in ("freedoom", "tannerhelland") for p in (data / "midi" / folder).glob("*.mid"))


def render_midi_songs(
    data: Path, folder: Path, *, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> list[SongFolder]:
    """Renders every MIDI song's busiest half minute to stems; songs that are there already are left.

    Raises:
        MixAssistError: no MIDI songs, or FluidSynth is missing.
        Cancelled: `cancel` was set; a later call goes on.
    """
    paths = midi_songs(data)
    if not paths:
        raise MixAssistError("holds no MIDI songs", subject=data, remedy="Name the data's folder with --data")
    songs = []
    for index, path in enumerate(paths):
        if cancel is not None:
            cancel.check()
        progress(index / len(paths), f"Playing {path.stem}")
        target = folder / path.stem
        song = read_song(target) if (target / "song.json").is_file() else render_midi_song(path, target)
        if song is not None:
            songs.append(song)
    progress(1.0, f"{len(songs)} songs")
    return songs


def render_midi_song(path: Path, target: Path, length_s: float = LENGTH_S) -> SongFolder | None:
    """Renders one MIDI song to a folder of stems; returns None where fewer than three parts sound."""
    parts = read_parts(path)
    start_s = busiest_start_s(parts, length_s)
    cut = [c for part in parts if (c := cut_part(part, start_s, length_s)) is not None]
    audio = play_parts(cut, length_s) if cut else []
    sounding = [(p, a) for p, a in zip(cut, audio, strict=True) if _rms_dbfs(a) > _SILENT_DBFS]
    if len(sounding) < 3:
        return None
    stems = [
        (f"{i + 1:02d}-{part.instrument}.flac", part.instrument, f"FluidR3 program {part.program}", narrowed(samples))
        for i, (part, samples) in enumerate(sounding)
    ]
    return write_song(target, path.stem, f"MIDI {path.parent.name}", stems)


def write_song(
    target: Path, name: str, source: str, stems: Iterable[tuple[str, str, str, NDArray[np.float32]]]
) -> SongFolder:
    """Writes stems of (file name, instrument, player, samples) and `song.json`, which comes last.

    Each stem is scaled to one peak: levels are no part of a clean song.
    """
    target.mkdir(parents=True, exist_ok=True)
    files = []
    for file, instrument, player, samples in stems:
        peak = float(np.abs(samples).max())
        scaled = samples * (_PEAK / peak if peak > 0.0 else 1.0)
        with atomic_path(target / file) as path:
            soundfile.write(path, scaled, SAMPLE_RATE_HZ, format="FLAC", subtype="PCM_16")
        files.append(StemFile(file, instrument, player))
    song = SongFolder(target, name, source, tuple(files))
    document = {"name": name, "source": source, "stems": [asdict(f) for f in files]}
    with atomic_path(target / "song.json") as path:
        path.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return song


def read_song(folder: Path) -> SongFolder:
    """Reads a song folder's `song.json`. Raises `MixAssistError` when it is missing or something else."""
    try:
        document: Mapping[str, object] = json.loads((folder / "song.json").read_text(encoding="utf-8"))
        stems = tuple(StemFile(**stem) for stem in document["stems"])  # type: ignore[attr-defined]
        song = SongFolder(folder, str(document["name"]), str(document["source"]), stems)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MixAssistError("is not a folder of clean stems", subject=folder, remedy=str(error)) from error
    if unknown := {s.instrument for s in stems} - INSTRUMENT.keys():
        raise MixAssistError(f"names unknown instruments: {', '.join(sorted(unknown))}", subject=folder)
    return song


def read_songs(root: Path) -> list[SongFolder]:
    """Reads all song folders below `root`, sorted by name."""
    return [read_song(path.parent) for path in sorted(root.glob("**/song.json"))]


def narrowed(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns one side where the two hardly differ, else both."""
    middle, side = samples.mean(axis=1), 0.5 * (samples[:, 0] - samples[:, -1])
    return middle[:, None] if _rms_dbfs(side) < _rms_dbfs(middle) + _WIDTH_DB else samples


def _rms_dbfs(samples: NDArray[np.float32]) -> float:
    return float(10.0 * np.log10(np.mean(np.square(samples, dtype=np.float64)) + 1e-12))


def by_side_of_split(songs: Sequence[SongFolder]) -> tuple[list[SongFolder], list[SongFolder]]:
    """Returns the songs to learn from and those that only measure."""
    return [s for s in songs if not s.is_held_out], [s for s in songs if s.is_held_out]
