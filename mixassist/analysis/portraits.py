# SPDX-License-Identifier: Apache-2.0
"""Portraits of an effect: what it does to level, phase, time and dynamics, measured from outside.

Every function takes a `Process`, any function from samples to samples, so that the console's processing and the
network's are measured alike, and known systems can stand in for both in tests.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mixassist.analysis.swept_sine import Process, Sweep, SweepResponse, as_columns, sweep_response

FLOOR_DB = -150.0
_PROBE_HZ = 1000.0
_CURVE_STEP_S = 0.3
ORDERS = (2, 3, 4, 5)
"""Harmonics that distortion is measured by."""


@dataclass(frozen=True)
class FrequencyResponse:
    """Level in dB and phase in radians (−π … π) over frequency, of the first side."""

    frequencies_hz: np.ndarray
    magnitude_db: np.ndarray
    phase_rad: np.ndarray


def frequency_response(
    impulse_response: np.ndarray, sample_rate_hz: int, lead_frames: int = 0, points: int = 400
) -> FrequencyResponse:
    """Returns level and phase of an impulse response at frequencies spaced evenly in pitch, 20 Hz to 20 kHz.

    Args:
        impulse_response: (frames,) or (frames, sides); the first side counts.
        lead_frames: how many of them lie before time 0, as in `SweepResponse.whole`.
    """
    response = as_columns(impulse_response)[:, 0]
    top = min(20_000.0, 0.45 * sample_rate_hz)
    frequencies = np.geomspace(20.0, top, points)
    # At least half a hertz fine, so that the lowest bands are met.
    size = 1 << math.ceil(math.log2(max(len(response), 2 * sample_rate_hz)))
    spectrum = np.fft.rfft(response, size)
    bins = np.rint(frequencies * size / sample_rate_hz).astype(np.int64)
    found = spectrum[bins] * np.exp(2j * np.pi * bins * lead_frames / size)
    return FrequencyResponse(bins * sample_rate_hz / size, _decibels(np.abs(found)), np.angle(found))


@dataclass(frozen=True)
class Decay:
    """How a response dies away.

    Attributes:
        seconds, level_db: the energy decay curve, 0 dB at the arrival of the sound.
        reverberation_s: T30: time to fall by 60 dB, from the fall between −5 and −35 dB; NaN when it falls less.
        early_decay_s: EDT: the same from the first 10 dB.
    """

    seconds: np.ndarray
    level_db: np.ndarray
    reverberation_s: float
    early_decay_s: float


def energy_decay(impulse_response: np.ndarray, sample_rate_hz: int, points: int = 600) -> Decay:
    """Integrates a response's energy backwards (Schroeder 1965) and fits reverberation times (ISO 3382-1).

    Args:
        impulse_response: (frames,) or (frames, sides), whose energies are added; time before the first sample above
            −20 dB of the peak is left out.
    """
    energy = np.square(as_columns(impulse_response)).sum(axis=1)
    if not energy.any():
        return Decay(np.zeros(0), np.zeros(0), math.nan, math.nan)
    arrival = int(np.argmax(energy >= 0.01 * energy.max()))
    left = np.cumsum(energy[arrival:][::-1])[::-1]
    level = 10.0 * np.log10(np.maximum(left / left[0], 10.0 ** (FLOOR_DB / 10.0)))
    seconds = np.arange(len(level)) / sample_rate_hz
    shown = np.unique(np.linspace(0, len(level) - 1, min(points, len(level))).astype(np.int64))
    return Decay(
        seconds[shown], level[shown], _fitted(seconds, level, -5.0, -35.0), _fitted(seconds, level, 0.0, -10.0)
    )


def _fitted(seconds: np.ndarray, level_db: np.ndarray, high_db: float, low_db: float) -> float:
    """Returns the time to fall by 60 dB at the slope of a straight line through part of a falling curve."""
    if level_db[-1] > low_db:
        return math.nan
    first, last = int(np.argmax(level_db <= high_db)), int(np.argmax(level_db <= low_db))
    if last - first < 8:
        return math.nan
    slope = np.polyfit(seconds[first:last], level_db[first:last], 1)[0]
    return float(-60.0 / slope) if slope < 0.0 else math.nan


@dataclass(frozen=True)
class LevelCurve:
    """Level of a steady sine before and after, dB re full scale (of its amplitude)."""

    input_db: np.ndarray
    output_db: np.ndarray


def static_curve(process: Process, sample_rate_hz: int, lowest_db: float = -60.0, step_db: float = 2.0) -> LevelCurve:
    """Measures output over input level by a 1 kHz sine that rises in steps of 0.3 s up to full scale.

    Each level is read in the last third of its step, when attack times up to 30 ms are over.
    """
    levels = np.arange(lowest_db, step_db / 2, step_db)
    frames = round(_CURVE_STEP_S * sample_rate_hz)
    sent = np.repeat(10.0 ** (levels / 20.0), frames) * _probe(len(levels) * frames, sample_rate_hz)
    received = as_columns(process(sent))[: len(sent), 0].reshape(len(levels), frames)
    period = sample_rate_hz / _PROBE_HZ
    window = received[:, -int(math.floor(frames / 3 / period) * period) :]
    return LevelCurve(levels, _decibels(np.sqrt(2.0 * np.square(window).mean(axis=1))))


@dataclass(frozen=True)
class StepResponse:
    """Gain over time while a sine jumps up and back: `seconds`, gain in dB; the jumps are at `up_s` and `down_s`."""

    seconds: np.ndarray
    gain_db: np.ndarray
    up_s: float
    down_s: float


def step_response(
    process: Process,
    sample_rate_hz: int,
    low_db: float = -60.0,
    high_db: float = -6.0,
    held_s: float = 0.25,
    after_s: float = 0.5,
) -> StepResponse:
    """Measures how gain follows a 1 kHz sine that jumps from one level to another, is held there, and falls back.

    Gain is read over one period of the sine, to 1 ms.
    """
    up, down, end = (round(t * sample_rate_hz) for t in (0.1, 0.1 + held_s, 0.1 + held_s + after_s))
    sent = np.full(end, 10.0 ** (low_db / 20.0))
    sent[up:down] = 10.0 ** (high_db / 20.0)
    sent *= _probe(end, sample_rate_hz)
    received = as_columns(process(sent))[:end, 0]
    before, after = (_envelope(x, sample_rate_hz) for x in (sent, received))
    stride = max(1, sample_rate_hz // 2000)
    gain = _decibels(after[::stride]) - _decibels(before[::stride])
    return StepResponse(np.arange(end)[::stride] / sample_rate_hz, gain, up / sample_rate_hz, down / sample_rate_hz)


def _probe(frames: int, sample_rate_hz: int) -> np.ndarray:
    return np.sin(2.0 * np.pi * _PROBE_HZ * np.arange(frames) / sample_rate_hz)


def _envelope(audio: np.ndarray, sample_rate_hz: int) -> np.ndarray:
    """RMS over one period, the mean square read by interpolation so that the period need not be whole."""
    half = sample_rate_hz / _PROBE_HZ / 2
    sums = np.concatenate(([0.0], np.cumsum(np.square(audio))))
    places = np.arange(len(audio)) + 0.5
    edges = np.arange(len(sums), dtype=np.float64)
    low, high = np.clip(places - half, 0, len(audio)), np.clip(places + half, 0, len(audio))
    energy = np.interp(high, edges, sums) - np.interp(low, edges, sums)
    envelope: np.ndarray = np.sqrt(np.maximum(energy, 0.0) / (high - low))
    return envelope


@dataclass(frozen=True)
class Distortion:
    """Harmonics that are added to a sine.

    Attributes:
        frequencies_hz: of the sine.
        harmonics_db: (orders, frequencies): level of each of `ORDERS` re the sine itself as it comes out; NaN where
            the harmonic lies above the range measured.
        thd_percent: all of them together as a share of the sine, in per cent.
        level_db: amplitude of the sine that was sent, dB re full scale.
    """

    frequencies_hz: np.ndarray
    harmonics_db: np.ndarray
    thd_percent: np.ndarray
    level_db: float

    def thd_at(self, frequency_hz: float) -> float:
        """Returns the distortion at the frequency nearest to this, in per cent."""
        return float(self.thd_percent[int(np.argmin(np.abs(np.log(self.frequencies_hz / frequency_hz))))])


def harmonic_distortion(
    process: Process, sample_rate_hz: int, level_db: float = -12.0, points: int = 120
) -> Distortion:
    """Measures harmonics over frequency by one swept sine (Farina 2000)."""
    return distortion_of(sweep_response(process, Sweep(sample_rate_hz, level_db=level_db)), points)


def distortion_of(found: SweepResponse, points: int = 120) -> Distortion:
    """Reads the harmonics out of the response to a sweep."""
    rate = found.sweep.sample_rate_hz
    top = min(20_000.0, 0.45 * rate)
    frequencies = np.geomspace(30.0, top / 2, points)
    # The linear response is cut as short as the harmonics' are, so that both see the same smoothing.
    fundamental = _level_at(found.whole[: rate // 4, 0], frequencies, rate)
    harmonics = np.full((len(ORDERS), points), math.nan)
    for row, order in enumerate(ORDERS):
        inside = order * frequencies <= top
        level = _level_at(found.harmonic(order)[:, 0], order * frequencies[inside], rate)
        harmonics[row, inside] = level / np.maximum(fundamental[inside], 1e-12)
    total = np.sqrt(np.nansum(np.square(harmonics), axis=0))
    with np.errstate(invalid="ignore"):
        return Distortion(frequencies, _decibels(harmonics), 100.0 * total, found.sweep.level_db)


@dataclass(frozen=True)
class ChannelPortrait:
    """What one view makes of a channel's settings, measured from outside; fader and pan are left out.

    Attributes:
        response: level and phase of input gain, polarity and equaliser, by a sweep at −18 dBFS.
        impulse, impulse_rate_hz: impulse response of the reverb as it is set, dry and wet, (frames, sides).
        decay: energy decay and reverberation time of the reverb's wet part alone, at full level.
        curve: static curve of input gain and compressor, by a 1 kHz sine.
        step: their gain while that sine jumps from 10 dB below the threshold to 12 dB above it and back.
        distortion: harmonics of equaliser and compressor together, by a sweep at −12 dBFS.
    """

    response: FrequencyResponse
    impulse: np.ndarray
    impulse_rate_hz: int
    decay: Decay
    curve: LevelCurve
    step: StepResponse
    distortion: Distortion

    def to_dict(self) -> dict[str, float]:
        """Returns the numbers of the portrait."""
        return {
            "reverberation_s": self.decay.reverberation_s,
            "early_decay_s": self.decay.early_decay_s,
            "thd_percent": self.distortion.thd_at(1000.0),
        }


def _level_at(response: np.ndarray, frequencies_hz: np.ndarray, sample_rate_hz: int) -> np.ndarray:
    size = 1 << math.ceil(math.log2(max(len(response), 2 * sample_rate_hz)))
    spectrum = np.abs(np.fft.rfft(response, size))
    level: np.ndarray = np.interp(frequencies_hz * size / sample_rate_hz, np.arange(len(spectrum)), spectrum)
    return level


def _decibels(amplitude: np.ndarray) -> np.ndarray:
    decibels: np.ndarray = 20.0 * np.log10(np.maximum(amplitude, 10.0 ** (FLOOR_DB / 20.0)))
    return decibels
