# SPDX-License-Identifier: Apache-2.0
"""Which parts of a long track to listen to: a cheap pass over its level, then the parts that sound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mixassist.automix.inputs import Samples

BLOCK_S = 0.1
"""Length of a level block."""
_MOST_BLOCKS = 2400
"""Blocks that are looked at in the cheap pass: four minutes; of longer tracks, every k-th block."""
_WHOLE_S = 50.0
"""Tracks up to this length are listened to as a whole."""
_SEGMENT_S = 3.0
_MOST_SEGMENTS = 10
_SILENCE_DBFS = -75.0


@dataclass(frozen=True)
class LevelSurvey:
    """Levels of a track in blocks of 0.1 s.

    `level_dbfs` (blocks,) is the RMS over both sides; `stride` says that every stride-th block was looked at.
    """

    level_dbfs: NDArray[np.float64]
    block_frames: int
    stride: int

    @property
    def is_silent(self) -> bool:
        """Whether nothing in the track is loud enough to mix."""
        return self.level_dbfs.size == 0 or float(self.level_dbfs.max()) < _SILENCE_DBFS

    def active(self, below_loudest_db: float) -> NDArray[np.bool_]:
        """Marks the blocks within `below_loudest_db` of the loud ones (95th percentile of what sounds)."""
        return near_loudest(self.level_dbfs, below_loudest_db)


def near_loudest(level_dbfs: NDArray[np.float64], below_db: float) -> NDArray[np.bool_]:
    """Marks levels within `below_db` of the loud ones: the 95th percentile of what sounds."""
    sounding = level_dbfs[level_dbfs > _SILENCE_DBFS]
    if sounding.size == 0:
        return np.zeros(level_dbfs.size, dtype=bool)
    return np.asarray(level_dbfs > max(float(np.percentile(sounding, 95)) - below_db, _SILENCE_DBFS))


def clean(samples: Samples) -> Samples:
    """Returns a float32 copy without NaN and infinities, (frames, channels)."""
    return np.nan_to_num(np.asarray(samples, dtype=np.float32), nan=0.0, posinf=0.0, neginf=0.0)


def survey(samples: Samples, sample_rate_hz: int) -> LevelSurvey:
    """Looks at a track's level: (frames, channels) in, levels of blocks out; reads at most four minutes of it."""
    block = max(int(BLOCK_S * sample_rate_hz), 1)
    frames = samples.shape[0]
    count = -(-frames // block)
    stride = max(-(-count // _MOST_BLOCKS), 1)
    levels = []
    batch = 1 if stride > 1 else 100
    for start in range(0, frames, block * batch * stride):
        part = samples[start : start + block * batch]
        powers = block_powers(part, block)
        if not np.isfinite(powers).all():
            powers = block_powers(clean(part), block)
        levels.append(powers)
    power = np.concatenate(levels) if levels else np.zeros(0)
    return LevelSurvey(10.0 * np.log10(power + 1e-12), block, stride)


def block_powers(part: Samples, block: int) -> NDArray[np.float64]:
    """Mean square of each block of (frames, channels); a short last block counts with its own length."""
    whole = part.shape[0] // block * block
    flat = part[:whole].reshape(-1, block * part.shape[1])
    powers: NDArray[np.float64] = np.einsum("bf,bf->b", flat, flat).astype(np.float64) / max(block * part.shape[1], 1)
    rest = part[whole:]
    if rest.size:
        powers = np.append(powers, float(np.mean(np.square(rest, dtype=np.float64))))
    return powers


def listening_parts(levels: LevelSurvey, frames: int, sample_rate_hz: int) -> tuple[tuple[int, int], ...]:
    """Chooses (start, end) frames of the parts to listen to: all of a short track, else the parts that sound.

    Up to ten parts of three seconds, spread evenly over those segments whose level is within 15 dB of the loud ones.
    """
    if frames <= _WHOLE_S * sample_rate_hz:
        return ((0, frames),)
    segment = int(_SEGMENT_S * sample_rate_hz)
    per_segment = max(segment // (levels.block_frames * levels.stride), 1)
    usable = max(min(levels.level_dbfs.size // per_segment, frames // segment), 1)
    power = 10.0 ** (levels.level_dbfs[: usable * per_segment] / 10.0)
    loudness = 10.0 * np.log10(power.reshape(usable, -1).mean(axis=1) + 1e-12)
    sounding = np.flatnonzero(loudness > np.percentile(loudness, 95) - 15.0)
    chosen = sounding[np.unique(np.linspace(0, sounding.size - 1, _MOST_SEGMENTS).round().astype(int))]
    span = per_segment * levels.block_frames * levels.stride
    starts = (min(int(c) * span, frames - segment) for c in chosen)
    return tuple((start, start + segment) for start in starts)


def loudest_part(levels: LevelSurvey, frames: int, sample_rate_hz: int, length_s: float) -> tuple[int, int]:
    """Chooses (start, end) of the stretch of `length_s` with the most energy; the whole of a shorter track."""
    length = int(length_s * sample_rate_hz)
    if frames <= length:
        return 0, frames
    span = max(length // (levels.block_frames * levels.stride), 1)
    power = np.concatenate(([0.0], np.cumsum(10.0 ** (levels.level_dbfs / 10.0))))
    sums = power[span:] - power[:-span] if power.size > span else np.zeros(1)
    start = int(np.argmax(sums)) * levels.block_frames * levels.stride
    start = min(start, frames - length)
    return start, start + length
