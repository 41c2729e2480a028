# SPDX-License-Identifier: Apache-2.0
"""Features of mixes against closed forms, plain loops and torchaudio."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torchaudio
from numpy.typing import NDArray
from scipy import signal

from mixassist.audio.loudness import integrated_loudness_lufs
from mixassist.evaluation.mix_features import (
    GROUPS,
    dynamics_series,
    feature_errors,
    loudness_series,
    mix_features,
    panning_series,
    running_means,
)
from mixassist.evaluation.spectral_features import contrast_db, flatness, rolloff_hz, spectral_series

RATE_HZ = 44_100
FRAME, HOP = 4096, 1024


def noise(seconds: float, seed: int = 0, sides: int = 2) -> NDArray[np.float32]:
    lots = np.random.default_rng(seed)
    return (0.1 * lots.standard_normal((round(seconds * RATE_HZ), sides))).astype(np.float32)


def magnitudes(side: NDArray[np.float32]) -> NDArray[np.float32]:
    window = np.sqrt(np.hanning(FRAME + 1)[:-1])
    starts = range(0, len(side) - FRAME + 1, HOP)
    return np.stack([np.abs(np.fft.rfft(side[s : s + FRAME] * window)) for s in starts]).astype(np.float32)


def test_centroid_is_torchaudios() -> None:
    side = noise(1.0)[:, 0]
    transform = torchaudio.transforms.SpectralCentroid(
        RATE_HZ, FRAME, hop_length=HOP, window_fn=lambda n: torch.hann_window(n).sqrt()
    )
    wanted = transform(torch.from_numpy(side))[2:-2].numpy()
    mine = spectral_series(np.stack([magnitudes(side)] * 2), RATE_HZ)["centroid"][0] - 1.0
    # torchaudio centres its frames: its third one is the first that lies wholly inside.
    np.testing.assert_allclose(mine[: len(wanted)], wanted[: len(mine)], rtol=1e-4)


def test_two_tones_have_a_centre_a_width_and_a_corner() -> None:
    bins = FRAME // 2 + 1
    frequencies = np.linspace(0.0, RATE_HZ / 2, bins)
    spectrum = np.zeros((1, bins), dtype=np.float32)
    low, high = 100, 300
    spectrum[0, low], spectrum[0, high] = 3.0, 1.0
    series = spectral_series(np.stack([spectrum, spectrum]), RATE_HZ)
    apart = frequencies[high] - frequencies[low]
    assert series["centroid"][0, 0] - 1.0 == pytest.approx(frequencies[low] + 0.25 * apart, rel=1e-5)
    # A fair width of two points with shares 3/4 and 1/4: sqrt(3/4 · 1/4) times their distance.
    assert series["bandwidth"][0, 0] - 1.0 == pytest.approx(np.sqrt(3 / 16) * apart, rel=1e-4)
    assert rolloff_hz(spectrum / 4.0, frequencies)[0] == pytest.approx(frequencies[high])
    assert rolloff_hz(np.array([[0.9, 0.1]], np.float32), np.array([1.0, 2.0]))[0] == 1.0


def test_flatness_is_one_for_a_flat_spectrum_and_known_for_noise() -> None:
    assert flatness(np.full((2, 50), 0.3, np.float32)) == pytest.approx(1.0, abs=1e-6)
    # Powers of noise are exponentially distributed: exp(E ln x) / E x = exp(−γ).
    assert flatness(magnitudes(noise(3.0)[:, 0])).mean() == pytest.approx(np.exp(-np.euler_gamma), abs=0.01)


def test_contrast_is_that_of_a_plain_loop() -> None:
    side = magnitudes(signal.lfilter([1.0], [1.0, -0.9], noise(0.5)[:, 0]).astype(np.float32))
    frequencies = np.linspace(0.0, RATE_HZ / 2, side.shape[1])
    found = contrast_db(side, frequencies)
    # Band 2 of the published code: from the bin below 500 Hz to the last below 1 kHz.
    inside = np.flatnonzero((frequencies >= 500.0) & (frequencies < 1000.0))
    band = np.sort(side[:, inside[0] - 1 : inside[-1] + 1], axis=1)
    count = max(round(0.02 * band.shape[1]), 1)
    for frame in range(len(side)):
        peak, valley = band[frame, -count:].mean(), band[frame, :count].mean()
        assert found[2, frame] == pytest.approx(10.0 * np.log10(peak / valley), abs=1e-3)


@pytest.mark.parametrize("pan", [-1.0, -0.5, 0.0, 0.3])
def test_panning_of_one_source_has_a_closed_form(pan: float) -> None:
    mono, angle = noise(0.5, sides=1)[:, 0], (pan + 1.0) * np.pi / 4.0
    sides = np.stack([magnitudes(mono * np.float32(g)) for g in (np.cos(angle), np.sin(angle))])
    wanted = 1.0 - abs(np.sin(2.0 * angle))
    for series in panning_series(sides, RATE_HZ).values():
        np.testing.assert_allclose(series, wanted, atol=2e-4)


def test_panning_bands_keep_apart() -> None:
    low, high = (
        signal.sosfilt(signal.butter(8, edge, kind, fs=RATE_HZ, output="sos"), noise(1.0, seed, 1)[:, 0])
        for seed, (edge, kind) in enumerate(((150.0, "lowpass"), (1000.0, "highpass")))
    )
    sides = np.stack([magnitudes(side.astype(np.float32)) for side in (low + high, high)])
    series = panning_series(sides, RATE_HZ)
    assert series["panning_lows"].mean() > 0.9
    assert series["panning_highs"].mean() < 0.01
    assert series["panning_total"].mean() < series["panning_mids"].mean() < series["panning_lows"].mean()


def test_dynamics_of_a_square_wave_and_of_a_sine() -> None:
    square = np.where(np.arange(RATE_HZ) % 100 < 50, 0.5, -0.5).astype(np.float32)
    found = dynamics_series(np.stack([square, square], axis=1), FRAME, HOP)
    level = 20.0 * np.log10(0.5)
    np.testing.assert_allclose(found["rms_level"], 1.0 - level, atol=1e-4)
    np.testing.assert_allclose(found["dynamic_spread"], 1.0, atol=1e-4)
    np.testing.assert_allclose(found["crest_factor"], 1.0, atol=1e-4)
    sine = (0.5 * np.sin(2 * np.pi * 441.0 * np.arange(RATE_HZ) / RATE_HZ + 0.01)).astype(np.float32)
    found = dynamics_series(np.stack([sine, sine], axis=1), FRAME, HOP)
    # The mean of ln|sin| is −ln 2, so samples lie 6.02 dB below the peak on average, 3.01 dB below the RMS.
    assert found["dynamic_spread"].mean() == pytest.approx(1.0 + 20.0 * np.log10(np.sqrt(2.0)), abs=0.15)
    assert found["crest_factor"].mean() == pytest.approx(level / (level - 3.0103), abs=1e-3)


def test_loudness_is_measured_every_fifth_of_a_second() -> None:
    sound = noise(3.0) * np.float32(0.5)
    series, peaks = loudness_series(sound, RATE_HZ)
    assert series["lufs"].shape == series["peak"].shape == (1, 14)
    assert series["lufs"].mean() == pytest.approx(integrated_loudness_lufs(sound, RATE_HZ), abs=0.1)
    hop = round(0.2 * RATE_HZ)
    assert peaks[3] == np.abs(sound[3 * hop : 5 * hop]).max()


def test_running_means_are_a_convolution() -> None:
    series = noise(0.01).T.astype(np.float64)
    wanted = np.stack([np.convolve(row, np.ones(40) / 40, "valid") for row in series])
    np.testing.assert_allclose(running_means(series), wanted, atol=1e-12)
    np.testing.assert_allclose(running_means(series[:, :7])[:, 0], series[:, :7].mean(axis=1))


def test_a_mix_has_no_error_against_itself_and_a_gain_moves_loudness_alone() -> None:
    mix = noise(4.0)
    target = mix_features(mix, RATE_HZ)
    assert feature_errors(target, target)["feature_error"] == 0.0
    louder = feature_errors(target, mix_features(mix * np.float32(2.0), RATE_HZ))
    level = float(np.mean(target.long["lufs"]))
    assert louder["lufs"] == pytest.approx(6.02 / abs(level), rel=0.02)
    assert max(louder[group] for group in ("spectral", "panning", "dynamics")) < 1e-4
    assert louder["feature_error"] == pytest.approx(louder["loudness"] / 4.0, abs=1e-4)


def test_groups_are_means_and_each_answers_to_its_own_fault() -> None:
    mix = noise(4.0)
    target = mix_features(mix, RATE_HZ)
    dull = signal.lfilter([0.2], [1.0, -0.8], mix, axis=0).astype(np.float32)
    narrow = np.repeat(mix.mean(axis=1, keepdims=True), 2, axis=1)
    squashed = np.tanh(30.0 * mix).astype(np.float32)
    faults = [feature_errors(target, mix_features(other, RATE_HZ)) for other in (dull, narrow, squashed)]
    for errors in faults:
        for group, names in GROUPS.items():
            assert errors[group] == pytest.approx(np.mean([errors[n] for n in names]))
    assert faults[0]["centroid"] > 0.3
    assert faults[1]["panning_total"] == pytest.approx(1.0, abs=1e-3)
    assert faults[2]["dynamics"] > 0.3


def test_silence_in_the_target_counts_on_neither_side() -> None:
    mix = noise(6.0)
    mix[2 * RATE_HZ : 4 * RATE_HZ] = 0.0
    tail = mix.copy()
    tail[round(2.1 * RATE_HZ) : round(3.9 * RATE_HZ)] = 1e-3 * noise(1.8, 5)
    errors = feature_errors(mix_features(mix, RATE_HZ), mix_features(tail, RATE_HZ))
    assert all(np.isfinite(v) and v < 0.05 for v in errors.values())
    silent = mix_features(np.zeros_like(mix), RATE_HZ)
    assert feature_errors(silent, mix_features(mix, RATE_HZ))["feature_error"] == 0.0
    against = feature_errors(mix_features(mix, RATE_HZ), silent)
    assert all(np.isfinite(v) for v in against.values()) and against["feature_error"] > 0.5


def test_short_mixes_and_other_rates_are_measured() -> None:
    for rate, frames in ((44_100, 500), (96_000, 96_000)):
        mix = (0.1 * np.random.default_rng(1).standard_normal((frames, 2))).astype(np.float32)
        errors = feature_errors(mix_features(mix, rate), mix_features(mix[::-1], rate))
        assert all(np.isfinite(v) for v in errors.values())
