# SPDX-License-Identifier: Apache-2.0
"""How loud the stems of a mixed song are, from annotations of when they sound: what MedleyDB tells without its audio.

MedleyDB annotates how sure it is that a stem sounds, by a logistic curve of the stem's envelope (Bittner et al.,
"MedleyDB: a multitrack dataset for annotation-intensive MIR research", ISMIR 2014, section 3.2). The curve can be
turned round: envelopes of one song stand on one scale, so they say how loud its stems are against one another. It is
flat above a ceiling, where an envelope is only known to be higher. The level is therefore that of a normal
distribution of which the upper part is cut off (Tobin 1958).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtr

_SLOPE, _MIDDLE = 20.0, 0.15
_CEILING = 0.6
"""Of the envelope: confidences have four decimals, which above do not tell envelopes apart."""
_FAINTEST = 1e-4
_CEILING_DB = 40.0 * float(np.log10(_CEILING))
_GATE_LU = 10.0
_LOWEST_DB, _HIGHEST_DB = -50.0, 8.0
_STEP_DB, _BIN_DB = 0.5, 0.25
_FEWEST_FRAMES = 20
_INDEPENDENT = 40.0
"""Frames that follow one another are alike; a song's count for about so many independent ones."""
_USUAL_SPREAD_DB, _SPREAD_RATIO = 4.0, 0.3
_USUAL_DB, _USUAL_WIDE_DB = -8.0, 12.0
"""What is expected before a stem is seen: how much its level varies in a song, and where its middle is."""

_MIDDLES = np.arange(_LOWEST_DB, _HIGHEST_DB + 0.01, _STEP_DB)[:, None]
_SPREADS = np.arange(2.0, 8.01, _STEP_DB)[None, :]
_PRIOR = (
    -0.5 * (np.log(_SPREADS / _USUAL_SPREAD_DB) / _SPREAD_RATIO) ** 2
    - 0.5 * ((_MIDDLES - _USUAL_DB) / _USUAL_WIDE_DB) ** 2
)
_PER_DB = np.log(10.0) / 10.0


@dataclass(frozen=True)
class StemLevel:
    """A stem's level in its mix.

    Attributes:
        level_db: mean power of the frames within 10 dB of it, on the scale of the song's envelopes.
        unsure_db: standard deviation of what is believed about it; large where most of it is above the ceiling.
        share: share of the song in which the stem sounds, 0 … 1.
    """

    level_db: float
    unsure_db: float
    share: float


def envelope_db(confidence: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turns confidences 0 … 1 back into envelopes in dB; at the ceiling they are only known to be higher.

    The envelope is a mean of the square root of the half-wave rectified sound, hence 40 dB for a factor of ten.
    """
    kept = np.clip(confidence, 1e-5, 1.0 - 1e-5)
    envelope = _MIDDLE + np.log(kept / (1.0 - kept)) / _SLOPE
    return np.asarray(np.minimum(40.0 * np.log10(np.maximum(envelope, _FAINTEST)), _CEILING_DB))


def stem_level(envelope: NDArray[np.float64]) -> StemLevel | None:
    """Returns the level that envelopes in dB, (frames,), speak for; None where the stem hardly sounds."""
    sounding = envelope[envelope > _LOWEST_DB + 5.0]
    if sounding.size < _FEWEST_FRAMES:
        return None
    gate = min(float(np.percentile(sounding, 30)) - 8.0, _CEILING_DB - 4.0)
    for _ in range(10):
        heard = envelope[envelope > gate]
        if heard.size < _FEWEST_FRAMES:
            return None
        belief = _belief(heard, gate)
        levels = _gated_level(np.minimum(gate, _MIDDLES + 6.0))
        level = float((belief * levels).sum())
        moved = float(np.clip(level - _GATE_LU, _LOWEST_DB, _CEILING_DB - 4.0)) - gate
        if abs(moved) < 0.3:
            break
        gate += 0.5 * moved
    unsure = float(np.sqrt((belief * (levels - level) ** 2).sum()))
    return StemLevel(level, unsure, float(np.mean(envelope > gate)))


def _belief(heard: NDArray[np.float64], gate_db: float) -> NDArray[np.float64]:
    """Probability of each middle and spread of the normal distribution, given the frames above the gate."""
    above = int((heard >= _CEILING_DB).sum())
    edges = np.arange(gate_db, _CEILING_DB + _BIN_DB, _BIN_DB)
    counts, _ = np.histogram(heard[heard < _CEILING_DB], bins=edges)
    log_likelihood = above * log_ndtr((_MIDDLES - _CEILING_DB) / _SPREADS)
    log_likelihood = log_likelihood - heard.size * log_ndtr((_MIDDLES - gate_db) / _SPREADS)
    for count, centre in zip(counts, 0.5 * (edges[1:] + edges[:-1]), strict=True):
        if count:
            log_likelihood += count * (-0.5 * ((centre - _MIDDLES) / _SPREADS) ** 2 - np.log(_SPREADS))
    log_belief = log_likelihood * (_INDEPENDENT / heard.size) + _PRIOR
    belief = np.exp(log_belief - log_belief.max())
    return np.asarray(belief / belief.sum())


def _gated_level(gate_db: NDArray[np.float64]) -> NDArray[np.float64]:
    """Level of the mean power of a normal distribution in dB above a gate, for every middle and spread."""
    raised = _PER_DB * _SPREADS**2
    above = ndtr((_MIDDLES + raised - gate_db) / _SPREADS) / np.maximum(ndtr((_MIDDLES - gate_db) / _SPREADS), 1e-12)
    return np.asarray(_MIDDLES + 0.5 * raised + 10.0 * np.log10(np.maximum(above, 1e-12)))
