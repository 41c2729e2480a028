# SPDX-License-Identifier: Apache-2.0
"""What one mix is like, in numbers: loudness, peaks, dynamics, stereo picture, spectrum."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np

from mixassist.analysis.json_values import json_safe
from mixassist.analysis.metrics import (
    correlation_of,
    crest_factor_db_of,
    rms_dbfs,
    signal_sums,
    stereo_width_db_of,
)
from mixassist.analysis.signals import Audio, as_stereo, blocks, count_not_finite, decibels
from mixassist.analysis.spectral import third_octave_spectrum_db
from mixassist.audio.loudness import LoudnessMeter
from mixassist.audio.true_peak import TruePeakMeter
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled

SERIES_STEP_S = 0.1
"""Momentary and short-term loudness are measured ten times a second."""


@dataclass(frozen=True)
class Measures:
    """One signal in numbers; units are in the names, `explained.EXPLAINED` has words for each.

    −inf stands for silence (and for loudness that cannot be measured in less than 0.4 s), NaN for what is undefined.
    `third_octave_db` belongs to `spectral.third_octave_centres_hz(sample_rate_hz)`. `not_finite_samples` is how many
    samples are NaN or infinite, and of a file those beyond +60 dBFS too; they count as silence everywhere.
    """

    sample_rate_hz: float
    length_s: float
    integrated_lufs: float
    loudness_range_lu: float
    max_momentary_lufs: float
    max_short_term_lufs: float
    true_peak_dbtp: float
    sample_peak_dbfs: float
    rms_dbfs: float
    crest_factor_db: float
    stereo_width_db: float
    correlation: float
    mono_compatibility_lu: float
    third_octave_db: tuple[float, ...]
    not_finite_samples: int = 0

    def to_dict(self) -> dict[str, object]:
        """Returns plain values for JSON; infinite and undefined ones are null, see `json_values`."""
        return json_safe({f.name: getattr(self, f.name) for f in dataclasses.fields(self)})


def measure(
    audio: Audio, sample_rate_hz: float, *, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> Measures:
    """Measures a mono or stereo signal of any length; mono counts as two equal sides.

    Sources: loudness ITU-R BS.1770-4, range EBU Tech 3342, true peak BS.1770-4 annex 2; see the functions of
    `metrics` and `spectral` for the others.
    """
    array = as_stereo(audio)
    rate = round(sample_rate_hz)
    stereo, mono, true_peak = LoudnessMeter(rate, 2), LoudnessMeter(rate, 2), TruePeakMeter(rate, 2)
    for _, block in blocks(array, scaled(progress, 0.0, 0.7), cancel, "Measuring loudness"):
        stereo.update(block)
        mono.update(np.repeat(block.mean(axis=1, keepdims=True), 2, axis=1))
        true_peak.update(block)
    sums = signal_sums(array, progress=scaled(progress, 0.7, 0.8), cancel=cancel)
    bands = third_octave_spectrum_db(array, sample_rate_hz, progress=scaled(progress, 0.8, 1.0), cancel=cancel)
    integrated = stereo.integrated_lufs()
    return Measures(
        sample_rate_hz=sample_rate_hz,
        length_s=len(array) / sample_rate_hz,
        integrated_lufs=integrated,
        loudness_range_lu=stereo.loudness_range_lu(),
        max_momentary_lufs=float(np.max(stereo.momentary_lufs(), initial=-math.inf)),
        max_short_term_lufs=float(np.max(stereo.short_term_lufs(), initial=-math.inf)),
        true_peak_dbtp=true_peak.true_peak_dbtp,
        sample_peak_dbfs=decibels(sums.peak),
        rms_dbfs=rms_dbfs(sums),
        crest_factor_db=crest_factor_db_of(sums),
        stereo_width_db=stereo_width_db_of(sums),
        correlation=correlation_of(sums),
        mono_compatibility_lu=_change(integrated, mono.integrated_lufs()),
        third_octave_db=tuple(float(level) for level in bands),
        not_finite_samples=count_not_finite(audio, cancel),
    )


def mono_compatibility_lu(audio: Audio, sample_rate_hz: float) -> float:
    """How loudness changes when both sides are added: loudness of (L + R)/2 on both sides minus that of the stereo.

    Returns:
        LU: 0 for mono, about −3 for unrelated sides, −inf for sides in opposite polarity, NaN for silence.
    """
    array, rate = as_stereo(audio), round(sample_rate_hz)
    stereo, mono = LoudnessMeter(rate, 2), LoudnessMeter(rate, 2)
    for _, block in blocks(array):
        stereo.update(block)
        mono.update(np.repeat(block.mean(axis=1, keepdims=True), 2, axis=1))
    return _change(stereo.integrated_lufs(), mono.integrated_lufs())


def _change(before: float, after: float) -> float:
    return math.nan if before == -math.inf else after - before


Series = tuple[np.ndarray, np.ndarray]
"""Seconds and LUFS, one pair of equal length."""


def loudness_curve(
    audio: Audio, sample_rate_hz: float, *, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> tuple[Series, Series]:
    """Measures loudness over time.

    Returns:
        Momentary (0.4 s) and short-term (3 s) loudness, each as (seconds at the middle of its window, LUFS), ten a
        second; −inf where silent, empty when the audio is shorter than the window.
    """
    meter = LoudnessMeter(round(sample_rate_hz), 2)
    for _, block in blocks(as_stereo(audio), progress, cancel, "Measuring loudness"):
        meter.update(block)
    momentary, short_term = np.asarray(meter.momentary_lufs()), np.asarray(meter.short_term_lufs())
    return _at(momentary, 0.4), _at(short_term, 3.0)


def _at(lufs: np.ndarray, window_s: float) -> Series:
    return window_s / 2 + SERIES_STEP_S * np.arange(len(lufs)), lufs
