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
from torchaudio.functional import melscale_fbanks
from torchaudio.transforms import MelSpectrogram

from mixassist.analysis.signals import Audio, as_frames
from mixassist.domain.progress import CancelToken, Progress, no_progress

SILENCE_DB = -200.0
"""What silence shows as: the lowest level of any cell."""

DIFFERENCE_FLOOR_DB = -100.0
"""Where both spectrograms lie below this there is nothing to tell apart, and a difference shows 0 dB."""

LOWEST_HZ = 20.0

_REFERENCE_HZ = 1000.0
_CHUNK_POINTS = 1 << 21


def hz_to_mel(frequency_hz: np.ndarray | float) -> np.ndarray:
    """Maps Hz to mel: 2595·log10(1 + f/700) (O'Shaughnessy 1987, as in HTK)."""
    return 2595.0 * np.log10(1.0 + np.asarray(frequency_hz, dtype=np.float64) / 700.0)


def mel_to_hz(mel: np.ndarray | float) -> np.ndarray:
    """Maps mel to Hz, the inverse of `hz_to_mel`."""
    return 700.0 * (10.0 ** (np.asarray(mel, dtype=np.float64) / 2595.0) - 1.0)


@dataclass(frozen=True)
class MelGrid:
    """Where the cells of a mel-spectrogram lie.

    `frame` and `hop` are in audio frames; `pooled` columns of the transform make one column (their mean power).
    """

    sample_rate_hz: float
    n_mels: int = 128
    frame: int = 2048
    hop: int = 512
    pooled: int = 1

    def __post_init__(self) -> None:
        if self.n_mels < 8 or self.frame < 16 or self.hop < 1 or self.pooled < 1 or self.sample_rate_hz < 4000:
            raise ValueError(f"not a usable mel grid: {self}")

    @property
    def mel_step(self) -> float:
        """Distance of band centres in mel: the largest that fits below half the rate with 1 kHz a centre."""
        low, high = float(hz_to_mel(LOWEST_HZ)), float(hz_to_mel(self.sample_rate_hz / 2))
        reference = float(hz_to_mel(_REFERENCE_HZ)) - low
        return reference / math.ceil(reference * (self.n_mels + 1) / (high - low) - 1e-9)

    @property
    def highest_hz(self) -> float:
        """Upper edge of the last band."""
        return float(mel_to_hz(hz_to_mel(LOWEST_HZ) + (self.n_mels + 1) * self.mel_step))

    @property
    def centres_hz(self) -> np.ndarray:
        """Centre frequency of every band, low to high (n_mels,)."""
        return mel_to_hz(hz_to_mel(LOWEST_HZ) + np.arange(1, self.n_mels + 1) * self.mel_step)

    def band_at(self, frequency_hz: np.ndarray | float) -> np.ndarray:
        """Maps Hz to a place on the axis of bands, fractional; 0 is the centre of the first band."""
        return np.asarray((hz_to_mel(frequency_hz) - hz_to_mel(LOWEST_HZ)) / self.mel_step - 1.0)

    @property
    def fft_frames(self) -> int:
        """Length of the transform: the window padded until the narrowest band spans at least one bin each way."""
        narrowest_hz = float(mel_to_hz(hz_to_mel(LOWEST_HZ) + self.mel_step)) - LOWEST_HZ
        return 1 << math.ceil(math.log2(max(self.frame, self.sample_rate_hz / narrowest_hz)))

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
    samples: Audio, grid: MelGrid, *, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> np.ndarray:
    """Computes a whole mel-spectrogram on a grid, (n_mels, columns) float32 in dB."""
    array = as_frames(samples)
    whole = np.full((grid.n_mels, grid.columns_of(len(array))), SILENCE_DB, dtype=np.float32)
    for first, columns in mel_chunks(array, grid, progress=progress, cancel=cancel):
        whole[:, first : first + columns.shape[1]] = columns
    return whole


