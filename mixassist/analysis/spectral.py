# SPDX-License-Identifier: Apache-2.0
"""Measures by short-time spectra, computed chunk by chunk so that hours of audio fit into memory.

A chunk holds whole frames of the transform and every sum is kept in double precision: the result does not depend
on where the chunks are cut.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from mixassist.analysis.signals import Audio, as_frames, as_stereo, common_part, finite
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled
from mixassist.networks import losses


@dataclass(frozen=True)
class Resolution:
    """One short-time Fourier transform: frame (FFT), hop and window length in frames of audio."""

    frame: int
    hop: int
    window: int


RESOLUTIONS = tuple(Resolution(*analysis) for analysis in losses.RESOLUTIONS)
"""Yamamoto, Song & Kim 2020 (Parallel WaveGAN), Hann windows; the setting of Steinmetz et al. 2021, section 2.3."""

MAGNITUDE_FLOOR = losses.MAGNITUDE_FLOOR
"""Smallest magnitude of a bin of the raw transform that the logarithm sees."""

_NOTHING = 1e-6
"""Sum or difference of the sides 60 dB below the other is the dither of a mono file, nothing to divide by."""

LSD_RESOLUTION = Resolution(2048, 512, 2048)
LSD_FLOOR_DB = -100.0

_CHUNK_POINTS = 1 << 16
"""Points of the transform a chunk holds for each row: so few that they stay in the processor's cache."""

ReadRows = Callable[[int, int], np.ndarray]
"""(start, stop) → float64 rows (rows, stop − start) of what is to be transformed."""


