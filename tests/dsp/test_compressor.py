# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from mixassist.domain.controls import Controls
from mixassist.dsp.ballistics import DetectorStates, detect, no_states, smooth_peaks, step_rate
from mixassist.dsp.channel_strip import controls_tensor
from mixassist.dsp.compressor import compress, compressor_curve_db


def _sample_loop(audio: np.ndarray, controls: Controls, rate_hz: int) -> np.ndarray:
    """The paper's equations, one sample after another, in double precision: (sides, frames) → the same."""
    number = controls.number
    release = math.exp(-1.0 / (number("release_ms") * 1e-3 * rate_hz))
    attack = math.exp(-1.0 / (number("attack_ms") * 1e-3 * rate_hz))
    level_db = 20.0 * np.log10(np.maximum(np.abs(audio).max(0), 1e-6))
    above = np.maximum(level_db - number("threshold_db"), 0.0)
    wanted = (above - above / number("ratio")).tolist()
    y1 = yl = 0.0
    reduction_db = np.empty(audio.shape[1])
    for n, x in enumerate(wanted):
        y1 = max(x, release * y1 + (1.0 - release) * x)
        yl = attack * yl + (1.0 - attack) * y1
        reduction_db[n] = yl
    return audio * 10.0 ** ((number("makeup_gain_db") - reduction_db) / 20.0)


@pytest.mark.parametrize("rate_hz", [44_100, 96_000])
@pytest.mark.parametrize("attack_ms", [0.03, 2.0, 30.0])
@pytest.mark.parametrize("release_ms", [50.0, 3000.0])
def test_equals_the_sample_loop(
    rate_hz: int, attack_ms: float, release_ms: float, noise: Callable[..., Tensor]
) -> None:
    controls = Controls({"threshold_db": -50.0, "ratio": 10.0, "attack_ms": attack_ms, "release_ms": release_ms})
    audio = noise(2, 100_003)
    expected = _sample_loop(audio.double().numpy(), controls, rate_hz)
    found = compress(audio[None], controls_tensor([controls]), rate_hz)[0].numpy()
    gain_error = np.abs(found - expected) / np.abs(expected).max()
    assert gain_error.max() < 1e-5
    exact = compress(audio.double()[None], controls_tensor([controls], dtype=torch.float64), rate_hz)[0].numpy()
    assert np.abs(exact - expected).max() < 1e-11


def test_equals_the_sample_loop_over_a_minute_of_slow_release(noise: Callable[..., Tensor]) -> None:
    controls = Controls({"threshold_db": -60.0, "ratio": 10.0, "attack_ms": 30.0, "release_ms": 3000.0})
    audio = noise(1, 60 * 44_100)
    audio[:, 20 * 44_100 : 40 * 44_100] *= 1e-3
    expected = _sample_loop(audio.double().numpy(), controls, 44_100)
    found = compress(audio[None], controls_tensor([controls]), 44_100)[0].numpy()
    heard = np.abs(expected) > 1e-7
    assert np.abs(found[heard] / expected[heard] - 1.0).max() < 1e-5


def test_steady_signals_rest_on_the_static_curve() -> None:
    controls = Controls({"threshold_db": -20.0, "ratio": 4.0, "attack_ms": 0.03, "makeup_gain_db": 2.0})
    levels_db = torch.tensor([-60.0, -20.0, -10.0, 0.0])
    audio = (10.0 ** (levels_db / 20.0)).view(4, 1, 1).repeat(1, 1, 4_000)
    found = compress(audio, controls_tensor([controls] * 4), 44_100)[:, 0, -1]
    expected = torch.tensor([-58.0, -18.0, -15.5, -13.0])
    assert torch.allclose(20.0 * torch.log10(found), expected, atol=1e-3)
    assert torch.allclose(compressor_curve_db(levels_db, -20.0, 4.0, 2.0), expected)


