# SPDX-License-Identifier: Apache-2.0
"""The direct baseline: a Demucs-like network from stems to a stereo mix, without a console inside.

Source: Steinmetz et al. 2021, section 3.2, after Défossez et al. 2019 ("Music source separation in the waveform
domain"): encoder and decoder with skips, without the LSTM in the middle. It takes a fixed number of stems, depends on
their order, and its transposed convolutions leave artefacts: what a controller has to beat.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from mixassist.domain.errors import MixAssistError
from mixassist.networks.checkpoint import load_into, read_weights

KIND = "direct-mixer"
KERNEL, STRIDE = 8, 4
PAPER = {"channels": 60, "depth": 6}
"""About 80 million weights, as in the paper."""
_LEAST_SCALE = 1e-4


class DirectMixer(nn.Module):
    """Stems in, stereo mix out.

    Args:
        stems: how many it takes at most; missing ones are silence.
        channels: of the first layer; each deeper one has twice as many.
        depth: layers of the encoder, each at a quarter of the rate.
    """

    def __init__(self, stems: int = 16, channels: int = 16, depth: int = 5) -> None:
        super().__init__()
        self.options = {"stems": stems, "channels": channels, "depth": depth}
        self.stems, self.depth = stems, depth
        self.encoder, self.decoder = nn.ModuleList(), nn.ModuleList()
        before = 2 * stems
        for layer in range(depth):
            width = channels * 2**layer
            self.encoder.append(
                nn.Sequential(
                    nn.Conv1d(before, width, KERNEL, STRIDE), nn.ReLU(), nn.Conv1d(width, 2 * width, 1), nn.GLU(dim=1)
                )
            )
            after = channels * 2 ** (layer - 1) if layer else 2
            decode = [nn.Conv1d(width, 2 * width, 3, padding=1), nn.GLU(dim=1)]
            decode.append(nn.ConvTranspose1d(width, after, KERNEL, STRIDE))
            self.decoder.insert(0, nn.Sequential(*decode, *([nn.ReLU()] if layer else [])))
            before = width

    def valid_length(self, frames: int) -> int:
        """Returns the next length at which every layer of the encoder ends with a whole kernel."""
        length = frames
        for _ in range(self.depth):
            length = max(-(-(length - KERNEL) // STRIDE) + 1, 1)
        for _ in range(self.depth):
            length = (length - 1) * STRIDE + KERNEL
        return length

    def forward(self, stems: Tensor) -> Tensor:
        """Maps (batch, up to `stems`, 2 sides, frames) to (batch, 2, frames).

        Level does not matter to the layers: all are scaled by the input's RMS, and the mix is scaled back.

        Raises:
            MixAssistError: more stems than the network takes.
        """
        count, frames = stems.shape[1], stems.shape[-1]
        if count > self.stems:
            raise MixAssistError(
                f"the direct network takes {self.stems} stems at most",
                subject=f"{count} stems",
                remedy="Join some of them, or train a larger one",
            )
        scale = stems.sum(dim=1).square().mean(dim=(1, 2), keepdim=True).sqrt().clamp(min=_LEAST_SCALE)
        x = functional.pad(stems, (0, self.valid_length(frames) - frames, 0, 0, 0, self.stems - count))
        x = x.flatten(1, 2) / scale
        skips = []
        for layer in self.encoder:
            x = layer(x)
            skips.append(x)
        for layer in self.decoder:
            x = layer(x + skips.pop())
        return x[..., :frames] * scale

    @torch.no_grad()
    def mix(self, stems: Sequence[Tensor]) -> Tensor:
        """Mixes whole stems, each (1 or 2 sides, frames), to (2, frames); shorter ones are followed by silence."""
        frames = max(stem.shape[-1] for stem in stems)
        rows = [functional.pad(s.expand(2, -1), (0, frames - s.shape[-1])) for s in stems]
        mixed: Tensor = self.eval()(torch.stack(rows)[None])[0]
        return mixed


def load_direct_mixer(path: Path) -> DirectMixer:
    """Builds the network that a weights file describes and fills it, ready to mix.

    Raises:
        MixAssistError: whatever is wrong with the file, in one sentence.
    """
    checkpoint = read_weights(path)
    if checkpoint.kind != KIND:
        raise MixAssistError("these weights are of another network", subject=path, remedy=f"Give weights of {KIND}")
    try:
        network = DirectMixer(**checkpoint.options)
    except (TypeError, ValueError) as error:
        raise MixAssistError("these options do not fit the network", subject=path) from error
    load_into(network, checkpoint, path)
    return network.eval().requires_grad_(False)
