# SPDX-License-Identifier: Apache-2.0
"""MUSDB18 as waveforms (MUSDB18-HQ; Rafii et al. 2017): train|test/ARTIST - TITLE/mixture.wav and four stems."""

from __future__ import annotations

from pathlib import Path

from mixassist.training.datasets.multitrack import (
    MultitrackSong,
    MultitrackStem,
    audio_files,
    group_key,
    sample_rate_of,
)

INSTRUMENTS = {"vocals": "lead_vocal", "drums": "drum_kit", "bass": "bass", "other": "other"}


def musdb_songs(root: Path) -> list[MultitrackSong]:
    """Lists the songs at or below `root`; those in the folder `test` are for testing, as published.

    The stems are those of the mix: they add up to `mixture`.
    """
    songs = []
    for mix in sorted(path for path in root.rglob("mixture.*") if path in audio_files(path.parent)):
        folder = mix.parent
        by_name = {path.stem.lower(): path for path in audio_files(folder)}
        stems = tuple(
            MultitrackStem(name, instrument, (by_name[name],))
            for name, instrument in INSTRUMENTS.items()
            if name in by_name
        )
        if stems:
            rate = sample_rate_of([mix, *(stem.files[0] for stem in stems)])
            side = "test" if folder.parent.name.lower() == "test" else ""
            artist = group_key(folder.name.split(" - ")[0])
            songs.append(MultitrackSong("musdb18", folder.name, artist, stems, mix, rate, side))
    return songs
