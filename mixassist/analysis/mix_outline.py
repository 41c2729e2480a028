# SPDX-License-Identifier: Apache-2.0
"""The waveform of a mix, outlined while it changes: what is looked at first, roughly, and then all of it exactly."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np

from mixassist.analysis.sounds import FramesOf, Sound
from mixassist.audio.pyramid import BASE_FRAMES, WaveformPyramid
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.rendering.play_graph import Patch, PlayGraph, PlayStrip

Stretches = tuple[tuple[int, int], ...]
"""First frames and ends."""

_BLOCK_FRAMES = 256 * BASE_FRAMES
_SKETCHES = 600
"""Places at which a long stretch is looked at before all of it is: about as many as a picture has columns."""
_SKETCH_FRAMES = 4 * BASE_FRAMES
_TELL_EVERY_S = 0.25


def outline_sound(
    sound: Sound,
    former: WaveformPyramid | None = None,
    seen: tuple[float, float] = (0.0, 0.0),
    tell: Callable[[WaveformPyramid], None] = lambda pyramid: None,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
    changed: Stretches | None = None,
) -> WaveformPyramid:
    """Returns a sound's waveform, and tells it from time to time while it becomes exact.

    Args:
        former: what was shown before; it shows on until newer values are there.
        seen: first frame and end of the stretch that is looked at: it comes first.
        tell: called with the pyramid as far as it is, at once and then about four times a second.
        changed: where the sound differs from what `former` shows; everywhere when None.

    Raises:
        Cancelled: `cancel` was set.
    """
    pyramid = WaveformPyramid.succeeding(former, FramesOf(sound))  # type: ignore[arg-type]
    low, high = max(int(seen[0]), 0), min(int(seen[1]), sound.frames)
    blocks = [b for b in _visible_first(sound.frames, low, high) if changed is None or _touches(changed, *b)]
    if high - low > 4 * _SKETCHES * _SKETCH_FRAMES and 2 * len(blocks) * _BLOCK_FRAMES > high - low:
        _sketch(pyramid, sound, low, high, cancel)
        tell(pyramid)
    told_s, done, total = time.monotonic(), 0, sum(frames for _, frames in blocks)
    for start, frames in blocks:
        if cancel is not None:
            cancel.check()
        block = np.nan_to_num(sound.read(start, frames), posinf=0.0, neginf=0.0)
        pyramid.extend_planar(np.ascontiguousarray(block.T), start)
        done += frames
        progress(done / total, "Drawing the mix")
        if time.monotonic() - told_s > _TELL_EVERY_S:
            told_s = time.monotonic()
            tell(pyramid)
    tell(pyramid)
    return pyramid


def changed_stretches(before: PlayGraph, after: PlayGraph) -> Stretches | None:
    """Returns where two graphs may sound different, in no order; None for everywhere."""
    former = {strip.track_id: strip for strip in before.strips}
    same_frame = (before.master_gain, before.length_frames) == (after.master_gain, after.length_frames)
    if not same_frame or former.keys() != {strip.track_id for strip in after.strips}:
        return None
    found: list[tuple[int, int]] = []
    for new in after.strips:
        old = former[new.track_id]
        if old.is_silent and new.is_silent:
            continue
        if _own(old) != _own(new):
            found += [(strip.start_frames, strip.start_frames + strip.frames) for strip in (old, new)]
            continue
        # What lies under or over a patch matters where the patch is, and no further.
        kept = {_name(p) for p in old.patches} & {_name(p) for p in new.patches}
        loose = [p for strip in (old, new) for p in strip.patches if _name(p) not in kept]
        found += [(new.start_frames + p.start_frames, new.start_frames + p.end_frames) for p in loose]
    return tuple(found)


def _own(strip: PlayStrip) -> tuple[int, int, float, float]:
    return id(strip.samples), strip.start_frames, strip.gain_left, strip.gain_right


def _name(patch: Patch) -> tuple[int, int, float]:
    return id(patch.samples), patch.start_frames, patch.gain


def _touches(stretches: Stretches, start: int, frames: int) -> bool:
    return any(low < start + frames and start < high for low, high in stretches)


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
