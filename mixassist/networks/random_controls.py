# SPDX-License-Identifier: Apache-2.0
"""Random controls, drawn over the full ranges of the parameter table."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from mixassist.domain.parameters import PARAMETERS, Group, Parameter, Scale


def _spread(parameter: Parameter, share: Tensor, on_scale: Tensor) -> Tensor:
    """Maps 0 … 1 to the range: evenly on the control's own travel where `on_scale`, evenly in its unit elsewhere."""
    low, high = parameter.minimum, parameter.maximum
    even = low + (high - low) * share
    if parameter.scale is not Scale.LOG:
        return even
    return torch.where(on_scale, low * (high / low) ** share, even)


def random_controls(
    batch: int,
    generator: torch.Generator,
    *,
    neutral: Iterable[Group] = (),
) -> dict[str, Tensor]:
    """Draws every control uniformly over its full range; log controls evenly in Hz, ms … or on the log axis.

    Both ways are drawn, half of the examples each, so that neither low frequencies and short times nor high
    and long ones are rare.

    Args:
        neutral: stages left at their defaults; input and output stages always are.

    Returns:
        Tensors (batch,) by key; `reverb_type` as int64 indices, the polarity as 0.
    """
    still = {*neutral, Group.INPUT, Group.OUTPUT}
    on_scale = torch.rand(batch, generator=generator) < 0.5
    controls: dict[str, Tensor] = {}
    for parameter in PARAMETERS:
        share = torch.rand(batch, generator=generator)
        if parameter.scale is Scale.CHOICE:
            index = (share * len(parameter.choices)).long().clamp(max=len(parameter.choices) - 1)
            controls[parameter.key] = index
        elif parameter.group in still:
            controls[parameter.key] = torch.full((batch,), float(parameter.default))
        else:
            controls[parameter.key] = _spread(parameter, share, on_scale)
    return controls
