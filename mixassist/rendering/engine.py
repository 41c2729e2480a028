# SPDX-License-Identifier: Apache-2.0
"""Renders for the window: in the background, what is heard next first, while the old sound plays on.

Three kinds of work. A *piece* is a few seconds at the playhead, ready within a tenth of a second of an edit; with a
compressor it starts from rest some seconds earlier and is as good as exact. The *whole* render is exact, in order and
for the cache; when it is complete it takes the pieces' place. Export never plays pieces: see `mixdown`. Idle workers
render what may be switched to, so that the switch is heard at once: see `foresight`.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack

from mixassist.audio.stems import StemAudio, StemLibrary
from mixassist.domain.channel import View
from mixassist.domain.errors import MixAssistError
from mixassist.domain.fader_law import FADER_FLOOR_DB
from mixassist.domain.session import Session
from mixassist.domain.track import Track
from mixassist.rendering.cache import RenderCache
from mixassist.rendering.foresight import Foresight
from mixassist.rendering.play_graph import PlayGraph, Samples
from mixassist.rendering.renderers import Renderer, renderer_for
from mixassist.rendering.strip_render import NOTHING, Piece, StripRender, WholeRender
from mixassist.rendering.strips import Order, Take, assemble, one_torch_thread, order_for, reader_of
from mixassist.rendering.thread_priority import put_this_thread_before, put_this_thread_behind
from mixassist.rendering.turns import IDLE, turns

ChangeListener = Callable[[frozenset[str]], None]
ErrorListener = Callable[[str, Exception], None]
GraphListener = Callable[[PlayGraph], None]

_Task = tuple[StripRender, tuple[int, int] | None]
_DECODING_POLL_S = 0.1
_REST_S = 1.0
"""What may be switched to waits so long after an edit: the cores are for what is seen and heard of it."""
_PIECES_ONLY_S = 0.3
"""So long after an edit whoever listens has pieces only: the next edit of a moving control undoes the rest anyway."""
_QUICK_STRIPS = 3
"""Up to so many stale strips get a short piece first; of more, the first would be over before the last is there."""


class RenderEngine:
    """Keeps a play graph that follows a session. Every method may be called from any thread and returns at once.

    Args:
        stems: where the tracks' audio comes from; somebody else decodes it.
        cache: where renders are kept.
        workers: threads that render in the background; by default all cores but one, which stays free for sound and
            window. One thread more makes pieces and nothing else, so that what is heard next waits for no chunk.
    """

    def __init__(self, stems: StemLibrary, cache: RenderCache | None = None, workers: int | None = None) -> None:
        self._stems = stems
        self._cache = cache if cache is not None else RenderCache()
        self._wake = threading.Condition()
        self._strips: dict[str, StripRender] = {}
        self._session = Session()
        self._graph = assemble(self._session, {})
        self._renderer = renderer_for(View.DRY)
        self._position = 0
        self._playhead: Callable[[], int] | None = None
        self._on_change: list[ChangeListener] = []
        self._on_error: list[ErrorListener] = []
        self._feed: GraphListener | None = None
        self._foresight = Foresight(self._cache)
        self._prepared: set[tuple[str, int]] = set()
        self._preparations: list[Callable[[], object]] = []
        self._edited_s = 0.0
        self._closed = False
        self._holding = ExitStack()
        self._holding.enter_context(one_torch_thread())
        count = workers if workers is not None else max(1, (os.cpu_count() or 2) - 1)
        self._threads = [
            threading.Thread(target=self._make_pieces, name="render-pieces", daemon=True),
            *(threading.Thread(target=self._work, name=f"render-{n}", daemon=True) for n in range(count)),
        ]
        for thread in self._threads:
            thread.start()

    def update(self, session: Session, view: View, position_frames: int | None = None) -> PlayGraph:
        """Follows an edit: gains at once, renders in the background. Returns the graph to play now.

        Tracks whose audio is missing are silent, and told to the error listeners.

        Raises:
            MixAssistError: the view has no renderer; everything stays as it was.
        """
        renderer = renderer_for(view)
        failures: list[tuple[str, Exception]] = []
        with self._wake:
            if position_frames is not None:
                self._position = position_frames
            ids = {t.id for t in session.tracks}
            for track_id in [i for i in self._strips if i not in ids]:
                self._strips.pop(track_id).play(Take(NOTHING, 0.0))
            for track in session.tracks:
                strip = self._strip_for(track, session, failures)
                strip.is_audible = (
                    session.is_audible(track) and track.channel.controls.number("fader_db") > FADER_FLOOR_DB
                )
                self._refresh(strip, renderer)
            if session is not self._session and self._session.tracks:
                self._edited_s = time.monotonic()
            self._session, self._renderer = session, renderer
            kind = (renderer.version, session.sample_rate_hz)
            if kind not in self._prepared and session.tracks:
                self._prepared.add(kind)
                self._preparations += renderer.preparations(session.sample_rate_hz)
            graph = self._assembled()
            self._foresight.show(session, {i: s.stem for i, s in self._strips.items() if s.stem is not None}, view)
            self._wake.notify_all()
        for track_id, error in failures:
            self._tell_error(track_id, error)
        return graph

    def graph(self) -> PlayGraph:
        """Returns the present graph; where a render is stale the old one is in it."""
        return self._graph

    def move(self, position_frames: int) -> None:
        """Tells where the playhead is, so that its surroundings render first."""
        with self._wake:
            self._position = position_frames
            self._wake.notify_all()

    def follow(self, playhead: Callable[[], int] | None) -> None:
        """Takes the playhead from a function from now on, such as a player's position."""
        with self._wake:
            self._playhead = playhead

    def feed(self, listener: GraphListener | None) -> None:
        """Calls `listener(graph)` with the present graph and with each new one, in their order, from now on.

        It is called under the engine's lock, from any thread, and must only pass the graph on, such as to a player.
        """
        with self._wake:
            self._feed = listener
            if listener is not None:
                listener(self._graph)

    def foresee(self, views: Iterable[View]) -> None:
        """Renders these views and the session's snapshots too, in idle moments."""
        with self._wake:
            self._foresight.views = tuple(views)
            self._wake.notify_all()

    def is_rendering(self, track_id: str) -> bool:
        """Whether a strip still plays, wholly or in part, what it was before its last edit."""
        with self._wake:
            strip = self._strips.get(track_id)
            return strip is not None and strip.is_waiting

    def rendering(self) -> frozenset[str]:
        """Returns the ids of all strips of which `is_rendering` is true."""
        with self._wake:
            return frozenset(i for i, strip in self._strips.items() if strip.is_waiting)

    def on_change(self, listener: ChangeListener) -> Callable[[], None]:
        """Calls `listener(track_ids)` from a worker's thread whenever `graph()` is new; returns how to stop that."""
        self._on_change.append(listener)
        return lambda: self._on_change.remove(listener)

    def on_error(self, listener: ErrorListener) -> Callable[[], None]:
        """Calls `listener(track_id, error)` when a strip cannot be rendered; it plays on as it was."""
        self._on_error.append(listener)
        return lambda: self._on_error.remove(listener)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Waits until nothing is left to render; returns whether that came true in time."""
        with self._wake:
            return self._wake.wait_for(lambda: not any(s.is_waiting for s in self._strips.values()), timeout_s)

    def close(self) -> None:
        """Stops the workers and removes unfinished renders. The last graph stays playable."""
        with self._wake:
            self._closed = True
            self._wake.notify_all()
        for thread in self._threads:
            thread.join()
        for strip in self._strips.values():
            if strip.whole is not None:
                strip.whole.discard()
                strip.whole = None
        self._foresight.close()
        self._holding.close()

    def _strip_for(self, track: Track, session: Session, failures: list[tuple[str, Exception]]) -> StripRender:
        """Returns the track's strip, a fresh one when the track has other audio than before."""
        strip = self._strips.get(track.id)
        if strip is not None and strip.track.source == track.source and strip.stem is not None:
            same_rate = strip.stem.sample_rate_hz == session.sample_rate_hz
            if same_rate and strip.stem.error is None:
                strip.track = track
                return strip
        stem: StemAudio | None = None
        try:
            stem = self._stems.stem(track.source, session.sample_rate_hz)
        except MixAssistError as error:
            if strip is None or strip.stem is not None:
                failures.append((track.id, error))
        if strip is not None:
            strip.play(Take(NOTHING, 0.0))
        strip = StripRender(track, stem, Take(NOTHING if stem is None else stem.strip_samples, 1.0))
        self._strips[track.id] = strip
        return strip

    def _refresh(self, strip: StripRender, renderer: Renderer) -> None:
        """Works out what a strip should play, if anything that matters has changed."""
        if strip.stem is None:
            return
        channel = strip.track.channel
        seen = (channel.controls, channel.stages, strip.stem.is_complete, renderer.version)
        if seen == strip.seen:
            return
        strip.seen = seen
        wanted = order_for(renderer, channel, strip.stem)
        if isinstance(wanted, Take):
            strip.play(wanted)
        elif wanted.key == strip.take.key:
            strip.play(Take(strip.take.samples, wanted.gain, wanted.key))
        else:
            samples = self._cache.find(wanted.key, wanted.frames, wanted.sides)
            if samples is not None:
                strip.play(Take(samples, wanted.gain, wanted.key))
            else:
                strip.want(wanted)

    def _assembled(self) -> PlayGraph:
        self._graph = assemble(self._session, {i: s.playing() for i, s in self._strips.items()})
        if self._feed is not None:
            self._feed(self._graph)
        return self._graph

    def _work(self) -> None:
        put_this_thread_behind()
        while True:
            with self._wake:
                if self._closed:
                    return
                self._refresh_decoded()
                task = self._next_task()
                if task is not None:
                    order = _begun(task)
                elif self._preparations:
                    preparation: Callable[[], object] = self._preparations.pop(0)
                elif self._left_of(_REST_S) == 0.0 and self._foresight.take():
                    preparation = self._foresight.step
                else:
                    self._wake.wait(self._patience_s())
                    continue
            if task is None:
                with turns.turn(IDLE):
                    preparation()
            else:
                with turns.turn():
                    self._do(task[0], order, task[1])

    def _make_pieces(self) -> None:
        """Makes pieces alone: somebody waits to hear them."""
        put_this_thread_before()
        while True:
            with self._wake:
                if self._closed:
                    return
                task = self._next_task(pieces_only=True)
                if task is None:
                    self._wake.wait(_DECODING_POLL_S if self._is_anything_waiting() else None)
                    continue
                order = _begun(task)
            self._do(task[0], order, task[1])

    def _is_anything_waiting(self) -> bool:
        return any(s.is_waiting and not s.is_busy and not s.is_piecing for s in self._strips.values())

    def _left_of(self, rest_s: float) -> float:
        """Returns how much is left of a time after the last edit; 0 when it is over."""
        return max(self._edited_s + rest_s - time.monotonic(), 0.0)

    def _patience_s(self) -> float | None:
        """Returns how long a worker without work may sleep when nothing wakes it."""
        if self._is_anything_waiting():
            left_s = self._left_of(_PIECES_ONLY_S) if self._feed is not None else 0.0
            return min(left_s, _DECODING_POLL_S) or _DECODING_POLL_S
        return self._left_of(_REST_S) or None

    def _refresh_decoded(self) -> None:
        """Looks again at strips whose stem has become complete: it may have turned out to be mono."""
        for strip in self._strips.values():
            if not strip.is_waiting or strip.is_busy or strip.is_piecing or strip.stem is None:
                continue
            if strip.stem.error is not None:
                strip.error = strip.stem.error
            elif strip.stem.is_complete:
                self._refresh(strip, self._renderer)

    def _next_task(self, pieces_only: bool = False) -> _Task | None:
        """Returns the strip that needs work most, with the piece it needs; None in its place for the whole render."""
        position = self._playhead() if self._playhead is not None else self._position
        quick = sum(s.is_waiting and s.is_audible for s in self._strips.values()) <= _QUICK_STRIPS
        pieces_only = pieces_only or (self._feed is not None and self._left_of(_PIECES_ONLY_S) > 0.0)
        best: tuple[tuple[int, int, int], StripRender, tuple[int, int] | None] | None = None
        for index, strip in enumerate(self._strips.values()):
            if not strip.is_waiting or strip.is_piecing or strip.stem is None:
                continue
            piece = strip.next_piece(position, quick)
            if piece is not None:
                local = max(position - strip.track.start_frames, 0)
                rank = (0, strip.covered_until(local) - local, index)
            elif pieces_only or strip.is_busy:
                continue
            elif strip.stem.is_complete:
                rank = (1 if strip.is_audible else 2, 0 if strip.whole is not None else 1, index)
            else:
                continue
            if best is None or rank < best[0]:
                best = (rank, strip, piece)
        return None if best is None else (best[1], best[2])

    def _do(self, strip: StripRender, order: Order, piece: tuple[int, int] | None) -> None:
        """Does one chunk of work without the lock, and takes its result in."""
        whole, finished, made = strip.whole if piece is None else None, None, None
        error: Exception | None = None
        try:
            if piece is not None:
                made = Piece(piece[0], order.process.piece(reader_of(order.samples), *piece))
            else:
                whole = whole if whole is not None else WholeRender(order, self._cache)
                finished = whole.step()
        except Exception as problem:
            error = problem
        with self._wake:
            if piece is None:
                strip.is_busy = False
            else:
                strip.is_piecing = False
            self._take_in(strip, order, whole, finished, made, error)
            if made is not None or finished is not None:
                self._assembled()
            self._wake.notify_all()
        if error is not None:
            self._tell_error(strip.track.id, error)
        elif made is not None or finished is not None:
            for listener in list(self._on_change):
                listener(frozenset((strip.track.id,)))

    def _take_in(
        self,
        strip: StripRender,
        order: Order,
        whole: WholeRender | None,
        finished: Samples | None,
        made: Piece | None,
        error: Exception | None,
    ) -> None:
        is_wanted, is_whole = strip.order is not None and strip.order.key == order.key, whole is not None
        if whole is not None and finished is None and (error is not None or not is_wanted):
            whole.discard()
            whole = None
        if is_wanted:
            if is_whole:
                strip.whole = whole if finished is None else None
            strip.error = error or strip.error
        if made is not None:
            strip.add_piece(order, made)
        if finished is not None and is_wanted and strip.order is not None:
            strip.play(Take(finished, strip.order.gain, order.key))

    def _tell_error(self, track_id: str, error: Exception) -> None:
        listeners: Iterable[ErrorListener] = list(self._on_error)
        for listener in listeners:
            listener(track_id, error)
        if not listeners and not isinstance(error, MixAssistError):
            raise error


def _begun(task: _Task) -> Order:
    """Marks a strip as being worked at and returns the order that is worked at."""
    strip, piece = task
    if piece is None:
        strip.is_busy = True
    else:
        strip.is_piecing = True
    assert strip.order is not None
    return strip.order
