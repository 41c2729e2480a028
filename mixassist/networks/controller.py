# SPDX-License-Identifier: Apache-2.0
"""The controller: hears what the encoder made of every stem, and predicts each channel's controls.

After section 2.2 of Steinmetz et al. 2021: a context is formed over all stems, and one post-processor, shared by the
channels, maps a stem and its context to normalised controls. Beyond the paper: attention between the stems beside the
mean, each stem's own level as an input, and an uncertainty for every control.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mixassist.networks.encoder import EMBEDDING_SIZE, INSTRUMENT_KEYS
from mixassist.networks.layers import zeroed
from mixassist.networks.mix_controls import OUTPUT_NAMES, OUTPUT_SIZES, pan_reach

HEARING_SIZE = 40
"""How many numbers `automix.stem_features` gives of a stem beside its embedding."""
LEVEL_SIZE = 3
STEM_SIZE = EMBEDDING_SIZE + HEARING_SIZE + 2 * len(INSTRUMENT_KEYS) + LEVEL_SIZE
"""Size of a stem's input: embedding, hearing, heard and known instrument, level."""

CONTEXTS = ("mean", "attention")


@dataclass(frozen=True)
class MixPrediction:
    """What the controller says of every stem; all (songs, stems, size of the output).

    `values` holds each output's place on its travel, before it is brought into units; `spread` the scale of a
    Laplace distribution around it, on the same travel; of `pan` that of the distance from the middle, 0 … 1.
    """

    values: dict[str, Tensor]
    spread: dict[str, Tensor]


class MixController(nn.Module):
    """Maps stems' features (songs, stems, 219) and a mask (songs, stems) to controls.

    Args:
        kind: `basic` predicts gain and pan, `full` all controls.
        context: `mean` is the paper's masked mean; `attention` lets stems look at each other first.
        width: channels inside.
        dropout: of hidden values; `embedding_dropout` of the embedding, which knows a song by heart all too soon.
    """

    def __init__(
        self,
        kind: str = "full",
        context: str = "attention",
        width: int = 64,
        heads: int = 4,
        dropout: float = 0.3,
        embedding_dropout: float = 0.7,
    ) -> None:
        super().__init__()
        if context not in CONTEXTS:
            raise ValueError(f"context is one of {', '.join(CONTEXTS)}")
        self.options = {
            "kind": kind,
            "context": context,
            "width": width,
            "heads": heads,
            "dropout": dropout,
            "embedding_dropout": embedding_dropout,
        }
        self.outputs = OUTPUT_NAMES[kind]
        self.embedding = nn.Sequential(nn.Dropout(embedding_dropout), nn.Linear(EMBEDDING_SIZE, width // 2))
        size = STEM_SIZE - EMBEDDING_SIZE + width // 2
        self.stem = nn.Sequential(nn.Linear(size, width), nn.PReLU(), nn.Dropout(dropout), nn.Linear(width, width))
        self.attention: nn.Module | None = None
        if context == "attention":
            layer = nn.TransformerEncoderLayer(
                width, heads, 2 * width, dropout, activation="gelu", batch_first=True, norm_first=True
            )
            self.attention = nn.TransformerEncoder(layer, 1, enable_nested_tensor=False)
        size = sum(OUTPUT_SIZES[name] for name in self.outputs)
        self.post = nn.Sequential(
            nn.Linear(2 * width, width),
            nn.PReLU(),
            nn.Dropout(dropout),
            nn.Linear(width, width),
            nn.PReLU(),
            nn.Dropout(dropout),
            zeroed(nn.Linear(width, 2 * size)),
        )
        # What an instrument, its spectrum and its level say by themselves needs no hidden layer, and learns soonest.
        self.direct = zeroed(nn.Linear(STEM_SIZE - EMBEDDING_SIZE, 2 * size))

    def forward(self, stems: Tensor, mask: Tensor) -> MixPrediction:
        """Predicts for (songs, stems, features); `mask` is True where there is a stem."""
        embedding, rest = stems.split([EMBEDDING_SIZE, STEM_SIZE - EMBEDDING_SIZE], dim=-1)
        own = self.stem(torch.cat([rest, self.embedding(embedding)], dim=-1))
        heard = own if self.attention is None else self.attention(own, src_key_padding_mask=~mask)
        counted = mask.unsqueeze(-1).to(heard.dtype)
        context = (heard * counted).sum(dim=1, keepdim=True) / counted.sum(dim=1, keepdim=True).clamp(min=1.0)
        out = self.post(torch.cat([heard, context.expand_as(heard)], dim=-1)) + self.direct(rest)
        means, scales = out.chunk(2, dim=-1)
        sizes = [OUTPUT_SIZES[name] for name in self.outputs]
        return MixPrediction(
            dict(zip(self.outputs, means.split(sizes, dim=-1), strict=True)),
            dict(zip(self.outputs, nn.functional.softplus(scales).split(sizes, dim=-1), strict=True)),
        )


def joined(predictions: Sequence[MixPrediction]) -> MixPrediction:
    """Returns the mean of several networks' predictions; where they disagree the spread grows."""
    values, spread = {}, {}
    for name in predictions[0].values:
        each = torch.stack([p.values[name] for p in predictions])
        values[name] = each.mean(dim=0)
        apart = pan_reach(each).unsqueeze(-1) if name == "pan" else each
        own = torch.stack([p.spread[name] for p in predictions]).square().mean(dim=0)
        spread[name] = (own + apart.var(dim=0, unbiased=False)).sqrt()
    return MixPrediction(values, spread)