def spectra(
    read: ReadRows,
    length: int,
    resolution: Resolution,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
    what: str = "Comparing spectra",
    chunk_points: int = _CHUNK_POINTS,
) -> Iterator[torch.Tensor]:
    """Yields power spectra (rows, bins, frames of the transform), float32, chunk by chunk.

    The transform is centred: frame i looks at sample i·hop, the ends are mirrored, and a signal too short to be
    mirrored is followed by silence.
    """
    half = resolution.frame // 2
    padded_length = max(length, half + 1)
    total = 1 + padded_length // resolution.hop
    step = max(1, chunk_points // resolution.frame)
    window = torch.hann_window(resolution.window)
    for first in range(0, total, step):
        if cancel is not None:
            cancel.check()
        last = min(first + step, total)
        start, stop = first * resolution.hop - half, (last - 1) * resolution.hop + half
        rows = torch.from_numpy(_mirrored(read, length, padded_length, start, stop).astype(np.float32))
        transformed = torch.stft(
            rows, resolution.frame, resolution.hop, resolution.window, window, center=False, return_complex=True
        )
        parts = torch.view_as_real(transformed).square_()
        yield parts[..., 0] + parts[..., 1]
        progress(last / total, what)


def _mirrored(read: ReadRows, length: int, padded_length: int, start: int, stop: int) -> np.ndarray:
    """Reads start … stop of a signal whose ends are mirrored (the end sample itself is not repeated)."""
    index = np.abs(np.arange(start, stop))
    index = np.where(index >= padded_length, 2 * (padded_length - 1) - index, index)
    low, high = int(index.min()), min(int(index.max()) + 1, length)
    inside = read(low, max(low, high))
    rows = np.zeros((inside.shape[0], index.size))
    present = index < length
    rows[:, present] = inside[:, index[present] - low]
    return rows


@dataclass(frozen=True)
class StftDistance:
    """The multi-resolution STFT distance of the sum and of the difference of the sides; `total` adds both."""

    sum: float
    difference: float

    @property
    def total(self) -> float:
        """The stereo loss of Steinmetz et al. 2021, section 2.3: sum + difference."""
        return self.sum + self.difference


def multi_resolution_stft(
    a: Audio,
    b: Audio,
    *,
    gain_a: float = 1.0,
    gain_b: float = 1.0,
    resolutions: Sequence[Resolution] = RESOLUTIONS,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> StftDistance:
    """The distance to a mix: multi-resolution STFT of L + R and of L − R.

    For each resolution spectral convergence ‖|A| − |B|‖ / ‖|A|‖ (Frobenius) plus the mean |ln|A| − ln|B||, with
    magnitudes not below 1e-4; averaged over the resolutions. Swapping left and right of either signal changes
    nothing. Levels matter: bring both to the same loudness first (−23 LUFS is the project's custom).

    Both parts are shares of the reference's own sum or difference. Where the reference has none to speak of (a mono
    file has no difference, silence has neither) and the other signal has, there is no such share: NaN, undefined.

    Args:
        a: the reference.
        b: the signal held against it, compared over the common part.
        gain_a: factor on `a`.
        gain_b: factor on `b`.

    Returns:
        Pure numbers, 0 = the same magnitudes. Source: Steinmetz et al. 2021, section 2.3, after Yamamoto et al. 2020.
    """
    first, second = common_part(as_stereo(a), as_stereo(b))

    def read(start: int, stop: int) -> np.ndarray:
        x, y = gain_a * finite(first[start:stop]), gain_b * finite(second[start:stop])
        return np.stack((x[:, 0] + x[:, 1], x[:, 0] - x[:, 1], y[:, 0] + y[:, 1], y[:, 0] - y[:, 1]))

    distances = np.zeros(2)
    for index, resolution in enumerate(resolutions):
        part = scaled(progress, index / len(resolutions), (index + 1) / len(resolutions))
        distances += _stft_distances(read, len(first), resolution, part, cancel)
    distances /= len(resolutions)
    return StftDistance(float(distances[0]), float(distances[1]))


def _stft_distances(
    read: ReadRows, length: int, resolution: Resolution, progress: Progress, cancel: CancelToken | None
) -> np.ndarray:
    squared_error, squared, log_error, count = np.zeros(2), np.zeros(2), np.zeros(2), 0
    for powers in spectra(read, length, resolution, progress, cancel):
        powers.clamp_min_(MAGNITUDE_FLOOR**2)
        log_error += _total((powers[:2] / powers[2:]).log_().abs_()) / 2
        squared += _total(powers[:2])
        magnitudes = powers.sqrt_()
        squared_error += _total((magnitudes[:2] - magnitudes[2:]).square_())
        count += magnitudes[0].numel()
    silent = squared <= 1.001 * MAGNITUDE_FLOOR**2 * count
    faint = squared <= _NOTHING * squared.max()
    undefined = (silent & (squared_error > 0.0)) | (faint & (squared_error > _NOTHING * squared.max()))
    return np.where(undefined, np.nan, np.sqrt(squared_error / squared) + log_error / count)


def _total(values: torch.Tensor) -> np.ndarray:
    return values.sum(dim=(1, 2), dtype=torch.float64).numpy()


def log_spectral_distance_db(
    a: Audio,
    b: Audio,
    *,
    gain: float = 1.0,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> float:
    """Root mean square difference of the spectra in dB, over frequency; mean over time and channels.

    Hann frames of 2048, hop 512; levels below −100 dB (re a full-scale sine) count as −100 dB.

    Args:
        gain: factor on `b`.

    Returns:
        dB, 0 = the same magnitudes; a pure gain of x dB gives x. Source: Gray & Markel 1976, "Distance measures for
        speech processing", the rms log spectral measure.
    """
    first, second = common_part(a, b)
    sides = first.shape[1]
    floor = (10 ** (LSD_FLOOR_DB / 20) * LSD_RESOLUTION.window / 4) ** 2

    def read(start: int, stop: int) -> np.ndarray:
        return np.concatenate((finite(first[start:stop]).T, gain * finite(second[start:stop]).T))

    total, count = 0.0, 0
    for powers in spectra(read, len(first), LSD_RESOLUTION, progress, cancel):
        powers.clamp_min_(floor)
        decibels = (powers[:sides] / powers[sides:]).log10_().mul_(10.0)
        distances = decibels.square_().mean(dim=1).sqrt_()
        total += float(distances.sum(dtype=torch.float64))
        count += distances.numel()
    return total / count


def third_octave_centres_hz(sample_rate_hz: float) -> np.ndarray:
    """Exact mid-band frequencies of the third-octave bands from 20 Hz to 20 kHz that lie below half the rate.

    1000·10^(n/10), IEC 61260-1:2014, section 5.2.1 (base ten); a band counts when all of it lies below.
    """
    centres = 1000.0 * 10.0 ** (np.arange(-17, 14) / 10.0)
    return centres[centres * 10**0.05 <= sample_rate_hz / 2]


def third_octave_spectrum_db(
    audio: Audio, sample_rate_hz: float, *, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> np.ndarray:
    """Mean level in third-octave bands, averaged over time (Welch, Hann, 50 % overlap) and channels in power.

    Returns:
        One level for each of `third_octave_centres_hz`, in dB re the power of a full-scale sine: a sine of
        amplitude 0.1 on all sides reads −20 dB in its band; −inf where there is nothing.
    """
    array = as_frames(audio)
    size = 1 << math.ceil(math.log2(0.7 * sample_rate_hz))
    window = np.hanning(size + 1)[:-1]
    window_energy = np.concatenate(([0.0], np.cumsum(window**2)))
    power, weight = np.zeros(size // 2 + 1), 0.0
    # Whole frames only, the last one flush with the end: a frame cut short would smear over all bands.
    last = max(len(array) - size, 0)
    for start in sorted({*range(0, last, size // 2), last}):
        if cancel is not None:
            cancel.check()
        block = finite(array[start : start + size])
        frame = np.zeros((size, array.shape[1]))
        frame[: len(block)] = block
        power += np.square(np.abs(np.fft.rfft(frame * window[:, None], axis=0))).mean(axis=1)
        weight += window_energy[len(block)]
        progress(min(1.0, (start + size) / max(len(array), 1)), "Measuring the spectrum")
    # Twice for the negative frequencies, twice again because a full-scale sine has the power 1/2.
    bands = _band_weights(sample_rate_hz, size) @ (power * 4.0 / (size * weight if weight else 1.0))
    with np.errstate(divide="ignore"):
        return 10.0 * np.log10(bands)


def _band_weights(sample_rate_hz: float, size: int) -> np.ndarray:
    """Share of every bin (as wide as the bins lie apart) that falls into every band."""
    width = sample_rate_hz / size
    lows = np.arange(size // 2 + 1) * width - width / 2
    centres = third_octave_centres_hz(sample_rate_hz)[:, None]
    overlap: np.ndarray = np.minimum(lows + width, centres * 10**0.05) - np.maximum(lows, centres * 10**-0.05)
    return np.clip(overlap / width, 0.0, 1.0)
