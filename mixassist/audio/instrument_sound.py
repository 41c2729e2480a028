# SPDX-License-Identifier: Apache-2.0
"""What a stem sounds like, in five numbers, and a careful guess from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_FRAME, _HOP = 4096, 2048
_MAX_FRAMES = 400
_FLOOR = 1e-10


@dataclass(frozen=True)
class SoundFeatures:
    """Averages over the louder half of a stem.

    `centroid_hz` is the middle of its spectrum (log scale); `low_share` and `high_share` are the shares of energy below
    150 Hz and above 5 kHz; `attack_share` is how much of the level comes in sudden rises (0 = sustained, 1 = hits);
    `tonality` is how far the spectrum stands out in peaks (0 = noise, 1 = pure tones).
    """

    centroid_hz: float
    low_share: float
    high_share: float
    attack_share: float
    tonality: float


def sound_features(samples: np.ndarray, sample_rate_hz: int) -> SoundFeatures | None:
    """Measures float32 (frames, channels); None where there is too little to hear."""
    starts = np.arange(0, max(len(samples) - _FRAME, 0), _HOP)
    if len(starts) < 4:
        return None
    # Runs of neighbouring frames, spread over the stem: onsets need neighbours, the whole is too long.
    runs = np.array_split(starts, max(len(starts) // 40, 1))
    step = max(len(runs) * 40 // _MAX_FRAMES, 1)
    chosen = runs[::step]
    window = np.hanning(_FRAME).astype(np.float32)
    spectra, rises = [], []
    for run in chosen:
        audio = np.nan_to_num(samples[run[0] : run[-1] + _FRAME].mean(1))
        frames = np.lib.stride_tricks.sliding_window_view(audio, _FRAME)[::_HOP]
        power = np.abs(np.fft.rfft(frames * window, axis=1)) ** 2
        spectra.append(power)
        level = np.sqrt(power.sum(1))
        rises.append(np.concatenate(([0.0], np.maximum(np.diff(level), 0.0))))
    power, rise = np.concatenate(spectra), np.concatenate(rises)
    level = np.sqrt(power.sum(1))
    loud = level > max(float(np.median(level)), float(level.max()) * 0.03)
    if not loud.any() or level.max() < 1e-3:
        return None
    return _features(power[loud], float(rise.sum() / level.sum()), sample_rate_hz)


def _features(power: np.ndarray, attack_share: float, sample_rate_hz: int) -> SoundFeatures:
    frequencies = np.fft.rfftfreq(_FRAME, 1.0 / sample_rate_hz)
    mean = power.mean(0)
    audible = frequencies > 25.0
    total = float(mean[audible].sum()) + _FLOOR
    centroid = np.exp(float((mean[audible] * np.log(frequencies[audible])).sum()) / total)
    band = (frequencies > 60.0) & (frequencies < 5000.0)
    inside = power[:, band] + _FLOOR
    # One minus the spectral flatness, of single frames so that moving notes stay tones.
    flatness = np.exp(np.log(inside).mean(1)) / inside.mean(1)
    return SoundFeatures(
        centroid_hz=float(centroid),
        low_share=float(mean[audible & (frequencies < 150.0)].sum()) / total,
        high_share=float(mean[frequencies > 5000.0].sum()) / total,
        attack_share=min(attack_share, 1.0),
        tonality=float(1.0 - np.median(flatness)),
    )
