# SPDX-License-Identifier: Apache-2.0
"""Songs to judge mixers by: folders of stems that stand at mix level, so that their sum is the artist's mix."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from mixassist.audio.instruments import guess_instrument
from mixassist.automix.hearing import listen
from mixassist.automix.inputs import TrackAudio
from mixassist.domain.channel import Channel
from mixassist.domain.errors import MixAssistError
from mixassist.domain.track import AudioFile, AudioSource, SourceSide, Track

INPUT_LUFS = -23.0
_SPREAD_DB = 12.0
VARIANTS = ("normalised", "randomised")
"""How inputs are levelled: all at −23 LUFS, or moved from there by up to ±12 dB."""


@dataclass(frozen=True)
class Excerpt:
    """Stems of one excerpt at the artist's levels: each (frames, 1 or 2) float32, all of one length."""

    name: str
    song: str
    sample_rate_hz: int
    names: tuple[str, ...]
    stems: tuple[NDArray[np.float32], ...]

    def target(self) -> NDArray[np.float32]:
        """The artist's mix: the sum of the stems at unit gain, (frames, 2)."""
        mix = np.zeros((self.stems[0].shape[0], 2), dtype=np.float32)
        for stem in self.stems:
            mix += stem
        return mix


def excerpt_folders(data_dir: str | Path) -> list[Path]:
    """Returns the folders below `data_dir`, or below its folder `stems`, that hold audio.

    A name like `Lithium-2` means the second excerpt of the song `Lithium`.

    Raises:
        MixAssistError: there are none.
    """
    base = Path(data_dir)
    base = base / "stems" if (base / "stems").is_dir() else base
    found = sorted(p for p in base.iterdir() if p.is_dir() and _audio_files(p)) if base.is_dir() else []
    if not found:
        raise MixAssistError(
            "holds no folders of stems", subject=base, remedy="Give a folder with one folder of stems for each song"
        )
    return found


def read_excerpt(folder: Path) -> Excerpt:
    """Reads one folder of stems. Raises `MixAssistError` for files that cannot be read or unlike sample rates."""
    names, stems, rates = [], [], set()
    for path in _audio_files(folder):
        try:
            samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError as error:
            raise MixAssistError("cannot be read as audio", subject=path, remedy=str(error)) from error
        names.append(path.stem)
        stems.append(samples[:, :2])
        rates.add(rate)
    if len(rates) != 1:
        raise MixAssistError("holds stems of unlike sample rates", subject=folder, remedy="Convert them to one rate")
    frames = max(s.shape[0] for s in stems)
    padded = tuple(np.pad(s, ((0, frames - s.shape[0]), (0, 0))) for s in stems)
    return Excerpt(folder.name, folder.name.rsplit("-", 1)[0], rates.pop(), tuple(names), padded)


def levelled_inputs(excerpt: Excerpt, variant: str, seed: int = 0) -> list[TrackAudio]:
    """Returns the stems as a mixer gets them: without the artist's levels.

    `normalised` brings each stem to −23 LUFS; `randomised` moves each by up to ±12 dB from there, seeded. Silent
    stems stay as they are.
    """
    inputs = []
    for name, stem in zip(excerpt.names, excerpt.stems, strict=True):
        loudness = listen(stem, excerpt.sample_rate_hz).loudness_lufs
        gain_db = INPUT_LUFS - loudness if np.isfinite(loudness) else 0.0
        if variant == "randomised":
            key = hashlib.sha256(f"{seed}/{excerpt.name}/{name}".encode()).digest()
            lots = np.random.default_rng(int.from_bytes(key[:8], "little"))
            gain_db += float(lots.uniform(-_SPREAD_DB, _SPREAD_DB))
        samples = (stem * np.float32(10.0 ** (gain_db / 20.0))).astype(np.float32)
        inputs.append(TrackAudio(_track(name, excerpt.sample_rate_hz, samples), samples))
    return inputs


def _track(name: str, sample_rate_hz: int, samples: NDArray[np.float32]) -> Track:
    file = AudioFile(f"/{name}", samples.nbytes, sample_rate_hz, samples.shape[0], samples.shape[1])
    source = AudioSource(tuple(SourceSide(file, index) for index in range(samples.shape[1])))
    guess = guess_instrument(name)
    channel = replace(Channel(), instrument=guess.instrument if guess.confidence > 0.0 else "")
    return Track(name, name, source, channel=channel)


def _audio_files(folder: Path) -> Sequence[Path]:
    kinds = {".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff"}
    return sorted(p for p in folder.iterdir() if p.suffix.lower() in kinds)


def each_excerpt(data_dir: str | Path) -> Iterator[Excerpt]:
    """Reads the excerpts one after the other, so that only one is in memory."""
    for folder in excerpt_folders(data_dir):
        yield read_excerpt(folder)
