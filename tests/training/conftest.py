# SPDX-License-Identifier: Apache-2.0
"""Devices that trainings are tried on."""

from __future__ import annotations

import pytest
import torch


@pytest.fixture(params=["cpu", "cuda"])
def device(request: pytest.FixtureRequest) -> str:
    """The processor, and a CUDA GPU where there is one."""
    name = str(request.param)
    if name == "cuda" and not torch.cuda.is_available():
        pytest.skip("this machine has no CUDA device")
    return name
