# SPDX-License-Identifier: Apache-2.0
"""True peak: the highest level between the samples, by oversampling (ITU-R BS.1770-4, Annex 2), block by block."""

from __future__ import annotations

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

_TAPS = 24
_CELL_FRAMES = 256
_CELLS_AT_ONCE = 256


class TruePeakMeter:
    """Finds the true and the sample peak of audio that arrives in blocks.

    Oversamples four times below 80 kHz, twice below 160 kHz, else not at all. Only stretches that can hold a new
    highest value are oversampled: a filter cannot exceed its input by more than the sum of its coefficients.
    """

    def __init__(self, sample_rate_hz: int, channels: int) -> None:
        factor = 4 if sample_rate_hz < 80_000 else 2 if sample_rate_hz < 160_000 else 1
        self._phases = _interpolators(factor)
        self._reach = float(np.abs(self._phases).sum(0).max()) if factor > 1 else 1.0
        self._recent = np.zeros((channels, _TAPS - 1), np.float32)
        self._sample_peak = 0.0
        self._true_peak = 0.0

    def update(self, block: np.ndarray) -> None:
        """Takes the next (frames, channels) in."""
        self.update_planar(np.ascontiguousarray(block.T, np.float32))

    def update_planar(self, block: np.ndarray) -> None:
        """Takes the next float32 (channels, frames) in."""
        if not block.shape[1]:
            return
        self._sample_peak = max(self._sample_peak, float(max(block.max(), -block.min())))
        joined = np.concatenate((self._recent, block), axis=1)
        self._true_peak = max(self._true_peak, self._sample_peak, self._between(joined))
        self._recent = joined[:, -(_TAPS - 1) :].copy()

    @property
    def sample_peak(self) -> float:
        """The highest absolute sample so far."""
        return self._sample_peak

    @property
    def true_peak(self) -> float:
        """The highest absolute value so far, between the samples too."""
        tail = np.concatenate((self._recent, np.zeros_like(self._recent)), axis=1)
        return max(self._true_peak, self._between(tail))

    @property
    def true_peak_dbtp(self) -> float:
        """The true peak in dBTP, -inf for silence."""
        return decibels(self.true_peak)

    @property
    def sample_peak_dbfs(self) -> float:
        """The sample peak in dBFS, -inf for silence."""
        return decibels(self.sample_peak)

    def _between(self, audio: np.ndarray) -> float:
        """Returns the highest interpolated value of (channels, frames), or something lower than the peak known."""
        highest = max(self._true_peak, self._sample_peak)
        if not self._phases.shape[1] or highest == 0.0:
            return 0.0
        for channel in audio:
            cells = _cells(channel)
            peaks = np.maximum(cells.max(1), -cells.min(1))
            # The loudest first: they raise the bar for all others.
            order = np.argsort(-peaks)
            for start in range(0, len(order), _CELLS_AT_ONCE):
                chosen = order[start : start + _CELLS_AT_ONCE]
                chosen = chosen[peaks[chosen] * self._reach > highest]
                if not len(chosen):
                    break
                values = sliding_window_view(cells[chosen], _TAPS, axis=1) @ self._phases
                highest = max(highest, float(values.max()), -float(values.min()))
        return highest


def true_peak_dbtp(audio: np.ndarray, sample_rate_hz: int) -> float:
    """Returns the true peak of (frames,) or (frames, channels) in dBTP; -inf for silence."""
    block = audio[:, None] if audio.ndim == 1 else audio
    meter = TruePeakMeter(sample_rate_hz, block.shape[1])
    for start in range(0, len(block), 1 << 16):
        meter.update(block[start : start + (1 << 16)])
    return meter.true_peak_dbtp


def sample_peak_dbfs(audio: np.ndarray) -> float:
    """Returns the highest absolute sample in dBFS; -inf for silence."""
    return decibels(float(max(audio.max(), -audio.min()))) if audio.size else -math.inf


def decibels(amplitude: float) -> float:
    """Returns 20·log10 of an amplitude ≥ 0; -inf for 0."""
    return 20.0 * math.log10(amplitude) if amplitude > 0 else -math.inf


def _cells(channel: np.ndarray) -> np.ndarray:
    """Cuts a channel into rows of equal length that overlap by the filter's, the last by what is left over."""
    length = _CELL_FRAMES + _TAPS - 1
    if len(channel) <= length:
        return channel[None, :]
    rows = sliding_window_view(channel, length)[::_CELL_FRAMES]
    # No zeros may be added here: an end that is not the end would ring.
    return rows if (len(channel) - length) % _CELL_FRAMES == 0 else np.concatenate((rows, channel[None, -length:]))


def _interpolators(factor: int) -> np.ndarray:
    """Returns (taps, factor - 1): a Kaiser-windowed sinc for every place between two samples, gain 1 at 0 Hz."""
    places = np.arange(1, factor) / factor
    distance = np.arange(_TAPS)[:, None] - (_TAPS // 2 - 1) - places[None, :]
    inside = np.clip(1.0 - (distance / (_TAPS / 2)) ** 2, 0.0, None)
    window = np.i0(5.0 * np.sqrt(inside)) / np.i0(5.0)
    taps = np.sinc(distance) * window
    return (taps / taps.sum(0)).astype(np.float32)
