# SPDX-License-Identifier: Apache-2.0
"""The play graph, one immutable value that says what sounds, and `mix_block`, which turns it into sound.

Playback, export, measurement and tests all call `mix_block`, so what is heard is what is written. It is pure:
no lock, no log, and no new arrays; all it needs lies in a `MixScratch` made beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

PATCH_FADE_S = 0.006
"""Cross-fade at the edges of a patch, where a newer render begins or ends inside a strip."""


@lru_cache(maxsize=64)
def rising_ramp(frames: int) -> Samples:
    """Returns a read-only linear ramp of (frames,) that leaves out 0 and 1, so its reverse adds up to 1 with it."""
    ramp = (np.arange(1, frames + 1, dtype=np.float64) / (frames + 1)).astype(np.float32)
    ramp.flags.writeable = False
    return ramp


@dataclass(frozen=True, eq=False)
class Patch:
    """A stretch of a strip that has newer samples than the rest of it.

    Attributes:
        start_frames: where it lies, counted from the strip's first sample.
        samples: (frames, 1|2) float32.
        gain: factor that brings these samples to the level of the strip's own before the strip's gains.
    """

    start_frames: int
    samples: Samples
    gain: float = 1.0

    @property
    def end_frames(self) -> int:
        """The first frame behind it, counted from the strip's first sample."""
        return self.start_frames + len(self.samples)


@dataclass(frozen=True, eq=False)
class PlayStrip:
    """One track as the mixer sees it.

    Attributes:
        samples: (frames, 1|2) float32, an array or a memory map; mono feeds both sides.
        start_frames: where its first sample lies on the session's time line.
        gain_left, gain_right: everything static in one factor a side: fader, pan, polarity; 0 when not audible.
        patches: newer stretches, painted over the samples in this order, cross-faded at their edges.
    """

    track_id: str
    samples: Samples
    start_frames: int
    gain_left: float
    gain_right: float
    patches: tuple[Patch, ...] = ()

    @property
    def frames(self) -> int:
        """Length of the strip's samples; patches may reach beyond them."""
        return max(len(self.samples), max((p.end_frames for p in self.patches), default=0))

    @property
    def is_silent(self) -> bool:
        """Whether the strip adds nothing to the mix."""
        return self.gain_left == 0.0 and self.gain_right == 0.0


@dataclass(frozen=True, eq=False)
class PlayGraph:
    """All that sounds: strips in track order, the master's gain as a factor, and where the session ends."""

    strips: tuple[PlayStrip, ...]
    master_gain: float
    length_frames: int
    sample_rate_hz: int
    patch_fade_frames: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "patch_fade_frames", max(1, round(PATCH_FADE_S * self.sample_rate_hz)))


class StripMeters:
    """Peaks and sums of squares a strip and side, kept by `mix_block` while it mixes.

    Attributes:
        peaks, square_sums: (strips, 2) float32, after fader and pan, before the master.
    """

    def __init__(self, strips: int) -> None:
        self.peaks = np.zeros((strips, 2), np.float32)
        self.square_sums = np.zeros((strips, 2), np.float32)

    def clear(self) -> None:
        """Starts a new block."""
        self.peaks.fill(0.0)
        self.square_sums.fill(0.0)


class MixScratch:
    """Working memory of `mix_block` for blocks of up to `frames` frames."""

    def __init__(self, frames: int) -> None:
        self.frames = frames
        self.sums = np.zeros((2, frames), np.float32)
        self.sides = np.zeros((2, frames), np.float32)
        self.spare = np.zeros(frames, np.float32)


