# SPDX-License-Identifier: Apache-2.0
"""The encoder: a VGGish-like network from log-mel patches to 128 values, and what instrument it hears.

After section 2.2 of Steinmetz et al. 2021, whose encoder is VGGish (Hershey et al. 2017); a hundredth of its size, so
that it runs on every stem of a song in a moment.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from mixassist.domain.instruments import INSTRUMENTS
from mixassist.networks.log_mel import log_mel_patches

EMBEDDING_SIZE = 128
INSTRUMENT_KEYS: tuple[str, ...] = tuple(i.key for i in INSTRUMENTS)


class Encoder(nn.Module):
    """What hears a stem: cuts of it become patches (n, 64, 96), patches become embeddings (n, 128)."""

    options: dict[str, Any]

    @property
    def device(self) -> torch.device:
        """Where the encoder computes."""
        return next(self.parameters()).device

    def patches(self, audio: Tensor, sample_rate_hz: int, gain_db: float = 0.0) -> Tensor:
        """Returns what is heard of cuts (n, sides, samples) of `log_mel.patch_samples`, (n, 64, 96).

        Args:
            gain_db: what brings the stem to −23 LUFS.
        """
        raise NotImplementedError

    def instrument_logits(self, embeddings: Tensor) -> Tensor:
        """Returns unnormalised log-probabilities of `INSTRUMENT_KEYS`, (..., 24), from embeddings (..., 128)."""
        raise NotImplementedError


class StemEncoder(Encoder):
    """Maps patches (n, 64, 96) to embeddings (n, 128).

    Six convolutions with pooling between them; the last maps are averaged over time, and over frequency in four
    bands that stay apart, since where the energy lies is half of what an instrument is.
    """

    def __init__(self, width: int = 16, embedding: int = EMBEDDING_SIZE) -> None:
        super().__init__()
        self.options = {"width": width, "embedding": embedding}
        layers: list[nn.Module] = [nn.Conv2d(1, width, 5, stride=2, padding=2, bias=False), nn.BatchNorm2d(width)]
        layers.append(nn.ReLU())
        before = width
        for factor, pool in ((2, True), (4, False), (4, True), (6, False), (6, True)):
            channels = factor * width
            layers += [nn.Conv2d(before, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels), nn.ReLU()]
            if pool:
                layers.append(nn.MaxPool2d(2))
            before = channels
        self.maps = nn.Sequential(*layers)
        self.head = nn.Sequential(nn.Linear(2 * 4 * before, 256), nn.ReLU(), nn.Linear(256, embedding))
        self.instruments = nn.Sequential(nn.ReLU(), nn.Linear(embedding, len(INSTRUMENT_KEYS)))

    def patches(self, audio: Tensor, sample_rate_hz: int, gain_db: float = 0.0) -> Tensor:
        """Returns log-mel patches (n, 64, 96); see `log_mel_patches`."""
        return log_mel_patches(audio, sample_rate_hz, gain_db)

    def forward(self, patches: Tensor) -> Tensor:
        """Returns the embeddings (n, 128)."""
        bands = self.maps(patches.unsqueeze(1)).transpose(1, 2)  # (n, 4 bands, channels, time)
        pooled = torch.cat([bands.mean(dim=-1), bands.amax(dim=-1)], dim=-1)
        out: Tensor = self.head(pooled.flatten(1))
        return out

    def instrument_logits(self, embeddings: Tensor) -> Tensor:
        """Returns unnormalised log-probabilities of `INSTRUMENT_KEYS`, (..., 24), from embeddings (..., 128)."""
        out: Tensor = self.instruments(embeddings)
        return out
