# SPDX-License-Identifier: Apache-2.0
"""A system measured by an exponential sine sweep: its linear response and the harmonics it adds, apart from another.

A. Farina, "Simultaneous measurement of impulse response and distortion with a swept-sine technique", AES 108, 2000.
Deconvolved by division of spectra, the linear response begins at time 0 and that to the k-th harmonic L·ln k earlier,
L being the time in which the sweep rises by a factor of e.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.fft

Process = Callable[[np.ndarray], np.ndarray]
"""Processes (frames,) float64 into (frames or more,) or (frames or more, sides), from rest, aligned to the input."""

LOWEST_HZ = 5.0
_HIGHEST_SHARE = 0.98
_FADE_CYCLES = 2
_REGULARISED_DB = -70.0
LEAD_S = 0.12
"""How much before time 0 belongs to the linear response: a band-limited impulse rings to both sides."""


@dataclass(frozen=True)
class Sweep:
    """An exponential sweep from 5 Hz to just below half the rate.

    Attributes:
        level_db: its amplitude, dB re full scale.
    """

    sample_rate_hz: int
    length_s: float = 4.0
    level_db: float = -18.0

    @property
    def highest_hz(self) -> float:
        """Where it ends."""
        return _HIGHEST_SHARE * self.sample_rate_hz / 2

    @property
    def rate_s(self) -> float:
        """L: the time in which its frequency rises by a factor of e."""
        return self.length_s / math.log(self.highest_hz / LOWEST_HZ)

    def samples(self) -> np.ndarray:
        """Returns (frames,) float64, faded in over its first cycles and out over the last 5 ms."""
        times = np.arange(round(self.length_s * self.sample_rate_hz)) / self.sample_rate_hz
        wave = np.sin(2 * np.pi * LOWEST_HZ * self.rate_s * (np.exp(times / self.rate_s) - 1.0))
        rise, fall = _FADE_CYCLES / LOWEST_HZ * self.sample_rate_hz / 2, 0.005 * self.sample_rate_hz
        places = np.arange(len(wave))
        fades = np.minimum(1.0, places / rise) * np.minimum(1.0, (len(wave) - 1 - places) / fall)
        return 10.0 ** (self.level_db / 20.0) * np.sin(np.pi / 2 * fades) ** 2 * wave


@dataclass(frozen=True)
class SweepResponse:
    """What a system did to a sweep.

    Attributes:
        linear: its impulse response (frames, sides) from time 0 on.
        before: the part before time 0, (frames, sides), its last sample just before 0: the harmonics' responses.
    """

    sweep: Sweep
    linear: np.ndarray
    before: np.ndarray

    @property
    def lead_frames(self) -> int:
        """How many frames of `whole` lie before time 0."""
        return round(LEAD_S * self.sweep.sample_rate_hz)

    @property
    def whole(self) -> np.ndarray:
        """The linear response with its lead, (lead + frames, sides): for spectra."""
        return np.concatenate((self.before[len(self.before) - self.lead_frames :], self.linear))

    def harmonic(self, order: int) -> np.ndarray:
        """Returns the impulse response (frames, sides) to a harmonic, 2 = the octave, windowed out of its neighbours.

        Its spectrum at f says how strong the harmonic is that lands on f, against the sine at f / order below it.
        """
        rate, slope = self.sweep.sample_rate_hz, self.sweep.rate_s
        centre = -slope * math.log(order)
        # From half way to the next higher harmonic to half way to the next lower one.
        begin = round((centre - 0.5 * slope * math.log((order + 1) / order)) * rate)
        end = round((centre + 0.5 * slope * math.log(order / (order - 1))) * rate)
        part = self.before[len(self.before) + begin : len(self.before) + end]
        edge = max(1, len(part) // 8)
        window = np.ones(len(part))
        window[:edge] = np.sin(np.pi / 2 * (np.arange(edge) + 0.5) / edge) ** 2
        window[-edge:] = window[:edge][::-1]
        return part * window[:, None]


def sweep_response(process: Process, sweep: Sweep, tail_s: float = 0.5) -> SweepResponse:
    """Sends a sweep through a system and deconvolves what comes out.

    Args:
        tail_s: how long the system rings; silence of that length follows the sweep.
    """
    sent = sweep.samples()
    padded = np.concatenate((sent, np.zeros(round(tail_s * sweep.sample_rate_hz))))
    received = as_columns(process(padded))
    size = scipy.fft.next_fast_len(len(received) + len(sent), real=True)
    reference = np.fft.rfft(sent, size)
    power = np.abs(reference) ** 2
    # Outside the sweep there is nothing to divide by; inside this changes less than a thousandth of a dB.
    floor = power.max() * 10.0 ** (_REGULARISED_DB / 10.0)
    inverse = np.conj(reference) / np.maximum(power, floor)
    responses = np.fft.irfft(np.fft.rfft(received, size, axis=0) * inverse[:, None], size, axis=0)
    kept = len(received) - len(sent) + 1
    return SweepResponse(sweep, responses[: max(kept, 1)], responses[-len(sent) :])


def as_columns(audio: np.ndarray) -> np.ndarray:
    """Returns audio as (frames, sides) float64."""
    array = np.asarray(audio, np.float64)
    return array[:, None] if array.ndim == 1 else array
