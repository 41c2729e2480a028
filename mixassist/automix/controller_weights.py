# SPDX-License-Identifier: Apache-2.0
"""The controller's weights: encoder, mixing networks and which groups of controls they are trusted with."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import nn

from mixassist.domain.errors import MixAssistError
from mixassist.networks.checkpoint import load_into, read_weights
from mixassist.networks.controller import MixController, MixPrediction, joined
from mixassist.networks.devices import network_device
from mixassist.networks.encoders import build_encoder
from mixassist.paths import models_directory

KIND = "controller"
GROUPS = ("gain", "pan", "equalizer", "compressor", "reverb")
"""Groups of controls that come either from the network or from the rules."""


class ControllerNetwork(nn.Module):
    """The encoder and the mixing networks, whose predictions are joined; `groups` is what they are trusted with."""

    def __init__(
        self, encoder: Mapping[str, Any], mixer: dict[str, object], members: int = 1, groups: tuple[str, ...] = GROUPS
    ) -> None:
        super().__init__()
        if unknown := set(groups) - set(GROUPS):
            raise ValueError(f"there are no such groups: {', '.join(sorted(unknown))}")
        self.options = {"encoder": dict(encoder), "mixer": mixer, "members": members, "groups": list(groups)}
        self.groups = tuple(groups)
        self.encoder = build_encoder(encoder)
        self.mixers = nn.ModuleList(MixController(**mixer) for _ in range(members))  # type: ignore[arg-type]

    @property
    def device(self) -> torch.device:
        """Where the network computes."""
        return next(self.parameters()).device

    def forward(self, stems: torch.Tensor, mask: torch.Tensor) -> MixPrediction:
        """Predicts for stems (songs, stems, features) as `MixController` does, from all members together."""
        return joined([mixer(stems, mask) for mixer in self.mixers])


def weights_path() -> Path:
    """Where the shipped weights are; the file may be missing."""
    return models_directory() / "controller.safetensors"


def load_controller(path: Path) -> ControllerNetwork:
    """Builds the network that a weights file describes and fills it.

    Raises:
        MixAssistError: whatever is wrong with the file, in one sentence.
    """
    checkpoint = read_weights(path)
    if checkpoint.kind != KIND:
        raise MixAssistError("these are not a controller's weights", subject=path)
    try:
        network = ControllerNetwork(**{**checkpoint.options, "groups": tuple(checkpoint.options.get("groups", GROUPS))})
    except (TypeError, ValueError) as error:
        raise MixAssistError("these options do not fit the controller", subject=path) from error
    load_into(network, checkpoint, path)
    return network.eval().requires_grad_(False)


@lru_cache(maxsize=2)
def _loaded(path: Path, changed_ns: int, device: str) -> ControllerNetwork:
    return load_controller(path).to(device)


_device = "auto"


def use_device(name: str) -> None:
    """Chooses where the shipped network listens and predicts: `auto`, `cpu`, `cuda` or `mps`."""
    global _device
    _device = name


def shipped_controller() -> ControllerNetwork | None:
    """Returns the shipped controller, read once, where `use_device` has it; None where its weights are missing.

    Raises:
        MixAssistError: the file is there and broken.
    """
    path = weights_path()
    return _loaded(path, path.stat().st_mtime_ns, network_device(_device)) if path.is_file() else None
