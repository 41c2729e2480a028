# SPDX-License-Identifier: Apache-2.0
"""MedleyDB, versions 1 and 2 (Bittner et al. 2014, 2016): ARTIST_SONG/ with its metadata, mix, stems and raw tracks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mixassist.domain.errors import MixAssistError
from mixassist.evaluation.mix_decisions import MEDLEY_INSTRUMENTS
from mixassist.training.datasets.multitrack import (
    MultitrackSong,
    MultitrackStem,
    group_key,
    instrument_of,
    sample_rate_of,
)

_METADATA = "_METADATA.yaml"


def medleydb_songs(root: Path, *, raw: bool = True, with_bleed: bool = True) -> list[MultitrackSong]:
    """Lists the songs below `root`, at any depth (`Audio/`, `V1/`, `V2/`).

    The metadata may lie in the song's folder, as published first, or in a folder `Metadata` anywhere below `root`.

    Args:
        raw: the recorded tracks, the stems where a song has none; False: the stems, processed by the mix's engineer.
        with_bleed: also songs whose microphones heard more than their own instrument.

    Raises:
        MixAssistError: metadata that cannot be read, or PyYAML is not installed.
    """
    songs = []
    for path in sorted(root.rglob(f"*{_METADATA}")):
        name = path.name.removesuffix(_METADATA)
        folder = path.parent if path.parent.name == name else _folder_of(root, name)
        facts = _read_yaml(path)
        if folder is None or (not with_bleed and str(facts.get("has_bleed", "no")).lower() in ("yes", "true")):
            continue
        stems = tuple(_stems(folder, name, facts, raw)) or tuple(_stems(folder, name, facts, False))
        mix = folder / str(facts.get("mix_filename") or f"{name}_MIX.wav")
        if stems:
            rate = sample_rate_of([*(p for s in stems for p in s.files), *([mix] if mix.is_file() else [])])
            artist = group_key(str(facts.get("artist") or name.split("_")[0]))
            songs.append(MultitrackSong("medleydb", name, artist, stems, mix if mix.is_file() else None, rate))
    return songs


def _folder_of(root: Path, name: str) -> Path | None:
    return next((path for path in sorted(root.rglob(name)) if path.is_dir()), None)


def _stems(folder: Path, name: str, facts: Mapping[str, Any], raw: bool) -> Iterator[MultitrackStem]:
    """Yields the files of the metadata that are there; some raw tracks were never published."""
    stems = facts.get("stems")
    for entry in (stems if isinstance(stems, Mapping) else {}).values():
        if not raw:
            place = folder / str(facts.get("stem_dir") or f"{name}_STEMS")
            yield from _stem(place, entry, entry)
            continue
        tracks = entry.get("raw")
        for track in (tracks if isinstance(tracks, Mapping) else {}).values():
            yield from _stem(folder / str(facts.get("raw_dir") or f"{name}_RAW"), track, entry)


def _stem(place: Path, entry: Mapping[str, Any], parent: Mapping[str, Any]) -> Iterator[MultitrackStem]:
    path = place / str(entry.get("filename", ""))
    if not path.is_file():
        return
    words = [_word(entry.get("instrument")), _word(parent.get("instrument"))]
    yield MultitrackStem(path.stem, _instrument(words), (path,))


def _word(value: object) -> str:
    """The instrument's name; of a stem with several, the first."""
    if isinstance(value, list):
        return str(value[0]) if value else ""
    return str(value or "")


def _instrument(words: list[str]) -> str:
    for word in words:
        found = MEDLEY_INSTRUMENTS.get(word) or instrument_of(word)
        if found:
            return found
    return ""


def _read_yaml(path: Path) -> Mapping[str, Any]:
    try:
        import yaml
    except ImportError as error:
        raise MixAssistError(
            "MedleyDB's metadata needs PyYAML", subject=path, remedy='Install it with `pip install "mixassist[train]"`'
        ) from error
    try:
        value = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise MixAssistError("cannot be read as YAML", subject=path) from error
    if not isinstance(value, Mapping):
        raise MixAssistError("holds something else than a song's metadata", subject=path)
    return value
