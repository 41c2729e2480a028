# SPDX-License-Identifier: Apache-2.0
"""Measures in the time domain: how far two signals are apart, and what one signal is like.

In every comparison `a` is the reference and `b` the signal held against it; `gain` is a factor on `b`. Signals of
unlike length are compared over their common part; one channel against two counts as two equal sides.
The measures by short-time spectra are in `spectral`, those of loudness in `measures`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy.signal

from mixassist.analysis.signals import Audio, as_frames, as_stereo, blocks, common_part, decibels, finite, quotient
from mixassist.domain.progress import CancelToken, Progress, no_progress

_ALIGNMENT_FRAMES = 1 << 21
"""Longest excerpt used to find a delay: 47 s at 44.1 kHz."""


@dataclass(frozen=True)
class PairSums:
    """Sums over all samples and channels of a reference a and a signal b, the residual being r = a − gain·b."""

    count: int
    absolute_residual: float
    residual_energy: float
    a_energy: float
    b_energy: float
    product: float


def pair_sums(
    a: Audio,
    b: Audio,
    *,
    gain: float = 1.0,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> PairSums:
    """Adds up everything that the sample-by-sample measures need, in one pass."""
    first, second = common_part(a, b)
    totals = np.zeros(5)
    for start, x in blocks(first, progress, cancel, "Comparing samples"):
        y = finite(second[start : start + len(x)])
        residual = x - gain * y
        totals += (
            np.abs(residual).sum(),
            np.square(residual).sum(),
            np.square(x).sum(),
            np.square(y).sum(),
            (x * y).sum(),
        )
    return PairSums(first.size, *(float(total) for total in totals))


def mean_absolute_error(a: Audio, b: Audio, *, gain: float = 1.0) -> float:
    """Mean of |a − gain·b| over samples and channels; 0 for no samples.

    Returns:
        A factor of full scale, 0 = identical. Source: the L1 distance by which transformation networks are
        trained and judged (Steinmetz et al. 2021, section 2.4).
    """
    return mean_absolute_error_of(pair_sums(a, b, gain=gain))


def mean_absolute_error_of(sums: PairSums) -> float:
    """The mean absolute error from sums already taken."""
    return sums.absolute_residual / max(sums.count, 1)


def error_to_signal_ratio(a: Audio, b: Audio, *, gain: float = 1.0) -> float:
    """Energy of a − gain·b as a share of the energy of a.

    Returns:
        A ratio, 0 = identical, 1 = as much error as signal; inf when only `a` is silent.
        Source: Wright & Välimäki 2020, equation 1 (without pre-emphasis).
    """
    return error_to_signal_ratio_of(pair_sums(a, b, gain=gain))


def error_to_signal_ratio_of(sums: PairSums) -> float:
    """The error-to-signal ratio from sums already taken."""
    return 0.0 if sums.residual_energy == 0.0 else quotient(sums.residual_energy, sums.a_energy)


def best_gain(sums: PairSums) -> float:
    """The factor on b that leaves the least residual energy: ⟨a, b⟩ / ⟨b, b⟩; 1 where either is silent."""
    return sums.product / sums.b_energy if sums.b_energy > 0.0 and sums.a_energy > 0.0 else 1.0


def null_depth_db(a: Audio, b: Audio, *, gain: float = 1.0, level_match: bool = False, align: bool = False) -> float:
    """RMS of what is left of a − b, relative to the RMS of a: the "null test" as a number.

    Args:
        gain: factor on `b`, when `level_match` is off.
        level_match: choose the factor on `b` that leaves least (least squares; a negative one flips polarity).
        align: shift `b` by whole samples to where it fits best first.

    Returns:
        dB, the lower the more alike; −inf when nothing is left, inf when only `a` is silent.
    """
    first, second = common_part(a, b)
    if align:
        first, second = shifted(first, second, best_lag_frames(first, second))
    if level_match:
        gain = best_gain(pair_sums(first, second))
    return null_depth_db_of(pair_sums(first, second, gain=gain))


def null_depth_db_of(sums: PairSums) -> float:
    """The null depth in dB from sums already taken."""
    return decibels(error_to_signal_ratio_of(sums), 10.0)


@dataclass(frozen=True)
class BestNull:
    """How far two signals null when delay, level and polarity are set right.

    `null_depth_db` is what remains re the reference; b was late by `lag_frames`, had to be turned up by `gain_db` and,
    when `is_inverted`, flipped in polarity.
    """

    null_depth_db: float
    gain_db: float
    lag_frames: int
    is_inverted: bool


def best_null(a: Audio, b: Audio, *, cancel: CancelToken | None = None) -> BestNull:
    """Nulls b against a after the best shift by whole samples and the least-squares gain."""
    lag = best_lag_frames(a, b)
    first, second = shifted(a, b, lag)
    gain = best_gain(pair_sums(first, second, cancel=cancel))
    depth = null_depth_db_of(pair_sums(first, second, gain=gain, cancel=cancel))
    return BestNull(depth, decibels(abs(gain)), lag, gain < 0.0)


def shifted(a: Audio, b: Audio, lag_frames: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the parts of both that lie over one another when b, late by `lag_frames`, is moved earlier."""
    first, second = as_frames(a), as_frames(b)
    first, second = (first, second[lag_frames:]) if lag_frames >= 0 else (first[-lag_frames:], second)
    return common_part(first, second)


