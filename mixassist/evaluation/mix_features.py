# SPDX-License-Identifier: Apache-2.0
"""Spectral, panning, dynamics and loudness features of a mix, and their errors against another mix.

After Martínez-Ramírez et al. 2022, "Automatic music mixing with deep learning and out-of-domain data", section 4.1,
with the settings of its published evaluation: frames of 4096, hop 1024, loudness over 0.4 s every 0.2 s, running means
over 40 frames, mean absolute percentage errors. Where that would divide by next to nothing this differs; see
`feature_errors`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from mixassist.audio.loudness import momentary_lufs
from mixassist.evaluation.spectral_features import spectral_series

GROUPS: Mapping[str, tuple[str, ...]] = {
    "spectral": ("centroid", "bandwidth", "contrast_lows", "contrast_mids", "contrast_highs", "rolloff", "flatness"),
    "panning": ("panning_total", "panning_lows", "panning_mids", "panning_highs"),
    "dynamics": ("rms_level", "dynamic_spread", "crest_factor"),
    "loudness": ("lufs", "peak"),
}
"""The features by group."""
FEATURE_MEASURES = ("spectral", "panning", "dynamics", "loudness", "feature_error")

_FRAME, _HOP = 4096, 1024
_RUNNING = 40
_PEAK_DBFS = -1.0
_SILENCE = 10.0 ** (-60.0 / 20.0)
_SMALLEST = 1e-6
_LOWEST_LUFS = -70.0
_DENOMINATOR_FLOORS = {
    **dict.fromkeys(GROUPS["panning"], 0.02),
    "crest_factor": 0.05,
    "flatness": 1e-6,
}
"""What a percentage is of, at least: a panning RMS of 0.02 is what sides 1.7 dB apart have, about what one hears."""

Series = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class MixFeatures:
    """Features over time: `short` (rows, frames) every 1024 frames, `long` (1, frames) every 0.2 s.

    `sounds` says which short and long frames are louder than −60 dB below the mix's peak.
    """

    short: Series
    long: Series
    short_sounds: NDArray[np.bool_]
    long_sounds: NDArray[np.bool_]


def mix_features(mix: NDArray[np.float32], sample_rate_hz: int) -> MixFeatures:
    """Measures a mix, (frames, 2), that stands at the loudness it is to be compared at.

    Spectrum, panning and dynamics are measured with the peak at −1 dBFS, loudness as it stands.
    """
    scale = 2 ** max(round(np.log2(sample_rate_hz / 44_100)), 0)
    frame, hop = _FRAME * scale, _HOP * scale
    if mix.shape[0] < frame:
        mix = np.pad(mix, ((0, frame - mix.shape[0]), (0, 0)))
    peak = float(np.abs(mix).max())
    levelled = mix * np.float32(10.0 ** (_PEAK_DBFS / 20.0) / peak) if peak > 0.0 else mix
    magnitudes = np.stack([_magnitudes(levelled[:, side], frame, hop) for side in range(2)])
    short = {
        **spectral_series(magnitudes, sample_rate_hz),
        **panning_series(magnitudes, sample_rate_hz),
        **dynamics_series(levelled, frame, hop),
    }
    long, loud_peaks = loudness_series(mix, sample_rate_hz)
    peaks = np.abs(_frames(levelled.max(axis=1), frame, hop)).max(axis=1)
    lowest = np.abs(_frames(levelled.min(axis=1), frame, hop)).max(axis=1)
    return MixFeatures(short, long, np.maximum(peaks, lowest) > _SILENCE, loud_peaks > _SILENCE * peak)


def _frames(signal: NDArray[np.float32], frame: int, hop: int) -> NDArray[np.float32]:
    return np.lib.stride_tricks.sliding_window_view(np.ascontiguousarray(signal), frame)[::hop]


def _magnitudes(side: NDArray[np.float32], frame: int, hop: int) -> NDArray[np.float32]:
    """Magnitude spectra (frames, bins) under the square root of a Hann window."""
    window = np.sqrt(np.hanning(frame + 1)[:-1]).astype(np.float32)
    views = _frames(side, frame, hop)
    out = np.empty((len(views), frame // 2 + 1), dtype=np.float32)
    for first in range(0, len(views), 128):
        out[first : first + 128] = np.abs(fft.rfft(views[first : first + 128] * window, axis=1))
    return out


def panning_series(magnitudes: NDArray[np.float32], sample_rate_hz: int) -> Series:
    """RMS of the stereo panning spectrum in all bins, below 250 Hz, to 2.5 kHz and above, (1, frames) each.

    1 − 2·|L|·|R| / (|L|² + |R|²): 0 where both sides are equal, 1 where one is silent. Source: Tzanetakis, Jones &
    McNally 2007, "Stereo panning features for classifying recording production style", equations 1–5.
    """
    left, right = magnitudes
    squares = (1.0 - 2.0 * left * right / np.maximum(left**2 + right**2, 1e-20)) ** 2
    squares[(left == 0.0) & (right == 0.0)] = 0.0
    size = 2 * (left.shape[1] - 1)
    nyquist = sample_rate_hz / 2.0
    bands = {"total": (0.0, nyquist), "lows": (0.0, 250.0), "mids": (250.0, 2500.0), "highs": (2500.0, nyquist)}
    series = {}
    for name, (low_hz, high_hz) in bands.items():
        first, last = (int(f * size / sample_rate_hz) for f in (low_hz, high_hz))
        series[f"panning_{name}"] = np.sqrt(squares[:, first:last].mean(axis=1, dtype=np.float64))[None]
    return series


def dynamics_series(levelled: NDArray[np.float32], frame: int, hop: int) -> Series:
    """RMS level, dynamic spread and crest factor, means over the sides, (1, frames) each.

    As the published evaluation has them, so that each is positive: 1 − RMS in dB; 1 + the mean distance of the
    samples' levels below the RMS in dB; peak level over RMS level, both in dBFS. Source of the terms: Ma et al. 2015,
    "Intelligent multitrack dynamic range compression", JAES 63(6).
    """
    found: dict[str, list[NDArray[np.float64]]] = {"rms_level": [], "dynamic_spread": [], "crest_factor": []}
    for side in range(2):
        signal = np.maximum(np.abs(levelled[:, side].astype(np.float64)), _SMALLEST)
        rms_db = 10.0 * np.log10(np.maximum(_frame_means(signal**2, frame, hop), _SMALLEST**2))
        mean_db = _frame_means(20.0 * np.log10(signal), frame, hop)
        peak_db = 20.0 * np.log10(_frames(signal.astype(np.float32), frame, hop).max(axis=1))
        found["rms_level"].append(1.0 - rms_db)
        found["dynamic_spread"].append(1.0 - (mean_db - rms_db))
        found["crest_factor"].append(peak_db / rms_db)
    return {name: np.mean(sides, axis=0)[None] for name, sides in found.items()}


def _frame_means(values: NDArray[np.float64], frame: int, hop: int) -> NDArray[np.float64]:
    sums = np.concatenate(([0.0], np.cumsum(values)))
    starts = np.arange(0, len(values) - frame + 1, hop)
    return np.asarray((sums[starts + frame] - sums[starts]) / frame)


def loudness_series(mix: NDArray[np.float32], sample_rate_hz: int) -> tuple[Series, NDArray[np.float64]]:
    """Loudness in LUFS and peak in dBFS of 0.4 s every 0.2 s, (1, frames) each, and the peaks as factors."""
    length, hop = round(0.4 * sample_rate_hz), round(0.2 * sample_rate_hz)
    if mix.shape[0] < length:
        mix = np.pad(mix, ((0, length - mix.shape[0]), (0, 0)))
    lufs = np.maximum(momentary_lufs(mix, sample_rate_hz)[::2], _LOWEST_LUFS)
    count = min(len(lufs), 1 + (mix.shape[0] - length) // hop)
    tops = np.abs(mix).max(axis=1)
    peaks = np.array([tops[i * hop : i * hop + length].max() for i in range(count)], dtype=np.float64)
    decibels = 20.0 * np.log10(np.maximum(peaks, 10.0 ** (_LOWEST_LUFS / 20.0)))
    return {"lufs": lufs[None, :count], "peak": decibels[None]}, peaks


def running_means(series: NDArray[np.float64], length: int = _RUNNING) -> NDArray[np.float64]:
    """Means of (rows, frames) over `length` frames, or over all there are; one for each whole window."""
    length = min(length, series.shape[1])
    sums = np.concatenate((np.zeros((series.shape[0], 1)), np.cumsum(series, axis=1)), axis=1)
    return np.asarray((sums[:, length:] - sums[:, :-length]) / length)


def feature_errors(target: MixFeatures, other: MixFeatures) -> dict[str, float]:
    """Mean absolute percentage errors of running means, as factors (0.1 = 10 %), by feature and by group.

    `feature_error` is the mean of the four groups. Frames in which the target is silent count on neither side, and
    a percentage is never taken of less than a small floor: a mono target would otherwise make every panning error
    infinite. 0 throughout where all of the target is silent.
    """
    errors: dict[str, float] = {}
    for theirs, mine, sounds in (
        (target.short, other.short, target.short_sounds),
        (target.long, other.long, target.long_sounds),
    ):
        for name, wanted in theirs.items():
            errors[name] = _percentage(name, wanted[:, sounds], mine[name][:, sounds]) if sounds.any() else 0.0
    groups = {group: float(np.mean([errors[name] for name in names])) for group, names in GROUPS.items()}
    return {**errors, **groups, "feature_error": float(np.mean(list(groups.values())))}


def _percentage(name: str, wanted: NDArray[np.float64], got: NDArray[np.float64]) -> float:
    means, others = running_means(wanted), running_means(got)
    floor = _DENOMINATOR_FLOORS.get(name, 1e-10)
    return float(np.mean(np.abs(others - means) / np.maximum(np.abs(means), floor)))
