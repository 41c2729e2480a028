# SPDX-License-Identifier: Apache-2.0
"""Mel-spectrograms in decibels, calibrated on sines.

Convention: 0 dB is a sine of full scale. A steady sine of amplitude A at the centre of a band shows 20·log10(A) dB in
that band (with stereo, when both sides carry it: channels are averaged in power). The bands are laid so that 1 kHz is
a centre; between two centres a sine shows in both, up to 3 dB lower. Noise shows by what falls into each band.

Columns that see samples which are not finite are NaN, so that a picture can show that there is nothing to show.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch

from mixassist.analysis.frequency_bands import Bands, FrequencyScale
from mixassist.analysis.signals import Audio
from mixassist.analysis.sounds import ArraySound, Sound
from mixassist.domain.progress import CancelToken, Progress, no_progress

SILENCE_DB = -200.0
"""What silence shows as: the lowest level of any cell."""

DIFFERENCE_FLOOR_DB = -100.0
"""Where both spectrograms lie below this there is nothing to tell apart, and a difference shows 0 dB."""

_CHUNK_POINTS = 1 << 21


@dataclass(frozen=True)
class MelGrid:
    """Where the cells of a mel-spectrogram lie.

    `frame` and `hop` are in audio frames; `pooled` columns of the transform make one column (their mean power). The
    bands lie on a mel axis unless `scale` says otherwise.
    """

    sample_rate_hz: float
    n_mels: int = 128
    frame: int = 2048
    hop: int = 512
    pooled: int = 1
    scale: FrequencyScale = FrequencyScale.MEL

    def __post_init__(self) -> None:
        if self.n_mels < 8 or self.frame < 16 or self.hop < 1 or self.pooled < 1 or self.sample_rate_hz < 4000:
            raise ValueError(f"not a usable mel grid: {self}")

    @property
    def bands(self) -> Bands:
        """Where the bands lie."""
        return Bands(self.scale, self.n_mels, self.sample_rate_hz)

    @property
    def highest_hz(self) -> float:
        """Upper edge of the last band."""
        return float(self.bands.edges_hz[-1])

    @property
    def centres_hz(self) -> np.ndarray:
        """Centre frequency of every band, low to high (n_mels,)."""
        return self.bands.edges_hz[1:-1]

    def band_at(self, frequency_hz: np.ndarray | float) -> np.ndarray:
        """Maps Hz to a place on the axis of bands, fractional; 0 is the centre of the first band."""
        return self.bands.at(frequency_hz)

    @property
    def fft_frames(self) -> int:
        """Length of the transform: the window padded until the narrowest band spans at least one bin each way."""
        return self.bands.fft_frames(self.frame)

    def columns_of(self, frames: int) -> int:
        """How many columns audio of that length has: none for none, one more than whole hops otherwise."""
        return -(-(1 + frames // self.hop) // self.pooled) if frames > 0 else 0

    @property
    def column_s(self) -> float:
        """How much time a column spans. Column i begins half a hop before i·column_s."""
        return self.hop * self.pooled / self.sample_rate_hz

    @property
    def start_s(self) -> float:
        """Where the first column begins: half a hop before 0."""
        return -0.5 * self.hop / self.sample_rate_hz


def overview_grid(
    sample_rate_hz: float, frames: int, max_columns: int = 1600, n_mels: int = 128, frame: int = 2048
) -> MelGrid:
    """Chooses hop and pooling so that audio of any length fills a picture and memory stays bounded."""
    hop = int(min(512, max(frame // 32, frames // max_columns)))
    return MelGrid(sample_rate_hz, n_mels, frame, hop, max(1, math.ceil((1 + frames // hop) / max_columns)))


def mel_spectrogram_db(
    samples: Audio,
    sample_rate_hz: float,
    n_mels: int = 128,
    frame: int = 2048,
    hop: int = 512,
    *,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> np.ndarray:
    """Computes a whole mel-spectrogram; column i is centred on sample i·hop.

    Returns:
        (n_mels, 1 + frames // hop) float32 in dB by this module's convention, not below −200 dB; (n_mels, 0) for no
        samples. Bands by torchaudio's MelSpectrogram (HTK mel scale, triangles of unit height, power), each divided
        by what a unit sine at its centre gives.
    """
    return mel_spectrogram_on(samples, MelGrid(sample_rate_hz, n_mels, frame, hop), progress=progress, cancel=cancel)


def mel_spectrogram_on(
    samples: Audio | Sound, grid: MelGrid, *, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> np.ndarray:
    """Computes a whole mel-spectrogram on a grid, (n_mels, columns) float32 in dB."""
    sound = _sound(samples, grid)
    whole = np.full((grid.n_mels, grid.columns_of(sound.frames)), SILENCE_DB, dtype=np.float32)
    for first, columns in mel_chunks(sound, grid, progress=progress, cancel=cancel):
        whole[:, first : first + columns.shape[1]] = columns
    return whole


def mel_chunks(
    samples: Audio | Sound,
    grid: MelGrid,
    first_column: int = 0,
    last_column: int | None = None,
    *,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> Iterator[tuple[int, np.ndarray]]:
    """Yields (column, (n_mels, columns) dB) piece by piece, to draw while it is computed.

    Args:
        first_column: where to begin: the visible part can come first.
        last_column: one past the end; all when None.
    """
    sound = _sound(samples, grid)
    total = grid.columns_of(sound.frames)
    end = total if last_column is None else min(last_column, total)
    weights = _calibrated(grid.bands, grid.frame)
    step = max(1, _CHUNK_POINTS // (grid.fft_frames * grid.pooled * sound.sides))
    for first in range(first_column, end, step):
        if cancel is not None:
            cancel.check()
        last = min(first + step, end)
        power, bad = _power(sound, grid, first * grid.pooled, last * grid.pooled)
        yield first, _decibels((power @ weights).T, bad, grid.pooled)
        progress((last - first_column) / (end - first_column), "Drawing the spectrogram")


def sampled_columns(sound: Sound, grid: MelGrid, columns: np.ndarray) -> np.ndarray:
    """Looks at one transform in the middle of each of these columns: a coarse picture of a pooled grid, quickly.

    Returns:
        (n_mels, len(columns)) float32 in dB.
    """
    weights = _calibrated(grid.bands, grid.frame)
    found = np.empty((grid.n_mels, len(columns)), np.float32)
    last = sound.frames // grid.hop
    step = max(1, _CHUNK_POINTS // (grid.fft_frames * sound.sides))
    for start in range(0, len(columns), step):
        middles = np.minimum(np.asarray(columns[start : start + step]) * grid.pooled + grid.pooled // 2, last)
        power, bad = _powers_at(sound, grid, middles)
        found[:, start : start + step] = _decibels((power @ weights).T, bad, 1)
    return found


def _powers_at(sound: Sound, grid: MelGrid, places: np.ndarray) -> tuple[torch.Tensor, np.ndarray]:
    """Bin powers (places, bins) of single transforms anywhere, averaged over the sides, and which see bad samples."""
    half, size = grid.fft_frames // 2, grid.fft_frames
    rows = np.empty((sound.sides, len(places), size), np.float32)
    for index, place in enumerate(places):
        rows[:, index] = sound.read(int(place) * grid.hop - half, size).T
    wrong = ~np.isfinite(rows)
    bad = np.asarray(wrong[:, :, half - grid.frame // 2 : half + grid.frame // 2].any(axis=(0, 2)))
    rows[wrong] = 0.0
    return _bin_powers(torch.from_numpy(rows), grid), bad


def _bin_powers(frames: torch.Tensor, grid: MelGrid) -> torch.Tensor:
    """Bin powers (columns, bins) of (sides, columns, frames), averaged over the sides.

    torchaudio's `Spectrogram` does the same; in this order of axes it takes a third of the time.
    """
    spectra = torch.fft.rfft(frames * _window(grid.fft_frames, grid.frame))
    return spectra.real.square().addcmul_(spectra.imag, spectra.imag).mean(dim=0)


def _sound(samples: Audio | Sound, grid: MelGrid) -> Sound:
    return ArraySound(samples, round(grid.sample_rate_hz)) if isinstance(samples, Audio) else samples


def difference_db(a_db: np.ndarray, b_db: np.ndarray, floor_db: float = DIFFERENCE_FLOOR_DB) -> np.ndarray:
    """Subtracts spectrograms, a − b, in dB; 0 where both lie below the floor, NaN where either has no numbers."""
    both_below = (a_db < floor_db) & (b_db < floor_db)
    return np.where(both_below, np.float32(0.0), a_db - b_db)


def _power(sound: Sound, grid: MelGrid, first: int, last: int) -> tuple[torch.Tensor, np.ndarray]:
    """Bin powers (last − first, bins) averaged over the sides, and which columns see bad samples.

    Here a column is one transform; those past the end, which only fill the last pool up, are NaN.
    """
    half = grid.fft_frames // 2
    start, stop = first * grid.hop - half, (last - 1) * grid.hop + half
    rows = np.ascontiguousarray(sound.read(start, stop - start).T)
    wrong = ~np.isfinite(rows).all(axis=0)
    bad: np.ndarray = np.zeros(last - first, dtype=bool)
    if wrong.any():
        rows[:, wrong] = 0.0
        counts = np.concatenate(([0], np.cumsum(wrong)))
        centres = np.arange(last - first) * grid.hop + half
        bad = counts[centres + grid.frame // 2] > counts[centres - grid.frame // 2]
    power = _bin_powers(torch.from_numpy(rows).unfold(-1, grid.fft_frames, grid.hop), grid)
    power[max(0, 1 + sound.frames // grid.hop - first) :] = math.nan
    return power, bad


def _decibels(band_power: torch.Tensor, bad: np.ndarray, pooled: int) -> np.ndarray:
    power = np.ascontiguousarray(band_power.numpy())
    if pooled > 1:
        shape = (power.shape[0], -1, pooled)
        present = np.isfinite(power).reshape(shape)
        power = np.where(present, power.reshape(shape), 0.0).sum(axis=2) / present.sum(axis=2)
        bad = np.any(bad.reshape(-1, pooled), axis=1)
    decibels = 10.0 * np.log10(np.maximum(power, 10.0 ** (SILENCE_DB / 10.0)), dtype=np.float32)
    decibels[:, bad] = math.nan
    return decibels


@lru_cache(maxsize=16)
def _window(fft_frames: int, frame: int) -> torch.Tensor:
    """The Hann window in the middle of a transform."""
    window, begin = torch.zeros(fft_frames), (fft_frames - frame) // 2
    window[begin : begin + frame] = torch.hann_window(frame)
    return window


@lru_cache(maxsize=16)
def _calibrated(bands: Bands, frame: int) -> torch.Tensor:
    """The bands' weights (bins, bands), each divided by what a unit sine at its centre gives.

    On the mel axis, transform and weights together are torchaudio's MelSpectrogram but for that calibration.
    """
    size, weights = bands.fft_frames(frame), bands.weights(frame)
    window = torch.hann_window(frame, dtype=torch.float64).numpy()
    # Padding the window's own spectrum tells what a sine does that falls between two bins.
    fine = 16
    spectrum = np.abs(np.fft.rfft(window, size * fine)) ** 2 / 4.0
    bins = np.arange(size // 2 + 1)
    centres = bands.edges_hz[1:-1, None] * size / bands.sample_rate_hz
    offsets = np.rint(np.abs(bins[None, :] - centres) * fine)
    response = (spectrum[offsets.astype(np.int64)] * weights.T).sum(axis=1)
    return torch.from_numpy((weights / response).astype(np.float32))
