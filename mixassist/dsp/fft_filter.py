# SPDX-License-Identifier: Apache-2.0
"""Filtering by FFT: whole signals at once for training, overlapping blocks for rendering."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

_SMALLEST_POWER = 12
_FFT_COST = (0.93, 1.12, 1.24, 1.43, 1.75, 2.1, 2.8, 10.0, 10.0)
"""What a sample costs in float32 real FFTs of 2^12, 2^13 … frames, many in one call: nanoseconds on one core. Above
2^18 an FFT falls out of the processor's caches. Only the proportions matter, for choosing lengths."""
_PREPARATION_COST = 4.0
"""The same for preparing a call, whatever the number of FFTs in it."""
_PRODUCT_COST = 0.45
"""The same for multiplying and adding a bin."""
_UNIT = 512
"""Partitions and blocks are multiples of this, so that chunks of a stream can be whole blocks."""


def _power_of_two(frames: int) -> int:
    return 1 << max(frames - 1, 1).bit_length()


def _rounded_up(frames: int, unit: int) -> int:
    return -(-frames // unit) * unit


def fft_frames(frames: int) -> int:
    """Returns the smallest power of two, or three quarters of one above 65,536, that is at least `frames`."""
    power = _power_of_two(frames)
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


def plan_blocks(response_frames: int, wanted_frames: int, *, partitioned: bool = False) -> BlockPlan:
    """Chooses what costs least a sample.

    A response of one partition of S frames lets an FFT of N frames yield N − S; several partitions, each of N/2
    frames, yield N/2 and share the transforms, at a multiplication a bin for each (F. Wefers, "Partitioned convolution
    algorithms for real-time auralization", 2015, ch. 5: uniformly partitioned overlap-save).

    Args:
        wanted_frames: how many frames are filtered at a time; where several partitions are allowed, about how many.
        partitioned: allow several partitions.
    """
    best, best_cost = BlockPlan(_power_of_two(wanted_frames + response_frames + _UNIT), 1, response_frames), math.inf
    for power, transform_cost in enumerate(_FFT_COST, start=_SMALLEST_POWER):
        length = 1 << power
        single = _rounded_up(response_frames, _UNIT)
        if single <= length // 2 or not partitioned:
            plan = BlockPlan(length, 1, single)
        else:
            plan = BlockPlan(length, -(-response_frames // (length // 2)), length // 2)
        fresh = length - plan.partition_frames
        if fresh <= 0:
            continue
        blocks = max(round(wanted_frames / fresh), 1) if partitioned else -(-wanted_frames // fresh)
        share = blocks * fresh / wanted_frames if not partitioned else 1.0
        transforms = 2.0 * (transform_cost + _PREPARATION_COST / (2 * blocks))
        cost = share * length / fresh * (transforms + 0.5 * _PRODUCT_COST * plan.partitions)
        if cost < best_cost:
            best, best_cost = plan, cost
    return best


class BlockFilter:
    """A finite response applied to a signal in overlapping blocks (overlap-save).

    Args:
        spectra: (partitions, 1 | 2, fft_length / 2 + 1) complex64; one row for all sides or a row for each.
        plan: from `plan_blocks`.
    """

    def __init__(self, spectra: Tensor, plan: BlockPlan) -> None:
        self._spectra = spectra
        self._fft_length = plan.fft_length
        self.partition_frames = plan.partition_frames
        self.memory_frames = plan.partitions * plan.partition_frames
        self.fresh_frames = plan.fft_length - plan.partition_frames

    @classmethod
    def of_response(cls, response: Tensor, plan: BlockPlan, device: torch.device) -> BlockFilter:
        """Makes a filter from an impulse response, (1 | 2, frames) float64."""
        whole = F.pad(response, (0, plan.partitions * plan.partition_frames - response.shape[-1]))
        parts = whole.view(-1, plan.partitions, plan.partition_frames).transpose(0, 1)
        return cls(torch.fft.rfft(parts, n=plan.fft_length).to(device, torch.complex64), plan)

    def __call__(self, audio: Tensor, earlier: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Filters (sides, past + frames), where past are the `partition_frames` before.

        Args:
            earlier: spectra of the blocks before these, oldest first, (sides, partitions − 1, bins); None = silence.

        Returns:
            (sides, frames), and the spectra that the next blocks need.
        """
        past = self.partition_frames
        frames = audio.shape[-1] - past
        blocks = -(-frames // self.fresh_frames)
        missing = (blocks - 1) * self.fresh_frames + self._fft_length - audio.shape[-1]
        padded = F.pad(audio, (0, missing)) if missing else audio
        # All blocks in one call: preparing an FFT costs as much as several FFTs.
        spectra = torch.fft.rfft(padded.unfold(-1, self._fft_length, self.fresh_frames))
        partitions = self._spectra.shape[0]
        if earlier is None:
            earlier = spectra.new_zeros(spectra.shape[0], partitions - 1, spectra.shape[-1])
        line = torch.cat([earlier, spectra], 1) if partitions > 1 else spectra
        total = spectra * self._spectra[0].unsqueeze(1)
        for age in range(1, partitions):
            first = partitions - 1 - age
            total.addcmul_(line[:, first : first + blocks], self._spectra[age].unsqueeze(1))
        filtered = torch.fft.irfft(total, n=self._fft_length)[..., past:]
        return filtered.reshape(total.shape[0], -1)[:, :frames], line[:, line.shape[1] - (partitions - 1) :]

    def started(self) -> FilterRun:
        """Returns this filter at rest, ready to be fed."""
        return FilterRun(self)


class FilterRun:
    """A filter that is fed piece by piece; all pieces but the last are multiples of its `fresh_frames`."""

    def __init__(self, block_filter: BlockFilter) -> None:
        self._filter = block_filter
        self._past: Tensor | None = None
        self._earlier: Tensor | None = None

    def __call__(self, audio: Tensor) -> Tensor:
        """Filters the next piece, (sides, frames)."""
        frames = self._filter.partition_frames
        past = audio.new_zeros(audio.shape[0], frames) if self._past is None else self._past
        joined = torch.cat([past, audio], -1)
        self._past = joined[:, joined.shape[-1] - frames :]
        filtered, self._earlier = self._filter(joined, self._earlier)
        return filtered
