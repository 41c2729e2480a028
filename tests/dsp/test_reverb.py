# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy.signal import butter, fftconvolve, sosfiltfilt
from torch import Tensor

from mixassist.domain.controls import Controls
from mixassist.domain.parameters import REVERB_TYPES
from mixassist.dsp.channel_strip import controls_tensor
from mixassist.dsp.reverb import REVERB_DECAY_S, impulse_response, octave_decay_s, response_frames, reverberate

RATES_HZ = (44_100, 48_000, 88_200, 96_000)


def _measured_decay_s(side: np.ndarray, rate_hz: int, octave_hz: float) -> float:
    """RT60 by backward integration (Schroeder), from the slope between −5 and −35 dB, in one octave."""
    edges = [octave_hz / math.sqrt(2.0), octave_hz * math.sqrt(2.0)]
    band = butter(4, edges, "band", fs=rate_hz, output="sos")
    filtered = sosfiltfilt(band, np.pad(side, (0, rate_hz)))[: len(side)]
    energy = np.cumsum((filtered**2)[::-1])[::-1]
    level_db = 10.0 * np.log10(energy / energy[0] + 1e-15)
    first, last = int(np.argmax(level_db < -5.0)), int(np.argmax(level_db < -35.0))
    slope = np.polyfit(np.arange(first, last) / rate_hz, level_db[first:last], 1)[0]
    return -60.0 / float(slope)


@pytest.mark.parametrize("reverb_type", REVERB_TYPES)
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_every_octave_decays_as_stated(reverb_type: str, rate_hz: int) -> None:
    response = impulse_response(reverb_type, rate_hz).numpy()
    for octave_hz, stated_s in octave_decay_s(reverb_type).items():
        if octave_hz > 10_000.0:
            continue
        for side in response:
            assert _measured_decay_s(side, rate_hz, octave_hz) == pytest.approx(stated_s, rel=0.10)
    assert octave_decay_s(reverb_type)[1000.0] == REVERB_DECAY_S[reverb_type]


@pytest.mark.parametrize("reverb_type", REVERB_TYPES)
@pytest.mark.parametrize("decay", [0.3, 0.6])
def test_the_decay_control_is_a_share_of_the_full_time(reverb_type: str, decay: float) -> None:
    response = impulse_response(reverb_type, 44_100, decay).numpy()
    measured = np.mean([_measured_decay_s(side, 44_100, 1000.0) for side in response])
    assert measured == pytest.approx(decay * REVERB_DECAY_S[reverb_type], rel=0.12)


@pytest.mark.parametrize("reverb_type", REVERB_TYPES)
@pytest.mark.parametrize("rate_hz", RATES_HZ[1:])
def test_all_rates_sound_the_same(reverb_type: str, rate_hz: int) -> None:
    seconds = 5
    low, other = (
        np.fft.rfft(impulse_response(reverb_type, rate).numpy(), n=seconds * rate)[:, : seconds * 21_000]
        for rate in (44_100, rate_hz)
    )
    assert np.abs(low - other).max() < 1e-2 * np.abs(low).max()


@pytest.mark.parametrize("reverb_type", REVERB_TYPES)
def test_wet_is_about_as_loud_as_dry_and_its_sides_are_independent(reverb_type: str) -> None:
    random = np.random.default_rng(5)
    frames = 20 * 44_100
    spectrum = np.exp(2j * np.pi * random.random(frames // 2 + 1))
    freqs = np.arange(frames // 2 + 1) / 20.0
    pink = np.fft.irfft(np.where((freqs > 50.0) & (freqs < 16_000.0), spectrum / np.sqrt(freqs + 1e-9), 0.0))
    response = impulse_response(reverb_type, 44_100).numpy()
    wet = fftconvolve(np.stack([pink, pink]), response, axes=1)[:, : len(pink)]
    for side in wet:
        assert 20.0 * math.log10(side.std() / pink.std()) == pytest.approx(0.0, abs=1.0)
    assert abs(np.corrcoef(response)[0, 1]) < 0.25


def test_the_same_bytes_every_time_and_no_direct_sound() -> None:
    first = impulse_response("small_room", 44_100)
    assert torch.equal(first, impulse_response("small_room", 44_100))
    assert float(first[:, 0].abs().max()) < 0.05 * float(first.abs().max())


@pytest.mark.parametrize("decay", [0.1, 0.35, 1.0])
def test_what_is_cut_off_lies_below_120_db(decay: float) -> None:
    for reverb_type in REVERB_TYPES:
        kept = response_frames(reverb_type, 44_100, decay)
        whole = impulse_response(reverb_type, 44_100).numpy()
        times = np.arange(whole.shape[1]) / 44_100
        envelope = np.exp(-math.log(1e3) * times / REVERB_DECAY_S[reverb_type] * (1.0 / decay - 1.0))
        shortened = whole * envelope
        assert np.abs(shortened[:, kept:]).max(initial=0.0) < 1e-6 * np.abs(shortened).max()
        assert np.allclose(impulse_response(reverb_type, 44_100, decay).numpy(), shortened[:, :kept], atol=1e-15)


@pytest.mark.parametrize("sides", [1, 2])
def test_each_side_is_convolved_with_its_own_response(sides: int, noise: Callable[..., Tensor]) -> None:
    settings = [
        Controls({"reverb_type": "plate", "reverb_dry": 0.3, "reverb_wet": 0.9, "reverb_decay": 0.8}),
        Controls({"reverb_type": "small_room", "reverb_wet": 0.5}),
    ]
    audio = torch.stack([noise(sides, 60_000, seed) for seed in (1, 2)])
    found = reverberate(audio, controls_tensor(settings), 44_100)
    for example, controls in enumerate(settings):
        share = controls.number("reverb_decay")
        response = impulse_response(str(controls["reverb_type"]), 44_100, share).numpy()
        dry = np.broadcast_to(audio[example].double().numpy(), (2, 60_000))
        wet = fftconvolve(dry, response, axes=1)[:, :60_000]
        expected = controls.number("reverb_dry") * dry + controls.number("reverb_wet") * wet
        assert np.abs(found[example].numpy() - expected).max() < 1e-6 * np.abs(expected).max()


def test_weights_mix_the_types(noise: Callable[..., Tensor]) -> None:
    audio = noise(2, 8_000)[None].double()
    controls = controls_tensor([Controls({"reverb_wet": 1.0, "reverb_dry": 0.0})], dtype=torch.float64)
    single = [reverberate(audio, {**controls, "reverb_type": torch.tensor([index])}, 44_100) for index in range(5)]
    weights = torch.tensor([[0.1, 0.2, 0.3, 0.15, 0.25]], dtype=torch.float64, requires_grad=True)
    mixed = reverberate(audio, {**controls, "reverb_type": weights}, 44_100)
    expected = sum(float(weight) * one for weight, one in zip(weights[0].tolist(), single, strict=True))
    assert torch.allclose(mixed, torch.as_tensor(expected), atol=1e-12)
    mixed.square().sum().backward()
    assert weights.grad is not None
    assert bool((weights.grad != 0).all())
