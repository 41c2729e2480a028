# SPDX-License-Identifier: Apache-2.0
"""Two mixes held against one another: every distance of this room, and what each of them is like."""

from __future__ import annotations

import dataclasses
import math
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from mixassist.analysis.json_values import json_safe
from mixassist.analysis.measures import Measures, measure
from mixassist.analysis.metrics import (
    BestNull,
    best_null,
    error_to_signal_ratio_of,
    mean_absolute_error_of,
    null_depth_db_of,
    pair_sums,
)
from mixassist.analysis.signals import Audio, as_frames
from mixassist.analysis.spectral import StftDistance, log_spectral_distance_db, multi_resolution_stft
from mixassist.audio.faults import not_audio
from mixassist.audio.files import AudioReader
from mixassist.audio.samples import cleaned
from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled

COMPARISON_LUFS = -23.0
"""Both mixes are brought here before their spectra are compared, since that distance depends on level."""

_READ_FRAMES = 1 << 18


@dataclass(frozen=True)
class Comparison:
    """How far b is from the reference a, and what each is like.

    All distances are between a and b turned up by `gain_db`, the level match (0 without one); `best_null` after the
    gain and the shift that leave least instead. The distances `stft_…` see a at −23 LUFS, and so b too when levels
    are matched. Units are in the names; `explained.EXPLAINED` has words for each. `loudness_difference_lu` is b's
    integrated loudness less a's, before the match.
    """

    sample_rate_hz: float
    frames: int
    level_match: bool
    gain_db: float
    loudness_difference_lu: float
    mean_absolute_error: float
    error_to_signal_ratio: float
    stft_sum: float
    stft_difference: float
    stft_total: float
    log_spectral_distance_db: float
    null_depth_db: float
    best_null: BestNull
    a: Measures
    b: Measures
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Returns plain values for JSON; infinite and undefined ones are null, see `json_values`."""
        return json_safe({f.name: getattr(self, f.name) for f in dataclasses.fields(self)})


def compare(
    a: Audio,
    b: Audio,
    sample_rate_hz: float,
    *,
    level_match: bool = True,
    measures_a: Measures | None = None,
    measures_b: Measures | None = None,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> Comparison:
    """Compares b with the reference a.

    Signals of unlike length are compared over their common part from the start, one channel counts as two equal
    sides, and samples that are not finite count as silence; the notes say so where it happened.

    Args:
        a: numpy (frames, channels) or torch (channels, frames), one channel or two.
        b: the same kind.
        level_match: turn b up or down to the integrated loudness of a first (nothing is done where either is silent
            or too short to measure).
        measures_a: what `measure` says of exactly the common part of a, if that is known already.
        measures_b: the same for b.

    Raises:
        Cancelled: as the token asks.
    """
    frames = min(len(as_frames(a)), len(as_frames(b)))
    first, second = as_frames(a)[:frames], as_frames(b)[:frames]
    of_a = measures_a or measure(first, sample_rate_hz, progress=scaled(progress, 0.0, 0.15), cancel=cancel)
    of_b = measures_b or measure(second, sample_rate_hz, progress=scaled(progress, 0.15, 0.3), cancel=cancel)
    difference = of_b.integrated_lufs - of_a.integrated_lufs
    can_match = level_match and math.isfinite(difference)
    gain = 10.0 ** (-difference / 20.0) if can_match else 1.0
    sums = pair_sums(first, second, gain=gain, progress=scaled(progress, 0.3, 0.35), cancel=cancel)
    to_common = 1.0
    if math.isfinite(of_a.integrated_lufs):
        to_common = 10.0 ** ((COMPARISON_LUFS - of_a.integrated_lufs) / 20.0)
    part = scaled(progress, 0.35, 0.85)
    distance = multi_resolution_stft(
        first, second, gain_a=to_common, gain_b=to_common * gain, progress=part, cancel=cancel
    )
    part = scaled(progress, 0.85, 0.95)
    notes = [*_notes(as_frames(a), as_frames(b), sample_rate_hz), *_doubts(of_a, of_b, level_match)]
    notes.extend(_undefined(distance))
    return Comparison(
        sample_rate_hz=sample_rate_hz,
        frames=frames,
        level_match=level_match,
        gain_db=-difference if can_match else 0.0,
        loudness_difference_lu=difference,
        mean_absolute_error=mean_absolute_error_of(sums),
        error_to_signal_ratio=error_to_signal_ratio_of(sums),
        stft_sum=distance.sum,
        stft_difference=distance.difference,
        stft_total=distance.total,
        log_spectral_distance_db=log_spectral_distance_db(first, second, gain=gain, progress=part, cancel=cancel),
        null_depth_db=null_depth_db_of(sums),
        best_null=best_null(first, second, cancel=cancel),
        a=of_a,
        b=of_b,
        notes=tuple(notes),
    )


def _notes(a: np.ndarray, b: np.ndarray, sample_rate_hz: float) -> Iterator[str]:
    if len(a) != len(b):
        shorter = "first" if len(a) < len(b) else "second"
        seconds = min(len(a), len(b)) / sample_rate_hz
        more = abs(len(a) - len(b)) / sample_rate_hz
        yield f"Compared over the first {seconds:.3f} s: the {shorter} is {more:.3f} s shorter."
    mono = [label for label, audio in (("first", a), ("second", b)) if audio.shape[1] == 1]
    if mono:
        who = "Both are" if len(mono) == 2 else f"The {mono[0]} is"
        yield f"{who} mono; taken as two equal sides, 3.0 LU louder than one channel by itself, as stems are measured."


def _doubts(of_a: Measures, of_b: Measures, level_match: bool) -> Iterator[str]:
    if level_match and not math.isfinite(of_a.integrated_lufs - of_b.integrated_lufs):
        yield "Levels were not matched: silent, or too short to measure loudness (0.4 s)."
    for label, measures in (("first", of_a), ("second", of_b)):
        if measures.not_finite_samples:
            yield f"The {label} holds {measures.not_finite_samples} samples that are no numbers; taken as silence."


def _undefined(distance: StftDistance) -> Iterator[str]:
    for value, what in ((distance.sum, "sum"), (distance.difference, "difference")):
        if math.isnan(value):
            yield f"The first has no {what} of its sides to be far from: that distance and the one to the mix are open."


def compare_files(
    path_a: str | Path,
    path_b: str | Path,
    *,
    level_match: bool = True,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> Comparison:
    """Compares the audio file b with the reference file a.

    When the rates differ b is resampled (soxr, very high quality) to that of a. The decoded audio goes to temporary
    files, so that hours of it do not fill the memory.

    Raises:
        MixAssistError: a file cannot be read, holds no audio, or has more than two channels.
        Cancelled: as the token asks.
    """
    with AudioReader(path_a) as reader_a, AudioReader(path_b) as reader_b:
        rate = reader_a.sample_rate_hz
        with (
            _decoded(reader_a, rate, scaled(progress, 0.0, 0.05), cancel) as (a, silenced_a),
            _decoded(reader_b, rate, scaled(progress, 0.05, 0.1), cancel) as (b, silenced_b),
        ):
            found = compare(a, b, rate, level_match=level_match, progress=scaled(progress, 0.1, 1.0), cancel=cancel)
        notes = list(found.notes)
        if reader_b.sample_rate_hz != rate:
            notes.insert(0, f"The second was resampled from {reader_b.sample_rate_hz} Hz to {rate} Hz.")
        for label, reader, silenced in (("first", reader_a, silenced_a), ("second", reader_b, silenced_b)):
            if silenced:
                notes.append(f"In the {label} {not_audio(silenced)}; taken as silence.")
            if reader.missing_frames:
                notes.append(
                    f"The {label} is damaged: {reader.missing_frames} frames could not be read, taken as silence."
                )
    of_a = dataclasses.replace(found.a, not_finite_samples=silenced_a)
    of_b = dataclasses.replace(found.b, not_finite_samples=silenced_b)
    return dataclasses.replace(found, a=of_a, b=of_b, notes=tuple(notes))


@contextmanager
def _decoded(
    reader: AudioReader, rate_hz: int, progress: Progress, cancel: CancelToken | None
) -> Iterator[tuple[np.ndarray, int]]:
    """Decodes a file at a rate into a temporary memory-mapped array (frames, channels), float32.

    Yields it with the number of samples that are no audio, which are silent in it.
    """
    if reader.channels > 2:
        raise MixAssistError(
            f"has {reader.channels} channels; mono and stereo files can be compared",
            subject=reader.path,
            remedy="Export it as a stereo file.",
        )
    with tempfile.TemporaryFile(prefix="mixassist-compare-") as file:
        frames = silenced = 0
        for block, count in _resampled(reader, rate_hz, progress, cancel):
            silenced += count
            file.write(np.ascontiguousarray(block, dtype=np.float32).tobytes())
            frames += len(block)
        file.flush()
        if frames == 0:
            raise MixAssistError("there is too little audio in the file to compare", subject=reader.path)
        mapped = np.memmap(file, dtype=np.float32, mode="r", shape=(frames, reader.channels))
        try:
            yield mapped, silenced
        finally:
            del mapped


def _resampled(
    reader: AudioReader, rate_hz: int, progress: Progress, cancel: CancelToken | None
) -> Iterator[tuple[np.ndarray, int]]:
    stream = None
    if reader.sample_rate_hz != rate_hz:
        stream = soxr.ResampleStream(reader.sample_rate_hz, rate_hz, reader.channels, dtype="float32", quality="VHQ")
    for start in range(0, reader.frames, _READ_FRAMES):
        if cancel is not None:
            cancel.check()
        stop = min(start + _READ_FRAMES, reader.frames)
        block = reader.read(start, stop - start)
        progress(stop / reader.frames, f"Reading {reader.path.name}")
        # Before it is resampled: one bad sample would spread over the whole filter.
        block, count = cleaned(block)
        yield block if stream is None else stream.resample_chunk(block, last=stop == reader.frames), count
