# SPDX-License-Identifier: Apache-2.0
"""Meters: the callback notes plain block values, whoever looks works out how the needles move."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from mixassist.rendering.play_graph import PlayGraph, Samples, StripMeters

FALL_DB_PER_S = 20.0
HOLD_S = 2.0
RMS_WINDOW_S = 0.3
_SLOTS = 128
"""Blocks remembered: 1.3 s at 44.1 kHz with blocks of 441 frames, more than a window ever waits."""


class MeterLog:
    """A ring of the last blocks' peaks and powers, written by one thread without a lock.

    Args:
        strips: room for so many strips.
    """

    def __init__(self, strips: int) -> None:
        self.strips = strips
        self.written = 0
        self.graphs: list[PlayGraph | None] = [None] * _SLOTS
        self.positions = np.zeros(_SLOTS, np.int64)
        self.frames = np.zeros(_SLOTS, np.int64)
        self.peaks = np.zeros((_SLOTS, strips, 2), np.float32)
        self.square_sums = np.zeros((_SLOTS, strips, 2), np.float32)
        self.master_peaks = np.zeros((_SLOTS, 2), np.float32)
        self.master_square_sums = np.zeros((_SLOTS, 2), np.float32)

    def note(self, graph: PlayGraph, position: int, out: Samples, meters: StripMeters) -> None:
        """Notes one block; called by the thread that mixes."""
        slot = self.written % _SLOTS
        self.graphs[slot] = graph
        self.positions[slot] = position
        self.frames[slot] = out.shape[0]
        count = min(self.strips, meters.peaks.shape[0])
        np.copyto(self.peaks[slot, :count], meters.peaks[:count])
        np.copyto(self.square_sums[slot, :count], meters.square_sums[:count])
        for side in (0, 1):
            values = out[:, side]
            self.master_peaks[slot, side] = max(values.max(), -values.min()) if len(values) else 0.0
            self.master_square_sums[slot, side] = np.dot(values, values)
        self.written += 1


@dataclass
class Needle:
    """One meter, left and right, as factors (1 = full scale).

    Attributes:
        peak: instant attack, falling by 20 dB/s. held: the highest in the last 2 s. highest: since the last reset.
        rms: over about 300 ms. over: whether full scale was reached since the last reset.
    """

    peak: list[float] = field(default_factory=lambda: [0.0, 0.0])
    held: list[float] = field(default_factory=lambda: [0.0, 0.0])
    highest: list[float] = field(default_factory=lambda: [0.0, 0.0])
    rms: list[float] = field(default_factory=lambda: [0.0, 0.0])
    over: bool = False
    _mean_square: list[float] = field(default_factory=lambda: [0.0, 0.0])
    _held_for_s: list[float] = field(default_factory=lambda: [0.0, 0.0])

    def move(self, seconds: float, peaks: tuple[float, float], square_sums: tuple[float, float], frames: int) -> None:
        """Moves by one block that lasts `seconds`."""
        fall = 10.0 ** (-FALL_DB_PER_S * seconds / 20.0)
        keep = math.exp(-seconds / RMS_WINDOW_S)
        for side in (0, 1):
            self.peak[side] = max(peaks[side], self.peak[side] * fall)
            self._held_for_s[side] += seconds
            if peaks[side] >= self.held[side] or self._held_for_s[side] > HOLD_S:
                self.held[side] = self.peak[side]
                self._held_for_s[side] = 0.0
            self.highest[side] = max(self.highest[side], peaks[side])
            self.over = self.over or peaks[side] >= 1.0
            power = square_sums[side] / frames
            self._mean_square[side] = power + (self._mean_square[side] - power) * keep
            self.rms[side] = math.sqrt(self._mean_square[side])

    def reset(self) -> None:
        """Forgets the highest peak and the over."""
        self.highest = [0.0, 0.0]
        self.over = False


class MeterReader:
    """Follows a log and moves the needles; belongs to one thread, usually the window's timer.

    Time is counted in frames heard, so it needs no clock.

    Attributes:
        strips: needle by track id, for the tracks of the last graph.
        master: the needle behind the master's gain.
    """

    def __init__(self) -> None:
        self.strips: dict[str, Needle] = {}
        self.master = Needle()
        self._log: MeterLog | None = None
        self._seen = 0

    def follow(self, log: MeterLog, sample_rate_hz: int, behind_frames: int = 0) -> None:
        """Takes in every block noted since the last call.

        Args:
            behind_frames: what has been mixed but not heard yet; blocks inside it wait for a later call.
        """
        if log is not self._log:
            self._log, self._seen = log, 0
        newest, waiting = log.written, 0
        while newest > self._seen and waiting + int(log.frames[(newest - 1) % _SLOTS]) <= behind_frames:
            newest -= 1
            waiting += int(log.frames[newest % _SLOTS])
        for number in range(max(self._seen, log.written - _SLOTS + 1), newest):
            self._take(log, number % _SLOTS, sample_rate_hz)
        self._seen = max(self._seen, newest)

    def reset(self) -> None:
        """Resets the highest peaks and overs of all needles."""
        for needle in (*self.strips.values(), self.master):
            needle.reset()

    def _take(self, log: MeterLog, slot: int, sample_rate_hz: int) -> None:
        graph, frames = log.graphs[slot], int(log.frames[slot])
        if graph is None or frames == 0:
            return
        seconds = frames / sample_rate_hz
        known = {strip.track_id for strip in graph.strips}
        if known != self.strips.keys():
            self.strips = {i: self.strips.get(i) or Needle() for i in known}
        for index, strip in enumerate(graph.strips[: log.strips]):
            peaks, squares = log.peaks[slot, index].tolist(), log.square_sums[slot, index].tolist()
            self.strips[strip.track_id].move(seconds, (peaks[0], peaks[1]), (squares[0], squares[1]), frames)
        peaks, squares = log.master_peaks[slot].tolist(), log.master_square_sums[slot].tolist()
        self.master.move(seconds, (peaks[0], peaks[1]), (squares[0], squares[1]), frames)
