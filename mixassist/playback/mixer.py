# SPDX-License-Identifier: Apache-2.0
"""What the audio callback runs: blocks of the play graph, with a ramp wherever something changes.

Whatever changes (a fader, a mute, a render that is replaced, the position, play and stop) is one thing here: the
sound that was goes over into the sound that is, by a linear cross-fade of 5 to 10 ms. For gains that is a linear
ramp, for renders a cross-fade; behind it the samples are those of `mix_block` alone, which is also what export
writes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mixassist.playback.meters import MeterLog
from mixassist.rendering.play_graph import (
    MixScratch,
    PlayGraph,
    Samples,
    StripMeters,
    mix_block,
    rising_ramp,
)

CHANGE_FADE_S = 0.008
"""Ramp when the graph changes: gains, renders, tracks."""

JUMP_FADE_S = 0.005
"""Ramp at play, stop, seek, the end of a loop, and from one version of the music to another."""

_NEVER = 1 << 62


@dataclass(frozen=True, eq=False)
class Wish:
    """What the player wants from now on; swapped whole, read once a block.

    `serial` goes up with every play, stop and seek; only then do `playing` and `position` (None = go on from where it
    is) count. `loop` is (start, end) in frames. With `grain_frames` only so much sounds from `position` on, once, and
    the playhead stands there again: that is how a dragged playhead sounds. `is_version` says that the graph is another
    version of the same music, to be compared: it comes in by the shorter ramp.
    """

    graph: PlayGraph
    serial: int = 0
    playing: bool = False
    position: int | None = None
    loop: tuple[int, int] | None = None
    is_version: bool = False
    grain_frames: int | None = None


@dataclass(eq=False)
class _Source:
    """Something to mix from: a graph at a place, or silence while it does not play."""

    graph: PlayGraph
    position: int = 0
    playing: bool = False

    def take(self, other: _Source) -> None:
        self.graph, self.position, self.playing = other.graph, other.position, other.playing


class GraphMixer:
    """Fills blocks; owned by the thread that calls `fill`, read by others.

    Args:
        wish: what to begin with.
        max_frames: longest piece mixed at once; longer blocks are cut.
    """

    def __init__(self, wish: Wish, max_frames: int = 4096) -> None:
        rate = wish.graph.sample_rate_hz
        self._change_ramp = rising_ramp(round(CHANGE_FADE_S * rate))
        self._jump_ramp = rising_ramp(round(JUMP_FADE_S * rate))
        self._scratch = MixScratch(max_frames)
        self._other = np.zeros((max_frames, 2), np.float32)
        self._now = _Source(wish.graph)
        self._before = _Source(wish.graph)
        self._ramp = self._jump_ramp
        self._ramp_done = len(self._ramp)
        self._serial = wish.serial
        self._loop: tuple[int, int] | None = None
        self._grain: tuple[int, int] | None = None

    @property
    def position(self) -> int:
        """The next frame to be mixed."""
        return self._now.position

    @property
    def is_playing(self) -> bool:
        """Whether the sound runs; false again at the end of the session."""
        return self._now.playing

    @property
    def serial(self) -> int:
        """The last wish's serial that has been followed."""
        return self._serial

    def fill(self, out: Samples, wish: Wish, meters: StripMeters, log: MeterLog | None = None) -> None:
        """Fills `out` (frames, 2) with what the wish asks for and notes the meters in the log."""
        meters.clear()
        start, done = self._now.position, 0
        while done < out.shape[0]:
            self._follow(wish)
            count = min(self._piece_frames(), out.shape[0] - done)
            self._mix_piece(out[done : done + count], meters)
            done += count
        if log is not None:
            log.note(self._now.graph, start, out, meters)

    @property
    def _is_fading(self) -> bool:
        return self._ramp_done < len(self._ramp)

    def _follow(self, wish: Wish) -> None:
        """Begins the cross-fade to what is wanted, unless one still runs: that takes 8 ms at most."""
        self._loop = wish.loop if wish.grain_frames is None else None
        if self._is_fading:
            return
        now = self._now
        past_loop_end = now.position - self._loop[1] if self._loop is not None and now.playing else -1
        jump = wish.serial != self._serial
        if jump:
            self._before.take(now)
            now.playing = wish.playing
            if wish.position is not None:
                now.position = wish.position
            self._serial = wish.serial
            now.graph = wish.graph
            self._grain = None if wish.grain_frames is None else (now.position, now.position + wish.grain_frames)
            self._start_ramp(self._jump_ramp)
        elif self._grain is not None and now.playing and now.position >= self._grain[1]:
            self._before.take(now)
            now.playing, now.position = False, self._grain[0]
            self._start_ramp(self._jump_ramp)
        elif self._loop is not None and 0 <= past_loop_end <= len(self._change_ramp):
            # Past it by a little when another fade was still running; further on, somebody put the playhead there.
            self._before.take(now)
            now.position = self._loop[0] + past_loop_end
            now.graph = wish.graph
            self._start_ramp(self._jump_ramp)
        elif wish.graph is not now.graph:
            if now.playing and self._frames_to_loop_end() < len(self._change_ramp):
                return
            self._before.take(now)
            now.graph = wish.graph
            if now.playing:
                self._start_ramp(self._jump_ramp if wish.is_version else self._change_ramp)
        if now.playing and now.position >= now.graph.length_frames and self._frames_to_loop_end() == _NEVER:
            now.playing = False

    def _start_ramp(self, ramp: Samples) -> None:
        self._ramp, self._ramp_done = ramp, 0

    def _frames_to_loop_end(self) -> int:
        """Frames until the loop turns; a huge number when it does not."""
        if self._loop is None or self._now.position >= self._loop[1]:
            return _NEVER
        return self._loop[1] - self._now.position

    def _piece_frames(self) -> int:
        """How far everything goes on as it is."""
        count = self._scratch.frames
        if self._is_fading:
            count = min(count, len(self._ramp) - self._ramp_done)
        if self._now.playing:
            count = min(count, self._frames_to_loop_end())
            if self._grain is not None and self._now.position < self._grain[1]:
                count = min(count, self._grain[1] - self._now.position)
        return count

    def _mix_piece(self, out: Samples, meters: StripMeters) -> None:
        count = out.shape[0]
        self._mix(self._now, out, meters)
        if not self._is_fading:
            return
        older = self._other[:count]
        self._mix(self._before, older, None)
        weights = self._ramp[self._ramp_done : self._ramp_done + count]
        for side in (0, 1):
            # new·w + old·(1 − w), written so that equal sounds stay exactly equal
            np.subtract(out[:, side], older[:, side], out=out[:, side])
            np.multiply(out[:, side], weights, out=out[:, side])
            np.add(out[:, side], older[:, side], out=out[:, side])
        self._ramp_done += count

    def _mix(self, source: _Source, out: Samples, meters: StripMeters | None) -> None:
        if not source.playing:
            out.fill(0.0)
            return
        mix_block(source.graph, source.position, out, self._scratch, meters)
        source.position += out.shape[0]


def wish_with_graph(wish: Wish, graph: PlayGraph, is_version: bool = False) -> Wish:
    """Returns the wish with another graph and everything else as it is."""
    return replace(wish, graph=graph, is_version=is_version)
