# SPDX-License-Identifier: Apache-2.0
"""What the tests of the signal processing share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from mixassist.domain.controls import Controls

Noise = Callable[..., Tensor]


@pytest.fixture
def noise() -> Noise:
    """Makes seeded noise that comes and goes, (sides, frames), peaks about 0.8."""

    def make(sides: int, frames: int, seed: int = 0, dtype: torch.dtype = torch.float32) -> Tensor:
        random = np.random.default_rng(seed)
        swell = 0.05 + 0.95 * np.abs(np.sin(np.arange(frames) / 4_700.0)) ** 6
        return torch.from_numpy(random.standard_normal((sides, frames)) * 0.2 * swell).to(dtype)

    return make


@pytest.fixture
def nasty() -> Controls:
    """Settings that remember long: deep shelf at 20 Hz, a ringing Q of 10, 3 s of release, a hall."""
    return Controls(
        {
            "input_gain_db": -3.0,
            "polarity_inverted": True,
            "low_shelf_gain_db": 12.0,
            "low_shelf_freq_hz": 20.0,
            "low_mid_gain_db": 24.0,
            "low_mid_freq_hz": 200.0,
            "low_mid_q": 10.0,
            "mid_gain_db": -24.0,
            "mid_freq_hz": 500.0,
            "mid_q": 0.1,
            "high_mid_gain_db": 3.0,
            "high_shelf_gain_db": -4.0,
            "threshold_db": -40.0,
            "ratio": 8.0,
            "attack_ms": 30.0,
            "release_ms": 3000.0,
            "makeup_gain_db": 6.0,
            "reverb_type": "hall",
            "reverb_dry": 0.7,
            "reverb_wet": 0.6,
        }
    )


@pytest.fixture
def error_db() -> Callable[[Tensor, Tensor], float]:
    """Returns the largest difference in dB of the reference's peak."""

    def measure(found: Tensor, reference: Tensor) -> float:
        difference = float((found.double() - reference.double()).abs().max())
        return 20.0 * float(np.log10(max(difference, 1e-30) / float(reference.abs().max())))

    return measure
