# SPDX-License-Identifier: Apache-2.0
"""Spectral measures against scipy's transform and closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st

from mixassist.analysis import spectral
from mixassist.domain.errors import Cancelled
from mixassist.domain.progress import CancelToken

RATE_HZ = 44_100


def noise(frames: int, seed: int = 3, channels: int = 2) -> np.ndarray:
    return (0.1 * np.random.default_rng(seed).standard_normal((frames, channels))).astype(np.float32)


def scipy_magnitudes(signal: np.ndarray, frame: int, hop: int, window: int) -> np.ndarray:
    """|STFT| written with scipy: mirrored ends, a periodic Hann window in the middle of the frame."""
    left = (frame - window) // 2
    full = np.pad(scipy.signal.get_window("hann", window), (left, frame - window - left))
    padded = np.pad(signal.astype(np.float64), frame // 2, mode="reflect")
    transform = scipy.signal.ShortTimeFFT(full, hop, fs=1.0, mfft=frame, fft_mode="onesided", phase_shift=None)
    count = 1 + len(signal) // hop
    # ShortTimeFFT centres slice p on sample p·hop of what it is given; slice 0 has to lie at the first whole frame.
    columns = [transform.stft(padded[i * hop : i * hop + frame], p0=0, p1=1, k_offset=frame // 2) for i in range(count)]
    return np.abs(np.concatenate(columns, axis=1))


def independent_distance(a: np.ndarray, b: np.ndarray) -> float:
    total = 0.0
    for frame, hop, window in ((512, 50, 240), (1024, 120, 600), (2048, 240, 1200)):
        x = np.maximum(scipy_magnitudes(a, frame, hop, window), 1e-4)
        y = np.maximum(scipy_magnitudes(b, frame, hop, window), 1e-4)
        convergence = np.linalg.norm(x - y) / np.linalg.norm(x)
        total += convergence + np.mean(np.abs(np.log(x) - np.log(y)))
    return total / 3


@pytest.mark.parametrize("frames", [3000, 5041])
def test_the_distance_is_that_of_an_independent_implementation(frames: int) -> None:
    a, b = noise(frames), noise(frames, seed=4)
    b[: frames // 3] *= 0.01
    found = spectral.multi_resolution_stft(a, b)
    assert found.sum == pytest.approx(independent_distance(a.sum(1), b.sum(1)), rel=1e-5)
    assert found.difference == pytest.approx(independent_distance(a[:, 0] - a[:, 1], b[:, 0] - b[:, 1]), rel=1e-5)
    assert found.total == found.sum + found.difference


def test_where_chunks_are_cut_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = noise(30_000), noise(30_000, seed=4)
    whole = spectral.multi_resolution_stft(a, b)
    defaults = spectral.spectra.__defaults__
    assert defaults is not None
    for points in (1 << 12, 1 << 13, 1 << 24):
        monkeypatch.setattr(spectral.spectra, "__defaults__", (*defaults[:-1], points))
        cut = spectral.multi_resolution_stft(a, b)
        assert (cut.sum, cut.difference) == pytest.approx((whole.sum, whole.difference), rel=1e-9)


def test_a_pure_gain_has_a_closed_form() -> None:
    a = noise(20_000)
    found = spectral.multi_resolution_stft(a, a, gain_b=0.5)
    assert found.sum == pytest.approx(0.5 + math.log(2), rel=1e-4)
    assert found.difference == pytest.approx(0.5 + math.log(2), rel=1e-4)
    assert spectral.log_spectral_distance_db(a, a, gain=0.5) == pytest.approx(20 * math.log10(2), abs=1e-3)


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 10_000), frames=st.integers(0, 4000), swap_both=st.booleans())
def test_swapping_left_and_right_changes_nothing(seed: int, frames: int, swap_both: bool) -> None:
    a, b = noise(frames, seed), noise(frames, seed + 1)
    plain = spectral.multi_resolution_stft(a, b)
    swapped = spectral.multi_resolution_stft(a[:, ::-1] if swap_both else a, b[:, ::-1])
    assert (swapped.sum, swapped.difference) == pytest.approx((plain.sum, plain.difference), rel=1e-6)


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 10_000), frames=st.integers(0, 3000), polarity=st.sampled_from([1.0, -1.0]))
def test_a_signal_is_at_no_distance_from_itself(seed: int, frames: int, polarity: float) -> None:
    a = noise(frames, seed)
    assert spectral.multi_resolution_stft(a, polarity * a).total == 0.0
    assert spectral.log_spectral_distance_db(a, polarity * a) == 0.0


def test_silence_bad_samples_and_the_shortest_signals() -> None:
    a = noise(3000)
    broken = a.copy()
    broken[100] = np.nan
    silent = spectral.multi_resolution_stft(a, 0 * a)
    assert math.isfinite(silent.total)
    assert silent.total > 1.0
    assert math.isfinite(spectral.multi_resolution_stft(a, broken).total)
    assert 0.0 < spectral.log_spectral_distance_db(a, 0 * a) < 100.0
    assert spectral.multi_resolution_stft(a[:1], 2 * a[:1]).total > 0.0
    assert spectral.multi_resolution_stft(a[:0], a[:0]).total == 0.0


def test_mono_against_stereo_is_two_equal_sides() -> None:
    mono = noise(3000, channels=1)
    assert spectral.multi_resolution_stft(mono, np.repeat(mono, 2, axis=1)).total == 0.0


@pytest.mark.parametrize("dither", [0.0, 2.0**-16])
def test_a_reference_without_a_side_signal_has_no_distance_of_sides(dither: float) -> None:
    mono = np.repeat(noise(9000, channels=1), 2, axis=1)
    mono[:, 0] += dither * noise(9000, seed=8, channels=1)[:, 0]
    wide = noise(9000, seed=4)
    found = spectral.multi_resolution_stft(mono, wide)
    assert 0.1 < found.sum < 10.0
    assert math.isnan(found.difference) and math.isnan(found.total)
    assert 0.0 < spectral.multi_resolution_stft(wide, mono).total < 50.0
    opposed = spectral.multi_resolution_stft(mono * np.float32([1, -1]), wide)
    assert math.isnan(opposed.sum) and 0.1 < opposed.difference < 10.0


def test_silence_as_the_reference_has_no_distance() -> None:
    found = spectral.multi_resolution_stft(np.zeros((3000, 2)), noise(3000))
    assert math.isnan(found.sum) and math.isnan(found.difference)
    assert spectral.multi_resolution_stft(np.zeros((3000, 2)), np.zeros((3000, 2))).total == 0.0


def test_cancel_stops_it() -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        spectral.multi_resolution_stft(noise(3000), noise(3000), cancel=token)


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
@pytest.mark.parametrize("frequency", [100.0, 1000.0, 10_000.0])
def test_a_sine_lights_its_third_of_an_octave(rate: int, frequency: float) -> None:
    tone = 0.1 * np.sin(2 * np.pi * frequency * np.arange(3 * rate) / rate)
    centres, levels = spectral.third_octave_centres_hz(rate), spectral.third_octave_spectrum_db(tone, rate)
    band = int(np.argmin(np.abs(np.log(centres / frequency))))
    assert centres[band] == pytest.approx(frequency, rel=1e-9)
    assert levels[band] == pytest.approx(-20.0, abs=0.02)
    assert np.delete(levels, band).max() < -60.0


def test_white_noise_rises_three_decibels_an_octave_and_the_bands_hold_its_power() -> None:
    audio = noise(20 * RATE_HZ, channels=1)
    levels = spectral.third_octave_spectrum_db(audio, RATE_HZ)
    centres = spectral.third_octave_centres_hz(RATE_HZ)
    widths = centres * (10**0.05 - 10**-0.05)
    # Power 0.01 spread evenly over half the rate; twice that re the power 1/2 of a full-scale sine.
    expected = 10 * np.log10(0.02 * widths / (RATE_HZ / 2))
    assert np.abs(levels - expected)[centres > 100].max() < 0.5


@pytest.mark.parametrize("frames", [0, 1, 500])
def test_short_audio_has_a_spectrum_too(frames: int) -> None:
    levels = spectral.third_octave_spectrum_db(np.ones((frames, 2)), RATE_HZ)
    assert levels.shape == spectral.third_octave_centres_hz(RATE_HZ).shape
    assert not np.isnan(levels).any()
    assert not frames or spectral.third_octave_centres_hz(RATE_HZ)[-1] < 20_000
