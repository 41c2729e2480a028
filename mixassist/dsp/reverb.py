# SPDX-License-Identifier: Apache-2.0
"""The reverb: each side convolved with its own side of a generated response, added to the dry signal."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor

from mixassist.domain.parameters import REVERB_DECAY_S, REVERB_TYPES
from mixassist.dsp.fft_filter import fft_frames, filter_whole
from mixassist.dsp.room_responses import OCTAVES_HZ, full_response, octave_decay_s

__all__ = ["OCTAVES_HZ", "REVERB_DECAY_S", "impulse_response", "octave_decay_s", "response_frames", "reverberate"]

_NEPERS_60_DB = math.log(1e3)


def response_frames(reverb_type: str, sample_rate_hz: int, decay: float = 1.0) -> int:
    """Returns after how many frames a response is over: it ends, or lies below −120 dB in every octave."""
    whole = full_response(reverb_type, sample_rate_hz).shape[-1]
    extra = 1.0 / decay - 1.0
    slowest_s = max(
        1.0 / (1.0 / octave_s + extra / REVERB_DECAY_S[reverb_type])
        for octave_s in octave_decay_s(reverb_type).values()
    )
    return min(whole, math.ceil(2.0 * slowest_s * sample_rate_hz))


def impulse_response(reverb_type: str, sample_rate_hz: int, decay: float | Tensor = 1.0) -> Tensor:
    """Returns a type's impulse response at a share of its full decay time.

    The share is applied as one more exponential envelope: at 1 kHz RT60 becomes `decay`·`REVERB_DECAY_S`.

    Args:
        reverb_type: one of `domain.parameters.REVERB_TYPES`.
        decay: 0.1 … 1, a number or a tensor of no dimensions (differentiable).

    Returns:
        (2, frames) float64, on the device of `decay`; without the direct sound.
    """
    share = torch.as_tensor(decay, dtype=torch.float64)
    frames = response_frames(reverb_type, sample_rate_hz, float(share.detach()))
    response = full_response(reverb_type, sample_rate_hz)[:, :frames].to(share.device)
    times = torch.arange(frames, dtype=torch.float64, device=share.device) / sample_rate_hz
    envelope = torch.exp(-_NEPERS_60_DB / REVERB_DECAY_S[reverb_type] * times * (1.0 / share - 1.0))
    return response * envelope


def _mixed_responses(reverb_type: Tensor, decay: Tensor, sample_rate_hz: int, dtype: torch.dtype) -> list[Tensor]:
    """Returns each example's response, (2, frames of its own); weighted sums where types are given as weights."""
    responses = []
    for example in range(decay.shape[0]):
        if reverb_type.dim() == 1:
            name = REVERB_TYPES[int(reverb_type[example])]
            responses.append(impulse_response(name, sample_rate_hz, decay[example]).to(dtype))
            continue
        parts = [impulse_response(name, sample_rate_hz, decay[example]) for name in REVERB_TYPES]
        frames = max(part.shape[-1] for part in parts)
        total = torch.zeros(2, frames, dtype=torch.float64, device=decay.device)
        for part, weight in zip(parts, reverb_type[example].double(), strict=True):
            total = total + torch.nn.functional.pad(part, (0, frames - part.shape[-1])) * weight
        responses.append(total.to(dtype))
    return responses


def reverberate(audio: Tensor, controls: Mapping[str, Tensor], sample_rate_hz: int) -> Tensor:
    """Passes a batch through the reverb; differentiable. What rings beyond the end is cut off.

    Args:
        audio: (batch, 1 | 2, frames); one side counts as two equal ones.
        controls: `reverb_decay`, `reverb_dry`, `reverb_wet`, each (batch,), and `reverb_type`: indices (batch,) of an
            integer type, or weights (batch, 5).

    Returns:
        (batch, 2, frames).
    """
    responses = _mixed_responses(controls["reverb_type"], controls["reverb_decay"], sample_rate_hz, audio.dtype)
    # A response longer than the signal only rings beyond its end.
    reach = min(max(r.shape[-1] for r in responses), audio.shape[-1])
    length = fft_frames(audio.shape[-1] + reach)
    spectra = torch.stack([torch.fft.rfft(r[:, :reach], n=length) for r in responses])
    dry, wet = (controls[key].to(audio.dtype)[:, None, None] for key in ("reverb_dry", "reverb_wet"))
    return dry * audio + wet * filter_whole(audio, spectra, length)
