# SPDX-License-Identifier: Apache-2.0
"""Spectrograms tile by tile: the same as in one piece, calibrated at every zoom, bounded."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from torchaudio.transforms import MelSpectrogram

from mixassist.analysis.frequency_bands import Bands, FrequencyScale
from mixassist.analysis.mel import MelGrid, mel_chunks, mel_spectrogram_on
from mixassist.analysis.mel_tiles import (
    COARSE,
    EXACT,
    RESOLUTIONS,
    TILE_COLUMNS,
    UNKNOWN,
    MelLook,
    MelPicture,
    MelTiles,
    difference_picture,
    look_for,
)
from mixassist.analysis.sounds import ArraySound
from mixassist.domain.errors import Cancelled
from mixassist.domain.progress import CancelToken

RATE = 44_100


def noise(seconds: float = 20.0, seed: int = 1) -> np.ndarray:
    audio = 0.1 * np.random.default_rng(seed).standard_normal((round(seconds * RATE), 2))
    fades = np.linspace(0.2, 1.0, len(audio))[:, None]
    return (audio * fades).astype(np.float32)


def drawn(tiles: MelTiles, sound: ArraySound, look: MelLook, columns: int = 300) -> MelPicture:
    end_s = sound.frames / sound.sample_rate_hz
    *_, last = tiles.refine(sound, look, 0.0, end_s, columns)
    return last


@pytest.mark.parametrize("columns", [100, 700, 5000])
@pytest.mark.parametrize("seconds", [20.0, 3.21])
def test_tiles_equal_the_spectrogram_in_one_piece_at_every_level(columns: int, seconds: float) -> None:
    audio = noise(seconds)
    picture = drawn(MelTiles(), ArraySound(audio, RATE), look_for(RATE), columns)
    whole = mel_spectrogram_on(audio, picture.grid)
    assert picture.is_exact and picture.first_column == 0
    assert picture.decibels.shape == whole.shape
    assert np.abs(picture.decibels - whole).max() < 1e-3
    assert picture.decibels.shape[1] >= columns or picture.grid == look_for(RATE).grid(0)


@pytest.mark.parametrize("scale", list(FrequencyScale))
@pytest.mark.parametrize("resolution", list(RESOLUTIONS))
@pytest.mark.parametrize("rate", [44_100, 96_000])
def test_a_sine_at_minus_20_lights_its_band_at_minus_20_on_every_scale(
    scale: FrequencyScale, resolution: str, rate: int
) -> None:
    sine = 0.1 * np.sin(2 * np.pi * 1000.0 * np.arange(4 * rate) / rate)
    picture = drawn(MelTiles(), ArraySound(sine, rate), look_for(rate, scale, resolution), 50)
    middle = picture.decibels[:, 10:-10]
    band = round(float(picture.grid.band_at(1000.0)))
    assert picture.grid.centres_hz[band] == pytest.approx(1000.0)
    assert (middle.argmax(axis=0) == band).all()
    assert np.abs(middle[band] + 20.0).max() < 0.05
    assert picture.at(2.0, 1000.0) == pytest.approx(-20.0, abs=0.05)
    assert picture.at(2.0, 1e6) is None and picture.at(-5.0, 1000.0) is None


@pytest.mark.parametrize("scale", [FrequencyScale.LOG, FrequencyScale.LINEAR])
def test_every_band_of_every_scale_is_calibrated_at_its_centre(scale: FrequencyScale) -> None:
    grid = MelGrid(RATE, n_mels=64, scale=scale)
    for band in (30, 45, 63):
        sine = 0.5 * np.sin(2 * np.pi * grid.centres_hz[band] * np.arange(RATE // 2) / RATE)
        column = mel_spectrogram_on(sine, grid)[:, 20]
        assert column[band] == pytest.approx(20 * np.log10(0.5), abs=0.25)
    assert np.allclose(Bands(scale, 64, RATE).hz_at(np.arange(64)), grid.centres_hz)
    assert grid.highest_hz <= RATE / 2 + 1e-6


def test_the_mel_bands_are_those_of_torchaudio() -> None:
    audio = noise(1.0)
    grid = MelGrid(RATE)
    reference = MelSpectrogram(
        RATE, n_fft=grid.fft_frames, win_length=2048, hop_length=512, f_min=20.0, f_max=grid.highest_hz, n_mels=128,
        pad_mode="constant",
    )(torch.from_numpy(audio.T)).mean(dim=0)  # fmt: skip
    difference = mel_spectrogram_on(audio, grid) - 10 * np.log10(reference.numpy())
    # A calibration: one number a band, the same in every column.
    assert np.abs(difference - difference.mean(axis=1, keepdims=True)).max() < 1e-3


def test_equal_sounds_differ_by_nothing_and_six_decibels_by_six() -> None:
    audio = noise()
    tiles, look = MelTiles(), look_for(RATE)
    a, same = (drawn(tiles, ArraySound(audio.copy(), RATE), look) for _ in range(2))
    lower = drawn(tiles, ArraySound(audio * np.float32(10 ** (-6 / 20)), RATE), look)
    assert (difference_picture(a, same).decibels == 0.0).all()
    assert np.abs(difference_picture(lower, a).decibels + 6.0).max() < 0.002
    assert difference_picture(a, same).mean_magnitude(0.0, 5.0) == 0.0
    assert difference_picture(lower, a).mean_magnitude(2.0, 5.0) == pytest.approx(6.0, abs=0.002)
    assert difference_picture(lower, a).mean_magnitude(90.0, 95.0) is None
    assert np.abs(difference_picture(lower, a, gain_db=-6.0).decibels).max() < 0.002
    with pytest.raises(ValueError, match="one stretch"):
        difference_picture(a, next(iter(tiles.refine(ArraySound(audio, RATE), look, 1.0, 2.0, 300))))


def test_a_coarse_picture_of_all_comes_first_and_grows_exact() -> None:
    audio = noise(60.0)
    tiles, sound, look = MelTiles(), ArraySound(audio, RATE), look_for(RATE)
    assert (tiles.picture(sound, look, 0.0, 60.0, 200).known == UNKNOWN).all()
    shares: list[float] = []
    stages = list(tiles.refine(sound, look, 0.0, 60.0, 200, progress=lambda share, what: shares.append(share)))
    assert (stages[0].known == COARSE).all()
    exact = [int((s.known == EXACT).sum()) for s in stages]
    assert exact == sorted(exact) and stages[-1].is_exact
    assert np.abs(stages[0].decibels - stages[-1].decibels).mean() < 6.0
    assert shares == sorted(shares) and shares[-1] == 1.0
    assert tiles.picture(sound, look, 0.0, 60.0, 200).is_exact
    (again,) = tiles.refine(sound, look, 0.0, 60.0, 200)
    assert np.array_equal(again.decibels, stages[-1].decibels)


def test_zooming_in_shows_what_is_known_from_afar_until_it_is_computed() -> None:
    tiles, sound, look = MelTiles(), ArraySound(noise(60.0), RATE), look_for(RATE)
    drawn(tiles, sound, look, 200)
    close = tiles.picture(sound, look, 10.0, 14.0, 3000)
    assert (close.known == COARSE).all()
    *_, last = tiles.refine(sound, look, 10.0, 14.0, 3000)
    assert last.is_exact and last.start_s <= 10.0 and last.end_s >= 14.0
    assert np.abs(close.decibels - last.decibels).mean() < 8.0


def test_the_bound_holds_and_the_oldest_go_first() -> None:
    limit = 20 * 128 * TILE_COLUMNS * 4
    tiles, look = MelTiles(limit), look_for(RATE)
    sounds = [ArraySound(noise(20.0, seed), RATE) for seed in range(3)]
    for sound in sounds:
        assert drawn(tiles, sound, look, 100).is_exact
        assert tiles.held_bytes <= limit
    assert (tiles.picture(sounds[0], look, 0.0, 20.0, 1500).known == UNKNOWN).all()
    assert tiles.picture(sounds[2], look, 0.0, 20.0, 100).is_exact
    tiles.clear()
    assert tiles.held_bytes == 0


@pytest.mark.parametrize("frames", [0, 1, 2, 700])
def test_the_shortest_sound_has_a_picture(frames: int) -> None:
    for audio in (np.zeros((frames, 2)), np.ones((frames, 1))):
        picture = drawn(MelTiles(), ArraySound(audio, RATE), look_for(RATE), 800)
        assert picture.is_exact and np.isfinite(picture.decibels).all()
        assert picture.decibels.shape[1] == picture.grid.columns_of(frames)


def test_samples_that_are_no_numbers_are_shown_as_such_at_every_level() -> None:
    audio = noise(20.0)
    audio[5 * RATE] = np.nan
    tiles, sound, look = MelTiles(), ArraySound(audio, RATE), look_for(RATE)
    for columns in (50, 5000):
        picture = drawn(tiles, sound, look, columns)
        blank = np.flatnonzero(np.isnan(picture.decibels).all(axis=0))
        assert 0 < len(blank) < 40
        assert abs(blank.mean() * picture.grid.column_s - 5.0) < 0.5


def test_cancelling_stops_and_keeps_what_is_there() -> None:
    tiles, sound, look, token = MelTiles(), ArraySound(noise(60.0), RATE), look_for(RATE), CancelToken()
    stages = tiles.refine(sound, look, 0.0, 60.0, 4000, cancel=token)
    for _ in itertools.islice(stages, 3):
        pass
    token.cancel()
    with pytest.raises(Cancelled):
        next(stages)
    assert 0 < (tiles.picture(sound, look, 0.0, 60.0, 4000).known == EXACT).sum() < 4000


class AnHour:
    """An hour of repeated noise that is never in memory."""

    identity, sample_rate_hz, frames, sides = "hour", RATE, 3600 * RATE, 2

    def __init__(self) -> None:
        self.longest = 0
        self._loop = noise(1.0)

    def read(self, start: int, frames: int) -> np.ndarray:
        self.longest = max(self.longest, frames)
        places = np.arange(start, start + frames)
        inside = (places >= 0) & (places < self.frames)
        return np.where(inside[:, None], self._loop[places % len(self._loop)], np.float32(0.0))


def test_an_hour_has_a_coarse_picture_and_close_ones_without_reading_it_all() -> None:
    hour, tiles, look = AnHour(), MelTiles(), look_for(RATE)
    overview = next(iter(tiles.refine(hour, look, 0.0, 3600.0, 400)))
    assert (overview.known == COARSE).all() and 400 <= overview.decibels.shape[1] <= 800
    assert overview.end_s == pytest.approx(3600.0, abs=10.0)
    *_, close = tiles.refine(hour, look, 1800.0, 1802.0, 600)
    assert close.is_exact and close.start_s <= 1800.0
    assert hour.longest < 20 * RATE


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_an_hour_is_drawn_within_the_bound() -> None:
    hour, tiles, look = AnHour(), MelTiles(limit_bytes=64 << 20), look_for(RATE)
    exact = 0
    for picture in tiles.refine(hour, look, 0.0, 3600.0, 1600):
        assert tiles.held_bytes <= tiles.limit_bytes
        assert int((picture.known == EXACT).sum()) >= exact
        exact = int((picture.known == EXACT).sum())
    assert picture.is_exact and hour.longest < 20 * RATE
    for column in (0, 1000, picture.decibels.shape[1] - 1):
        ((_, expected),) = mel_chunks(hour, picture.grid, column, column + 1)
        assert np.abs(picture.decibels[:, column] - expected[:, 0]).max() < 1e-3
