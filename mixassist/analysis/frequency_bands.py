# SPDX-License-Identifier: Apache-2.0
"""The bands of a spectrogram: where they lie on a mel, logarithmic or linear axis, and what each lets through."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from torchaudio.functional import melscale_fbanks

LOWEST_HZ = 20.0
REFERENCE_HZ = 1000.0
"""A centre on every axis."""


class FrequencyScale(StrEnum):
    """How the bands of a spectrogram are spread over frequency."""

    MEL = "mel"
    LOG = "log"
    LINEAR = "linear"


def hz_to_mel(frequency_hz: np.ndarray | float) -> np.ndarray:
    """Maps Hz to mel: 2595·log10(1 + f/700) (O'Shaughnessy 1987, as in HTK)."""
    return 2595.0 * np.log10(1.0 + np.asarray(frequency_hz, dtype=np.float64) / 700.0)


def mel_to_hz(mel: np.ndarray | float) -> np.ndarray:
    """Maps mel to Hz, the inverse of `hz_to_mel`."""
    return 700.0 * (10.0 ** (np.asarray(mel, dtype=np.float64) / 2595.0) - 1.0)


def to_axis(scale: FrequencyScale, frequency_hz: np.ndarray | float) -> np.ndarray:
    """Maps Hz to the axis on which bands are equally far apart: mel, octaves above 1 Hz, or Hz."""
    if scale is FrequencyScale.MEL:
        return hz_to_mel(frequency_hz)
    frequency = np.asarray(frequency_hz, dtype=np.float64)
    return np.log2(np.maximum(frequency, 1e-3)) if scale is FrequencyScale.LOG else frequency


def to_hz(scale: FrequencyScale, place: np.ndarray | float) -> np.ndarray:
    """Maps a place on the axis to Hz, the inverse of `to_axis`."""
    if scale is FrequencyScale.MEL:
        return mel_to_hz(place)
    at = np.asarray(place, dtype=np.float64)
    return 2.0**at if scale is FrequencyScale.LOG else at


@dataclass(frozen=True)
class Bands:
    """Equally spaced bands from 20 Hz to (nearly) half the sample rate, 1 kHz being a centre."""

    scale: FrequencyScale
    count: int
    sample_rate_hz: float

    @property
    def step(self) -> float:
        """Distance of band centres on the axis: the largest that fits below half the rate with 1 kHz a centre."""
        low, high = self._place(LOWEST_HZ), self._place(self.sample_rate_hz / 2)
        reference = self._place(REFERENCE_HZ) - low
        return reference / math.ceil(reference * (self.count + 1) / (high - low) - 1e-9)

    @property
    def edges_hz(self) -> np.ndarray:
        """Lower edge of the first band, every centre, upper edge of the last: (count + 2,)."""
        return to_hz(self.scale, self._place(LOWEST_HZ) + np.arange(self.count + 2) * self.step)

    def at(self, frequency_hz: np.ndarray | float) -> np.ndarray:
        """Maps Hz to a place on the axis of bands, fractional; 0 is the centre of the first band."""
        return np.asarray((to_axis(self.scale, frequency_hz) - self._place(LOWEST_HZ)) / self.step - 1.0)

    def hz_at(self, band: np.ndarray | float) -> np.ndarray:
        """Maps a place on the axis of bands to Hz, the inverse of `at`."""
        return to_hz(self.scale, self._place(LOWEST_HZ) + (np.asarray(band, np.float64) + 1.0) * self.step)

    def fft_frames(self, frame: int) -> int:
        """Length of the transform: the window padded until the narrowest band spans at least one bin each way."""
        edges = self.edges_hz
        narrowest_hz = max(float(edges[1] - edges[0]), self._narrowest_hz(frame))
        return 1 << math.ceil(math.log2(max(frame, self.sample_rate_hz / narrowest_hz)) - 1e-9)

    def weights(self, frame: int) -> np.ndarray:
        """Triangles of unit height over the bins of the transform, float32 (bins, count)."""
        size = self.fft_frames(frame)
        edges = self.edges_hz
        if self.scale is FrequencyScale.MEL:
            low, high = LOWEST_HZ, float(edges[-1])
            return melscale_fbanks(size // 2 + 1, low, high, self.count, round(self.sample_rate_hz)).numpy()
        bins = np.arange(size // 2 + 1)[:, None] * (self.sample_rate_hz / size)
        # What the window cannot tell apart is shared: bands there are as wide as it can resolve, and overlap.
        least = self._narrowest_hz(frame)
        below = np.maximum(edges[1:-1] - edges[:-2], least)
        above = np.maximum(edges[2:] - edges[1:-1], least)
        rising = (bins - (edges[1:-1] - below)) / below
        falling = ((edges[1:-1] + above) - bins) / above
        return np.maximum(0.0, np.minimum(rising, falling)).astype(np.float32)

    def _narrowest_hz(self, frame: int) -> float:
        return 0.0 if self.scale is FrequencyScale.MEL else self.sample_rate_hz / frame

    def _place(self, frequency_hz: float) -> float:
        return float(to_axis(self.scale, frequency_hz))
