# SPDX-License-Identifier: Apache-2.0
"""ENST-Drums (Gillet & Richard 2006): drummer_N/audio/MICROPHONE/TAKE.wav with dry and wet mixes of the kit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from mixassist.training.datasets.multitrack import (
    MultitrackSong,
    MultitrackStem,
    audio_files,
    group_key,
    instrument_of,
    sample_rate_of,
)

MIXES = ("wet_mix", "dry_mix")
_NO_MICROPHONES = frozenset({*MIXES, "accompaniment"})


def enst_drums_songs(root: Path, *, mix: str = "wet_mix", accompaniment: bool = False) -> list[MultitrackSong]:
    """Lists the takes of all drummers below `root`, each with the microphones that recorded it.

    The three drummers play the same pieces (`115_minus-one_salsa_sticks` of one is `121_minus-one_salsa_sticks` of
    another), so a piece is the group that stays on one side of a split.

    Args:
        mix: `wet_mix` or `dry_mix`.
        accompaniment: adds the band that some takes were played to as a stem (it is in neither mix).
    """
    songs = []
    for audio in sorted(root.rglob("drummer_*/audio")):
        drummer = audio.parent.name
        microphones = sorted(p.name for p in audio.iterdir() if p.is_dir() and p.name not in _NO_MICROPHONES)
        takes = sorted({path.stem for name in microphones for path in audio_files(audio / name)})
        for take in takes:
            stems = tuple(_stems(audio, microphones, take))
            if accompaniment and (band := audio / "accompaniment" / f"{take}.wav").is_file():
                stems = (*stems, MultitrackStem("accompaniment", "", (band,)))
            target = audio / mix / f"{take}.wav"
            found = target if target.is_file() else None
            rate = sample_rate_of([*(p for s in stems for p in s.files), *([found] if found else [])])
            songs.append(MultitrackSong("enst-drums", f"{drummer}/{take}", _piece(take), stems, found, rate))
    return songs


def _stems(audio: Path, microphones: list[str], take: str) -> Iterator[MultitrackStem]:
    """Yields a stem for each microphone of a take; overheads left and right are one stem."""
    there = [name for name in microphones if (audio / name / f"{take}.wav").is_file()]
    for name in there:
        file = audio / name / f"{take}.wav"
        pair = re.fullmatch(r"(.+)_([LR])", name)
        if pair is None:
            yield MultitrackStem(name, instrument_of(name), (file,))
        elif f"{pair[1]}_{'R' if pair[2] == 'L' else 'L'}" not in there:
            yield MultitrackStem(name, instrument_of(pair[1]), (file,))
        elif pair[2] == "L":
            right = audio / f"{pair[1]}_R" / f"{take}.wav"
            yield MultitrackStem(pair[1], instrument_of(pair[1]), (file, right))


def _piece(take: str) -> str:
    """`036_phrase_disco_simple_slow_sticks` → the piece `enst-drums/phrase disco`: number and manner left out."""
    words = [word for word in take.split("_") if not word.isdigit()]
    return "enst-drums/" + "/".join(group_key(word) for word in words[:2])