def mix_block(
    graph: PlayGraph, position: int, out: Samples, scratch: MixScratch, meters: StripMeters | None = None
) -> None:
    """Mixes the frames from `position` on into `out`; silence before the start and behind the end.

    Every sample depends on nothing but the graph and its place, so blocks of any length give the same bytes.

    Args:
        position: frame on the session's time line; may be negative.
        out: (frames, 2) float32, overwritten; at most `scratch.frames` frames.
        meters: when given, each strip's peak and sum of squares are added to it; room for all strips.

    Raises:
        ValueError: the block is longer than the scratch.
    """
    frames = out.shape[0]
    if frames > scratch.frames:
        raise ValueError(f"a block of {frames} frames in a scratch for {scratch.frames}")
    sums = scratch.sums[:, :frames]
    sums.fill(0.0)
    usable = min(frames, graph.length_frames - position)
    for index, strip in enumerate(graph.strips):
        if not strip.is_silent:
            _add_strip(graph, strip, position, usable, scratch, meters, index)
    np.multiply(sums[0], graph.master_gain, out=out[:, 0])
    np.multiply(sums[1], graph.master_gain, out=out[:, 1])


def _add_strip(
    graph: PlayGraph,
    strip: PlayStrip,
    position: int,
    usable: int,
    scratch: MixScratch,
    meters: StripMeters | None,
    index: int,
) -> None:
    """Adds one strip's share of the block to the sums."""
    local = position - strip.start_frames
    first, last = max(0, -local), min(usable, strip.frames - local)
    if first >= last:
        return
    count = last - first
    patched = False
    for patch in strip.patches:
        if patch.start_frames < local + last and patch.end_frames > local + first:
            patched = True
    if patched or strip.samples.shape[0] < local + last:
        _paint(graph, strip, local + first, count, scratch)
        left, right = scratch.sides[0, :count], scratch.sides[1, :count]
    else:
        source = strip.samples[local + first : local + last]
        left, right = source[:, 0], source[:, -1]
    for side, values, gain in ((0, left, strip.gain_left), (1, right, strip.gain_right)):
        product = scratch.sides[side, :count]
        np.multiply(values, gain, out=product)
        total = scratch.sums[side, first:last]
        np.add(total, product, out=total)
        if meters is not None:
            magnitude = scratch.spare[:count]
            np.abs(product, out=magnitude)
            meters.peaks[index, side] = max(meters.peaks[index, side], magnitude.max())
            meters.square_sums[index, side] += np.dot(product, product)


def _paint(graph: PlayGraph, strip: PlayStrip, start: int, count: int, scratch: MixScratch) -> None:
    """Lays the strip's samples and its patches into `scratch.sides`, without gains."""
    own = min(max(strip.samples.shape[0] - start, 0), count)
    for side in (0, 1):
        target = scratch.sides[side, :count]
        np.copyto(target[:own], strip.samples[start : start + own, -1 if side else 0])
        target[own:] = 0.0
        for patch in strip.patches:
            if patch.start_frames < start + count and patch.end_frames > start:
                _paint_patch(patch, strip.frames, graph.patch_fade_frames, start, target, side, scratch.spare)


def _paint_patch(
    patch: Patch, strip_frames: int, fade_frames: int, start: int, target: Samples, side: int, spare: Samples
) -> None:
    """Paints one side of a patch over `target`, whose first frame is the strip's frame `start`."""
    length = patch.samples.shape[0]
    fade = min(fade_frames, length // 2)
    rise = rising_ramp(fade)
    head = fade if patch.start_frames > 0 else 0
    tail = fade if patch.end_frames < strip_frames else 0
    source = patch.samples[:, -1 if side else 0]
    shift = patch.start_frames - start
    stretches = ((0, head, rise), (head, length - tail, None), (length - tail, length, rise[::-1]))
    for begin, end, weights in stretches:
        low, high = max(begin, -shift), min(end, target.shape[0] - shift)
        if low >= high:
            continue
        place = target[low + shift : high + shift]
        if weights is None:
            np.multiply(source[low:high], patch.gain, out=place)
            continue
        newer = spare[: high - low]
        np.multiply(source[low:high], patch.gain, out=newer)
        np.subtract(newer, place, out=newer)
        np.multiply(newer, weights[low - begin : high - begin], out=newer)
        np.add(place, newer, out=place)
