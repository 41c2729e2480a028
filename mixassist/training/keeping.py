# SPDX-License-Identifier: Apache-2.0
"""What a training makes once and keeps in its folder, under a name that says what it was made of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from mixassist.audio.atomic import atomic_path
from mixassist.domain.errors import MixAssistError
from mixassist.training.multitracks.songs import SongFolder


def digest_of(*what: object) -> str:
    """Returns twelve hex digits of what something is made of: anything that JSON can hold."""
    text = json.dumps(what, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def songs_key(songs: Iterable[SongFolder]) -> object:
    """What tells one set of song folders from another: names, stems, and their files' sizes."""
    return sorted([s.path.name, s.name, [(t.file, (s.path / t.file).stat().st_size) for t in s.stems]] for s in songs)


def folder_key(folder: Path) -> object:
    """What tells one folder of recordings from another: its files and their sizes."""
    return sorted([str(p.relative_to(folder)), p.stat().st_size] for p in folder.rglob("*") if p.is_file())


def network_key(network: nn.Module) -> str:
    """A digest of a network's weights."""
    found = hashlib.sha256()
    for name, value in sorted(network.state_dict().items()):
        found.update(name.encode())
        found.update(value.detach().cpu().contiguous().view(torch.uint8).numpy().tobytes() if value.dim() else b"")
    return found.hexdigest()[:12]


def keep(path: Path, state: Mapping[str, Any]) -> None:
    """Writes a torch file of this machine's own making, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(path) as partial:
        torch.save(dict(state), partial)


def kept(path: Path) -> dict[str, Any]:
    """Reads what `keep` wrote. Raises `MixAssistError` where the file is damaged."""
    try:
        return dict(torch.load(path, map_location="cpu", weights_only=True))
    except (OSError, RuntimeError, ValueError, EOFError) as error:
        raise MixAssistError(
            "this file of an earlier run cannot be read", subject=path, remedy="Delete it, and it is made again"
        ) from error
