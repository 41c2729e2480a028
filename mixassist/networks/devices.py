# SPDX-License-Identifier: Apache-2.0
"""Where networks compute."""

from __future__ import annotations

import torch


def network_device(name: str) -> str:
    """Returns torch's name of the device: of `auto` a CUDA GPU where there is one; of `mps` the processor.

    Filters and detectors keep double precision, which Apple's GPU does not have.
    """
    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    return "cpu" if name == "mps" else name
