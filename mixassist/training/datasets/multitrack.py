# SPDX-License-Identifier: Apache-2.0
"""One shape for every multitrack data set, and the split that keeps songs, artists and performances on one side."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from mixassist.audio.instruments import guess_instrument
from mixassist.domain.errors import MixAssistError

SIDES = ("train", "validation", "test")
SHARES = (0.8, 0.1, 0.1)
AUDIO_KINDS = frozenset({".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff"})

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class MultitrackStem:
    """One input of a song.

    Attributes:
        name: as the data set has it.
        instrument: a key of `domain.instruments`; "" when nothing tells.
        files: one file, or the left and the right one.
    """

    name: str
    instrument: str
    files: tuple[Path, ...]


@dataclass(frozen=True)
class MultitrackSong:
    """A song of any data set.

    Attributes:
        name: unique within its data set.
        group: whom it must not be separated from: the artist's name in small letters, or the piece that is performed;
            the same for the same artist in every data set.
        mix: the finished mix; None where the data set has none.
        official_side: the side that the data set's makers chose ("" = none).
    """

    dataset: str
    name: str
    group: str
    stems: tuple[MultitrackStem, ...]
    mix: Path | None
    sample_rate_hz: int
    official_side: str = ""


@dataclass(frozen=True)
class SongAudio:
    """A stretch of a song in memory: stems (frames, 1 or 2) float32 of one length, and the mix, (frames, 2)."""

    stems: tuple[Samples, ...]
    mix: Samples | None


def group_key(text: str) -> str:
    """Returns an artist's or a piece's name without case, accents, spaces and signs: `Music Delta` → `musicdelta`."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in plain if c.isalnum()) or text


def side_of(group: str, seed: int = 0, shares: Sequence[float] = SHARES) -> str:
    """Returns the side of a group: by a hash of its name, so it never changes when songs are added or left out."""
    digest = hashlib.sha256(f"{seed}/{group}".encode()).digest()
    place = int.from_bytes(digest[:8], "big") / 2.0**64 * sum(shares)
    for side, edge in zip(SIDES, np.cumsum(shares), strict=True):
        if place < edge:
            return side
    return SIDES[-1]


def split(
    songs: Iterable[MultitrackSong], seed: int = 0, shares: Sequence[float] = SHARES
) -> dict[str, list[MultitrackSong]]:
    """Puts whole groups on sides. A group with a song that is officially for testing is for testing altogether."""
    songs = list(songs)
    tested = {song.group for song in songs if song.official_side == "test"}
    sides: dict[str, list[MultitrackSong]] = {side: [] for side in SIDES}
    for song in songs:
        sides["test" if song.group in tested else side_of(song.group, seed, shares)].append(song)
    return sides


def instrument_of(*names: str) -> str:
    """Guesses an instrument key from the first name that tells anything; "" when none does."""
    for name in names:
        guess = guess_instrument(name)
        if guess.confidence > 0.0:
            return guess.instrument
    return ""


def natural_order(path: Path) -> tuple[object, ...]:
    """Sorts `2 Snare` before `10 Bass`."""
    return tuple((0, int(p), "") if p.isdigit() else (1, 0, p) for p in re.split(r"(\d+)", path.name.casefold()))


def audio_files(folder: Path) -> list[Path]:
    """Returns the audio files right in a folder, numbered ones in the order of their numbers; none if it is not there.

    Files that begin with a dot (macOS leaves `._name.wav`) do not count.
    """
    if not folder.is_dir():
        return []
    found = (p for p in folder.iterdir() if p.suffix.lower() in AUDIO_KINDS and not p.name.startswith("."))
    return sorted(found, key=natural_order)


def sample_rate_of(files: Iterable[Path]) -> int:
    """Returns the one sample rate of all files.

    Raises:
        MixAssistError: a file cannot be read, or the rates differ.
    """
    rates: dict[int, Path] = {}
    for path in files:
        try:
            rates.setdefault(int(soundfile.info(path).samplerate), path)
        except (soundfile.LibsndfileError, OSError) as error:
            raise MixAssistError("cannot be read as audio", subject=path, remedy=str(error)) from error
    if len(rates) != 1:
        folder = next(iter(rates.values())).parent if rates else ""
        raise MixAssistError("holds files of unlike sample rates", subject=folder, remedy="Convert them to one rate")
    return next(iter(rates))


def song_frames(song: MultitrackSong) -> int:
    """Returns the length of a song in frames: the mix's, else the longest stem's."""
    files = [song.mix] if song.mix else [path for stem in song.stems for path in stem.files]
    return max(int(soundfile.info(path).frames) for path in files)


def read_song(song: MultitrackSong, start: int = 0, frames: int | None = None) -> SongAudio:
    """Reads a stretch of all stems and the mix; what ends earlier is followed by silence.

    Raises:
        MixAssistError: a file cannot be read.
    """
    length = song_frames(song) - start if frames is None else frames
    stems = tuple(_joined([_read(path, start, length) for path in stem.files]) for stem in song.stems)
    mix = None if song.mix is None else _read(song.mix, start, length)
    if mix is not None and mix.shape[1] == 1:
        mix = np.repeat(mix, 2, axis=1)
    return SongAudio(stems, mix)


def _joined(sides: list[Samples]) -> Samples:
    return sides[0] if len(sides) == 1 else np.concatenate([side[:, :1] for side in sides], axis=1)


def _read(path: Path, start: int, frames: int) -> Samples:
    try:
        with soundfile.SoundFile(path) as file:
            file.seek(min(start, file.frames))
            samples = file.read(frames, dtype="float32", always_2d=True)[:, :2]
    except (soundfile.LibsndfileError, OSError) as error:
        raise MixAssistError("cannot be read as audio", subject=path, remedy=str(error)) from error
    return np.pad(np.nan_to_num(samples, posinf=0.0, neginf=0.0), ((0, frames - len(samples)), (0, 0)))
