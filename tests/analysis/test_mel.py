# SPDX-License-Identifier: Apache-2.0
"""Mel-spectrograms of known signals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixassist.analysis import mel
from mixassist.domain.errors import Cancelled
from mixassist.domain.progress import CancelToken

GRIDS = [(44_100, 128, 2048, 512), (48_000, 64, 1024, 256), (96_000, 256, 4096, 512), (44_100, 128, 512, 128)]


def sine(frequency_hz: float, amplitude: float, rate: int, seconds: float = 1.0) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * frequency_hz * np.arange(int(rate * seconds)) / rate)


def noise(frames: int, channels: int = 2) -> np.ndarray:
    return (0.1 * np.random.default_rng(5).standard_normal((frames, channels))).astype(np.float32)


@pytest.mark.parametrize(("rate", "n_mels", "frame", "hop"), GRIDS)
def test_a_sine_at_minus_20_lights_its_band_at_minus_20(rate: int, n_mels: int, frame: int, hop: int) -> None:
    column = mel.mel_spectrogram_db(sine(1000.0, 0.1, rate), rate, n_mels, frame, hop)[:, 40]
    centres = mel.MelGrid(rate, n_mels, frame, hop).centres_hz
    assert centres[column.argmax()] == pytest.approx(1000.0)
    assert column.max() == pytest.approx(-20.0, abs=0.05)


@settings(deadline=None, max_examples=25)
@given(band=st.integers(12, 127), amplitude=st.sampled_from([1.0, 0.1, 0.003]))
def test_a_sine_at_any_centre_shows_its_level(band: int, amplitude: float) -> None:
    centre = mel.MelGrid(44_100).centres_hz[band]
    column = mel.mel_spectrogram_db(sine(centre, amplitude, 44_100, 0.3), 44_100)[:, 12]
    assert column[band] == pytest.approx(20 * np.log10(amplitude), abs=0.25)


@settings(deadline=None, max_examples=25)
@given(frequency=st.floats(150.0, 19_000.0))
def test_a_sine_between_centres_shows_at_most_3_db_lower(frequency: float) -> None:
    column = mel.mel_spectrogram_db(sine(frequency, 0.5, 44_100, 0.3), 44_100)[:, 12]
    assert -6.02 - 3.1 < column.max() < -6.02 + 0.3


@pytest.mark.parametrize("grid", GRIDS)
def test_six_decibels_less_show_as_six_everywhere(grid: tuple[int, int, int, int]) -> None:
    rate, *rest = grid
    audio = noise(rate)
    audio[:, 0] += sine(440.0, 0.5, rate).astype(np.float32)
    lower = audio * np.float32(10 ** (-6 / 20))
    difference = mel.difference_db(
        mel.mel_spectrogram_db(lower, rate, *rest), mel.mel_spectrogram_db(audio, rate, *rest)
    )
    assert np.abs(difference + 6.0).max() < 0.001


def test_pieces_and_the_visible_part_equal_the_whole() -> None:
    audio = noise(150_000)
    grid = mel.MelGrid(44_100, hop=300)
    whole = mel.mel_spectrogram_on(audio, grid)
    assert whole.shape == (128, 1 + 150_000 // 300)
    part = np.concatenate([columns for _, columns in mel.mel_chunks(audio, grid, 100, 217)], axis=1)
    assert np.abs(part - whole[:, 100:217]).max() < 1e-3
    assert next(first for first, _ in mel.mel_chunks(audio, grid)) == 0


def test_pooled_columns_hold_the_mean_power() -> None:
    audio = noise(60_000)
    fine = mel.mel_spectrogram_on(audio, mel.MelGrid(44_100))
    pooled = mel.mel_spectrogram_on(audio, mel.MelGrid(44_100, pooled=4))
    assert pooled.shape[1] == -(-fine.shape[1] // 4)
    power = 10 ** (fine[:, :4].astype(np.float64) / 10)
    assert np.allclose(pooled[:, 0], 10 * np.log10(power.mean(axis=1)), atol=1e-3)
    left_over = fine.shape[1] % 4 or 4
    power = 10 ** (fine[:, -left_over:].astype(np.float64) / 10)
    assert np.allclose(pooled[:, -1], 10 * np.log10(power.mean(axis=1)), atol=1e-3)


def test_a_click_is_where_it_is() -> None:
    audio = np.zeros(44_100)
    audio[20 * 512] = 1.0
    power = mel.mel_spectrogram_db(audio, 44_100).max(axis=0)
    assert power.argmax() == 20
    assert power[19] == pytest.approx(power[21], abs=0.01)


@pytest.mark.parametrize("frames", [0, 1, 2, 513])
def test_the_shortest_audio_has_a_picture(frames: int) -> None:
    for grid in (mel.MelGrid(44_100), mel.overview_grid(44_100, frames)):
        image = mel.mel_spectrogram_on(np.ones((frames, 2)), grid)
        assert image.shape == (128, grid.columns_of(frames))
        assert np.isfinite(image).all()
    assert mel.MelGrid(44_100).columns_of(frames) == (1 + frames // 512 if frames else 0)


def test_silence_is_the_lowest_level_and_no_difference() -> None:
    silent = mel.mel_spectrogram_db(np.zeros((5000, 2)), 44_100)
    assert (silent == mel.SILENCE_DB).all()
    assert (mel.difference_db(silent, silent) == 0.0).all()


def test_samples_that_are_no_numbers_blank_their_columns_only() -> None:
    audio = noise(44_100)
    clean = mel.mel_spectrogram_db(audio, 44_100)
    audio[22_000, 1], audio[22_001, 0] = np.nan, np.inf
    broken = mel.mel_spectrogram_db(audio, 44_100)
    blank = np.isnan(broken).all(axis=0)
    assert np.array_equal(blank, np.isnan(broken).any(axis=0))
    assert set(np.flatnonzero(blank)) == set(range(41, 45))
    assert np.allclose(broken[:, ~blank], clean[:, ~blank], atol=1e-4)
    assert np.isnan(mel.difference_db(broken, clean)[:, 42]).all()


def test_an_hour_fits_into_a_picture() -> None:
    frames = 3600 * 44_100
    grid = mel.overview_grid(44_100, frames, max_columns=1600)
    assert 1200 < grid.columns_of(frames) <= 1600
    assert grid.start_s + grid.columns_of(frames) * grid.column_s == pytest.approx(3600.0, rel=2e-3)


def test_the_axis_of_bands_agrees_with_the_centres() -> None:
    for rate, n_mels, frame, hop in GRIDS:
        grid = mel.MelGrid(rate, n_mels, frame, hop)
        assert np.allclose(grid.band_at(grid.centres_hz), np.arange(n_mels))
        assert 0.8 * rate / 2 < grid.highest_hz <= rate / 2


def test_cancel_and_progress() -> None:
    said: list[float] = []
    mel.mel_spectrogram_db(noise(400_000), 44_100, progress=lambda share, what: said.append(share))
    assert said == sorted(said)
    assert said[-1] == 1.0
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        mel.mel_spectrogram_db(noise(4000), 44_100, cancel=token)


def test_an_unusable_grid_is_refused() -> None:
    with pytest.raises(ValueError, match="mel grid"):
        mel.MelGrid(44_100, n_mels=2)
