# SPDX-License-Identifier: Apache-2.0
"""Mixes that were summed once: spectrograms, waveforms, loudness and numbers read them without adding tracks again.

A mix that differs in few strips from one that is kept is made from that one: what changed is taken out and put in anew.
Two dozen tracks less to add up are a tenth of the work, and a tenth of the calls for which a thread waits in turn.
"""

from __future__ import annotations

import contextlib
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace

import numpy as np

from mixassist.domain.errors import MixAssistError
from mixassist.rendering.cache import RenderCache, RenderFile
from mixassist.rendering.play_graph import MixScratch, PlayGraph, PlayStrip, Samples, mix_block

_BLOCK_FRAMES = 1 << 17
_WORTH_KEEPING = 1 << 14
"""A shorter look into a block that nobody has summed is answered from the tracks: it may be the only one."""
MOST_STEPS = 16
"""After so many changes everything is added up again, so that rounding errors stay below −130 dB of the loudest."""

_local = threading.local()

Mix = Callable[[int, Samples], None]
"""Mixes the frames from a place on into an array (frames, 2)."""
Names = Mapping[str, Hashable]
"""By the id of each audible track: what its samples, place and gains are called; equal names, equal contributions."""


def mixed(graph: PlayGraph, strips: list[PlayStrip], start: int, frames: int) -> Samples:
    """Adds these strips up over a stretch, with the graph's master gain."""
    alone = replace(graph, strips=tuple(strips))
    # Fresh memory costs as much as adding a strip up.
    scratch: MixScratch | None = getattr(_local, "scratch", None)
    if scratch is None:
        scratch = _local.scratch = MixScratch(_BLOCK_FRAMES)
    block = np.empty((frames, 2), np.float32)
    for first in range(0, frames, scratch.frames):
        mix_block(alone, start + first, block[first : first + scratch.frames], scratch)
    return block


def changed_names(names: Names, former: Names) -> list[str]:
    """Returns the tracks that do not contribute to both mixes alike."""
    return [i for i in {**former, **names} if names.get(i) != former.get(i)]


def is_worth_following(changed: int, strips: int) -> bool:
    """Whether taking the changed strips out and putting them in anew is clearly less work than adding all up."""
    return 2 * changed + 1 <= strips // 2


