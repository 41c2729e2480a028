# SPDX-License-Identifier: Apache-2.0
"""What the thumbnails and editors draw, asked of the console's own DSP; numpy in, numpy out."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from mixassist.domain.controls import Controls
from mixassist.domain.parameters import Group, Value, keys_of

LOWEST_HZ, HIGHEST_HZ = 20.0, 20_000.0
_EQUALIZER_KEYS = keys_of(Group.EQUALIZER)


@lru_cache(maxsize=8)
def frequencies_hz(count: int) -> np.ndarray:
    """Returns `count` frequencies, 20 Hz … 20 kHz, evenly spaced on a log axis."""
    return np.geomspace(LOWEST_HZ, HIGHEST_HZ, count)


def equalizer_db(controls: Controls, sample_rate_hz: int, count: int, band: str | None = None) -> np.ndarray:
    """Returns the equaliser's magnitude in dB at `frequencies_hz(count)`, as the console renders it.

    Args:
        band: only this band instead of all five.
    """
    values = tuple(controls[key] for key in _EQUALIZER_KEYS)
    return _equalizer_db(values, sample_rate_hz, count, band)


@lru_cache(maxsize=1024)
def _equalizer_db(values: tuple[Value, ...], sample_rate_hz: int, count: int, band: str | None) -> np.ndarray:
    """The same from the equaliser's values alone: it is remembered while faders move."""
    import torch

    from mixassist.dsp.equalizer import equalizer_response

    controls = Controls(dict(zip(_EQUALIZER_KEYS, values, strict=True)))
    frequencies = torch.from_numpy(frequencies_hz(count))
    magnitude = equalizer_response(controls, frequencies, sample_rate_hz, band).abs().numpy()
    level_db: np.ndarray = 20.0 * np.log10(np.maximum(magnitude, 1e-6))
    return level_db


def compressor_db(controls: Controls, floor_db: float, count: int) -> np.ndarray:
    """Returns the output level in dB for input levels `floor_db` … 0, hard knee, with the make-up gain."""
    threshold_db, ratio = controls.number("threshold_db"), controls.number("ratio")
    return _compressor_db(threshold_db, ratio, controls.number("makeup_gain_db"), floor_db, count)


@lru_cache(maxsize=512)
def _compressor_db(threshold_db: float, ratio: float, makeup_db: float, floor_db: float, count: int) -> np.ndarray:
    levels = np.linspace(floor_db, 0.0, count)
    over = np.maximum(levels - threshold_db, 0.0)
    return levels - over * (1.0 - 1.0 / ratio) + makeup_db


def compressor_is_neutral(controls: Controls) -> bool:
    """Whether the compressor leaves the sound alone."""
    still = controls.number("threshold_db") >= 0.0 or controls.number("ratio") <= 1.0
    return still and controls.number("makeup_gain_db") == 0.0


def equalizer_is_neutral(controls: Controls) -> bool:
    """Whether all five bands stand at 0 dB."""
    return all(controls.number(key) == 0.0 for key in controls if key.endswith("_gain_db") and _is_band(key))


def _is_band(key: str) -> bool:
    return key.startswith(("low_shelf", "low_mid", "mid_", "high_mid", "high_shelf"))


SPECTRUM_FRAMES = 8192
SPECTRUM_FLOOR_DB = -90.0
_TILT_DB_PER_OCTAVE = 3.0
"""Music falls by about this much an octave: tilted up by it, a balanced sound looks level."""


def spectrum_db(samples: np.ndarray, sample_rate_hz: int, count: int, gain_db: float = 0.0) -> np.ndarray:
    """Returns the spectrum of a stretch of sound at `frequencies_hz(count)`, in dB, tilted by 3 dB an octave at 1 kHz.

    Hann windows of `SPECTRUM_FRAMES` frames that overlap by half; powers are averaged, then averaged over the band
    around each frequency. A sine at full scale reaches 0 dB at 1 kHz.

    Args:
        samples: (frames, sides), at least one frame; a short stretch is padded with silence.
    """
    mono_power = np.zeros(SPECTRUM_FRAMES // 2 + 1)
    window = np.hanning(SPECTRUM_FRAMES + 1)[:-1]
    starts = range(0, max(len(samples) - SPECTRUM_FRAMES, 0) + 1, SPECTRUM_FRAMES // 2)
    for start in starts:
        block = samples[start : start + SPECTRUM_FRAMES]
        weighted = block * window[: len(block), None]
        mono_power += (np.abs(np.fft.rfft(weighted, n=SPECTRUM_FRAMES, axis=0)) ** 2).mean(1)
    mono_power *= (4.0 / SPECTRUM_FRAMES) ** 2 / len(starts)
    edges = _band_edges(sample_rate_hz, count)
    sums = np.concatenate(([0.0], np.cumsum(mono_power)))
    power = (sums[edges[1]] - sums[edges[0]]) / (edges[1] - edges[0])
    tilt = _TILT_DB_PER_OCTAVE * np.log2(frequencies_hz(count) / 1000.0)
    level_db = 10.0 * np.log10(np.maximum(power, 1e-12)) + gain_db + tilt
    floored: np.ndarray = np.maximum(level_db, SPECTRUM_FLOOR_DB)
    return floored


@lru_cache(maxsize=16)
def _band_edges(sample_rate_hz: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the first and the last bin (exclusive) of the band around each frequency; at least one bin each."""
    half_step = (HIGHEST_HZ / LOWEST_HZ) ** (0.5 / (count - 1))
    bins = frequencies_hz(count) * SPECTRUM_FRAMES / sample_rate_hz
    last_bin = SPECTRUM_FRAMES // 2
    first = np.clip(np.round(bins / half_step).astype(int), 0, last_bin)
    return first, np.clip(np.round(bins * half_step).astype(int), first + 1, last_bin + 1)


@lru_cache(maxsize=64)
def reverb_decay_db(reverb_type: str, decay: float, sample_rate_hz: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the energy decay curve of the console's own response: times in seconds, and what is left in dB.

    Schroeder's backward integration (J. Acoust. Soc. Am. 37(3), 1965) of both sides together; 0 dB at the start. The
    first call for a type takes some tenths of a second: call it in a worker.
    """
    from mixassist.dsp.reverb import impulse_response

    response = impulse_response(reverb_type, sample_rate_hz, decay).numpy()
    left = np.cumsum((response**2).sum(0)[::-1])[::-1]
    places = np.linspace(0, len(left) - 1, count).astype(int)
    return places / sample_rate_hz, 10.0 * np.log10(np.maximum(left[places] / left[0], 1e-12))


def decay_time_s(times_s: np.ndarray, level_db: np.ndarray) -> float:
    """Returns the time to fall by 60 dB, from the slope between −5 and −25 dB (ISO 3382's T20); 0 if it is unknown."""
    part = (level_db <= -5.0) & (level_db >= -25.0)
    if part.sum() < 2:
        return 0.0
    slope = np.polyfit(times_s[part], level_db[part], 1)[0]
    return float(-60.0 / slope) if slope < 0.0 else 0.0
