# SPDX-License-Identifier: Apache-2.0
"""Made-up audio to train on: chirps, sines, squares and sawtooths in segments, and bursts that measure a chain.

Source: McCool 2018, section 4.1 (random chirps of 80–1200 Hz, squares and sawtooths, in segments).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

_LOW_HZ, _HIGH_HZ = 80.0, 1200.0


def _uniform(generator: torch.Generator, low: float, high: float) -> float:
    return low + (high - low) * float(torch.rand((), generator=generator))


def segments(frames: int, sample_rate_hz: int, generator: torch.Generator) -> Tensor:
    """Returns (frames,) of random segments, each a chirp, sine, square, sawtooth, noise burst or a pause."""
    out = torch.zeros(frames)
    start = 0
    while start < frames:
        length = min(int(_uniform(generator, 0.05, 0.6) * sample_rate_hz), frames - start)
        out[start : start + length] = _segment(length, sample_rate_hz, generator)
        start += length
    return out


def _segment(length: int, sample_rate_hz: int, generator: torch.Generator) -> Tensor:
    kind = int(torch.randint(0, 6, (), generator=generator))
    level = 10.0 ** _uniform(generator, -2.0, 0.0)
    start_hz, end_hz = (_LOW_HZ * (_HIGH_HZ / _LOW_HZ) ** _uniform(generator, 0.0, 1.0) for _ in range(2))
    time = torch.arange(length) / sample_rate_hz
    glide = (end_hz - start_hz) / max(length / sample_rate_hz, 1e-3) if kind == 0 else 0.0
    turns = start_hz * time + 0.5 * glide * time.square()
    if kind in (0, 1):
        wave = torch.sin(2 * math.pi * turns)
    elif kind == 2:
        wave = torch.sign(torch.sin(2 * math.pi * turns))
    elif kind == 3:
        wave = 2 * (turns % 1.0) - 1
    elif kind == 4:
        wave = 0.5 * torch.randn(length, generator=generator)
    else:
        return torch.zeros(length)
    decay = _uniform(generator, 0.02, 1.0)
    envelope = torch.exp(-time / decay) if float(torch.rand((), generator=generator)) < 0.6 else torch.ones(length)
    fade = min(64, length)
    envelope[-fade:] *= torch.linspace(1, 0, fade)
    return level * wave * envelope


def impulse(frames: int, batch: int) -> Tensor:
    """Returns unit impulses, (batch, 1, frames): what an engineer claps into a room to measure it."""
    out = torch.zeros(batch, 1, frames)
    out[..., 0] = 1.0
    return out
