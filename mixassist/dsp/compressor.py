# SPDX-License-Identifier: Apache-2.0
"""The compressor: feed-forward, hard knee, one gain for both sides.

D. Giannoulis, M. Massberg, J. D. Reiss, J. Audio Eng. Soc. 60(6), 2012: gain computer eq. 4 with knee width 0, smooth
decoupled peak detector eq. 17 in the log domain.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from mixassist.dsp.ballistics import Detected, DetectorStates, detect, smooth_peaks, step_rate

LEVEL_FLOOR_DB = -120.0
"""Levels below count as this."""

_DB_PER_OCTAVE = 20.0 * math.log10(2.0)
_NEPERS_PER_DB = math.log(10.0) / 20.0
_FLOOR_FACTOR = 10.0 ** (LEVEL_FLOOR_DB / 20.0)


class CompressorSettings(NamedTuple):
    """The compressor's controls in the units its equations use, each (batch,) float64."""

    threshold_db: Tensor
    slope: Tensor
    release_rate: Tensor
    attack_rate: Tensor
    makeup_db: Tensor


def compressor_settings(controls: Mapping[str, Tensor], sample_rate_hz: int) -> CompressorSettings:
    """Turns control tensors, each (batch,), into settings; slope is 1 − 1/ratio."""
    return CompressorSettings(
        controls["threshold_db"].double(),
        1.0 - 1.0 / controls["ratio"].double(),
        step_rate(controls["release_ms"].double() * 1e-3, sample_rate_hz),
        step_rate(controls["attack_ms"].double() * 1e-3, sample_rate_hz),
        controls["makeup_gain_db"].double(),
    )


def wanted_reduction_db(audio: Tensor, settings: CompressorSettings) -> Tensor:
    """Returns the static curve's gain reduction in dB, ≥ 0: (batch, sides, frames) → (batch, frames).

    The level is that of the louder side; above the threshold (level − threshold)·(1 − 1/ratio) is taken off.
    """
    peak = audio[:, 0].abs()
    if audio.shape[1] == 2:
        peak = torch.maximum(peak, audio[:, 1].abs())
    octaves = torch.log2(torch.clamp(peak, min=_FLOOR_FACTOR))
    gain = (settings.slope * _DB_PER_OCTAVE).to(audio.dtype).unsqueeze(-1)
    offset = (-settings.slope * settings.threshold_db).to(audio.dtype).unsqueeze(-1)
    return torch.clamp(octaves * gain + offset, min=0.0)


def gain_factor(reduction_db: Tensor, makeup_db: Tensor) -> Tensor:
    """Turns gain reduction (batch, frames) and make-up gain (batch,), both dB, into a factor (batch, frames)."""
    return torch.exp((makeup_db.to(reduction_db.dtype).unsqueeze(-1) - reduction_db) * _NEPERS_PER_DB)


def compress(audio: Tensor, controls: Mapping[str, Tensor], sample_rate_hz: int) -> Tensor:
    """Passes a batch through the compressor from rest; differentiable.

    Args:
        audio: (batch, 1 | 2, frames).
        controls: the five compressor controls, each (batch,).
    """
    settings = compressor_settings(controls, sample_rate_hz)
    wanted = wanted_reduction_db(audio, settings)
    reduction_db = smooth_peaks(wanted, settings.release_rate, settings.attack_rate)
    return audio * gain_factor(reduction_db, settings.makeup_db).unsqueeze(1)


def compress_from(audio: Tensor, settings: CompressorSettings, start: DetectorStates) -> tuple[Tensor, Detected]:
    """Passes one piece of a track through the compressor, from known states; no gradients.

    Args:
        audio: (1, sides, frames).
        start: the detector's states before the first frame, (1,).

    Returns:
        the compressed piece, and what the detector found: gain reduction in dB and states for later pieces.
    """
    found = detect(wanted_reduction_db(audio, settings), settings.release_rate, settings.attack_rate, start)
    return audio * gain_factor(found.smoothed, settings.makeup_db).unsqueeze(1), found


def compressor_curve_db(level_db: Tensor, threshold_db: float, ratio: float, makeup_gain_db: float) -> Tensor:
    """Returns the output level of a steady signal in dB, for drawing the transfer curve; same shape as `level_db`."""
    above = torch.clamp(level_db - threshold_db, min=0.0)
    return level_db - above * (1.0 - 1.0 / ratio) + makeup_gain_db