class KeptSum:
    """One mix, summed block by block as it is read, in a file that disappears with it. Any thread may read.

    Args:
        file: room for the whole mix.
        graph: the mix.
        names: of its audible strips.
        base: a mix that differs in few strips.

    Attributes:
        steps: by how many changes a part of it may be away from a mix that was added up as a whole.
    """

    def __init__(self, file: RenderFile, graph: PlayGraph, names: Names, base: KeptSum | None = None) -> None:
        self.graph, self.names, self.base = graph, dict(names), base
        self.strips = {s.track_id: s for s in graph.strips if s.track_id in names and not s.is_silent}
        self.steps: int = 0 if base is None else base.steps + 1
        self._changed = [] if base is None else changed_names(names, base.names)
        self._file = file
        self._lock = threading.Lock()
        self._is_full = False
        self._has = np.zeros(-(-file.frames // _BLOCK_FRAMES), bool)
        self._end = weakref.finalize(self, file.discard)

    @property
    def frame(self) -> tuple[int, int, float]:
        """What two mixes must have in common for one to be made from the other."""
        return self.graph.length_frames, self.graph.sample_rate_hz, self.graph.master_gain

    def has(self, start: int, frames: int) -> bool:
        """Whether a stretch has been summed; none has outside of the mix."""
        is_inside = start >= 0 and start + frames <= self._file.frames
        return is_inside and bool(self._has[start // _BLOCK_FRAMES : -(-(start + frames) // _BLOCK_FRAMES)].all())

    def known(self, start: int, frames: int) -> Samples:
        """Returns a stretch that has been summed, read-only."""
        return self._file.samples[start : start + frames]

    def read(self, start: int, out: Samples, mix: Mix) -> None:
        """Fills `out`, (frames, 2), which lies within the mix, from `start` on; `mix` gives what is not kept yet.

        Where all strips were added up the samples are those of the mix to the bit, whichever way they come.
        """
        end = start + len(out)
        for number in range(start // _BLOCK_FRAMES, -(-end // _BLOCK_FRAMES)):
            begin = number * _BLOCK_FRAMES
            low, high = max(begin, start), min(begin + _BLOCK_FRAMES, end)
            target = out[low - start : high - start]
            is_short = high - low < min(_WORTH_KEEPING, self._file.frames - begin) and not self._can_follow(begin)
            if self._has[number]:
                target[...] = self._file.samples[low:high]
            elif is_short or self._is_full:
                self._fill(low, target, mix)
            else:
                target[...] = self._summed(number, begin, mix)[low - begin : high - begin]

    def _can_follow(self, begin: int) -> bool:
        """Whether the block that begins there is summed in a moment."""
        base = self.base
        return base is not None and base.has(begin, min(_BLOCK_FRAMES, self._file.frames - begin))

    def _summed(self, number: int, begin: int, mix: Mix) -> Samples:
        block = np.zeros((min(_BLOCK_FRAMES, self._file.frames - begin), 2), np.float32)
        self._fill(begin, block, mix)
        with self._lock:
            try:
                self._file.write(begin, block)
                self._has[number] = True
                if self._has.all():
                    self.base = None
            except MixAssistError:  # the disk is full: each reader adds up for himself
                self._is_full = True
        return block

    def _fill(self, start: int, out: Samples, mix: Mix) -> None:
        base = self.base
        if base is not None and base.has(start, len(out)):
            out[...] = base.known(start, len(out))
            for strips, add in ((base.strips, False), (self.strips, True)):
                touched = [strips[i] for i in self._changed if i in strips]
                if touched:
                    part = mixed(self.graph, touched, start, len(out))
                    np.add(out, part, out=out) if add else np.subtract(out, part, out=out)
            # What is no number stays none whatever is taken out of it.
            if np.isfinite(out).all():
                return
        mix(start, out)


class KeptSums:
    """The sums of the mixes that were looked at last.

    Args:
        limit_bytes: all of them together; one that is longer by itself is not kept.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._sums: OrderedDict[str, tuple[KeptSum, int]] = OrderedDict()

    def clear(self) -> None:
        """Forgets everything; who reads a sum has it as long as he needs it."""
        with self._lock:
            self._sums.clear()

    def of(self, identity: str, graph: PlayGraph, names: Names, cache: RenderCache) -> KeptSum | None:
        """Returns the sum of the mix of that name; None where there is no room for it, in the limit or on the disk.

        Args:
            names: of the audible strips, for finding a mix that it can be made from.
        """
        frames = graph.length_frames
        needed = 8 * frames
        with self._lock:
            if identity in self._sums:
                self._sums.move_to_end(identity)
                return self._sums[identity][0]
            if not frames or needed > self._limit_bytes:
                return None
            base = self._nearest(names, (frames, graph.sample_rate_hz, graph.master_gain))
            with contextlib.suppress(MixAssistError):
                self._sums[identity] = (KeptSum(cache.create(f"sum-{identity}", frames, 2), graph, names, base), needed)
            while sum(size for _, size in self._sums.values()) > self._limit_bytes:
                self._sums.popitem(last=False)
            return self._sums[identity][0] if identity in self._sums else None

    def nearest(self, names: Names, frame: tuple[int, int, float], start: int, frames: int) -> KeptSum | None:
        """Returns a mix of the same frame that differs in few strips, and of which a stretch has been summed."""
        with self._lock:
            return self._nearest(names, frame, lambda kept: kept.has(start, frames))

    def _nearest(
        self, names: Names, frame: tuple[int, int, float], is_good: Callable[[KeptSum], bool] | None = None
    ) -> KeptSum | None:
        """Returns the mix that is nearest, without a base of its own unless `is_good` takes that: no long chains."""
        best: tuple[int, str] | None = None
        for identity, (kept, _) in self._sums.items():
            if kept.frame != frame or kept.steps >= MOST_STEPS:
                continue
            if not (kept.base is None if is_good is None else is_good(kept)):
                continue
            changed = len(changed_names(names, kept.names))
            if is_worth_following(changed, len(names)) and (best is None or changed <= best[0]):
                best = changed, identity
        if best is None:
            return None
        self._sums.move_to_end(best[1])
        return self._sums[best[1]][0]
