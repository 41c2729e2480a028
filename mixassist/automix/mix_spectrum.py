# SPDX-License-Identifier: Apache-2.0
"""Levels that give the mix a usual spectrum: what engineers hear when a mix is dull, thin or shrill.

Names say how loud an instrument usually stands; they do not say that this bass is all sub or that this synth has no
highs. Finished music, however, has much the same spectrum whatever it is made of, and of the levels that an
instrument may have, those are likelier that add up to it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from mixassist.automix.hearing import THIRD_OCTAVES_HZ, k_weighting_power
from mixassist.automix.song import Part, Song

_BAND_SPREAD_DB = 8.5
"""How far third octaves of finished music stray from the usual spectrum, widened because neighbours stray together."""
_OUTLIER_DB = 12.0
"""From here on a band counts less and less: a song without a bass, a recording without highs."""
_EMPTY_DB = 20.0
"""A band that is so far below holds nothing that could be lifted: the recording ends there."""
_KNEE_HZ = 4000.0
_LOWEST_HZ, _HIGHEST_HZ = 95.0, 17_000.0
"""Third octaves from 100 Hz to 16 kHz: below, kicks and basses differ too much from song to song to tell anything."""
_SLOPE_DB, _STEEP_DB = -5.0, -10.0
"""dB per octave of the density up to the knee and above.

Pestana et al. 2013, "Spectral characteristics of popular commercial recordings 1950–2010" (AES 135, paper 8960, p. 5):
the mean of 772 hits falls by about 5 dB per octave between 100 Hz and 4 kHz, and more steeply above; how steeply is
set by the real excerpts and the rendered songs to learn from, which fall by 5 … 11.
"""


def usual_spectrum_db() -> NDArray[np.float64]:
    """Returns the usual level of each third octave of finished music, (29,) in dB; only differences mean anything.

    Good from 100 Hz; below, finished music has less than this.
    """
    octaves = np.log2(THIRD_OCTAVES_HZ / _KNEE_HZ)
    density = np.where(octaves < 0.0, _SLOPE_DB, _STEEP_DB) * octaves
    # A third octave twice as high is twice as wide.
    return np.asarray(density + 10.0 * np.log10(2.0) * octaves)


def towards_usual_spectrum(song: Song, levels_lu: Mapping[str, float], spread_lu: float) -> dict[str, float]:
    """Moves levels so that the parts together come nearer to the usual spectrum; by track id, in LU.

    The most likely levels where each part's strays by `spread_lu` (standard deviation) around the given one, and each
    band of the mix by a few dB around the usual. Many parts of all kinds hardly move; a few stems, whose sum is all
    too bright or too thin, move by as much as their levels are uncertain.
    """
    parts = [p for p in song.parts if p.id in levels_lu]
    if len(parts) < 2 or spread_lu <= 0.0:
        return dict(levels_lu)
    given = np.asarray([levels_lu[p.id] for p in parts])
    moves = _likeliest_moves(given, np.stack([_power(p) for p in parts]), spread_lu)
    moves -= moves.mean()
    return {**levels_lu, **{p.id: float(level + move) for p, level, move in zip(parts, given, moves, strict=True)}}


def _power(part: Part) -> NDArray[np.float64]:
    """Power of a part at 0 LUFS in each third octave, over the whole song: (29,)."""
    power = 10.0 ** (part.hearing.bands_db / 10.0)
    weighted = float(power @ k_weighting_power(THIRD_OCTAVES_HZ))
    return np.asarray(power * (part.hearing.activity / max(weighted, 1e-9)))


def _likeliest_moves(
    given_lu: NDArray[np.float64], powers: NDArray[np.float64], spread_lu: float
) -> NDArray[np.float64]:
    whole_db = 10.0 * np.log10((10.0 ** (given_lu / 10.0)) @ powers + 1e-12) - usual_spectrum_db()
    heard = (THIRD_OCTAVES_HZ < _HIGHEST_HZ) & (THIRD_OCTAVES_HZ > _LOWEST_HZ)
    heard &= whole_db > np.median(whole_db[heard]) - _EMPTY_DB
    usual, powers = usual_spectrum_db()[heard], powers[:, heard]

    def mixed(moves: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The mix against the usual spectrum in dB (bands,), and each part's share in its bands (parts, bands)."""
        each = 10.0 ** ((given_lu + moves)[:, None] / 10.0) * powers + 1e-12
        whole = each.sum(axis=0)
        apart = 10.0 * np.log10(whole) - usual
        return apart - apart.mean(), each / whole

    def errors(moves: NDArray[np.float64]) -> NDArray[np.float64]:
        apart, _ = mixed(moves)
        return np.concatenate((moves / spread_lu, _bounded(apart) / _BAND_SPREAD_DB))

    def slopes(moves: NDArray[np.float64]) -> NDArray[np.float64]:
        apart, shares = mixed(moves)
        tilt = (shares - shares.mean(axis=1, keepdims=True)).T
        return np.concatenate((np.eye(moves.size) / spread_lu, tilt * _bounded_slope(apart)[:, None] / _BAND_SPREAD_DB))

    found = least_squares(errors, np.zeros(given_lu.size), slopes, method="trf", xtol=1e-6, ftol=1e-8, gtol=1e-8)
    return np.asarray(found.x)


def _bounded(apart_db: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(apart_db / np.sqrt(1.0 + (apart_db / _OUTLIER_DB) ** 2))


def _bounded_slope(apart_db: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((1.0 + (apart_db / _OUTLIER_DB) ** 2) ** -1.5)
