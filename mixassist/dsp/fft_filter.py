# SPDX-License-Identifier: Apache-2.0
"""Filtering by FFT: whole signals at once for training, overlapping blocks for rendering."""

from __future__ import annotations

import math
from collections import deque
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

_SMALLEST_POWER = 12
_FFT_COST = (0.93, 1.12, 1.24, 1.43, 1.75, 2.26, 3.4, 12.4, 12.8)
"""Nanoseconds a sample of a float32 real FFT of 2^12, 2^13 … frames, measured on one core: above 2^18 it falls out of the
processor's caches. Only the proportions matter, for choosing lengths."""
_PRODUCT_COST = 0.45
"""The same for multiplying and adding a bin."""


def fft_frames(frames: int) -> int:
    """Returns the smallest power of two, or three quarters of one above 65,536, that is at least `frames`."""
    power = 1 << max(frames - 1, 1).bit_length()
    return power * 3 // 4 if power > 65_536 and power * 3 // 4 >= frames else power


def bin_frequencies_hz(fft_length: int, sample_rate_hz: int, device: torch.device | str = "cpu") -> Tensor:
    """Returns the frequencies in Hz of a real FFT's bins, (fft_length / 2 + 1,) float64."""
    bins = torch.arange(fft_length // 2 + 1, dtype=torch.float64, device=device)
    return bins * (sample_rate_hz / fft_length)


def complex_dtype(dtype: torch.dtype) -> torch.dtype:
    """Returns the complex type of the same precision."""
    return torch.complex128 if dtype == torch.float64 else torch.complex64


def filter_whole(audio: Tensor, response: Tensor, fft_length: int) -> Tensor:
    """Filters whole signals by a frequency response; what rings beyond the end is cut off.

    Args:
        audio: (..., frames).
        response: (..., fft_length / 2 + 1), broadcast against the audio's spectrum.
        fft_length: at least frames plus the response's ringing, or the ringing wraps round to the start.

    Returns:
        (..., frames) in the audio's precision.
    """
    spectrum = torch.fft.rfft(audio, n=fft_length) * response.to(complex_dtype(audio.dtype))
    filtered: Tensor = torch.fft.irfft(spectrum, n=fft_length)
    return filtered[..., : audio.shape[-1]]


class BlockPlan(NamedTuple):
    """How to cut a filter into blocks: FFT length, how many partitions the response has, frames of each."""

    fft_length: int
    partitions: int
    partition_frames: int


def plan_blocks(response_frames: int, wanted_frames: int | None = None) -> BlockPlan:
    """Chooses what costs least a sample.

    A response of one partition of S frames lets an FFT of N frames yield N − S; several partitions, each of N/2
    frames, yield N/2 and share the transforms, at a multiplication a bin for each (F. Wefers, "Partitioned convolution
    algorithms for real-time auralization", 2015, ch. 5: uniformly partitioned overlap-save).

    Args:
        wanted_frames: how many frames are filtered at a time; None = as many as one likes.
    """
    best, best_cost = BlockPlan(1 << 20, 1, response_frames), math.inf
    for power, transform_cost in enumerate(_FFT_COST, start=_SMALLEST_POWER):
        length = 1 << power
        if response_frames <= length // 2:
            plan = BlockPlan(length, 1, -(-response_frames // 64) * 64)
        else:
            plan = BlockPlan(length, -(-response_frames // (length // 2)), length // 2)
        fresh = length - plan.partition_frames
        whole_blocks = 1.0 if wanted_frames is None else -(-wanted_frames // fresh) * fresh / wanted_frames
        cost = whole_blocks * length / fresh * (2.0 * transform_cost + 0.5 * _PRODUCT_COST * plan.partitions)
        if cost < best_cost and (wanted_frames is None or plan.partitions == 1):
            best, best_cost = plan, cost
    return best


class BlockFilter:
    """A finite response applied to a signal in overlapping blocks (overlap-save).

    Args:
        spectra: (partitions, 1 | 2, fft_length / 2 + 1) complex64; one row for all sides or a row for each.
        plan: from `plan_blocks`.
    """

    def __init__(self, spectra: Tensor, plan: BlockPlan) -> None:
        self._spectra = spectra.unbind(0)
        self._fft_length = plan.fft_length
        self._partition_frames = plan.partition_frames
        self.memory_frames = plan.partitions * plan.partition_frames
        self.fresh_frames = plan.fft_length - plan.partition_frames

    @classmethod
    def of_response(cls, response: Tensor, plan: BlockPlan, device: torch.device) -> BlockFilter:
        """Makes a filter from an impulse response, (1 | 2, frames) float64."""
        whole = F.pad(response, (0, plan.partitions * plan.partition_frames - response.shape[-1]))
        parts = whole.view(-1, plan.partitions, plan.partition_frames).transpose(0, 1)
        return cls(torch.fft.rfft(parts, n=plan.fft_length).to(device, torch.complex64), plan)

    def __call__(self, audio: Tensor, earlier: deque[Tensor] | None = None) -> Tensor:
        """Filters (sides, past + frames) into (sides, frames), where past are the partition's frames before.

        Args:
            earlier: spectra of earlier blocks, newest first; kept up to date. Needed with several partitions.
        """
        past = self._partition_frames
        frames = audio.shape[-1] - past
        blocks = []
        for start in range(0, frames, self.fresh_frames):
            spectrum = torch.fft.rfft(audio[:, start : start + self._fft_length], n=self._fft_length)
            total = spectrum * self._spectra[0]
            if earlier is not None:
                for old, part in zip(earlier, self._spectra[1:], strict=False):
                    total.addcmul_(old, part)
                earlier.appendleft(spectrum)
            filtered = torch.fft.irfft(total, n=self._fft_length)
            blocks.append(filtered[:, past : past + min(self.fresh_frames, frames - start)])
        return blocks[0] if len(blocks) == 1 else torch.cat(blocks, dim=-1)

    def started(self) -> FilterRun:
        """Returns this filter at rest, ready to be fed."""
        return FilterRun(self, len(self._spectra), self._partition_frames)


class FilterRun:
    """A filter that is fed piece by piece; all pieces but the last are multiples of its `fresh_frames`."""

    def __init__(self, block_filter: BlockFilter, partitions: int, past_frames: int) -> None:
        self._filter = block_filter
        self._past_frames = past_frames
        self._past: Tensor | None = None
        self._earlier: deque[Tensor] = deque(maxlen=partitions - 1)

    def __call__(self, audio: Tensor) -> Tensor:
        """Filters the next piece, (sides, frames)."""
        past = audio.new_zeros(audio.shape[0], self._past_frames) if self._past is None else self._past
        joined = torch.cat([past, audio], -1)
        self._past = joined[:, joined.shape[-1] - self._past_frames :]
        return self._filter(joined, self._earlier)
