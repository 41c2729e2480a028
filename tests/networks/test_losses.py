# SPDX-License-Identifier: Apache-2.0
"""Losses against closed forms and against an independent STFT."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mixassist.networks.losses import (
    LOSSES,
    MAGNITUDE_FLOOR,
    RESOLUTIONS,
    MultiResolutionSTFT,
    log_cosh,
    stereo_loss,
)


def independent_distance(a: np.ndarray, b: np.ndarray) -> float:
    """The distance written out with SciPy's frames: no torch, no shared code."""
    total = 0.0
    for frame, hop, length in RESOLUTIONS:
        window = scipy.signal.get_window("hann", length)
        padded = np.zeros(frame)
        padded[(frame - length) // 2 : (frame - length) // 2 + length] = window
        magnitudes = []
        for x in (a, b):
            wide = np.pad(x, frame // 2, mode="reflect")
            starts = range(0, len(wide) - frame + 1, hop)
            frames = np.stack([wide[s : s + frame] * padded for s in starts])
            magnitudes.append(np.maximum(np.abs(np.fft.rfft(frames)), MAGNITUDE_FLOOR))
        estimate, target = magnitudes
        total += np.linalg.norm(target - estimate) / np.linalg.norm(target)
        total += np.mean(np.abs(np.log(estimate) - np.log(target)))
    return total / len(RESOLUTIONS)


def noise(seed: int, frames: int = 8192) -> torch.Tensor:
    return 0.1 * torch.randn(frames, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_distance_equals_an_independent_implementation() -> None:
    a, b = noise(1), noise(2)
    ours = float(MultiResolutionSTFT()(a, b))
    assert ours == pytest.approx(independent_distance(a.numpy(), b.numpy()), rel=1e-6)


def test_equal_signals_have_no_distance_and_a_gain_shows_as_its_logarithm() -> None:
    a = noise(3)
    stft = MultiResolutionSTFT(floor=1e-9)
    assert float(stft(a, a)) == 0.0
    # Half the level: convergence 0.5, log magnitude ln 2.
    assert float(stft(0.5 * a, a)) == pytest.approx(0.5 + np.log(2.0), rel=1e-6)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**31), st.booleans())
def test_stereo_loss_does_not_know_left_from_right(seed: int, swap_target: bool) -> None:
    target = torch.stack([noise(seed), noise(seed + 1)])[None]
    estimate = torch.stack([noise(seed + 2), noise(seed + 3)])[None]
    stft = MultiResolutionSTFT()
    straight = float(stereo_loss(stft, estimate, target))
    swapped = (estimate, target.flip(1)) if swap_target else (estimate.flip(1), target)
    assert float(stereo_loss(stft, *swapped)) == pytest.approx(straight, rel=1e-9)


def test_log_cosh_is_square_near_zero_and_absolute_far_away() -> None:
    zero = torch.zeros(1, dtype=torch.float64)
    assert float(log_cosh(zero + 1e-3, zero)) == pytest.approx(0.5e-6, rel=1e-5)
    assert float(log_cosh(zero + 50.0, zero)) == pytest.approx(50.0 - np.log(2.0), rel=1e-9)


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_every_loss_falls_towards_the_target(name: str) -> None:
    target = torch.stack([noise(5), noise(6)])[None].float()
    estimate = torch.zeros_like(target).requires_grad_()
    loss = LOSSES[name]()
    far = loss(estimate, target)
    far.backward()
    near = loss(0.9 * target, target)
    assert float(near) < float(far.detach())
    assert estimate.grad is not None and float((estimate.grad * target).sum()) < 0.0
