# SPDX-License-Identifier: Apache-2.0
"""Shapes of spectra over time: centroid, bandwidth, contrast, roll-off, flatness, from magnitudes."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

CONTRAST_EDGES_HZ = (0.0, 250.0, 500.0, 1000.0, 2000.0)
"""Where the five contrast bands begin; the last one reaches to the end."""
_QUANTILE = 0.02
_ROLLOFF = 0.85
_LEAST = 1e-10
_CONTRAST_RANGE_DB = 80.0

Floats = NDArray[np.float64]


def spectral_series(magnitudes: NDArray[np.float32], sample_rate_hz: int) -> Mapping[str, Floats]:
    """Features of (2 sides, frames, bins), each (2, frames); the contrasts of the middle bands are one mean.

    Frequencies are told in Hz, one added, so that silence divides nothing.
    """
    frequencies = np.linspace(0.0, sample_rate_hz / 2.0, magnitudes.shape[-1])
    centres, widths, corners, flats = [], [], [], []
    for side in magnitudes:
        shares = side / np.maximum(side.sum(axis=1, keepdims=True), _LEAST)
        centre = shares @ frequencies
        second = shares @ frequencies**2
        centres.append(centre + 1.0)
        # The variance around the centre, by the moments: Σ s·(f − c)² = Σ s·f² − c² when the shares add up to one.
        widths.append(np.sqrt(np.maximum(second - centre**2, 0.0)) + 1.0)
        corners.append(rolloff_hz(shares, frequencies) + 1.0)
        flats.append(flatness(side))
    contrasts = np.stack([contrast_db(side, frequencies) for side in magnitudes])
    return {
        "centroid": np.stack(centres),
        "bandwidth": np.stack(widths),
        "contrast_lows": contrasts[:, 0],
        "contrast_mids": contrasts[:, 1:4].mean(axis=1),
        "contrast_highs": contrasts[:, 4],
        "rolloff": np.stack(corners),
        "flatness": np.stack(flats),
    }


def rolloff_hz(shares: NDArray[np.float32], frequencies_hz: Floats) -> Floats:
    """The frequency below which 85 % of the magnitude lies, (frames,); shares (frames, bins) add up to one."""
    index = np.argmax(np.cumsum(shares, axis=1) >= _ROLLOFF, axis=1)
    return frequencies_hz[index]


def flatness(magnitudes: NDArray[np.float32]) -> Floats:
    """Geometric over arithmetic mean of the powers of (frames, bins): 1 for a flat spectrum, near 0 for a tone."""
    powers = np.maximum(magnitudes**2, np.float32(_LEAST))
    geometric = np.exp(np.log(powers).mean(axis=1, dtype=np.float64))
    return np.asarray(geometric / powers.mean(axis=1, dtype=np.float64))


def contrast_db(magnitudes: NDArray[np.float32], frequencies_hz: Floats) -> Floats:
    """Peaks above valleys in octave bands, (5, frames): the mean of the strongest 2 % of bins over the weakest.

    In 10·log10 of magnitudes, as published. Source: Jiang et al. 2002, "Music type classification by spectral contrast
    feature", with means of a share of the bins.
    """
    edges = [*np.searchsorted(frequencies_hz, CONTRAST_EDGES_HZ), len(frequencies_hz)]
    peaks, valleys = [], []
    for low, high in pairwise(edges):
        band = magnitudes[:, max(low - 1, 0) : high]
        count = max(round(_QUANTILE * band.shape[1]), 1)
        ordered = np.partition(band, (count - 1, band.shape[1] - count), axis=1)
        valleys.append(ordered[:, :count].mean(axis=1, dtype=np.float64))
        peaks.append(ordered[:, -count:].mean(axis=1, dtype=np.float64))
    return _decibels(np.stack(peaks)) - _decibels(np.stack(valleys))


def _decibels(values: Floats) -> Floats:
    levels = 10.0 * np.log10(np.maximum(values, _LEAST))
    return np.asarray(np.maximum(levels, levels.max() - _CONTRAST_RANGE_DB))
