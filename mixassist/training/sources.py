# SPDX-License-Identifier: Apache-2.0
"""Audio to train on: mostly recordings, cut at random places, and some that is made up."""

from __future__ import annotations

import torch
from torch import Tensor

from mixassist.evaluation.recordings import SAMPLE_RATE_HZ, AudioPool, scaled_to
from mixassist.training.synthetic import segments


def random_audio(
    pool: AudioPool | None, batch: int, frames: int, generator: torch.Generator, stereo_share: float = 0.25
) -> Tensor:
    """Returns (batch, 1 or 2, frames): mostly recordings, a fifth synthetic; one width for the whole batch."""
    stereo = float(torch.rand((), generator=generator)) < stereo_share
    rows = []
    for _ in range(batch):
        if pool is None or float(torch.rand((), generator=generator)) < 0.2:
            made = scaled_to(segments(frames, SAMPLE_RATE_HZ, generator)[None], -20.0)
            rows.append(made.expand(2, -1) if stereo else made)
        else:
            rows.append(pool.cut(frames, generator, stereo))
    return torch.stack(rows)
