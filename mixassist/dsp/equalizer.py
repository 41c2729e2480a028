# SPDX-License-Identifier: Apache-2.0
"""The equaliser: low shelf, three bells, high shelf, as exact digital biquads applied by FFT.

Formulas: R. Bristow-Johnson, "Cookbook formulae for audio equalizer biquad filter coefficients" (lowShelf,
peakingEQ, highShelf).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from mixassist.domain.controls import Controls
from mixassist.domain.parameters import BANDS, SHELF_Q
from mixassist.dsp.fft_filter import bin_frequencies_hz, fft_frames, filter_whole

_DECAY_NEPERS = 22.0
"""How far the slowest pole must have died away before the tail may wrap round: e^−22 is −191 dB, and even three bells
stacked on one frequency, whose response grows as t² before it decays, are then at −142 dB."""


class Biquads(NamedTuple):
    """Coefficients of second-order sections, each (..., 3) float64: b0 b1 b2 and a0 a1 a2."""

    numerator: Tensor
    denominator: Tensor


def band_biquads(band: str, gain_db: Tensor, freq_hz: Tensor, q: Tensor, sample_rate_hz: int) -> Biquads:
    """Returns one band's biquads, not normalised to a0 = 1.

    Args:
        band: one of `domain.parameters.BANDS`; the outer two are shelves.
        gain_db, freq_hz, q: any common shape, float64; a frequency above 0.49 of the rate is taken as that.
    """
    amplitude = torch.exp(gain_db * (math.log(10.0) / 40.0))
    angle = torch.clamp(freq_hz, max=0.49 * sample_rate_hz) * (2.0 * math.pi / sample_rate_hz)
    cosine, alpha = torch.cos(angle), torch.sin(angle) / (2.0 * q)
    if "shelf" not in band:
        tilt = -2.0 * cosine
        return Biquads(
            torch.stack([1.0 + alpha * amplitude, tilt, 1.0 - alpha * amplitude], -1),
            torch.stack([1.0 + alpha / amplitude, tilt, 1.0 - alpha / amplitude], -1),
        )
    # A high shelf is a low shelf mirrored at a quarter of the rate: cos → −cos and every other sign turned.
    side = 1.0 if band == "low_shelf" else -1.0
    cosine = cosine * side
    more, less, slope = amplitude + 1.0, amplitude - 1.0, 2.0 * torch.sqrt(amplitude) * alpha
    numerator = [more - less * cosine + slope, side * 2.0 * (less - more * cosine), more - less * cosine - slope]
    denominator = [more + less * cosine + slope, side * -2.0 * (less + more * cosine), more + less * cosine - slope]
    return Biquads(amplitude.unsqueeze(-1) * torch.stack(numerator, -1), torch.stack(denominator, -1))


def equalizer_biquads(controls: Mapping[str, Tensor], sample_rate_hz: int) -> Biquads:
    """Returns the five bands' biquads, (batch, 5, 3), from control tensors of shape (batch,)."""
    bands = []
    for band in BANDS:
        gain_db = controls[f"{band}_gain_db"].double()
        freq_hz = controls[f"{band}_freq_hz"].double()
        q = controls[f"{band}_q"].double() if f"{band}_q" in controls else torch.full_like(gain_db, SHELF_Q)
        bands.append(band_biquads(band, gain_db, freq_hz, q, sample_rate_hz))
    return Biquads(torch.stack([b.numerator for b in bands], -2), torch.stack([b.denominator for b in bands], -2))


def _polynomial(coefficients: Tensor, delay: Tensor) -> Tensor:
    b0, b1, b2 = (c.unsqueeze(-1) for c in coefficients.unbind(-1))
    return b0 + delay * (b1 + delay * b2)


def biquad_response(biquads: Biquads, freqs_hz: Tensor, sample_rate_hz: int) -> Tensor:
    """Returns the exact complex response of a cascade: (..., bands, 3) sections → (..., freqs), complex128."""
    angle = freqs_hz.double() * (-2.0 * math.pi / sample_rate_hz)
    delay = torch.complex(torch.cos(angle), torch.sin(angle))
    above: Tensor | None = None
    below: Tensor | None = None
    for band in range(biquads.numerator.shape[-2]):
        numerator = _polynomial(biquads.numerator[..., band, :], delay)
        denominator = _polynomial(biquads.denominator[..., band, :], delay)
        above = numerator if above is None else above * numerator
        below = denominator if below is None else below * denominator
    if above is None or below is None:
        return torch.ones_like(delay)
    return above / below


def ring_frames(biquads: Biquads) -> int:
    """Returns after how many frames every filter of a batch has died away below −120 dB, from the pole radii."""
    a0, a1, a2 = biquads.denominator.detach().unbind(-1)
    half, product = a1 / (2.0 * a0), a2 / a0
    root = torch.sqrt(torch.clamp(half * half - product, min=0.0))
    oscillating = half * half < product
    radius = torch.where(oscillating, torch.sqrt(product.clamp(min=0.0)), half.abs() + root)
    # A band at 0 dB has its zeros on its poles and rings not at all.
    flat = (biquads.numerator.detach() - biquads.denominator.detach()).abs().amax(-1) < 1e-12
    largest = float(torch.where(flat, 0.0, radius).clamp(max=1.0 - 1e-9).max())
    return 1 if largest <= 0.0 else 2 + math.ceil(_DECAY_NEPERS / -math.log(max(largest, 1e-6)))


def equalize(audio: Tensor, controls: Mapping[str, Tensor], sample_rate_hz: int) -> Tensor:
    """Passes a batch through the equaliser; differentiable.

    Args:
        audio: (batch, sides, frames).
        controls: the 13 equaliser controls, each (batch,).

    Returns:
        (batch, sides, frames), the same as a recursive biquad cascade to −120 dB.
    """
    biquads = equalizer_biquads(controls, sample_rate_hz)
    length = fft_frames(audio.shape[-1] + ring_frames(biquads))
    response = biquad_response(biquads, bin_frequencies_hz(length, sample_rate_hz, audio.device), sample_rate_hz)
    return filter_whole(audio, response.unsqueeze(1), length)


def equalizer_response(
    controls: Controls | Mapping[str, Tensor], freqs_hz: Tensor, sample_rate_hz: int, band: str | None = None
) -> Tensor:
    """Returns the complex response at given frequencies, for drawing and for tests.

    Args:
        controls: one channel's controls, or control tensors of shape (batch,).
        freqs_hz: (freqs,).
        band: only this band (one of `domain.parameters.BANDS`) instead of all five.

    Returns:
        (freqs,) complex128 for `Controls`, (batch, freqs) for tensors.
    """
    if isinstance(controls, Controls):
        keys = [key for key in controls if key.startswith(BANDS)]
        single = {key: torch.tensor([controls.number(key)], dtype=torch.float64) for key in keys}
        return equalizer_response(single, freqs_hz.cpu(), sample_rate_hz, band)[0]
    biquads = equalizer_biquads(controls, sample_rate_hz)
    if band is not None:
        index = BANDS.index(band)
        biquads = Biquads(*(part[..., index : index + 1, :] for part in biquads))
    return biquad_response(biquads, freqs_hz, sample_rate_hz)
