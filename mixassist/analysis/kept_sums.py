# SPDX-License-Identifier: Apache-2.0
"""Mixes that were summed once: spectrograms, waveforms, loudness and numbers read them without adding tracks again."""

from __future__ import annotations

import contextlib
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable

import numpy as np

from mixassist.domain.errors import MixAssistError
from mixassist.rendering.cache import RenderCache, RenderFile
from mixassist.rendering.play_graph import Samples

_BLOCK_FRAMES = 1 << 16
_WORTH_KEEPING = _BLOCK_FRAMES // 4
"""A shorter look into a block that nobody has summed is answered from the tracks: it may be the only one."""

Mix = Callable[[int, Samples], None]
"""Mixes the frames from a place on into an array (frames, 2)."""


class KeptSum:
    """One mix, summed block by block as it is read, in a file that disappears with it. Any thread may read.

    Args:
        file: room for the whole mix.
    """

    def __init__(self, file: RenderFile) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._is_full = False
        self._has = np.zeros(-(-file.frames // _BLOCK_FRAMES), bool)
        self._end = weakref.finalize(self, file.discard)

    def read(self, start: int, out: Samples, mix: Mix) -> None:
        """Fills `out`, (frames, 2), which lies within the mix, from `start` on; `mix` gives what is not kept yet.

        Every sample of a mix depends on its place alone, so it is the same whichever way it comes.
        """
        end = start + len(out)
        for number in range(start // _BLOCK_FRAMES, -(-end // _BLOCK_FRAMES)):
            begin = number * _BLOCK_FRAMES
            low, high = max(begin, start), min(begin + _BLOCK_FRAMES, end)
            target = out[low - start : high - start]
            is_short = high - low < min(_WORTH_KEEPING, self._file.frames - begin)
            if self._has[number]:
                target[...] = self._file.samples[low:high]
            elif is_short or self._is_full:
                mix(low, target)
            else:
                target[...] = self._summed(number, begin, mix)[low - begin : high - begin]

    def _summed(self, number: int, begin: int, mix: Mix) -> Samples:
        block = np.zeros((min(_BLOCK_FRAMES, self._file.frames - begin), 2), np.float32)
        mix(begin, block)
        with self._lock:
            try:
                self._file.write(begin, block)
                self._has[number] = True
            except MixAssistError:  # the disk is full: each reader adds up for himself
                self._is_full = True
        return block


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

    def of(self, identity: str, frames: int, cache: RenderCache) -> KeptSum | None:
        """Returns the sum of the mix of that name; None where there is no room for it, in the limit or on the disk."""
        needed = 8 * frames
        with self._lock:
            if identity in self._sums:
                self._sums.move_to_end(identity)
                return self._sums[identity][0]
            if not frames or needed > self._limit_bytes:
                return None
            with contextlib.suppress(MixAssistError):
                self._sums[identity] = (KeptSum(cache.create(f"sum-{identity}", frames, 2)), needed)
            while sum(size for _, size in self._sums.values()) > self._limit_bytes:
                self._sums.popitem(last=False)
            return self._sums[identity][0] if identity in self._sums else None
