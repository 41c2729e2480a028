# SPDX-License-Identifier: Apache-2.0
"""Log-mel patches: levels that are right, at every rate, whatever the polarity of the sides."""

from __future__ import annotations

import math

import pytest
import torch

from mixassist.networks.log_mel import BANDS, PATCH_FRAMES, from_network_scale, log_mel_patches, patch_samples


def sine(rate_hz: int, frequency_hz: float, level: float) -> torch.Tensor:
    time = torch.arange(patch_samples(rate_hz)) / rate_hz
    return level * torch.sin(2.0 * math.pi * frequency_hz * time)[None, None, :]


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 88_200, 96_000])
def test_a_patch_has_the_same_shape_and_level_at_every_rate(rate_hz: int) -> None:
    here = log_mel_patches(sine(rate_hz, 1000.0, 0.1), rate_hz)
    usual = log_mel_patches(sine(44_100, 1000.0, 0.1), 44_100)
    assert here.shape == (1, BANDS, PATCH_FRAMES)
    band = int(usual[0, :, 40].argmax())
    assert int(here[0, :, 40].argmax()) == band
    assert abs(float(from_network_scale(here)[0, band, 40] - from_network_scale(usual)[0, band, 40])) < 1.0


def test_ten_decibels_more_are_ten_decibels_more() -> None:
    soft, loud = sine(44_100, 1000.0, 0.05), sine(44_100, 1000.0, 0.05)
    difference = from_network_scale(log_mel_patches(loud, 44_100, 10.0)) - from_network_scale(
        log_mel_patches(soft, 44_100)
    )
    band = int(log_mel_patches(loud, 44_100)[0, :, 40].argmax())
    assert float(difference[0, band].mean()) == pytest.approx(10.0, abs=0.01)


def test_a_side_in_opposite_polarity_takes_nothing_away() -> None:
    mono = sine(44_100, 500.0, 0.2)
    assert torch.allclose(
        log_mel_patches(torch.cat([mono, -mono], dim=1), 44_100), log_mel_patches(mono, 44_100), atol=1e-4
    )


def test_silence_is_a_floor_and_not_minus_infinity() -> None:
    assert torch.isfinite(log_mel_patches(torch.zeros(2, 1, patch_samples(44_100)), 44_100)).all()
