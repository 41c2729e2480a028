# SPDX-License-Identifier: Apache-2.0
"""What the controller puts out for a channel, and how its numbers become controls in their units."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from mixassist.domain.parameters import PARAMETER, REVERB_TYPES, Group, Parameter, Scale, keys_of

EQUALIZER_KEYS = keys_of(Group.EQUALIZER)
COMPRESSOR_KEYS = ("threshold_db", "attack_ms", "release_ms", "ratio")
"""Make-up gain is no output: it gives back what the compressor takes."""

OUTPUT_SIZES: Mapping[str, int] = {
    "level": 1,
    "pan": 1,
    "equalizer": len(EQUALIZER_KEYS),
    "compressor": len(COMPRESSOR_KEYS),
    "compressor_use": 1,
    "reverb_use": 1,
    "reverb_level": 1,
    "reverb_decay": 1,
    "reverb_type": len(REVERB_TYPES),
}
OUTPUT_NAMES: Mapping[str, tuple[str, ...]] = {"basic": ("level", "pan"), "full": tuple(OUTPUT_SIZES)}
"""The outputs of the two kinds of controller: gain and pan, or everything."""

LEVEL_UNIT_LU = 10.0
"""A level of 1 is ten LU above the middle of the mix."""
WET_MIDDLE_LU, WET_UNIT_LU = -17.0, 5.0
"""A reverb level of 0 is 17 LU below the dry sound; the unit is 5 LU."""


_STARTS: Mapping[str, float] = {"threshold_db": -24.0, "attack_ms": 10.0, "release_ms": 120.0, "ratio": 2.5}
"""A compressor at rest teaches nothing, since no change of its controls is heard: it starts at work on a stem of
−23 LUFS, and whether it is used is an output of its own."""


def place_in_units(parameter: Parameter, place: Tensor) -> Tensor:
    """Maps places 0 … 1 on a linear or logarithmic control's travel to its unit, differentiably."""
    if parameter.scale is Scale.LOG:
        return parameter.minimum * (parameter.maximum / parameter.minimum) ** place
    return parameter.minimum + (parameter.maximum - parameter.minimum) * place


def places_in_units(keys: tuple[str, ...], outputs: Tensor) -> dict[str, Tensor]:
    """Maps a network's raw outputs (..., keys) to controls in their units, each (...).

    Zeros are an equaliser at its defaults, which is flat, and a compressor at a usual working point.
    """
    found = {}
    for index, key in enumerate(keys):
        parameter = PARAMETER[key]
        start = min(max(parameter.normalised(_STARTS.get(key, parameter.default)), 0.02), 0.98)
        offset = torch.logit(torch.tensor(start, dtype=outputs.dtype, device=outputs.device))
        found[key] = place_in_units(parameter, torch.sigmoid(outputs[..., index] + offset))
    return found


def level_lu(outputs: Tensor) -> Tensor:
    """Levels in LU (...,) from the output `level` (..., 1); only their differences mean anything."""
    return outputs[..., 0] * LEVEL_UNIT_LU


def pan_reach(outputs: Tensor) -> Tensor:
    """How far from the middle, 0 … 1, from the output `pan` (..., 1); which side is settled over all channels."""
    return torch.sigmoid(outputs[..., 0] - 1.0)


def wet_level_lu(outputs: Tensor) -> Tensor:
    """Loudness of the reverberation against the dry sound in LU, from the output `reverb_level` (..., 1)."""
    return outputs[..., 0] * WET_UNIT_LU + WET_MIDDLE_LU


def reverb_decay(outputs: Tensor) -> Tensor:
    """Shares of the full decay time (...,), from the output `reverb_decay` (..., 1); 0 is a rather long one."""
    return place_in_units(PARAMETER["reverb_decay"], torch.sigmoid(outputs[..., 0] + 1.0))
