# SPDX-License-Identifier: Apache-2.0
"""The transport: plays a graph on an output, and lets the graph be swapped while it sounds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from mixassist.domain.errors import MixAssistError
from mixassist.playback.meters import MeterLog, MeterReader
from mixassist.playback.mixer import GraphMixer, Wish, wish_with_graph
from mixassist.playback.outputs import Fill, Output
from mixassist.playback.read_ahead import ReadAhead
from mixassist.rendering.play_graph import PlayGraph, Samples, StripMeters

MIN_LOOP_S = 0.05
GRAIN_S = 0.09
"""How much sounds from each place that a dragged playhead comes to."""
_ROOM_FOR_STRIPS = 64


class _Desk:
    """All that one block needs, swapped by one reference: the wish, and meters with room for its strips."""

    def __init__(self, wish: Wish, meters: StripMeters, log: MeterLog) -> None:
        self.wish, self.meters, self.log = wish, meters, log


class _Gate:
    """Gives silence until it is opened."""

    def __init__(self, fill: Fill) -> None:
        self.is_open = False
        self._fill = fill

    def fill(self, out: Samples) -> None:
        if self.is_open:
            self._fill(out)
        else:
            out.fill(0.0)


def _desk_for(wish: Wish, former: _Desk | None) -> _Desk:
    needed = len(wish.graph.strips)
    if former is not None and needed <= former.log.strips:
        return _Desk(wish, former.meters, former.log)
    room = max(_ROOM_FOR_STRIPS, 2 * needed)
    return _Desk(wish, StripMeters(room), MeterLog(room))


class Player:
    """Plays, stops, seeks and loops. Its methods may be called from any thread.

    The output's thread reads one reference a block and takes no lock. Play and seek on an output that is closed or
    silent do everything but sound.

    Args:
        output: where the sound goes; the player closes it in the end.
        graph: what to play; an empty session by default.
    """

    def __init__(self, output: Output, graph: PlayGraph | None = None) -> None:
        first = graph or PlayGraph((), 1.0, 0, output.sample_rate_hz)
        self._lock = threading.Lock()
        self._output = output
        self._desk = _desk_for(Wish(first), None)
        self._mixer = GraphMixer(self._desk.wish)
        self._reader = MeterReader()
        self._ahead = ReadAhead(self._place)
        self._started = False
        self._former_underruns = 0
        self._switching = threading.Lock()
        self._played_before_scrub: bool | None = None

    @property
    def output(self) -> Output:
        """Where the sound goes."""
        return self._output

    @property
    def graph(self) -> PlayGraph:
        """What plays, or will from the next block on."""
        return self._desk.wish.graph

    @property
    def underruns(self) -> int:
        """How often the devices ran dry since the player was made."""
        return self._former_underruns + self._output.underruns

    @property
    def is_playing(self) -> bool:
        """Whether it runs; false again at the end of the session."""
        wish = self._desk.wish
        if wish.grain_frames is not None:
            return False
        return wish.playing if self._mixer.serial != wish.serial else self._mixer.is_playing

    @property
    def position_frames(self) -> int:
        """The next frame to be mixed; where the playhead stands while it is dragged."""
        wish = self._desk.wish
        if wish.grain_frames is not None and wish.position is not None:
            return wish.position
        if self._mixer.serial != wish.serial and wish.position is not None:
            return wish.position
        return self._mixer.position

    @property
    def heard_frames(self) -> int:
        """The frame that is heard now: behind the one being mixed by what the output holds."""
        if not self.is_playing:
            return self.position_frames
        heard = self.position_frames - self._output.latency_frames
        loop = self.loop
        if loop is not None and heard < loop[0] <= self.position_frames < loop[1]:
            heard = max(heard + loop[1] - loop[0], loop[0])
        return max(heard, 0)

    @property
    def loop(self) -> tuple[int, int] | None:
        """Start and end of the loop in frames, or None."""
        return self._desk.wish.loop

    def set_graph(self, graph: PlayGraph, *, is_version: bool = False, position_frames: int | None = None) -> None:
        """Plays another graph from the next block on; what differs goes over in 8 ms.

        Args:
            is_version: it is another version of the same music, to be compared with the one that plays: 5 ms.
            position_frames: go there at the same moment, playing or not.

        Raises:
            ValueError: the graph runs at another rate than the output.
        """
        if graph.sample_rate_hz != self._output.sample_rate_hz:
            raise ValueError(f"a graph at {graph.sample_rate_hz} Hz for an output at {self._output.sample_rate_hz} Hz")
        playing = self.is_playing
        with self._lock:
            wish = wish_with_graph(self._desk.wish, graph, is_version)
            if position_frames is not None:
                place = min(max(position_frames, 0), graph.length_frames)
                wish = replace(wish, serial=wish.serial + 1, playing=playing, position=place)
            self._desk = _desk_for(wish, self._desk)
        self._ahead.wake()

    def play(self) -> None:
        """Plays from where it stands; from the start when it stands at the end.

        Raises:
            MixAssistError: the device does not start.
        """
        self._start_output()
        at_end = self.loop is None and self.position_frames >= self.graph.length_frames
        self._jump(True, 0 if at_end else None)

    def stop(self) -> None:
        """Stops where it is."""
        self._jump(False, None)

    def seek(self, position_frames: int) -> None:
        """Goes to a frame, playing or not; places outside the session are moved to its nearer end."""
        self._jump(self.is_playing, min(max(position_frames, 0), self.graph.length_frames))

    def scrub(self, position_frames: int) -> None:
        """Goes to a frame as a dragged playhead does: a moment of it sounds, and it stands there.

        Raises:
            MixAssistError: the device does not start.
        """
        self._start_output()
        if self._played_before_scrub is None:
            self._played_before_scrub = self.is_playing
        position = min(max(position_frames, 0), self.graph.length_frames)
        self._jump(True, position, round(GRAIN_S * self._output.sample_rate_hz))

    def end_scrub(self) -> None:
        """The playhead is let go: it plays on from there if it played before."""
        if self._played_before_scrub is None:
            return
        played, self._played_before_scrub = self._played_before_scrub, None
        self._jump(played, self.position_frames)

    def set_loop(self, start_frames: int | None, end_frames: int | None = None) -> None:
        """Loops from start to end (exclusive; at least 50 ms); `set_loop(None)` goes straight on."""
        loop = None
        if start_frames is not None and end_frames is not None:
            start = max(0, min(start_frames, end_frames))
            shortest = round(MIN_LOOP_S * self._output.sample_rate_hz)
            loop = (start, max(start_frames, end_frames, start + shortest))
        with self._lock:
            self._swap(replace(self._desk.wish, loop=loop))
        self._ahead.wake()

    def meters(self) -> MeterReader:
        """Brings the needles up to what is heard now and returns them; for one thread only."""
        desk = self._desk
        self._reader.follow(desk.log, self._output.sample_rate_hz, self._output.latency_frames)
        return self._reader

    def set_output(self, output: Output) -> None:
        """Goes on at the same place on another output and closes the old one.

        Raises:
            MixAssistError: the new one does not start; the old one goes on.
            ValueError: the new one runs at another rate than the graph.
        """
        if output.sample_rate_hz != self.graph.sample_rate_hz:
            raise ValueError(f"an output at {output.sample_rate_hz} Hz for a graph at {self.graph.sample_rate_hz} Hz")
        with self._switching:
            former = self._output
            if self._started:
                # Two outputs must not draw from one mixer, so the new one is silent until the old one is closed.
                gate = _Gate(self._fill)
                output.start(gate.fill)
                former.close()
                gate.is_open = True
            else:
                former.close()
            self._take_over(former, output)

    def change_output(self, opener: Callable[[], Output], restore: Callable[[], Output]) -> None:
        """Goes on at the same place on the output that `opener` opens.

        Where a device cannot be opened beside the one in use, because both are the same hardware, that one is closed
        first, and `restore` opens it again when the other does not come.

        Raises:
            MixAssistError: the new one does not open or start; the former goes on.
        """
        try:
            output = opener()
        except MixAssistError:
            self._change_after_closing(opener, restore)
            return
        try:
            self.set_output(output)
        except MixAssistError:
            output.close()
            self._change_after_closing(opener, restore)

    def _change_after_closing(self, opener: Callable[[], Output], restore: Callable[[], Output]) -> None:
        with self._switching:
            former = self._output
            former.close()
            try:
                self._take_over(former, self._running(opener))
            except MixAssistError:
                self._take_over(former, self._running(restore))
                raise

    def _running(self, opener: Callable[[], Output]) -> Output:
        output = opener()
        if self._started:
            try:
                output.start(self._fill)
            except MixAssistError:
                output.close()
                raise
        return output

    def _take_over(self, former: Output, output: Output) -> None:
        self._former_underruns += former.underruns
        self._output = output

    def close(self) -> None:
        """Closes the output and ends the player's thread."""
        with self._switching:
            self._output.close()
        self._ahead.close()

    def _start_output(self) -> None:
        if not self._started:
            self._output.start(self._fill)
            self._started = True

    def _jump(self, playing: bool, position: int | None, grain_frames: int | None = None) -> None:
        with self._lock:
            wish = self._desk.wish
            if position is None and (self._mixer.serial != wish.serial or wish.grain_frames is not None):
                position = wish.position  # a seek that no block has followed yet must not get lost
            serial = wish.serial + 1
            self._swap(replace(wish, serial=serial, playing=playing, position=position, grain_frames=grain_frames))
        self._ahead.wake()

    def _swap(self, wish: Wish) -> None:
        self._desk = _Desk(wish, self._desk.meters, self._desk.log)

    def _fill(self, out: Samples) -> None:
        desk = self._desk
        self._mixer.fill(out, desk.wish, desk.meters, desk.log)

    def _place(self) -> tuple[PlayGraph, int, int | None]:
        loop = self.loop
        return self.graph, self.position_frames, loop[0] if loop else None
