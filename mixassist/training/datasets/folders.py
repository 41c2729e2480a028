# SPDX-License-Identifier: Apache-2.0
"""Song folders as `mixassist evaluate mix` takes them: SONG/stems/*.wav with SONG/mix.wav, or all in one folder."""

from __future__ import annotations

import re
from pathlib import Path

from mixassist.evaluation.excerpts import excerpt_folders, mix_file, song_facts, stem_files
from mixassist.training.datasets.multitrack import (
    MultitrackSong,
    MultitrackStem,
    group_key,
    instrument_of,
    sample_rate_of,
)


def folder_songs(root: Path) -> list[MultitrackSong]:
    """Lists the song folders at or below `root`; excerpts `NAME-1`, `NAME-2` without a mix are of one song.

    Raises:
        MixAssistError: there are none, or a file cannot be read.
    """
    songs = []
    for folder in excerpt_folders(root):
        song, _, instruments = song_facts(folder)
        mix = mix_file(folder)
        stems = tuple(
            MultitrackStem(path.stem, instruments.get(path.stem) or instrument_of(path.stem), (path,))
            for path in stem_files(folder)
        )
        rate = sample_rate_of([*(stem.files[0] for stem in stems), *([mix] if mix else [])])
        group = song or (folder.name if mix else re.sub(r"-\d+$", "", folder.name))
        songs.append(MultitrackSong("folders", folder.name, group_key(group), stems, mix, rate))
    return songs
