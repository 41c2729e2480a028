# SPDX-License-Identifier: Apache-2.0
"""The encoder: a VGGish-like network from log-mel patches to 128 values, and what instrument it hears.

After section 2.2 of Steinmetz et al. 2021, whose encoder is VGGish (Hershey et al. 2017); a hundredth of its size, so
that it runs on every stem of a song in a moment.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mixassist.domain.instruments import INSTRUMENTS

EMBEDDING_SIZE = 128
INSTRUMENT_KEYS: tuple[str, ...] = tuple(i.key for i in INSTRUMENTS)


class StemEncoder(nn.Module):
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
