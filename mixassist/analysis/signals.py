# SPDX-License-Identifier: Apache-2.0
"""How the measures read audio: in blocks, in double precision, without a copy of the whole.

Every measure of this room takes numpy arrays (frames, channels), memory maps among them, or torch tensors
(channels, frames); one-dimensional input is one channel. Samples that are not finite (NaN, ±inf) count as
silence, so that one bad sample does not hide the rest; `count_not_finite` says how many there were.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch

from mixassist.domain.progress import CancelToken, Progress, no_progress

Audio = np.ndarray | torch.Tensor

BLOCK_FRAMES = 1 << 18


def as_frames(audio: Audio) -> np.ndarray:
    """Returns audio as a (frames, channels) array that shares its memory.

    Raises:
        ValueError: more than two dimensions, or neither one channel nor two.
    """
    array = audio.detach().cpu().numpy().T if isinstance(audio, torch.Tensor) else np.asanyarray(audio)
    if array.ndim == 1:
        array = array[:, np.newaxis]
    if array.ndim != 2 or array.shape[1] not in (1, 2):
        raise ValueError(f"audio is (frames, 1 or 2) here, not {array.shape}")
    return array


def as_stereo(audio: Audio) -> np.ndarray:
    """Returns audio as (frames, 2); one channel becomes two equal sides without a copy."""
    array = as_frames(audio)
    return array if array.shape[1] == 2 else np.broadcast_to(array, (len(array), 2))


def common_part(a: Audio, b: Audio) -> tuple[np.ndarray, np.ndarray]:
    """Returns both signals from their start to the end of the shorter one, with equally many channels."""
    first, second = as_frames(a), as_frames(b)
    if first.shape[1] != second.shape[1]:
        first, second = as_stereo(first), as_stereo(second)
    frames = min(len(first), len(second))
    return first[:frames], second[:frames]


def finite(block: np.ndarray) -> np.ndarray:
    """Returns a float64 copy of a block with everything that is not finite set to 0."""
    copy = np.array(block, dtype=np.float64)
    bad = ~np.isfinite(copy)
    if bad.any():
        copy[bad] = 0.0
    return copy


def blocks(
    audio: np.ndarray,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
    what: str = "Measuring",
) -> Iterator[tuple[int, np.ndarray]]:
    """Yields (start frame, finite float64 block) over a (frames, channels) array."""
    for start in range(0, len(audio), BLOCK_FRAMES):
        if cancel is not None:
            cancel.check()
        yield start, finite(audio[start : start + BLOCK_FRAMES])
        progress(min(1.0, (start + BLOCK_FRAMES) / len(audio)), what)


def count_not_finite(audio: Audio, cancel: CancelToken | None = None) -> int:
    """Counts the samples that are NaN or infinite."""
    array = as_frames(audio)
    bad = 0
    for start in range(0, len(array), BLOCK_FRAMES):
        if cancel is not None:
            cancel.check()
        bad += int(np.count_nonzero(~np.isfinite(array[start : start + BLOCK_FRAMES])))
    return bad


def decibels(ratio: float, factor: float = 20.0) -> float:
    """Returns factor · log10(ratio): −inf for 0, inf for inf, NaN for NaN; 20 for amplitudes, 10 for powers."""
    if ratio > 0.0:
        return factor * math.log10(ratio) if math.isfinite(ratio) else math.inf
    return -math.inf if ratio == 0.0 else math.nan


def quotient(numerator: float, denominator: float) -> float:
    """Divides; 0/0 is NaN (undefined) and x/0 is infinite, as in the measures that say so."""
    if denominator == 0.0:
        return math.nan if numerator == 0.0 else math.inf
    return numerator / denominator
