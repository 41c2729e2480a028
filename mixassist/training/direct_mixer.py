# SPDX-License-Identifier: Apache-2.0
"""Teaches the direct baseline: stretches of songs with a finished mix, and the paper's loss on sum and difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from mixassist.automix.inputs import TrackAudio
from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.networks.direct_mixer import DirectMixer
from mixassist.networks.losses import MultiResolutionSTFT, stereo_loss
from mixassist.training.datasets.multitrack import MultitrackSong, read_song, song_frames
from mixassist.training.loop import LoopOptions, LossOfStep, Trainer

_SILENCE = 1e-4
_TRIES = 20


class MixExamples(Protocol):
    """Draws songs with their mixes."""

    def draw(self, frames: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Returns stems (stems, 2, frames) and the mix (2, frames)."""


class SongExamples:
    """Stretches of multitrack songs that have a mix.

    Args:
        songs: of one side of a split.
        most_stems: songs with more are left out, as in the paper.
        sample_rate_hz: songs at other rates are left out.

    Raises:
        MixAssistError: no song is left.
    """

    def __init__(self, songs: Sequence[MultitrackSong], most_stems: int, sample_rate_hz: int = 44_100) -> None:
        self.songs = [
            song
            for song in songs
            if song.mix is not None and len(song.stems) <= most_stems and song.sample_rate_hz == sample_rate_hz
        ]
        if not self.songs:
            raise MixAssistError(
                f"no song has a mix, at most {most_stems} stems and {sample_rate_hz} Hz",
                subject=f"{len(songs)} songs",
                remedy="Give songs with their mixes",
            )

    def draw(self, frames: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Returns a random stretch with sound in its mix."""
        for _ in range(_TRIES):
            song = self.songs[int(torch.randint(len(self.songs), (), generator=generator))]
            last = max(song_frames(song) - frames, 0)
            audio = read_song(song, int(torch.randint(last + 1, (), generator=generator)), frames)
            assert audio.mix is not None
            mix = torch.from_numpy(audio.mix.T.copy())
            stems = torch.stack([torch.from_numpy(s.T.copy()).expand(2, -1) for s in audio.stems])
            if float(mix.abs().max()) > _SILENCE:
                break
        return stems, mix


def direct_mixer_lesson(
    examples: MixExamples, batch: int = 4, seconds: float = 5.0, rate_hz: int = 44_100
) -> LossOfStep:
    """Teaches the mix by the multi-resolution STFT of sum and difference (section 2.3)."""
    frames, distance = round(seconds * rate_hz), MultiResolutionSTFT()

    def loss(network: nn.Module, generator: torch.Generator, device: torch.device) -> Tensor:
        drawn = [examples.draw(frames, generator) for _ in range(batch)]
        most = max(len(stems) for stems, _ in drawn)
        stems = torch.stack([functional.pad(s, (0, 0, 0, 0, 0, most - len(s))) for s, _ in drawn]).to(device)
        wanted = torch.stack([mix for _, mix in drawn]).to(device)
        # In full precision, where the logarithms of the loss are safe.
        mixed = network(stems).float()
        return stereo_loss(distance.to(device), mixed, wanted)

    return loss


@dataclass(frozen=True)
class DirectMixerOptions:
    """What to train and how long; the learning rate is the paper's."""

    folder: Path = Path("runs/direct-mixer")
    stems: int = 16
    channels: int = 16
    depth: int = 5
    steps: int = 20_000
    batch: int = 4
    seconds: float = 5.0
    learning_rate: float = 3e-4
    seed: int = 0
    device: str = "cpu"
    mixed_precision: bool = False
    resume: bool = False


def train_direct_mixer(
    options: DirectMixerOptions,
    examples: MixExamples,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> DirectMixer:
    """Trains the direct network in the folder and returns it, ready to mix.

    Raises:
        MixAssistError: a checkpoint that does not fit, songs that cannot be read.
        Cancelled: `cancel` was set; the run's state has been saved.
    """
    torch.manual_seed(options.seed)
    network = DirectMixer(options.stems, options.channels, options.depth)
    lesson = direct_mixer_lesson(examples, options.batch, options.seconds)
    loop = LoopOptions(
        steps=options.steps,
        learning_rate=options.learning_rate,
        seed=options.seed,
        device=options.device,
        mixed_precision=options.mixed_precision,
    )
    trainer = Trainer(network, lesson, loop, options.folder)
    if options.resume:
        trainer.resume()
    trainer.run(progress, cancel)
    return network.cpu().eval()


def direct_method(network: DirectMixer) -> Callable[[Sequence[TrackAudio], int], NDArray[np.float32]]:
    """Returns the network as a method that `evaluate_mix` can measure: tracks and their rate in, (frames, 2) out.

    The network hears every rate as its own; songs are mixed as a whole.
    """

    def mixed(inputs: Sequence[TrackAudio], sample_rate_hz: int) -> NDArray[np.float32]:
        stems = [torch.from_numpy(np.ascontiguousarray(item.samples.T)) for item in inputs]
        return np.ascontiguousarray(network.mix(stems).numpy().T)

    return mixed