def test_attack_and_release_take_their_times_to_63_percent() -> None:
    rate_hz, step_db = 48_000, 10.0
    x = torch.zeros(1, 48_000, dtype=torch.float64)
    x[:, :24_000] = step_db
    release, attack = step_rate(torch.tensor([0.1]), rate_hz), step_rate(torch.tensor([0.01]), rate_hz)
    found = detect(x, release, attack, no_states(1), keep_released=True)
    assert found.released is not None
    risen = int((found.smoothed[0] >= step_db * (1.0 - math.exp(-1.0))).nonzero()[0])
    fallen = int((found.released[0, 24_000:] <= step_db * math.exp(-1.0)).nonzero()[0])
    assert abs(risen - 480) <= 1
    assert abs(fallen - 4_800) <= 1


def test_one_gain_for_both_sides_from_the_louder(noise: Callable[..., Tensor]) -> None:
    controls = controls_tensor([Controls({"threshold_db": -30.0, "ratio": 5.0})])
    audio = noise(2, 20_000) + 0.01
    audio[1] *= 0.1
    compressed = compress(audio[None], controls, 44_100)[0]
    gains = compressed / audio
    assert torch.allclose(gains[0], gains[1], atol=1e-4)
    alone = compress(audio[None, :1], controls, 44_100)[0]
    assert float((alone[0] - compressed[0]).abs().mean()) < 1e-3


def test_silence_stays_silence_and_finite() -> None:
    controls = controls_tensor([Controls({"threshold_db": -60.0, "ratio": 10.0, "makeup_gain_db": 12.0})])
    assert torch.equal(compress(torch.zeros(1, 2, 1000), controls, 44_100), torch.zeros(1, 2, 1000))


@given(
    frames=st.integers(1, 700),
    cut=st.integers(0, 10),
    release_s=st.floats(0.05, 3.0),
    attack_s=st.floats(3e-5, 0.03),
    seed=st.integers(0, 1000),
)
@settings(max_examples=60, deadline=None)
def test_pieces_continue_where_the_last_left_off(
    frames: int, cut: int, release_s: float, attack_s: float, seed: int
) -> None:
    random = np.random.default_rng(seed)
    x = torch.from_numpy(random.uniform(0.0, 40.0, (2, frames)) * (random.random((2, frames)) > 0.7))
    release = step_rate(torch.tensor([release_s, 0.3]), 44_100)
    attack = step_rate(torch.tensor([attack_s, 0.003]), 44_100)
    whole = detect(x, release, attack, no_states(2))
    row = min(cut, (frames - 1) // whole.step)
    start = DetectorStates(whole.states.release[:, row], whole.states.attack[:, row])
    rest = detect(x[:, row * whole.step :], release, attack, start)
    assert torch.allclose(rest.smoothed, whole.smoothed[:, row * whole.step :], atol=1e-10)


@given(frames=st.integers(1, 5_000), seed=st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_the_detector_never_exceeds_its_input_peak_and_rises_with_it(frames: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    x = torch.from_numpy(random.uniform(0.0, 60.0, (1, frames)))
    rates = step_rate(torch.tensor([0.2]), 44_100), step_rate(torch.tensor([0.005]), 44_100)
    found = smooth_peaks(x, *rates)
    assert float(found.min()) >= 0.0
    assert bool((found <= torch.cummax(x, -1).values + 1e-9).all())
    assert bool((smooth_peaks(x + 1.0, *rates) >= found - 1e-9).all())


@pytest.mark.parametrize("frames", [1, 2, 64, 65, 150])
def test_gradients_are_the_finite_differences(frames: int) -> None:
    random = np.random.default_rng(frames)
    x = torch.from_numpy(random.uniform(0.0, 6.0, (2, frames))).requires_grad_()
    release = torch.tensor([0.02, 0.002], dtype=torch.float64, requires_grad=True)
    attack = torch.tensor([0.7, 0.03], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(smooth_peaks, (x, release, attack))
