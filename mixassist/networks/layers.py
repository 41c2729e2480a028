# SPDX-License-Identifier: Apache-2.0
"""Layers and how they begin."""

from __future__ import annotations

from torch import nn


def zeroed(layer: nn.Linear) -> nn.Linear:
    """Sets a layer's weights and bias to zero and returns it: what it adds begins as nothing."""
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer
