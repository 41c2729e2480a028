# SPDX-License-Identifier: Apache-2.0
"""How loud it is what remains when one signal is taken from another."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mixassist.analysis.signals import Audio, as_stereo, blocks, common_part, decibels, finite
from mixassist.audio.loudness import LoudnessMeter
from mixassist.domain.progress import CancelToken, Progress, no_progress


@dataclass(frozen=True)
class ResidualLevel:
    """Level of a − gain·b over the common part of both; −inf where nothing remains (or is too short for a loudness)."""

    rms_dbfs: float
    peak_dbfs: float
    integrated_lufs: float


def residual_level(
    a: Audio,
    b: Audio,
    sample_rate_hz: int,
    *,
    gain: float = 1.0,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> ResidualLevel:
    """Measures RMS over both sides, sample peak and loudness (ITU-R BS.1770-4) of a − gain·b."""
    first, second = common_part(as_stereo(a), as_stereo(b))
    meter = LoudnessMeter(sample_rate_hz, 2)
    peak, energy = 0.0, 0.0
    for start, block in blocks(first, progress, cancel, "Measuring what remains"):
        residual = block - gain * finite(second[start : start + len(block)])
        peak = max(peak, float(np.abs(residual).max()))
        energy += float(np.square(residual).sum())
        meter.update(residual)
    rms = math.sqrt(energy / max(first.size, 1))
    return ResidualLevel(decibels(rms), decibels(peak), meter.integrated_lufs())
