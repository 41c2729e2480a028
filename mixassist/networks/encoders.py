# SPDX-License-Identifier: Apache-2.0
"""The encoders a controller can have: MixAssist's own, and the original VGGish of the paper for those who have it."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from mixassist.domain.errors import MixAssistError
from mixassist.networks.encoder import INSTRUMENT_KEYS, Encoder, StemEncoder
from mixassist.networks.vggish import VGGish, load_vggish, log_mel_patches

_REMEDY = "Train one: mixassist train encoder; or give VGGish's weights"


class VggishEncoder(Encoder):
    """VGGish as an encoder of stems; it names no instruments, so a stem whose name says nothing stays unnamed."""

    def __init__(self, widths: tuple[int, int, int, int] = (64, 128, 256, 512), hidden: int = 4096) -> None:
        super().__init__()
        self.options = {"vggish": {"widths": list(widths), "hidden": hidden}}
        self.network = VGGish(widths, hidden)

    def patches(self, audio: Tensor, sample_rate_hz: int, gain_db: float = 0.0) -> Tensor:
        """Returns VGGish's own patches, each turned to (64, 96)."""
        factor = 10.0 ** (gain_db / 20.0)
        return torch.cat([log_mel_patches(factor * cut, sample_rate_hz)[:1, 0] for cut in audio]).transpose(1, 2)

    def forward(self, patches: Tensor) -> Tensor:
        """Returns the embeddings (n, 128) of patches (n, 64, 96)."""
        found: Tensor = self.network(patches.transpose(1, 2).unsqueeze(1))
        return found

    def instrument_logits(self, embeddings: Tensor) -> Tensor:
        """Zeros, (..., 24): any instrument is as likely as any other."""
        return embeddings.new_zeros(*embeddings.shape[:-1], len(INSTRUMENT_KEYS))


def build_encoder(options: Mapping[str, Any]) -> Encoder:
    """Builds an encoder of given options, with weights of its own.

    Raises:
        TypeError, ValueError: the options are no encoder's.
    """
    if "vggish" in options:
        sizes = options["vggish"]
        return VggishEncoder(tuple(sizes["widths"]), int(sizes["hidden"]))
    return StemEncoder(**options)


def read_encoder(path: Path) -> Encoder:
    """Reads what `mixassist train encoder` left, or the original weights of VGGish, ready to hear.

    Raises:
        MixAssistError: the file is missing or no encoder's.
    """
    if not path.is_file():
        raise MixAssistError("there is no encoder", subject=path, remedy=_REMEDY)
    try:
        tensors = torch.load(path, map_location="cpu", weights_only=True) if path.suffix != ".safetensors" else {}
        if path.suffix == ".safetensors" or "features.0.weight" in tensors:
            return _vggish(path)
        encoder = StemEncoder()
        encoder.load_state_dict(tensors)
    except (OSError, RuntimeError, ValueError, KeyError, EOFError, TypeError, pickle.UnpicklingError) as error:
        raise MixAssistError("this is not an encoder", subject=path, remedy=_REMEDY) from error
    return encoder.eval().requires_grad_(False)


def _vggish(path: Path) -> VggishEncoder:
    network = load_vggish(path)
    encoder = VggishEncoder(network.widths, network.hidden)
    encoder.network.load_state_dict(network.state_dict())
    return encoder.eval().requires_grad_(False)
