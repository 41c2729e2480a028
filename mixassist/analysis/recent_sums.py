# SPDX-License-Identifier: Apache-2.0
"""The stretches of mixes that were summed last: when a few strips change, only those are taken out and put in anew."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from mixassist.analysis.kept_sums import MOST_STEPS, KeptSum, Names, changed_names, is_worth_following, mixed
from mixassist.analysis.sounds import GraphSound
from mixassist.rendering.play_graph import PlayGraph, PlayStrip, Samples

_LEAST_FRAMES, _MOST_FRAMES = 1 << 16, 1 << 21
"""Lengths that are worth keeping for a graph that is followed: close looks, but not the blocks of an outline."""


@dataclass(frozen=True, eq=False)
class StretchSum:
    """One stretch of a mix before the master's gain.

    Attributes:
        names: of the samples, place and gains of each strip, by track.
        strips: the strips themselves, by track.
        samples: (frames, 2) float32 from frame `start` on.
        steps: how many changes ago all strips were added up.
    """

    names: Mapping[str, Hashable]
    strips: Mapping[str, PlayStrip]
    start: int
    samples: Samples
    steps: int = 0


def stretch_of(kept: KeptSum, names: Names, start: int, frames: int) -> StretchSum:
    """Returns a stretch that a kept mix has summed as something to begin from, its strips under these names."""
    samples = kept.known(start, frames) / np.float32(kept.graph.master_gain)
    return StretchSum(names, kept.strips, start, samples, kept.steps)


class RecentSums:
    """Keeps one stretch for each of a few places. Any thread may use it.

    Args:
        count: how many places.
    """

    def __init__(self, count: int = 6) -> None:
        self._count = count
        self._lock = threading.Lock()
        self._sums: OrderedDict[Hashable, StretchSum] = OrderedDict()

    def find(self, place: Hashable) -> StretchSum | None:
        """Returns what was summed last for a place."""
        with self._lock:
            return self._sums.get(place)

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._sums.clear()

    def summed(
        self,
        place: Hashable,
        graph: PlayGraph,
        names: Names,
        start: int,
        frames: int,
        former: StretchSum | None = None,
    ) -> Samples:
        """Returns a stretch of a graph, (frames, 2), its master's gain included, and remembers the sum.

        Args:
            place: what the stretch belongs to; the same place always has the same `start` and `frames`.
            names: of the samples, place and gains of each strip by track id: where a name is the same, so is the strip.
            former: what to begin from where nothing has been summed for this place.

        The array must not be written to.
        """
        strips = {strip.track_id: strip for strip in graph.strips if not strip.is_silent}
        former = self.find(place) or former
        total, gone, new, steps = None, [], list(strips.values()), 0
        if former is not None and former.steps < MOST_STEPS:
            changed = changed_names(names, former.names)
            if is_worth_following(len(changed), len(names)):
                gone = [former.strips[track] for track in changed if track in former.strips]
                new = [strips[track] for track in changed if track in strips]
                total, steps = former.samples, former.steps + 1
        plain = replace(graph, master_gain=1.0)
        if total is not None and (gone or new):
            total = total - mixed(plain, gone, start, frames) + mixed(plain, new, start, frames)
        # What is no number stays none whatever is taken out of it.
        if total is None or not np.isfinite(total).all():
            total, steps = mixed(plain, list(strips.values()), start, frames), 0
        with self._lock:
            self._sums[place] = StretchSum(dict(names), strips, start, total, steps)
            self._sums.move_to_end(place)
            while len(self._sums) > self._count:
                self._sums.popitem(last=False)
        return total if graph.master_gain == 1.0 else total * np.float32(graph.master_gain)


class FollowedSound(GraphSound):
    """A graph that takes the place of a former one: a close look adds up what changed since, and nothing else.

    Args:
        sums: what was added up for the former ones.
    """

    def __init__(self, graph: PlayGraph, sums: RecentSums) -> None:
        super().__init__(graph)
        self._sums = sums

    def read(self, start: int, frames: int) -> np.ndarray:
        """Returns (frames, 2) float32, zeros outside."""
        if not _LEAST_FRAMES < frames <= _MOST_FRAMES:
            return super().read(start, frames)
        # The strips that were added up are kept, so no other samples can have come to lie where theirs are.
        names = {
            s.track_id: (id(s.samples), s.start_frames, s.gain_left, s.gain_right,
                         tuple((id(p.samples), p.start_frames, p.gain) for p in s.patches))
            for s in self.graph.strips
        }  # fmt: skip
        frame = (self.graph.length_frames, self.graph.sample_rate_hz)
        return self._sums.summed((start, frames, *frame), self.graph, names, start, frames)
