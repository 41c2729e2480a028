# SPDX-License-Identifier: Apache-2.0
"""The transformation networks by name, built fresh or read from weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from torch import nn

from mixassist.domain.errors import MixAssistError
from mixassist.networks.checkpoint import load_into, read_weights
from mixassist.networks.signaltrain import SignalTrain
from mixassist.networks.staged import StagedNetwork
from mixassist.networks.tcn import TCN

TRANSFORMATIONS: dict[str, Callable[..., nn.Module]] = {
    "staged": StagedNetwork,
    "tcn-10": lambda **options: TCN(blocks=10, **options),
    "tcn-20": lambda **options: TCN(blocks=20, **options),
    "tcn-30": lambda **options: TCN(blocks=30, **options),
    "signaltrain": SignalTrain,
}
"""Every network maps audio (batch, 1 or 2, frames) and conditioning (batch, 26) to (batch, 2, frames)."""

DEFAULT_TRANSFORMATION = "staged"


def build_transformation(kind: str, options: dict[str, Any] | None = None) -> nn.Module:
    """Builds a network with fresh weights; raises MixAssistError for an unknown kind or options."""
    try:
        return TRANSFORMATIONS[kind](**(options or {}))
    except KeyError:
        known = ", ".join(TRANSFORMATIONS)
        raise MixAssistError("there is no such network", subject=kind, remedy=f"Choose one of {known}") from None
    except (TypeError, ValueError) as error:
        raise MixAssistError("these options do not fit the network", subject=kind) from error


def load_transformation(path: Path) -> nn.Module:
    """Builds the network that a weights file describes and fills it, ready to render.

    Raises:
        MixAssistError: whatever is wrong with the file, in one sentence.
    """
    checkpoint = read_weights(path)
    network = build_transformation(checkpoint.kind, checkpoint.options)
    load_into(network, checkpoint, path)
    return network.eval().requires_grad_(False)
