# SPDX-License-Identifier: Apache-2.0
"""Weights on disk: safetensors with a card beside them, checked before they are used; never pickles."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from mixassist.domain.errors import MixAssistError

FORMAT = "mixassist-network"
VERSION = 1
_REMEDY = "Reinstall MixAssist or train the network again"


@dataclass(frozen=True)
class Checkpoint:
    """What a weights file holds: the network's kind, how to build it, and its tensors."""

    kind: str
    options: dict[str, Any]
    tensors: dict[str, torch.Tensor] = field(repr=False)


def save_weights(path: Path, kind: str, options: dict[str, Any], network: nn.Module, *, half: bool = False) -> None:
    """Writes a network's parameters and buffers; `half` keeps them as float16 (they are read as float32)."""
    tensors = {}
    for name, value in network.state_dict().items():
        kept = value.detach().cpu()
        tensors[name] = (kept.half() if half and kept.is_floating_point() else kept).contiguous()
    metadata = {"format": FORMAT, "version": str(VERSION), "kind": kind, "options": json.dumps(options)}
    save_file(tensors, path, metadata=metadata)


def read_weights(path: Path) -> Checkpoint:
    """Reads and checks a weights file.

    Raises:
        MixAssistError: missing, not safetensors, foreign, of another version, or with values that are not finite.
    """
    if not path.is_file():
        raise MixAssistError("there is no such weights file", subject=path, remedy=_REMEDY)
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError) as error:
        raise MixAssistError("this is not a readable safetensors file", subject=path, remedy=_REMEDY) from error
    if metadata.get("format") != FORMAT:
        raise MixAssistError("these weights are not MixAssist's", subject=path, remedy=_REMEDY)
    if metadata.get("version") != str(VERSION):
        raise MixAssistError(
            f"these weights have version {metadata.get('version')}, this program reads {VERSION}",
            subject=path,
            remedy="Use the weights that came with this version",
        )
    for name, tensor in tensors.items():
        if tensor.is_floating_point():
            tensors[name] = tensor.float()
            if not torch.isfinite(tensors[name]).all():
                raise MixAssistError(f"the weights {name} hold NaN or infinity", subject=path, remedy=_REMEDY)
    try:
        options = json.loads(metadata.get("options", "{}"))
    except ValueError as error:
        raise MixAssistError("the weights' options are not readable", subject=path, remedy=_REMEDY) from error
    return Checkpoint(metadata.get("kind", ""), options if isinstance(options, dict) else {}, tensors)


def load_into(network: nn.Module, checkpoint: Checkpoint, path: Path) -> None:
    """Puts the tensors into a network; raises MixAssistError when names or shapes do not fit."""
    try:
        network.load_state_dict(checkpoint.tensors)
    except RuntimeError as error:
        raise MixAssistError("these weights do not fit the network", subject=path, remedy=_REMEDY) from error
