# SPDX-License-Identifier: Apache-2.0
"""Real audio to cut from at random places; songs on one side of the split are never on the other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from mixassist.audio.files import probe
from mixassist.audio.stems import StemAudio, StemLibrary
from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.domain.track import AudioSource, SourceSide

SAMPLE_RATE_HZ = 44_100

HELD_OUT_SONGS = ("Rubidium", "Hydrogen")
"""Songs whose stems only measure; none of their excerpts is trained on."""


@dataclass(frozen=True)
class AudioPool:
    """Decoded recordings to cut from, each (frames, 1 or 2)."""

    stems: tuple[StemAudio, ...]

    def cut(self, frames: int, generator: torch.Generator, stereo: bool) -> Tensor:
        """Returns (1 or 2, frames) from a random place with sound in it, scaled to −20 dBFS RMS ±10 dB."""
        for _ in range(20):
            stem = self.stems[int(torch.randint(len(self.stems), (), generator=generator))]
            start = int(torch.randint(max(stem.frames - frames, 1), (), generator=generator))
            piece = np.array(stem.samples[start : start + frames], dtype=np.float32).T
            if piece.shape[1] < frames:
                piece = np.pad(piece, ((0, 0), (0, frames - piece.shape[1])))
            audio = torch.from_numpy(np.ascontiguousarray(piece))
            audio = audio.expand(2, -1) if stereo and audio.shape[0] == 1 else audio if stereo else audio[:1]
            if float(audio.square().mean().sqrt()) > 1e-4:
                break
        return scaled_to(audio, -20.0 + 20.0 * (float(torch.rand((), generator=generator)) - 0.5))


def scaled_to(audio: Tensor, rms_dbfs: float) -> Tensor:
    """Scales audio to an RMS level in dBFS; silence stays silent."""
    rms = audio.square().mean().sqrt().clamp(min=1e-5)
    return audio * (10.0 ** (rms_dbfs / 20.0) / rms)


def audio_pool(
    data: Path,
    *,
    held_out: bool,
    library: StemLibrary,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> AudioPool:
    """Decodes the recordings of one side of the split: stems by song, guitars and drum takes for training only.

    Raises:
        MixAssistError: the data folder is not there.
    """
    if not (data / "stems").is_dir():
        raise MixAssistError("the training data is not there", subject=data, remedy="Name its folder with --data")
    paths = [
        path
        for path in sorted((data / "stems").rglob("*.ogg"))
        if path.parent.name.startswith(HELD_OUT_SONGS) == held_out
    ]
    if not held_out:
        for folder in ("guitar", "drums", "dry-wet"):
            paths += [p for p in sorted((data / folder).rglob("*")) if p.suffix in (".ogg", ".flac", ".wav")]
    sources = []
    for path in paths:
        file = probe(path)
        if file.frames < SAMPLE_RATE_HZ // 2:
            continue
        sides = tuple(SourceSide(file, index) for index in range(min(file.channel_count, 2)))
        sources.append(AudioSource(sides))
    stems = tuple(library.stem(source, SAMPLE_RATE_HZ) for source in sources)
    library.decode(stems, progress=progress, cancel=cancel)
    return AudioPool(stems)
