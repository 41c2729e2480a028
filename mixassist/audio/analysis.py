# SPDX-License-Identifier: Apache-2.0
"""All that one pass over a stem can tell: loudness, peaks, offset, clipping, where it plays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields, replace

import numpy as np

from mixassist.audio.loudness import LoudnessMeter
from mixassist.audio.pyramid import BASE_FRAMES, WaveformPyramid
from mixassist.audio.samples import cleaned
from mixassist.audio.stems import StemAudio
from mixassist.audio.true_peak import TruePeakMeter, decibels
from mixassist.domain.progress import CancelToken, Progress, no_progress

SILENCE_DBFS = -80.0
"""A stem that never gets louder than this counts as silent."""

_ACTIVE_BELOW_LOUDEST_LU = 30.0
_FULL_SCALE, _FLATNESS = 0.9995, 1e-4
_BLOCK_FRAMES = 256 * BASE_FRAMES
_NOTE = "analysis-1"


@dataclass(frozen=True)
class StemAnalysis:
    """Facts about one stem.

    Loudness in LUFS, peaks and RMS in dB, -inf for silence. `dc_offset` is the mean of the worse side as a share of
    full scale. `clipped_runs` counts places where three or more samples stand flat at full scale. `active_share` is
    the share of time in which it plays: no more than 30 LU below its loudest 100 ms. `non_finite_count` counts samples
    that are no audio and were silenced.
    """

    integrated_lufs: float
    loudness_range_lu: float
    true_peak_dbtp: float
    sample_peak_dbfs: float
    rms_dbfs: float
    dc_offset: float
    clipped_runs: int
    non_finite_count: int
    identical_sides: bool
    silent: bool
    active_share: float


class StemAnalyser:
    """Gathers a `StemAnalysis` from blocks. Samples that are no audio (see `samples.cleaned`) count as 0."""

    def __init__(self, sample_rate_hz: int, channels: int) -> None:
        self._loudness = LoudnessMeter(sample_rate_hz, channels)
        self._peaks = TruePeakMeter(sample_rate_hz, channels)
        self._sums = np.zeros(channels)
        self._squares = np.zeros(channels)
        self._frames = 0
        self._clipped_runs = 0
        self._last_clip = np.zeros((channels, 2), np.float32)
        self._run_open = np.zeros((channels, 1), bool)
        self._non_finite = 0
        self._identical = channels == 2

    def update_planar(self, block: np.ndarray) -> None:
        """Takes the next float32 (channels, frames) in."""
        block, bad = cleaned(block)
        self._non_finite += bad
        precise = block.astype(np.float64)
        self._sums += precise.sum(1)
        self._squares += np.einsum("cf,cf->c", precise, precise)
        self._frames += block.shape[1]
        self._loudness.update_planar(precise)
        self._peaks.update_planar(block)
        self._count_clipping(block)
        if self._identical:
            self._identical = np.array_equal(block[0], block[-1])

    def result(self, non_finite_count: int = 0) -> StemAnalysis:
        """Returns what was found; `non_finite_count` adds samples that were mended before."""
        frames = max(self._frames, 1)
        peak_dbfs = self._peaks.sample_peak_dbfs
        hops = self._loudness.hop_lufs()
        loudest = float(hops.max()) if len(hops) else -math.inf
        active = hops > max(loudest - _ACTIVE_BELOW_LOUDEST_LU, SILENCE_DBFS)
        return StemAnalysis(
            integrated_lufs=self._loudness.integrated_lufs(),
            loudness_range_lu=self._loudness.loudness_range_lu(),
            true_peak_dbtp=self._peaks.true_peak_dbtp,
            sample_peak_dbfs=peak_dbfs,
            rms_dbfs=decibels(math.sqrt(float(self._squares.max()) / frames)),
            dc_offset=float(np.abs(self._sums).max()) / frames,
            clipped_runs=self._clipped_runs,
            non_finite_count=self._non_finite + non_finite_count,
            identical_sides=self._identical and self._frames > 0,
            silent=peak_dbfs < SILENCE_DBFS,
            active_share=float(active.mean()) if len(active) else 0.0,
        )

    def _count_clipping(self, block: np.ndarray) -> None:
        """Counts runs of three or more samples, flat and at full scale; overs of float files are not flat."""
        joined = np.concatenate((self._last_clip, block), axis=1)
        self._last_clip = joined[:, -2:].copy()
        if max(joined.max(), -joined.min()) < _FULL_SCALE:
            self._run_open[:] = False
            return
        flat = (np.abs(joined) >= _FULL_SCALE)[:, 1:] & (np.abs(np.diff(joined, axis=1)) < _FLATNESS)
        flat &= np.abs(joined[:, :-1]) >= _FULL_SCALE
        triples = flat[:, 1:] & flat[:, :-1]
        # A run begins where a triple ends that no triple ends just before.
        before = np.concatenate((self._run_open, triples[:, :-1]), axis=1)
        self._clipped_runs += int(np.count_nonzero(triples & ~before))
        self._run_open = triples[:, -1:].copy()


def analyse_stem(
    samples: np.ndarray,
    sample_rate_hz: int,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
    pyramid: WaveformPyramid | None = None,
) -> StemAnalysis:
    """Measures float32 (frames, 1|2) in one pass; fills a pyramid of the same samples on the way."""
    analyser = StemAnalyser(sample_rate_hz, samples.shape[1])
    for start in range(0, len(samples), _BLOCK_FRAMES):
        if cancel is not None:
            cancel.check()
        planar = np.ascontiguousarray(samples[start : start + _BLOCK_FRAMES].T)
        analyser.update_planar(planar)
        if pyramid is not None:
            pyramid.extend_planar(planar, start)
        progress(min(start + _BLOCK_FRAMES, len(samples)) / len(samples), "Measuring")
    return analyser.result()


@dataclass(frozen=True)
class AnalysedStem:
    """What the window and the mixers want of a stem: facts and picture."""

    analysis: StemAnalysis
    pyramid: WaveformPyramid


def analyse_stems(
    stems: Sequence[StemAudio],
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
    workers: int = 2,
) -> tuple[AnalysedStem, ...]:
    """Measures complete stems side by side, in the order given. Facts found in an earlier run are taken from there.

    Raises:
        Cancelled: by `cancel`.
    """
    done = 0

    def one(stem: StemAudio) -> AnalysedStem:
        pyramid = WaveformPyramid(stem.strip_samples)
        known = _remembered(stem)
        if known is None:
            known = analyse_stem(stem.strip_samples, stem.sample_rate_hz, cancel=cancel, pyramid=pyramid)
            known = replace(known, non_finite_count=stem.non_finite_count, identical_sides=stem.is_dual_mono)
            stem.write_note(_NOTE, asdict(known))
        else:
            pyramid.extend(stem.frames, cancel=cancel)
        return AnalysedStem(known, pyramid)

    results = []
    with ThreadPoolExecutor(workers, thread_name_prefix="analyse") as pool:
        futures = [pool.submit(one, stem) for stem in stems]
        try:
            for future in futures:
                results.append(future.result())
                done += 1
                progress(done / len(stems), "Measuring")
        except BaseException:
            for future in futures:
                future.cancel()
            raise
    return tuple(results)


def _remembered(stem: StemAudio) -> StemAnalysis | None:
    note = stem.read_note(_NOTE)
    names = {f.name for f in fields(StemAnalysis)}
    if note is None or set(note) != names or not all(isinstance(v, (int, float)) for v in note.values()):
        return None
    return StemAnalysis(**note)
