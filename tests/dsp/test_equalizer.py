# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import sosfilt, sosfreqz

from mixassist.domain.controls import Controls
from mixassist.domain.parameters import BANDS, PARAMETER, SHELF_Q
from mixassist.dsp.channel_strip import controls_tensor
from mixassist.dsp.equalizer import equalize, equalizer_biquads, equalizer_response, ring_frames


def _cookbook_section(band: str, gain_db: float, freq_hz: float, q: float, rate_hz: int) -> list[float]:
    """The Audio EQ Cookbook, written down a second time."""
    big = 10.0 ** (gain_db / 40.0)
    w0 = 2.0 * math.pi * freq_hz / rate_hz
    cos, alpha = math.cos(w0), math.sin(w0) / (2.0 * q)
    root = 2.0 * math.sqrt(big) * alpha
    if band == "low_shelf":
        b = [
            big * ((big + 1) - (big - 1) * cos + root),
            2 * big * ((big - 1) - (big + 1) * cos),
            big * ((big + 1) - (big - 1) * cos - root),
        ]
        a = [
            (big + 1) + (big - 1) * cos + root,
            -2 * ((big - 1) + (big + 1) * cos),
            (big + 1) + (big - 1) * cos - root,
        ]
    elif band == "high_shelf":
        b = [
            big * ((big + 1) + (big - 1) * cos + root),
            -2 * big * ((big - 1) + (big + 1) * cos),
            big * ((big + 1) + (big - 1) * cos - root),
        ]
        a = [
            (big + 1) - (big - 1) * cos + root,
            2 * ((big - 1) - (big + 1) * cos),
            (big + 1) - (big - 1) * cos - root,
        ]
    else:
        b = [1 + alpha * big, -2 * cos, 1 - alpha * big]
        a = [1 + alpha / big, -2 * cos, 1 - alpha / big]
    return [value / a[0] for value in b + a]


def _cascade(controls: Controls, rate_hz: int) -> np.ndarray:
    number = controls.number
    return np.array(
        [
            _cookbook_section(
                band,
                number(f"{band}_gain_db"),
                number(f"{band}_freq_hz"),
                SHELF_Q if "shelf" in band else number(f"{band}_q"),
                rate_hz,
            )
            for band in BANDS
        ]
    )


@st.composite
def equalizers(draw: st.DrawFn) -> Controls:
    keys = [key for key in PARAMETER if key.startswith(BANDS)]
    place = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0.0, 1.0))
    return Controls({key: PARAMETER[key].denormalised(draw(place)) for key in keys})


@given(controls=equalizers(), rate_hz=st.sampled_from([44_100, 48_000, 88_200, 96_000]))
@settings(max_examples=60, deadline=None)
def test_response_is_the_cookbooks(controls: Controls, rate_hz: int) -> None:
    freqs_hz = np.geomspace(30.0, 19_000.0, 400)
    _, expected = sosfreqz(_cascade(controls, rate_hz), freqs_hz, fs=rate_hz)
    found = equalizer_response(controls, torch.from_numpy(freqs_hz), rate_hz).numpy()
    assert np.max(np.abs(20.0 * np.log10(np.abs(found) / np.abs(expected)))) < 1e-6
    assert np.max(np.abs(np.angle(found / expected))) < 1e-6


@given(controls=equalizers(), seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_filtering_is_a_recursive_cascade(controls: Controls, seed: int) -> None:
    audio = np.random.default_rng(seed).standard_normal((2, 30_000)) * 0.1
    expected = sosfilt(_cascade(controls, 44_100), audio)
    peak = max(np.abs(expected).max(), np.abs(audio).max())
    for dtype in (torch.float32, torch.float64):
        # A frequency rounded to float32 is another frequency: with Q 10 and +24 dB that alone makes −119 dB.
        tensors = controls_tensor([controls], dtype=torch.float64)
        found = equalize(torch.from_numpy(audio).to(dtype)[None], tensors, 44_100)[0]
        assert np.abs(found.double().numpy() - expected).max() < 1e-6 * peak


def test_three_resonances_on_one_frequency_do_not_wrap_round() -> None:
    stacked = {f"{band}_{key}": value for band in BANDS[1:4] for key, value in
               {"gain_db": 24.0, "freq_hz": 2000.0, "q": 10.0}.items()}  # fmt: skip
    controls = Controls(stacked)
    frames = 2**16 - 9_000  # the next power of two leaves hardly more room than the ringing needs
    audio = np.zeros((1, frames))
    audio[0, -1] = 1.0
    expected = sosfilt(_cascade(controls, 44_100), audio)
    tensors = controls_tensor([controls], dtype=torch.float64)
    found = equalize(torch.from_numpy(audio)[None], tensors, 44_100)[0].numpy()
    loudest = np.abs(sosfilt(_cascade(controls, 44_100), np.eye(1, 50_000)[0])).max()
    assert np.abs(found - expected).max() < 1e-6 * loudest


@given(controls=equalizers())
@settings(max_examples=40, deadline=None)
def test_ringing_is_over_when_said(controls: Controls) -> None:
    frames = ring_frames(equalizer_biquads(controls_tensor([controls], dtype=torch.float64), 44_100))
    impulse = np.zeros(frames + 40_000)
    impulse[0] = 1.0
    rung = sosfilt(_cascade(controls, 44_100), impulse)
    assert np.abs(rung[frames:]).sum() < 1e-6 * max(np.abs(rung).max(), 1.0)


def test_flat_bands_change_nothing_and_do_not_ring() -> None:
    controls = controls_tensor([Controls()], dtype=torch.float64)
    assert ring_frames(equalizer_biquads(controls, 44_100)) == 1
    audio = torch.randn(1, 2, 5_000, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    assert torch.allclose(equalize(audio, controls, 44_100), audio, atol=1e-12)


@pytest.mark.parametrize("band", BANDS)
def test_one_band_can_be_drawn_alone(band: str) -> None:
    controls = Controls({"low_shelf_gain_db": 3.0, "mid_gain_db": -5.0, f"{band}_gain_db": 6.0})
    freqs_hz = torch.tensor([20.0, 400.0, 1000.0, 5000.0, 19_000.0])
    alone = Controls({f"{band}_gain_db": 6.0})
    assert torch.allclose(
        equalizer_response(controls, freqs_hz, 48_000, band), equalizer_response(alone, freqs_hz, 48_000)
    )


def test_bells_reach_their_gain_at_their_frequency_and_shelves_at_the_end() -> None:
    controls = Controls({"mid_gain_db": 7.0})
    at = equalizer_response(controls, torch.tensor([1000.0]), 44_100)
    assert 20.0 * math.log10(abs(complex(at[0]))) == pytest.approx(7.0, abs=1e-9)
    shelf = equalizer_response(Controls({"low_shelf_gain_db": -9.0}), torch.tensor([0.0]), 44_100)
    assert 20.0 * math.log10(abs(complex(shelf[0]))) == pytest.approx(-9.0, abs=1e-9)
