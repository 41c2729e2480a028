# SPDX-License-Identifier: Apache-2.0
"""Reads the next seconds of the play graph into memory, so that the audio callback never waits for a disk."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np

from mixassist.rendering.play_graph import PlayGraph, Samples

AHEAD_S = 2.0
_PERIOD_S = 0.25
_PIECE_FRAMES = 1 << 16


def touch(graph: PlayGraph, start: int, frames: int, stopped: Callable[[], bool] = lambda: False) -> int:
    """Reads every audible strip's samples in the given stretch and returns how many frames that were.

    Reading is a sum over whole pieces: numpy lets the interpreter go during those, so a page that has to come from
    disk holds up this thread and nobody else.
    """
    total = 0
    for strip in graph.strips:
        if strip.is_silent or stopped():
            continue
        local = start - strip.start_frames
        total += _touch_samples(strip.samples, local, frames)
        for patch in strip.patches:
            total += _touch_samples(patch.samples, local - patch.start_frames, frames)
    return total


def _touch_samples(samples: Samples, start: int, frames: int) -> int:
    first, last = max(0, start), min(len(samples), start + frames)
    for begin in range(first, last, _PIECE_FRAMES):
        np.add.reduce(samples[begin : min(begin + _PIECE_FRAMES, last)], axis=None)
    return max(0, last - first)


class ReadAhead:
    """The thread that touches what will sound soon.

    Args:
        place: returns the graph, the playhead, and where it will jump to soon (the start of a loop) or None.
    """

    def __init__(self, place: Callable[[], tuple[PlayGraph, int, int | None]]) -> None:
        self._place = place
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._done: tuple[PlayGraph, int] | None = None
        self._thread = threading.Thread(target=self._run, name="read-ahead", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Asks for a look right now: the playhead jumped, or the graph changed."""
        self._wake.set()

    def close(self) -> None:
        """Ends the thread."""
        self._stop.set()
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            graph, position, jump = self._place()
            ahead = round(AHEAD_S * graph.sample_rate_hz)
            start = position
            if self._done is not None and self._done[0] is graph and position <= self._done[1] <= position + ahead:
                start = self._done[1]
            touch(graph, start, position + ahead - start, self._stop.is_set)
            self._done = (graph, position + ahead)
            if jump is not None:
                touch(graph, jump, ahead // 2, self._stop.is_set)
            self._wake.wait(_PERIOD_S)
            self._wake.clear()
