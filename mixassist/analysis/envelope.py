# SPDX-License-Identifier: Apache-2.0
"""The outline of a waveform for a picture: lowest, highest and RMS sample of each column."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mixassist.analysis.signals import as_frames, common_part, finite
from mixassist.domain.progress import CancelToken

_READ_FRAMES = 1 << 20


@dataclass(frozen=True)
class Envelope:
    """Columns of a waveform over all its sides; `seconds` are the middles of the columns.

    With at most as many frames as columns asked for, each column is one frame.
    """

    seconds: np.ndarray
    low: np.ndarray
    high: np.ndarray
    rms: np.ndarray
    length_s: float

    @property
    def peak(self) -> float:
        """The largest magnitude."""
        return float(max(self.high.max(), -self.low.min())) if self.high.size else 0.0


def envelope(
    a: np.ndarray,
    sample_rate_hz: float,
    columns: int = 2000,
    *,
    minus: np.ndarray | None = None,
    gain: float = 1.0,
    cancel: CancelToken | None = None,
) -> Envelope:
    """Outlines a, or a − gain·minus, aligned to the sample.

    Args:
        a: (frames, channels); samples that are not finite count as 0.
        minus: a signal to subtract; the outline is that of their common part.
        gain: factor on `minus`.
    """
    array = as_frames(a)
    if minus is not None:
        array, minus = common_part(a, minus)
    per_column = max(1, math.ceil(len(array) / columns))
    count = math.ceil(len(array) / per_column)
    low, high, rms = np.zeros(count), np.zeros(count), np.zeros(count)
    step = max(1, _READ_FRAMES // per_column)
    for first in range(0, count, step):
        if cancel is not None:
            cancel.check()
        start, stop = first * per_column, min((first + step) * per_column, len(array))
        block = finite(array[start:stop])
        if minus is not None:
            block -= gain * finite(minus[start:stop])
        edges = np.arange(0, len(block), per_column)
        chunk = slice(first, first + len(edges))
        low[chunk] = np.minimum.reduceat(block.min(axis=1), edges)
        high[chunk] = np.maximum.reduceat(block.max(axis=1), edges)
        widths = np.diff(np.append(edges, len(block)))
        rms[chunk] = np.sqrt(np.add.reduceat(np.square(block).mean(axis=1), edges) / widths)
    seconds = (np.arange(count) + 0.5) * per_column / sample_rate_hz
    if per_column == 1:
        seconds = np.arange(count) / sample_rate_hz
    return Envelope(seconds, low, high, rms, len(array) / sample_rate_hz)