def best_lag_frames(a: Audio, b: Audio, max_lag_frames: int | None = None) -> int:
    """Finds by how many frames `b` is late, from the highest absolute cross-correlation.

    Uses the sum of the channels of the loudest 47 seconds of long signals. Polarity does not matter.

    Args:
        max_lag_frames: the farthest shift looked at, a quarter of the signals when None.

    Returns:
        Frames; positive when b is late, negative when it is early, 0 where either is silent.
    """
    first, second = common_part(a, b)
    start = _loudest_start(first) if len(first) > _ALIGNMENT_FRAMES else 0
    x, y = (finite(s[start : start + _ALIGNMENT_FRAMES]).sum(axis=1) for s in (first, second))
    if not x.any() or not y.any():
        return 0
    reach = len(x) // 4 if max_lag_frames is None else min(max_lag_frames, len(x) - 1)
    correlation = np.abs(scipy.signal.correlate(y, x, mode="full", method="fft"))
    middle = len(x) - 1
    window = correlation[middle - reach : middle + reach + 1]
    # Equal peaks (a periodic signal) go to the smallest shift.
    near_best = np.flatnonzero(window >= window.max() * (1.0 - 1e-9)) - reach
    return int(near_best[np.argmin(np.abs(near_best))])


def _loudest_start(audio: np.ndarray) -> int:
    energies = np.array([np.square(block).sum() for _, block in blocks(audio)])
    width = max(1, _ALIGNMENT_FRAMES * len(energies) // len(audio))
    sums = np.convolve(energies, np.ones(width), mode="valid")
    start = int(np.argmax(sums)) * (len(audio) // len(energies))
    return max(0, min(start, len(audio) - _ALIGNMENT_FRAMES))


@dataclass(frozen=True)
class SignalSums:
    """Peak and energies of one signal, left and right in full scale squared, summed over frames."""

    frames: int
    peak: float
    left_energy: float
    right_energy: float
    product: float


def signal_sums(audio: Audio, *, progress: Progress = no_progress, cancel: CancelToken | None = None) -> SignalSums:
    """Adds up everything that crest factor, width and correlation need, in one pass."""
    array = as_stereo(audio)
    peak, totals = 0.0, np.zeros(3)
    for _, block in blocks(array, progress, cancel):
        left, right = block[:, 0], block[:, 1]
        peak = max(peak, float(np.abs(block).max()))
        totals += (np.dot(left, left), np.dot(right, right), np.dot(left, right))
    return SignalSums(len(array), peak, *(float(total) for total in totals))


def rms_dbfs(sums: SignalSums) -> float:
    """Root mean square over frames and both sides, in dB re full scale (a full-scale sine: −3.01); −inf = silence."""
    return decibels((sums.left_energy + sums.right_energy) / max(2 * sums.frames, 1), 10.0)


def crest_factor_db(audio: Audio) -> float:
    """Sample peak over RMS of all sides, in dB: 0 for a square wave, 3.01 for a sine; NaN for silence."""
    return crest_factor_db_of(signal_sums(audio))


def crest_factor_db_of(sums: SignalSums) -> float:
    """The crest factor in dB from sums already taken."""
    return decibels(sums.peak) - rms_dbfs(sums) if sums.peak > 0.0 else math.nan


def stereo_width_db(audio: Audio) -> float:
    """Energy of the side signal over that of the mid signal, in dB.

    side = (L − R)/2, mid = (L + R)/2: −inf = mono, 0 = unrelated sides or one side alone, inf = sides in opposite
    polarity; NaN for silence.
    """
    return stereo_width_db_of(signal_sums(audio))


def stereo_width_db_of(sums: SignalSums) -> float:
    """The side/mid energy ratio in dB from sums already taken."""
    both = sums.left_energy + sums.right_energy
    # Equal sides leave rounding errors of the three sums, not a side signal.
    mid, side = (0.0 if abs(e) < 1e-14 * both else e for e in (both + 2 * sums.product, both - 2 * sums.product))
    return decibels(quotient(side, mid), 10.0)


def correlation(audio: Audio) -> float:
    """Correlation of the sides, as a correlation meter shows it (no mean removed).

    Returns:
        ΣLR / √(ΣL²·ΣR²): 1 = mono, 0 = unrelated, −1 = opposite polarity; NaN when a side is silent.
    """
    return correlation_of(signal_sums(audio))


def correlation_of(sums: SignalSums) -> float:
    """The correlation of the sides from sums already taken."""
    scale = math.sqrt(sums.left_energy) * math.sqrt(sums.right_energy)
    return math.nan if scale == 0.0 else min(1.0, max(-1.0, sums.product / scale))
