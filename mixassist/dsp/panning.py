# SPDX-License-Identifier: Apache-2.0
"""Pan and fader as factors."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from mixassist.domain.fader_law import FADER_FLOOR_DB


def db_to_factor(gain_db: Tensor) -> Tensor:
    """Turns dB into a factor of amplitude, any shape."""
    return torch.exp(gain_db * (math.log(10.0) / 20.0))


def pan_gains(pan: Tensor) -> tuple[Tensor, Tensor]:
    """Returns the left and right factors of the constant-power law, −3 dB at the centre.

    The sides are multiplied by cos and sin of (pan + 1)·π/4, with pan −1 (left) … 1 (right), any shape.
    """
    angle = (pan + 1.0) * (math.pi / 4.0)
    return torch.cos(angle), torch.sin(angle)


def fader_factors(fader_db: Tensor) -> Tensor:
    """Returns the fader's factor, any shape: exactly 0 at and below −60 dB, where the gradient is that of −60 dB.

    A closed fader must be able to open in training, so silence passes the gradient that the gain would have there.
    """
    factor = db_to_factor(fader_db)
    return torch.where(fader_db <= FADER_FLOOR_DB, factor - factor.detach(), factor)
