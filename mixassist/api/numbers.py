# SPDX-License-Identifier: Apache-2.0
"""All numbers that stand beside the pictures, of one sound or of two, by one call."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from mixassist.analysis.comparison import Comparison, compare
from mixassist.analysis.explained import EXPLAINED
from mixassist.analysis.finished_music import BandPlace, bands_outside, finished_music, places_in_range
from mixassist.analysis.goniometer import goniometer_points
from mixassist.analysis.json_values import json_safe
from mixassist.analysis.measures import Measures, Series, loudness_curve, measure
from mixassist.analysis.residual_level import ResidualLevel, residual_level
from mixassist.analysis.sounds import Sound
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled

_IN_MEMORY_BYTES = 64 << 20
_COPY_FRAMES = 1 << 18

_OF_ONE = (
    "integrated_lufs", "max_short_term_lufs", "max_momentary_lufs", "loudness_range_lu", "true_peak_dbtp",
    "sample_peak_dbfs", "rms_dbfs", "crest_factor_db", "stereo_width_db", "correlation", "mono_compatibility_lu",
)  # fmt: skip
_OF_TWO = (
    "loudness_difference_lu", "gain_db", "mean_absolute_error", "error_to_signal_ratio", "stft_total", "stft_sum",
    "stft_difference", "log_spectral_distance_db", "null_depth_db", "best_null.null_depth_db", "best_null.gain_db",
    "best_null.lag_frames",
)  # fmt: skip
_OF_RESIDUAL = ("rms_dbfs", "peak_dbfs", "integrated_lufs")


@dataclass(frozen=True)
class NumberRow:
    """One line of the table: what it is, its values as text, a sentence on what it tells, and where it comes from.

    `values` has one text for each sound in a row about sounds, and one for both in a row about their difference.
    """

    key: str
    label: str
    values: tuple[str, ...]
    sentence: str
    source: str


@dataclass(frozen=True)
class SoundNumbers:
    """One sound in numbers, and what its small pictures need.

    Attributes:
        momentary, short_term: (seconds, LUFS), ten a second.
        bands: its third octaves beside finished music of the same loudness; see `finished_music().sentence`.
        points: (points, 2) of a goniometer, see `goniometer_points`.
    """

    measures: Measures
    momentary: Series
    short_term: Series
    bands: tuple[BandPlace, ...]
    points: np.ndarray


@dataclass(frozen=True)
class Numbers:
    """Everything measured. Without a second sound `b`, `comparison` and `residual` are None.

    In the comparison a is the reference; residual is a − b, b turned up by `comparison.gain_db`.
    """

    a: SoundNumbers
    b: SoundNumbers | None = None
    comparison: Comparison | None = None
    residual: ResidualLevel | None = None

    def rows(self) -> tuple[NumberRow, ...]:
        """Returns the numbers as lines for people: first each sound, then the difference."""
        sounds = [s for s in (self.a, self.b) if s is not None]
        rows = [_row(key, [getattr(s.measures, key) for s in sounds]) for key in _OF_ONE]
        rows.append(_row("bands_outside", [bands_outside(s.measures) for s in sounds]))
        if self.comparison is not None and self.residual is not None:
            rows += [_row(key, [_attribute(self.comparison, key)]) for key in _OF_TWO]
            rows += [_row(f"residual.{key}", [getattr(self.residual, key)]) for key in _OF_RESIDUAL]
        return tuple(rows)

    def to_dict(self) -> dict[str, object]:
        """Returns plain values fit for JSON: the measures and the comparison."""
        found: dict[str, object] = {"a": self.a.measures}
        if self.b is not None:
            found |= {"b": self.b.measures, "comparison": self.comparison, "residual": self.residual}
        return json_safe(found)


def numbers_of(
    a: Sound,
    b: Sound | None = None,
    *,
    level_match: bool = True,
    start_s: float = 0.0,
    end_s: float | None = None,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> Numbers:
    """Measures a sound, or two and what is between them.

    Any length: nothing, one sample, an hour (long ones go through a temporary file). Samples that are no numbers
    count as silence and are counted in `Measures.not_finite_samples`.

    Args:
        a: the reference.
        b: the sound held against it.
        level_match: turn b up or down to the loudness of a for the comparison.
        start_s: measure from here, such as the loop,
        end_s: to here; the end when None.

    Raises:
        ValueError: the sounds run at different rates.
        Cancelled: as the token asks.
    """
    if b is not None and b.sample_rate_hz != a.sample_rate_hz:
        raise ValueError(f"sounds at {a.sample_rate_hz} Hz and {b.sample_rate_hz} Hz cannot be compared")
    share = 1.0 if b is None else 0.25
    with kept(a, start_s, end_s, cancel) as first:
        of_a = _of_one(first, a.sample_rate_hz, scaled(progress, 0.0, share), cancel)
        if b is None:
            return Numbers(of_a)
        with kept(b, start_s, end_s, cancel) as second:
            of_b = _of_one(second, a.sample_rate_hz, scaled(progress, 0.25, 0.5), cancel)
            is_same_length = len(first) == len(second)
            comparison = compare(
                first,
                second,
                a.sample_rate_hz,
                level_match=level_match,
                measures_a=of_a.measures if is_same_length else None,
                measures_b=of_b.measures if is_same_length else None,
                progress=scaled(progress, 0.5, 0.95),
                cancel=cancel,
            )
            gain = 10.0 ** (comparison.gain_db / 20.0)
            level = residual_level(first, second, a.sample_rate_hz, gain=gain, cancel=cancel)
            progress(1.0, "Measured")
            return Numbers(of_a, of_b, comparison, level)


def _of_one(audio: np.ndarray, rate_hz: int, progress: Progress, cancel: CancelToken | None) -> SoundNumbers:
    measures = measure(audio, rate_hz, progress=scaled(progress, 0.0, 0.8), cancel=cancel)
    momentary, short_term = loudness_curve(audio, rate_hz, progress=scaled(progress, 0.8, 1.0), cancel=cancel)
    bands = places_in_range(measures.third_octave_db, measures.integrated_lufs)
    return SoundNumbers(measures, momentary, short_term, bands, goniometer_points(audio))


@contextmanager
def kept(
    sound: Sound, start_s: float = 0.0, end_s: float | None = None, cancel: CancelToken | None = None
) -> Iterator[np.ndarray]:
    """Yields a sound, or a stretch of it, as an array (frames, sides); hours of it lie in a temporary file."""
    start = min(max(round(start_s * sound.sample_rate_hz), 0), sound.frames)
    stop = sound.frames if end_s is None else min(max(round(end_s * sound.sample_rate_hz), start), sound.frames)
    shape = (stop - start, sound.sides)
    with tempfile.TemporaryFile(prefix="mixassist-numbers-") as file:
        is_small = shape[0] * shape[1] * 4 <= _IN_MEMORY_BYTES
        array: Any = np.zeros(shape, np.float32) if is_small else None
        for first in range(0, shape[0], _COPY_FRAMES):
            if cancel is not None:
                cancel.check()
            block = sound.read(start + first, min(_COPY_FRAMES, shape[0] - first))
            if is_small:
                array[first : first + len(block)] = block
            else:
                file.write(np.ascontiguousarray(block).tobytes())
        if not is_small:
            file.flush()
            array = np.memmap(file, np.float32, mode="r", shape=shape)
        try:
            yield array
        finally:
            del array


def range_sentence() -> str:
    """Returns what the range of finished music rests on, one sentence to show beside it."""
    return finished_music().sentence


def _row(key: str, values: list[float | None]) -> NumberRow:
    entry = EXPLAINED[key]
    return NumberRow(key, entry.label, tuple(entry.text(v) for v in values), entry.sentence, entry.source)


def _attribute(value: object, path: str) -> Any:
    for name in path.split("."):
        value = getattr(value, name)
    return value
