# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math

import numpy as np
import pyloudnorm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from mixassist.audio.loudness import (
    LoudnessMeter,
    integrated_loudness_lufs,
    loudness_range_lu,
    momentary_lufs,
    short_term_lufs,
)
from mixassist.audio.true_peak import TruePeakMeter, sample_peak_dbfs, true_peak_dbtp


def _sine(frequency_hz: float, level_dbfs: float, seconds: float, rate: int = 48_000, phase: float = 0.0) -> np.ndarray:
    t = np.arange(int(seconds * rate)) / rate
    return 10 ** (level_dbfs / 20) * np.sin(2 * np.pi * frequency_hz * t + phase)


def _faded(audio: np.ndarray) -> np.ndarray:
    """Fades in and out: a tone that starts at once really has a higher peak."""
    steps = np.arange(len(audio))
    return (audio * np.minimum(1.0, np.minimum(steps, steps[::-1]) / 2000)).astype(np.float32)


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000, 88_200, 96_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_integrated_is_that_of_pyloudnorm(noise, rate, channels):
    audio = noise(int(rate * 7.3), channels, level=0.2).astype(np.float64)
    audio *= np.abs(np.sin(np.arange(len(audio)) / rate * 2))[:, None] ** 4
    wanted = pyloudnorm.Meter(rate).integrated_loudness(audio)
    assert integrated_loudness_lufs(audio, rate) == pytest.approx(wanted, abs=0.01)


@settings(max_examples=40, deadline=None)
@given(st.integers(17_640, 100_000), st.integers(1, 30_000), st.integers(0, 2**31))
def test_any_length_and_any_cut_give_the_same(frames, step, seed):
    audio = np.random.default_rng(seed).standard_normal((frames, 2)) * np.linspace(0.5, 0.001, frames)[:, None]
    meter = LoudnessMeter(44_100, 2)
    for start in range(0, frames, step):
        meter.update(audio[start : start + step])
    assert meter.integrated_lufs() == pytest.approx(pyloudnorm.Meter(44_100).integrated_loudness(audio), abs=0.01)


def test_the_reference_tone():
    # BS.1770-4: 0 dBFS at 997 Hz on one channel reads -3.01 LKFS; EBU Tech 3341, case 1: -23 dBFS on both, -23.0 LUFS.
    assert integrated_loudness_lufs(_sine(997, 0, 20), 48_000) == pytest.approx(-3.01, abs=0.05)
    both = np.stack([_sine(1000, -23, 20)] * 2, 1)
    assert integrated_loudness_lufs(both, 48_000) == pytest.approx(-23.0, abs=0.1)
    assert integrated_loudness_lufs(both[:, :1], 48_000) == pytest.approx(-26.0, abs=0.1)


def test_gating_after_tech_3341_case_3():
    parts = [_sine(1000, level, seconds) for level, seconds in ((-36, 10), (-23, 60), (-36, 10))]
    assert integrated_loudness_lufs(np.stack([np.concatenate(parts)] * 2, 1), 48_000) == pytest.approx(-23.0, abs=0.1)


def test_momentary_and_short_term_after_tech_3341():
    both = np.stack([_sine(1000, -23, 5)] * 2, 1)
    momentary, short_term = momentary_lufs(both, 48_000), short_term_lufs(both, 48_000)
    assert len(momentary) == 50 - 3
    assert len(short_term) == 50 - 29
    assert momentary[3:] == pytest.approx(-23.0, abs=0.1)
    assert short_term[1:] == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize(("levels", "wanted"), [((-20, -30), 10.0), ((-20, -15), 5.0), ((-40, -20), 20.0)])
def test_loudness_range_after_tech_3342(levels, wanted):
    audio = np.concatenate([_sine(1000, level, 20) for level in levels])
    assert loudness_range_lu(np.stack([audio] * 2, 1), 48_000) == pytest.approx(wanted, abs=1.0)


def test_silence_and_too_little():
    assert integrated_loudness_lufs(np.zeros((48_000, 2)), 48_000) == -math.inf
    assert integrated_loudness_lufs(np.ones((1000, 1)), 48_000) == -math.inf
    assert integrated_loudness_lufs(np.zeros((0, 2)), 48_000) == -math.inf
    assert loudness_range_lu(np.zeros((48_000, 2)), 48_000) == 0.0
    assert len(short_term_lufs(np.zeros((48_000, 2)), 48_000)) == 0
    assert (momentary_lufs(np.zeros((48_000, 2)), 48_000) == -math.inf).all()


def test_silence_after_sound_leaves_no_denormals():
    meter = LoudnessMeter(48_000, 1)
    meter.update(np.ones((4800, 1)))
    for _ in range(8):
        meter.update(np.zeros((65_536, 1)))
    assert not meter._state.any()


# True peak


@pytest.mark.parametrize("rate", [44_100, 48_000, 88_200, 96_000])
def test_a_quarter_rate_sine_between_the_samples(rate):
    audio = _faded(_sine(rate / 4, -6.0, 1.0, rate, math.pi / 4))
    assert sample_peak_dbfs(audio) == pytest.approx(-6.0 - 3.01, abs=0.01)
    assert true_peak_dbtp(audio, rate) == pytest.approx(-6.0, abs=0.1)


@pytest.mark.parametrize("share", [1 / 6, 1 / 4, 0.3, 1 / 3])
@pytest.mark.parametrize("phase", [0.0, 0.3, 0.785, 1.2])
def test_sines_stay_within_the_tolerance_of_the_standard(share, phase):
    # EBU Tech 3341 allows +0.2 and -0.4 dB.
    audio = _faded(_sine(48_000 * share, -6.0, 0.5, 48_000, phase))
    assert -6.4 < true_peak_dbtp(audio, 48_000) < -5.8


def test_skipping_quiet_stretches_changes_nothing(noise):
    audio = noise(50_000, 2) * np.linspace(0, 1, 50_000, dtype=np.float32)[:, None]
    ours = true_peak_dbtp(audio, 44_100)
    meter = TruePeakMeter(44_100, 2)
    meter._reach = 1e9
    meter.update(audio)
    assert meter.true_peak_dbtp == ours
    independent = 20 * np.log10(np.abs(signal.resample_poly(audio.astype(np.float64), 4, 1, axis=0)).max())
    assert ours == pytest.approx(independent, abs=0.3)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 3000), st.integers(1, 700), st.integers(0, 2**31))
def test_any_cut_gives_the_same_peak(frames, step, seed):
    audio = np.random.default_rng(seed).standard_normal((frames, 1)).astype(np.float32)
    whole, pieces = TruePeakMeter(44_100, 1), TruePeakMeter(44_100, 1)
    whole.update(audio)
    for start in range(0, frames, step):
        pieces.update(audio[start : start + step])
    assert pieces.true_peak == pytest.approx(whole.true_peak, rel=1e-5)
    assert whole.true_peak >= whole.sample_peak == np.abs(audio).max()


def test_peaks_of_silence():
    assert true_peak_dbtp(np.zeros((100, 2), np.float32), 44_100) == -math.inf
    assert true_peak_dbtp(np.zeros((0, 2), np.float32), 44_100) == -math.inf
    assert sample_peak_dbfs(np.zeros((0, 2), np.float32)) == -math.inf
