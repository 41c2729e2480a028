# SPDX-License-Identifier: Apache-2.0
"""Turns a channel's controls into the vector that conditions a network: 13 + 5 + 8 values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from mixassist.domain.controls import Controls
from mixassist.domain.parameters import PARAMETER, REVERB_TYPES, Group, Parameter, Scale, keys_of

BRACKET_KEYS: tuple[str, ...] = (
    *keys_of(Group.EQUALIZER),
    *keys_of(Group.COMPRESSOR),
    *keys_of(Group.REVERB),
)
"""The controls the transformation network emulates, in the table's order."""

CONDITIONING_NAMES: tuple[str, ...] = tuple(
    name
    for key in BRACKET_KEYS
    for name in ([f"{key}={t}" for t in REVERB_TYPES] if PARAMETER[key].scale is Scale.CHOICE else [key])
)
"""Names of the 26 conditioning values; the reverb type takes five one-hot places."""

CONDITIONING_SIZE = len(CONDITIONING_NAMES)

_PLACE = {name: index for index, name in enumerate(CONDITIONING_NAMES)}


def place_of(name: str) -> int:
    """Returns where a conditioning value stands in the vector."""
    return _PLACE[name]


def normalised_tensor(parameter: Parameter, values: Tensor) -> Tensor:
    """Maps values in the control's unit to −1 … 1 over its travel (linear or log), differentiably."""
    low, high = parameter.minimum, parameter.maximum
    if parameter.scale is Scale.LOG:
        share = torch.log(values / low) / torch.log(torch.tensor(high / low, dtype=values.dtype, device=values.device))
    else:
        share = (values - low) / (high - low)
    return 2.0 * share - 1.0


def conditioning(controls: Mapping[str, Tensor]) -> Tensor:
    """Builds the conditioning vectors from tensors of controls.

    Args:
        controls: every key of `BRACKET_KEYS` in its own unit, shape (batch,); `reverb_type` as indices (batch,)
            or as weights (batch, 5).

    Returns:
        (batch, 26): continuous controls −1 … 1, types 0 … 1.
    """
    columns: list[Tensor] = []
    for key in BRACKET_KEYS:
        values = controls[key]
        if PARAMETER[key].scale is Scale.CHOICE:
            weights = values
            if not values.is_floating_point():
                weights = torch.nn.functional.one_hot(values, len(REVERB_TYPES)).to(columns[0])
            columns.extend(weights.unbind(-1))
        else:
            columns.append(normalised_tensor(PARAMETER[key], values))
    return torch.stack(columns, dim=-1)


def conditioning_of(controls: Sequence[Controls]) -> Tensor:
    """Builds the conditioning vectors (batch, 26) from checked controls."""
    tensors: dict[str, Tensor] = {}
    for key in BRACKET_KEYS:
        if PARAMETER[key].scale is Scale.CHOICE:
            tensors[key] = torch.tensor([REVERB_TYPES.index(str(c[key])) for c in controls])
        else:
            tensors[key] = torch.tensor([c.number(key) for c in controls], dtype=torch.float64)
    for key, values in tensors.items():
        if values.is_floating_point():
            tensors[key] = values.to(torch.float32)
    return conditioning(tensors)
