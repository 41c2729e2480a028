# SPDX-License-Identifier: Apache-2.0
"""Mixing Secrets ("Cambridge-MT") folders: ARTIST_SONG_Full/01_Kick.wav …, the mix unknown or given beside."""

from __future__ import annotations

import re
from pathlib import Path

from mixassist.training.datasets.multitrack import (
    MultitrackSong,
    MultitrackStem,
    audio_files,
    group_key,
    instrument_of,
    sample_rate_of,
)

_KINDS = re.compile(r"[ _-](Full|Edited?|Excerpt|Multitrack)s?$", re.IGNORECASE)
_MIX = re.compile(r"(^|[ _-])(mix|mixed|master|mixdown|full ?preview|preview|mixture)($|[ _-]?\d*$)", re.IGNORECASE)
_NUMBERED = re.compile(r"^\d+[ _.-]")
_RIGHT = re.compile(r"^(?P<head>.+[ _.-])(?:R|Right)$", re.IGNORECASE)


def mixing_secrets_songs(root: Path) -> list[MultitrackSong]:
    """Lists the song folders at or below `root`.

    A file whose name says that it is the mix (`mix.wav`, `Song_FullPreview.mp3`) and has no track number is the mix;
    so is one beside the folder that begins with the folder's name. Tracks `… L` and `… R` are one stereo stem.
    """
    folders = [root, *sorted(path for path in root.rglob("*") if path.is_dir())]
    songs = []
    for folder in folders:
        files = audio_files(folder)
        mixes = [path for path in files if _is_mix(path)]
        tracks = [path for path in files if path not in mixes]
        if len(tracks) < 2 or (folder == root and any(_tracks_below(root))):
            continue
        name = _KINDS.sub("", folder.name)
        mix = mixes[0] if mixes else _beside(folder, name)
        rate = sample_rate_of([*tracks, *([mix] if mix else [])])
        artist = group_key(name.split("_")[0] if "_" in name else name.split(" - ")[0])
        songs.append(MultitrackSong("mixing-secrets", name, artist, tuple(_stems(tracks)), mix, rate))
    return songs


def _tracks_below(root: Path) -> list[Path]:
    return [p for folder in root.iterdir() if folder.is_dir() for p in audio_files(folder)]


def _is_mix(path: Path) -> bool:
    return not _NUMBERED.match(path.stem) and bool(_MIX.search(path.stem))


def _beside(folder: Path, name: str) -> Path | None:
    near = [p for p in audio_files(folder.parent) if p.stem.casefold().startswith(name.casefold())]
    return next((path for path in near if _is_mix(path)), None)


def _stems(tracks: list[Path]) -> list[MultitrackStem]:
    """Joins left and right files of equal names; a lone side stays mono."""
    names = {path.stem.casefold(): path for path in tracks}
    rights: dict[Path, Path] = {}
    for path in tracks:
        found = _RIGHT.match(path.stem)
        if found is None:
            continue
        for ending in ("l", "left"):
            left = names.get(f"{found['head'].casefold()}{ending}")
            if left is not None:
                rights[left] = path
    stems = []
    for path in tracks:
        if path not in rights.values():
            name = _NUMBERED.sub("", path.stem)
            files = (path, rights[path]) if path in rights else (path,)
            stems.append(MultitrackStem(path.stem, instrument_of(name), files))
    return stems