def mel_chunks(
    samples: Audio,
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
    array = as_frames(samples)
    end = grid.columns_of(len(array)) if last_column is None else min(last_column, grid.columns_of(len(array)))
    transform, calibration = _transform(grid)
    step = max(1, _CHUNK_POINTS // (grid.fft_frames * grid.pooled * array.shape[1]))
    for first in range(first_column, end, step):
        if cancel is not None:
            cancel.check()
        last = min(first + step, end)
        power, bad = _power(array, grid, transform, first * grid.pooled, last * grid.pooled)
        power = power * calibration[:, None]
        yield first, _decibels(power, bad, grid.pooled)
        progress((last - first_column) / (end - first_column), "Drawing the spectrogram")


def difference_db(a_db: np.ndarray, b_db: np.ndarray, floor_db: float = DIFFERENCE_FLOOR_DB) -> np.ndarray:
    """Subtracts spectrograms, a − b, in dB; 0 where both lie below the floor, NaN where either has no numbers."""
    both_below = (a_db < floor_db) & (b_db < floor_db)
    return np.where(both_below, np.float32(0.0), a_db - b_db)


def _power(
    array: np.ndarray, grid: MelGrid, transform: MelSpectrogram, first: int, last: int
) -> tuple[np.ndarray, np.ndarray]:
    """Band powers (n_mels, last − first) averaged over channels, and which columns see bad samples or none at all."""
    total = 1 + len(array) // grid.hop
    half = grid.fft_frames // 2
    start, stop = first * grid.hop - half, (last - 1) * grid.hop + half
    rows = np.zeros((array.shape[1], stop - start), dtype=np.float32)
    low, high = max(start, 0), max(0, min(stop, len(array)))
    if high > low:
        rows[:, low - start : high - start] = array[low:high].T
    wrong = ~np.isfinite(rows).all(axis=0)
    rows[:, wrong] = 0.0
    power = transform(torch.from_numpy(rows)).mean(dim=0).numpy().astype(np.float64)
    bad: np.ndarray = np.zeros(last - first, dtype=bool)
    if wrong.any():
        counts = np.concatenate(([0], np.cumsum(wrong)))
        centres = np.arange(last - first) * grid.hop + half
        bad = counts[centres + grid.frame // 2] > counts[centres - grid.frame // 2]
    power[:, max(0, total - first) :] = math.nan  # Columns past the end only fill the last pool up.
    return power, bad


def _decibels(power: np.ndarray, bad: np.ndarray, pooled: int) -> np.ndarray:
    if pooled > 1:
        shape = (power.shape[0], -1, pooled)
        present = np.isfinite(power).reshape(shape)
        power = np.where(present, power.reshape(shape), 0.0).sum(axis=2) / present.sum(axis=2)
        bad = bad.reshape(-1, pooled).any(axis=1)
    decibels = 10.0 * np.log10(np.maximum(power, 10.0 ** (SILENCE_DB / 10.0)))
    decibels[:, bad] = math.nan
    return decibels.astype(np.float32)


@lru_cache(maxsize=16)
def _transform(grid: MelGrid) -> tuple[MelSpectrogram, np.ndarray]:
    """The transform for chunks already padded, and for each band one over what a unit sine at its centre gives."""
    size = grid.fft_frames
    transform = MelSpectrogram(
        round(grid.sample_rate_hz),
        n_fft=size,
        win_length=grid.frame,
        hop_length=grid.hop,
        f_min=LOWEST_HZ,
        f_max=grid.highest_hz,
        n_mels=grid.n_mels,
        center=False,
        power=2.0,
    )
    bands = melscale_fbanks(size // 2 + 1, LOWEST_HZ, grid.highest_hz, grid.n_mels, round(grid.sample_rate_hz))
    window = torch.hann_window(grid.frame, dtype=torch.float64).numpy()
    # Padding the window's own spectrum tells what a sine does that falls between two bins.
    fine = 16
    spectrum = np.abs(np.fft.rfft(window, size * fine)) ** 2 / 4.0
    bins = np.arange(size // 2 + 1)
    offsets = np.rint(np.abs(bins[None, :] - grid.centres_hz[:, None] * size / grid.sample_rate_hz) * fine)
    response = (spectrum[offsets.astype(np.int64)] * bands.numpy().T).sum(axis=1)
    return transform, 1.0 / response
