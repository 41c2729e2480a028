# SPDX-License-Identifier: Apache-2.0
"""The waveform of a mix, outlined while it changes: what is looked at first, roughly, and then all of it exactly."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np

from mixassist.analysis.sounds import FramesOf, Sound
from mixassist.audio.pyramid import BASE_FRAMES, WaveformPyramid
from mixassist.domain.progress import CancelToken, Progress, no_progress

_BLOCK_FRAMES = 256 * BASE_FRAMES
_SKETCHES = 600
"""Places at which a long stretch is looked at before all of it is: about as many as a picture has columns."""
_SKETCH_FRAMES = 4 * BASE_FRAMES
_TELL_EVERY_S = 0.12


def outline_sound(
    sound: Sound,
    former: WaveformPyramid | None = None,
    seen: tuple[float, float] = (0.0, 0.0),
    tell: Callable[[WaveformPyramid], None] = lambda pyramid: None,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> WaveformPyramid:
    """Returns a sound's waveform, and tells it from time to time while it becomes exact.

    Args:
        former: what was shown before; it shows on until newer values are there.
        seen: first frame and end of the stretch that is looked at: it comes first.
        tell: called with the pyramid as far as it is, at once and then about eight times a second.

    Raises:
        Cancelled: `cancel` was set.
    """
    pyramid = WaveformPyramid.succeeding(former, FramesOf(sound))  # type: ignore[arg-type]
    low, high = max(int(seen[0]), 0), min(int(seen[1]), sound.frames)
    if high - low > 4 * _SKETCHES * _SKETCH_FRAMES:
        _sketch(pyramid, sound, low, high, cancel)
        tell(pyramid)
    told_s, done = time.monotonic(), 0
    for start, frames in _visible_first(sound.frames, low, high):
        if cancel is not None:
            cancel.check()
        block = np.nan_to_num(sound.read(start, frames), posinf=0.0, neginf=0.0)
        pyramid.extend_planar(np.ascontiguousarray(block.T), start)
        done += frames
        progress(done / sound.frames, "Drawing the mix")
        if time.monotonic() - told_s > _TELL_EVERY_S:
            told_s = time.monotonic()
            tell(pyramid)
    tell(pyramid)
    return pyramid


def _sketch(pyramid: WaveformPyramid, sound: Sound, low: int, high: int, cancel: CancelToken | None) -> None:
    edges = np.linspace(low // BASE_FRAMES, high // BASE_FRAMES, _SKETCHES + 1).astype(np.int64) * BASE_FRAMES
    for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        if cancel is not None:
            cancel.check()
        block = np.nan_to_num(sound.read((start + end - _SKETCH_FRAMES) // 2, _SKETCH_FRAMES), posinf=0.0, neginf=0.0)
        pyramid.sketch(start, block.min(axis=0), block.max(axis=0), end - start)


def _visible_first(frames: int, low: int, high: int) -> Iterator[tuple[int, int]]:
    """Yields blocks (start, frames) that cover all of it once: what is seen first, then what follows, then the rest."""
    count = -(-frames // _BLOCK_FRAMES)
    first = min(low // _BLOCK_FRAMES, max(count - 1, 0)) if high > low else 0
    for number in (*range(first, count), *range(first)):
        start = number * _BLOCK_FRAMES
        yield start, min(_BLOCK_FRAMES, frames - start)
