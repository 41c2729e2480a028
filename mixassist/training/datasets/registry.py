# SPDX-License-Identifier: Apache-2.0
"""The data sets by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from mixassist.domain.errors import MixAssistError
from mixassist.training.datasets.enst_drums import enst_drums_songs
from mixassist.training.datasets.folders import folder_songs
from mixassist.training.datasets.medleydb import medleydb_songs
from mixassist.training.datasets.mixing_secrets import mixing_secrets_songs
from mixassist.training.datasets.multitrack import MultitrackSong
from mixassist.training.datasets.musdb import musdb_songs

DATASETS: Mapping[str, Callable[[Path], list[MultitrackSong]]] = MappingProxyType(
    {
        "medleydb": medleydb_songs,
        "enst-drums": enst_drums_songs,
        "mixing-secrets": mixing_secrets_songs,
        "musdb18": musdb_songs,
        "folders": folder_songs,
    }
)


def songs_of(dataset: str, root: str | Path) -> list[MultitrackSong]:
    """Lists the songs of a data set in a folder.

    Raises:
        MixAssistError: no such data set or folder, nothing of it there, or files that cannot be read.
    """
    if dataset not in DATASETS:
        raise MixAssistError("there is no such data set", subject=dataset, remedy=f"Choose of {', '.join(DATASETS)}")
    if not Path(root).is_dir():
        raise MixAssistError("there is no such folder", subject=root, remedy=f"Name the folder of {dataset}")
    songs = DATASETS[dataset](Path(root))
    if not songs:
        raise MixAssistError(f"holds no songs of {dataset}", subject=root, remedy="Name the folder that was unpacked")
    return songs
