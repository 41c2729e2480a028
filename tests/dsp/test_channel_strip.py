# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from mixassist.domain.controls import Controls
from mixassist.domain.parameters import PARAMETERS, REVERB_TYPES
from mixassist.dsp import bracket, channel_strip, controls_tensor

CONTINUOUS = [p.key for p in PARAMETERS if p.is_continuous]

SETTINGS = [
    Controls(
        {
            "input_gain_db": 4.0,
            "low_shelf_gain_db": 5.0,
            "low_mid_gain_db": -6.0,
            "low_mid_q": 2.0,
            "mid_gain_db": 3.0,
            "high_mid_gain_db": -4.0,
            "high_mid_q": 0.5,
            "high_shelf_gain_db": 6.0,
            "threshold_db": -30.0,
            "attack_ms": 0.7,
            "release_ms": 60.0,
            "ratio": 4.0,
            "makeup_gain_db": 2.0,
            "reverb_type": "small_room",
            "reverb_decay": 0.7,
            "reverb_dry": 0.8,
            "reverb_wet": 0.4,
            "fader_db": -4.0,
            "pan": 0.3,
        }
    ),
    Controls(
        {
            "polarity_inverted": True,
            "low_shelf_gain_db": -8.0,
            "low_shelf_freq_hz": 300.0,
            "low_mid_gain_db": 4.0,
            "mid_gain_db": 9.0,
            "mid_q": 6.0,
            "high_mid_gain_db": 5.0,
            "high_shelf_gain_db": -3.0,
            "threshold_db": -45.0,
            "attack_ms": 20.0,
            "release_ms": 2000.0,
            "ratio": 2.0,
            "reverb_type": "plate",
            "reverb_decay": 0.4,
            "reverb_wet": 0.9,
            "fader_db": 3.0,
            "pan": -0.8,
        }
    ),
]


@pytest.mark.parametrize("sides", [1, 2])
def test_a_default_channel_is_transparent_up_to_the_pan_law(sides: int, noise: Callable[..., Tensor]) -> None:
    audio = noise(sides, 50_000)
    audio = 0.99 * audio / audio.abs().max()
    found = channel_strip(audio[None], controls_tensor([Controls()]), 44_100)[0]
    assert found.shape == (2, 50_000)
    assert float((found - audio * math.sqrt(0.5)).abs().max()) < 1e-6


@pytest.mark.parametrize("key", CONTINUOUS)
def test_gradients_are_the_finite_differences(key: str, noise: Callable[..., Tensor]) -> None:
    audio = torch.stack([noise(2, 3_000, seed, torch.float64) for seed in (1, 2)])
    probe = torch.stack([noise(2, 3_000, seed, torch.float64) for seed in (3, 4)])
    controls = controls_tensor(SETTINGS, dtype=torch.float64)
    value = controls[key].clone().requires_grad_()

    def measured(at: Tensor) -> Tensor:
        out = channel_strip(audio, {**controls, key: at}, 44_100)
        return (out * probe).sum((1, 2)) + out.square().sum((1, 2))

    measured(value).sum().backward()
    assert value.grad is not None
    step = 1e-6 * torch.clamp(controls[key].abs(), min=1.0)
    slope = (measured(controls[key] + step) - measured(controls[key] - step)) / (2.0 * step)
    assert bool((slope != 0.0).all())
    assert torch.allclose(value.grad, slope, rtol=1e-4, atol=1e-9)


def test_gradients_reach_the_audio_and_the_type_weights(noise: Callable[..., Tensor]) -> None:
    audio = noise(1, 2_000)[None].requires_grad_()
    weights = torch.full((1, len(REVERB_TYPES)), 0.2, requires_grad=True)
    controls = {**controls_tensor(SETTINGS[:1]), "reverb_type": weights}
    bracket(audio, controls, 44_100).square().mean().backward()
    for tensor in (audio, weights):
        assert tensor.grad is not None
        assert bool(torch.isfinite(tensor.grad).all())
        assert float(tensor.grad.abs().max()) > 0.0


def test_neutral_settings_still_learn(noise: Callable[..., Tensor]) -> None:
    controls = {
        key: value.requires_grad_() if value.is_floating_point() else value
        for key, value in controls_tensor([Controls()]).items()
    }
    channel_strip(noise(2, 2_000)[None], controls, 44_100).square().mean().backward()
    for key in ("low_shelf_gain_db", "mid_gain_db", "makeup_gain_db", "reverb_wet", "reverb_dry", "fader_db"):
        gradient = controls[key].grad
        assert gradient is not None
        assert float(gradient.abs()) > 0.0, key


def test_examples_of_a_batch_do_not_touch_one_another(noise: Callable[..., Tensor]) -> None:
    audio = torch.stack([noise(2, 9_000, seed) for seed in (1, 2)])
    both = channel_strip(audio, controls_tensor(SETTINGS), 48_000)
    for example, controls in enumerate(SETTINGS):
        alone = channel_strip(audio[example : example + 1], controls_tensor([controls]), 48_000)[0]
        assert torch.allclose(both[example], alone, atol=1e-6)


def test_a_mono_stem_behaves_as_two_equal_sides(noise: Callable[..., Tensor]) -> None:
    audio = noise(1, 9_000)[None]
    controls = controls_tensor(SETTINGS[:1])
    mono, stereo = (channel_strip(a, controls, 44_100) for a in (audio, audio.repeat(1, 2, 1)))
    assert torch.allclose(mono, stereo, atol=1e-6)


def test_polarity_flips_and_a_closed_fader_is_silence(noise: Callable[..., Tensor]) -> None:
    audio = noise(2, 4_000)[None]
    straight, flipped, closed = (
        channel_strip(audio, controls_tensor([SETTINGS[0].replaced(change)]), 44_100)
        for change in ({}, {"polarity_inverted": True}, {"fader_db": -60.0})
    )
    assert torch.allclose(straight, -flipped, atol=1e-6)
    assert torch.equal(closed, torch.zeros_like(closed))


def test_the_input_gain_comes_before_the_compressor(noise: Callable[..., Tensor]) -> None:
    audio = noise(2, 20_000)[None]
    quiet = Controls({"threshold_db": -40.0, "ratio": 10.0})
    loud = quiet.replaced({"input_gain_db": 12.0})
    levels = [float(channel_strip(audio, controls_tensor([c]), 44_100).square().mean().sqrt()) for c in (quiet, loud)]
    assert 0.0 < 20.0 * math.log10(levels[1] / levels[0]) < 4.0


def test_controls_become_tensors() -> None:
    tensors = controls_tensor(SETTINGS, dtype=torch.float64)
    assert set(tensors) == {p.key for p in PARAMETERS}
    assert tensors["reverb_type"].tolist() == [REVERB_TYPES.index("small_room"), REVERB_TYPES.index("plate")]
    assert tensors["polarity_inverted"].tolist() == [0.0, 1.0]
    assert tensors["pan"].tolist() == [0.3, -0.8]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_cuda_gives_the_same(noise: Callable[..., Tensor]) -> None:
    audio = torch.stack([noise(2, 30_000, seed) for seed in (1, 2)])
    expected = channel_strip(audio, controls_tensor(SETTINGS), 44_100)
    found = channel_strip(audio.cuda(), controls_tensor(SETTINGS, "cuda"), 44_100)
    assert found.device.type == "cuda"
    assert torch.allclose(found.cpu(), expected, atol=1e-5)
