# SPDX-License-Identifier: Apache-2.0
"""Sample-by-sample measures against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mixassist.analysis import metrics
from mixassist.analysis.explained import EXPLAINED
from mixassist.analysis.signals import BLOCK_FRAMES, as_frames, as_stereo, count_not_finite

RATE_HZ = 44_100
RNG_SEED = 7


def sine(frequency_hz: float = 441.0, amplitude: float = 1.0, frames: int = RATE_HZ) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * frequency_hz * np.arange(frames) / RATE_HZ)


def noise(frames: int = 20_000, channels: int = 2, seed: int = RNG_SEED) -> np.ndarray:
    return (0.1 * np.random.default_rng(seed).standard_normal((frames, channels))).astype(np.float32)


def test_errors_of_a_scaled_signal_have_a_closed_form() -> None:
    a = noise()
    assert metrics.mean_absolute_error(a, 0.75 * a) == pytest.approx(0.25 * float(np.abs(a).mean()), rel=1e-6)
    assert metrics.error_to_signal_ratio(a, 0.75 * a) == pytest.approx(0.0625, rel=1e-5)
    assert metrics.null_depth_db(a, 0.75 * a) == pytest.approx(20 * math.log10(0.25), abs=1e-4)
    assert metrics.null_depth_db(a, 0.75 * a, gain=1 / 0.75) < -120.0


def test_longer_than_a_block_is_the_same_as_whole() -> None:
    a, b = noise(2 * BLOCK_FRAMES + 123), noise(2 * BLOCK_FRAMES + 123, seed=8)
    assert metrics.mean_absolute_error(a, b) == pytest.approx(float(np.abs(a - b.astype(float)).mean()), rel=1e-9)


def test_two_equal_signals_null_to_minus_infinity() -> None:
    a = noise()
    assert metrics.null_depth_db(a, a) == -math.inf
    assert metrics.null_depth_db(a, a.copy(), level_match=True, align=True) == -math.inf
    assert metrics.null_depth_db(np.zeros((9, 2)), np.zeros((9, 2))) == -math.inf
    assert metrics.null_depth_db(np.zeros((9, 2)), np.ones((9, 2))) == math.inf


@pytest.mark.parametrize("lag", [0, 1, 37, -250])
def test_a_delay_gain_and_flip_are_found(lag: int) -> None:
    a = noise(8000)
    b = -0.5 * np.roll(a, lag, axis=0)
    found = metrics.best_null(a, b)
    assert found.lag_frames == lag
    assert found.is_inverted
    assert found.gain_db == pytest.approx(6.0206, abs=1e-3)
    assert found.null_depth_db < -100.0
    assert metrics.null_depth_db(a, b, level_match=True, align=True) == pytest.approx(found.null_depth_db)


def test_a_delay_is_found_in_signals_longer_than_the_excerpt() -> None:
    frames = metrics._ALIGNMENT_FRAMES + 3 * BLOCK_FRAMES
    a = np.zeros((frames, 1), np.float32)
    a[-50_000:] = noise(50_000, 1)
    assert metrics.best_lag_frames(a, np.roll(a, 11, axis=0)) == 11


@settings(deadline=None, max_examples=30)
@given(share=st.floats(0.01, 1.0), seed=st.integers(0, 999))
def test_the_least_squares_gain_leaves_least(share: float, seed: int) -> None:
    a, other = noise(500, seed=seed), noise(500, seed=seed + 1000)
    b = share * a + 0.1 * other
    best = metrics.null_depth_db(a, b, level_match=True)
    for gain in (0.5, 1.0, 1 / share):
        assert best <= metrics.null_depth_db(a, b, gain=gain) + 1e-9


def test_crest_factor_of_known_waves() -> None:
    assert metrics.crest_factor_db(sine()) == pytest.approx(3.0103, abs=1e-3)
    assert metrics.crest_factor_db(np.sign(sine() + 1e-9)) == pytest.approx(0.0, abs=1e-9)
    triangle = 2 / np.pi * np.arcsin(sine(11.025, frames=40_000))
    assert metrics.crest_factor_db(triangle) == pytest.approx(4.771, abs=2e-3)
    assert math.isnan(metrics.crest_factor_db(np.zeros(100)))


def test_level_of_a_full_scale_sine() -> None:
    assert metrics.rms_dbfs(metrics.signal_sums(sine())) == pytest.approx(-3.0103, abs=1e-4)
    assert metrics.rms_dbfs(metrics.signal_sums(np.zeros((0, 2)))) == -math.inf


def test_width_and_correlation_of_known_pictures() -> None:
    left, right = sine(), sine(882.0)
    pictures = {
        "mono": (np.stack((left, left), 1), -math.inf, 1.0),
        "opposite": (np.stack((left, -left), 1), math.inf, -1.0),
        "unrelated": (np.stack((left, right), 1), 0.0, 0.0),
        "half": (np.stack((left, 0.5 * left), 1), 20 * math.log10(0.25 / 0.75), 1.0),
    }
    for name, (audio, width, correlation) in pictures.items():
        assert metrics.stereo_width_db(audio) == pytest.approx(width, abs=1e-6), name
        assert metrics.correlation(audio) == pytest.approx(correlation, abs=1e-6), name
    one_sided = np.stack((left, 0 * left), 1)
    assert metrics.stereo_width_db(one_sided) == pytest.approx(0.0)
    assert math.isnan(metrics.correlation(one_sided))
    assert math.isnan(metrics.stereo_width_db(np.zeros((5, 2))))


def test_torch_and_numpy_lie_the_other_way_round() -> None:
    a = noise(50)
    assert np.array_equal(as_frames(torch.from_numpy(a.T.copy())), a)
    assert metrics.mean_absolute_error(torch.from_numpy(a.T.copy()), 0 * a) == pytest.approx(float(np.abs(a).mean()))
    assert as_stereo(a[:, :1]).shape == (50, 2)
    with pytest.raises(ValueError, match="1 or 2"):
        as_frames(np.zeros((5, 6)))


def test_what_is_not_finite_counts_as_silence() -> None:
    a = noise(1000)
    broken, silenced = a.copy(), a.copy()
    broken[10, 0], broken[20, 1], broken[30] = np.nan, np.inf, -np.inf
    silenced[10, 0], silenced[20, 1], silenced[30] = 0, 0, 0
    assert count_not_finite(broken) == 4
    assert metrics.pair_sums(broken, a) == metrics.pair_sums(silenced, a)
    assert metrics.signal_sums(broken) == metrics.signal_sums(silenced)


@pytest.mark.parametrize("frames", [0, 1, 2])
def test_almost_nothing_is_measured_without_a_crash(frames: int) -> None:
    a, b = np.ones((frames, 2)), np.zeros((frames, 1))
    assert metrics.mean_absolute_error(a, b) == (1.0 if frames else 0.0)
    assert metrics.error_to_signal_ratio(a, b) == (1.0 if frames else 0.0)
    assert metrics.best_lag_frames(a, b) == 0
    assert metrics.null_depth_db(a, b, level_match=True, align=True) == (0.0 if frames else -math.inf)


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("error_to_signal_ratio", 4.68e-5, "4.7·10⁻⁵"),
        ("error_to_signal_ratio", 0.0, "0.0000"),
        ("error_to_signal_ratio", 5.1e-5, "0.0001"),
        ("mean_absolute_error", 1e-12, "1.0·10⁻¹²"),
        ("thd_percent", 0.0001, "1.0·10⁻⁴ %"),
        ("true_peak_dbtp", -0.01, "0.0 dBTP"),
        ("null_depth_db", -math.inf, "−∞ dB"),
        ("null_depth_db", math.nan, "–"),
        ("correlation", -0.456, "−0.46"),
    ],
)
def test_numbers_are_written_so_that_little_is_not_nothing(key: str, value: float, text: str) -> None:
    assert EXPLAINED[key].text(value) == text
