# SPDX-License-Identifier: Apache-2.0
"""A waveform at every zoom: lowest and highest values in levels, so that an hour of audio draws at once."""

from __future__ import annotations

import numpy as np

from mixassist.domain.progress import CancelToken, Progress, no_progress

BASE_FRAMES = 256
"""Frames that one entry of the finest level covers; each further level covers four times as many."""

_FACTOR = 4
_RAW_FRAMES_A_COLUMN = 4 * BASE_FRAMES
_CHUNK_FRAMES = 4096 * BASE_FRAMES


class WaveformPyramid:
    """Lowest and highest sample of any stretch, at any zoom.

    Args:
        samples: float32 (frames, channels); kept, not copied, and read again for close zooms.
    """

    def __init__(self, samples: np.ndarray) -> None:
        self.samples = samples
        self.ready_frames = 0
        frames, channels = samples.shape
        self._levels: list[np.ndarray] = []
        entries = -(-frames // BASE_FRAMES)
        while True:
            # (lowest, highest) × channels × entries
            self._levels.append(np.zeros((2, channels, max(entries, 1)), np.float32))
            if entries <= _FACTOR:
                break
            entries = -(-entries // _FACTOR)

    @classmethod
    def build(
        cls, samples: np.ndarray, progress: Progress = no_progress, cancel: CancelToken | None = None
    ) -> WaveformPyramid:
        """Builds all levels of float32 (frames, channels)."""
        pyramid = cls(samples)
        pyramid.extend(len(samples), progress, cancel)
        return pyramid

    @classmethod
    def succeeding(cls, former: WaveformPyramid | None, samples: np.ndarray) -> WaveformPyramid:
        """Returns a pyramid for changed samples that shows what the former one did until the new ones are taken in.

        A former one of another length or number of channels shows nothing.
        """
        pyramid = cls(samples)
        if former is not None and former.samples.shape == samples.shape:
            for level, old in zip(pyramid._levels, former._levels, strict=True):
                level[...] = old
            pyramid.ready_frames = former.ready_frames
        return pyramid

    def extend(self, ready_frames: int, progress: Progress = no_progress, cancel: CancelToken | None = None) -> None:
        """Takes in the samples up to `ready_frames`; for stems that are still being decoded."""
        end = min(ready_frames, len(self.samples))
        begin = self.ready_frames
        while self.ready_frames < end:
            if cancel is not None:
                cancel.check()
            stop = min(self.ready_frames + _CHUNK_FRAMES, end)
            start = self.ready_frames // BASE_FRAMES * BASE_FRAMES
            self.extend_planar(np.ascontiguousarray(self.samples[start:stop].T), start)
            progress((stop - begin) / (end - begin), "Drawing waveforms")

    def extend_planar(self, block: np.ndarray, start: int) -> None:
        """Takes in (channels, frames) that begin at frame `start`, a multiple of `BASE_FRAMES`."""
        first, count = start // BASE_FRAMES, block.shape[1]
        whole = count // BASE_FRAMES
        body = block[:, : whole * BASE_FRAMES].reshape(len(block), whole, BASE_FRAMES)
        base = self._levels[0]
        if whole:
            base[0, :, first : first + whole] = body.min(-1)
            base[1, :, first : first + whole] = body.max(-1)
        if whole * BASE_FRAMES < count:
            rest = block[:, whole * BASE_FRAMES :]
            base[0, :, first + whole] = rest.min(-1)
            base[1, :, first + whole] = rest.max(-1)
        self._raise(first, first - (-count // BASE_FRAMES))
        self.ready_frames = max(self.ready_frames, start + count)

    def sketch(self, start: int, low: np.ndarray, high: np.ndarray, frames: int) -> None:
        """Shows one lowest and one highest value a channel over `frames` frames from `start` on, for the time being.

        Both are rounded outward to entries. `extend_planar` puts the exact values there.
        """
        first, last = start // BASE_FRAMES, min(-(-(start + frames) // BASE_FRAMES), self._levels[0].shape[2])
        self._levels[0][0, :, first:last] = low[:, None]
        self._levels[0][1, :, first:last] = high[:, None]
        self._raise(first, last)
        self.ready_frames = max(self.ready_frames, min(start + frames, len(self.samples)))

    def window(self, start: int, end: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
        """Returns the lowest and highest values of `columns` equal stretches of [start, end).

        Two float32 arrays (columns, channels). Up to 1,024 frames a column the values are exact; beyond, a column's
        edges move outward to the entries of the finest level that fits, so no peak is ever missed. Outside the
        samples, and where nothing is ready yet, the values are 0. A column narrower than a sample shows that sample.
        """
        channels = self.samples.shape[1]
        if columns <= 0 or end <= start:
            return np.zeros((max(columns, 0), channels), np.float32), np.zeros((max(columns, 0), channels), np.float32)
        edges = start + np.arange(columns + 1, dtype=np.int64) * (end - start) // columns
        firsts = np.clip(edges[:-1], 0, self.ready_frames)
        lasts = np.clip(np.maximum(edges[1:], edges[:-1] + 1), 0, self.ready_frames)
        filled = firsts < lasts
        low, high = np.zeros((columns, channels), np.float32), np.zeros((columns, channels), np.float32)
        if filled.any():
            a, b = firsts[filled], lasts[filled]
            if (end - start) / columns <= _RAW_FRAMES_A_COLUMN:
                low[filled], high[filled] = self._from_samples(a, b)
            else:
                low[filled], high[filled] = self._from_level(a, b, (end - start) / columns)
        return low, high

    def _raise(self, first: int, last: int) -> None:
        """Brings the upper levels up to date for entries [first, last) of the finest."""
        for below, level in zip(self._levels, self._levels[1:], strict=False):
            first, last = first // _FACTOR, -(-last // _FACTOR)
            part = below[:, :, first * _FACTOR : last * _FACTOR]
            starts = np.arange(0, part.shape[2], _FACTOR)
            level[0, :, first:last] = np.minimum.reduceat(part[0], starts, axis=1)
            level[1, :, first:last] = np.maximum.reduceat(part[1], starts, axis=1)

    def _from_samples(self, firsts: np.ndarray, lasts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        start, end = int(firsts[0]), int(lasts[-1])
        planar = np.ascontiguousarray(self.samples[start:end].T)
        return _reduced(planar, planar, firsts - start, lasts - start)

    def _from_level(self, firsts: np.ndarray, lasts: np.ndarray, width: float) -> tuple[np.ndarray, np.ndarray]:
        covered, number = BASE_FRAMES, 0
        # Four entries a column at least keep the edges within a quarter of a column.
        while covered * _FACTOR * 4 <= width and number + 1 < len(self._levels):
            covered, number = covered * _FACTOR, number + 1
        level = self._levels[number]
        a, b = firsts // covered, -(-lasts // covered)
        start, end = int(a[0]), int(b[-1])
        return _reduced(level[0, :, start:end], level[1, :, start:end], a - start, b - start)


def _reduced(low: np.ndarray, high: np.ndarray, firsts: np.ndarray, lasts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Reduces (channels, entries) over [first, last) pairs to two arrays (pairs, channels)."""
    pairs = np.stack((firsts, lasts), axis=1).ravel()
    # reduceat takes no index behind the end; one entry more, of no consequence, makes the last legal.
    low = np.concatenate((low, low[:, -1:]), axis=1)
    high = np.concatenate((high, high[:, -1:]), axis=1)
    return np.minimum.reduceat(low, pairs, axis=1)[:, ::2].T, np.maximum.reduceat(high, pairs, axis=1)[:, ::2].T
