# SPDX-License-Identifier: Apache-2.0
"""The whole channel strip over batches, for training: differentiable in every continuous control."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from mixassist.domain.controls import Controls
from mixassist.domain.parameters import PARAMETERS, REVERB_TYPES
from mixassist.dsp.compressor import compress
from mixassist.dsp.equalizer import equalize
from mixassist.dsp.panning import db_to_factor, fader_factors, pan_gains
from mixassist.dsp.reverb import reverberate


def controls_tensor(
    controls: Sequence[Controls], device: torch.device | str = "cpu", dtype: torch.dtype = torch.float32
) -> dict[str, Tensor]:
    """Gathers channels into tensors by key, each (batch,).

    `reverb_type` becomes indices of int64, `polarity_inverted` 0 or 1; the rest is in its own units.
    """
    tensors = {
        p.key: torch.tensor([c.number(p.key) for c in controls], dtype=dtype, device=device)
        for p in PARAMETERS
        if p.key != "reverb_type"
    }
    types = [REVERB_TYPES.index(str(c["reverb_type"])) for c in controls]
    return {**tensors, "reverb_type": torch.tensor(types, dtype=torch.int64, device=device)}


def bracket(audio: Tensor, controls: Mapping[str, Tensor], sample_rate_hz: int) -> Tensor:
    """Equaliser, compressor and reverb: the part of the strip that the transformation network emulates.

    Args:
        audio: (batch, 1 | 2, frames); one side counts as two equal ones.
        controls: as `controls_tensor` makes them; `reverb_type` may be weights (batch, 5) instead.

    Returns:
        (batch, 2, frames) in the audio's precision, on its device. No stage is ever skipped.
    """
    equalized = equalize(audio, controls, sample_rate_hz)
    return reverberate(compress(equalized, controls, sample_rate_hz), controls, sample_rate_hz)


def channel_strip(audio: Tensor, controls: Mapping[str, Tensor], sample_rate_hz: int) -> Tensor:
    """The strip from input gain to pan; shapes as in `bracket`.

    Input gain, polarity, equaliser, compressor, reverb, fader (−60 dB is silence), constant-power pan.
    """
    sign = 1.0 - 2.0 * controls["polarity_inverted"]
    driven = audio * (db_to_factor(controls["input_gain_db"]) * sign).to(audio.dtype)[:, None, None]
    left, right = pan_gains(controls["pan"])
    gains = torch.stack([left, right], -1) * fader_factors(controls["fader_db"]).unsqueeze(-1)
    return bracket(driven, controls, sample_rate_hz) * gains.to(audio.dtype).unsqueeze(-1)
