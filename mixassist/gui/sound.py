# SPDX-License-Identifier: Apache-2.0
"""The sounding side of a window: decoded stems, background renders, the player, the waveforms' pyramids."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from mixassist.domain.channel import View
from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress
from mixassist.domain.session import Session
from mixassist.domain.track import AudioSource
from mixassist.gui.tasks import Task, TaskRunner

OutputOpener = Callable[[int], tuple[Any, str | None]]
"""Opens a sound output at a rate; returns it and a sentence when it is not what was asked for."""


def open_default_output(sample_rate_hz: int) -> tuple[Any, str | None]:
    """Opens the default sound device, or a silent clock with a sentence."""
    from mixassist.playback.outputs import open_output

    return open_output(None, sample_rate_hz)


class Sound(QObject):
    """Owns what sounds for one open session; follows the session by `update`."""

    rendering_changed = Signal()
    pyramid_ready = Signal(object, object)
    """An audio source and its waveform pyramid."""
    decoded = Signal()
    """Every stem is decoded, or cannot be."""
    failed = Signal(object)
    """A `MixAssistError` about a track's audio; everything else sounds on."""
    _engine_moved = Signal()
    _engine_failed = Signal(str, object)
    _built = Signal(object, object)

    def __init__(self, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self.stems: Any = None
        self.engine: Any = None
        self.player: Any = None
        self.device_words = ""
        self._session = Session()
        self._pyramids: dict[AudioSource, Any] = {}
        self._given_up: set[AudioSource] = set()
        self._decoding: Task | None = None
        self.heard_through: Callable[[Any], tuple[Any, bool]] | None = None
        """Puts something else in the place of the mix's graph, or another gain; also says whether it is a version."""
        self._wanted: frozenset[AudioSource] = frozenset()
        self._instead: Any = None
        self._lent: tuple[int, tuple[int, int] | None] | None = None
        self._foreseen: tuple[View, ...] = ()
        self.render_cache_gb = 20.0
        queued = Qt.ConnectionType.QueuedConnection
        self._engine_moved.connect(self._take_graph, queued)
        self._engine_failed.connect(self._take_engine_error, queued)
        self._built.connect(self._take_pyramid, queued)

    @property
    def is_open(self) -> bool:
        """Whether there is something that could sound."""
        return self.player is not None

    @property
    def is_ready(self) -> bool:
        """Whether every stem is decoded and drawn, and no strip waits for its render."""
        return self.is_decoded and not self.rendering_ids()

    @property
    def is_decoded(self) -> bool:
        """Whether every stem is decoded and drawn, or cannot be."""
        done = all(t.source in self._pyramids or t.source in self._given_up for t in self._session.tracks)
        return done and self._decoding is None

    def open(self, session: Session, stems: Any, output: Any, device_words: str | None) -> None:
        """Takes another session's stems and output; what was there before is closed."""
        from mixassist.playback.transport import Player
        from mixassist.rendering.cache import RenderCache
        from mixassist.rendering.engine import RenderEngine

        self.close()
        self.stems = stems
        self.device_words = device_words or ""
        self.engine = RenderEngine(stems, RenderCache(limit_bytes=round(self.render_cache_gb * 1e9)))
        self.engine.on_change(lambda _: self._engine_moved.emit())
        self.engine.on_error(self._engine_failed.emit)
        self.player = Player(output)
        self.engine.follow(lambda player=self.player: player.position_frames)
        self.update(session)
        self._begin_feed()
        self.engine.foresee(self._foreseen)

    def foresee(self, views: Collection[View]) -> None:
        """Renders these views too, in idle moments, so that switching to them is heard at once."""
        self._foreseen = tuple(views)
        if self.engine is not None:
            self.engine.foresee(self._foreseen)

    def _begin_feed(self) -> None:
        """Lets fresh renders reach the player without waiting for the window: they come from the engine's threads."""
        player = self.player

        def feed(graph: Any) -> None:
            if self.heard_through is None and self._instead is None:
                player.set_graph(graph)

        self.engine.feed(feed)

    def close(self, wait: bool = False) -> None:
        """Stops and lets everything go; slow goodbyes happen in the background unless `wait`."""
        if self._decoding is not None:
            self._decoding.on_result = self._decoding.on_error = self._decoding.on_cancelled = None
            self._decoding.cancel()
            self._decoding = None
        player, engine, stems = self.player, self.engine, self.stems
        self.player = self.engine = self.stems = self._instead = None
        self._session = Session()
        self._wanted = frozenset()
        self._pyramids.clear()
        self._given_up.clear()
        self.device_words = ""
        if player is None:
            return
        player.stop()
        engine.feed(None)
        engine.follow(None)

        def goodbye(progress: Progress, cancel: CancelToken | None) -> None:
            player.close()
            engine.close()
            stems.close()

        if wait:
            goodbye(lambda *_: None, None)
        else:
            self._tasks.run_task(self.tr("Closing"), goodbye, quiet=True, ends=True)

    def update(self, session: Session) -> None:
        """Follows the session: cheap changes sound at once, dear ones are rendered in the background."""
        self._session = session
        if self.engine is None or self.player is None:
            return
        self.engine.update(session, session.view, self.player.position_frames)
        self._take_graph()
        self._decode_missing()

    def lend(self) -> Any:
        """Hands the player to somebody who plays other graphs on it; the session is silent until `take_back`."""
        self.player.stop()
        self.engine.feed(None)
        self._lent = (self.player.position_frames, self.player.loop)
        return self.player

    def take_back(self) -> None:
        """Plays the session again from where it stood, stopped; does nothing when nothing is lent."""
        if self._lent is None:
            return
        (position, loop), self._lent = self._lent, None
        if self.player is not None:
            self.player.stop()
            self._take_graph()
            self._begin_feed()
            self.player.set_loop(*(loop or (None,)))
            self.player.seek(position)
            self.player.meters().reset()

    def play_instead(self, graph: Any | None) -> None:
        """Lets another graph sound in the session's place, such as a difference; None brings the session back."""
        if graph is not self._instead:
            self._instead = graph
            self.send_graph()

    def rendering_ids(self) -> frozenset[str]:
        """Returns the tracks that wait for a render."""
        return frozenset() if self.engine is None else self.engine.rendering()

    def pyramid(self, source: AudioSource) -> Any | None:
        """Returns a source's waveform if it is there already."""
        return self._pyramids.get(source)

    def _take_graph(self) -> None:
        if self.engine is not None and self.player is not None:
            self.send_graph()
            self.rendering_changed.emit()

    def send_graph(self) -> None:
        """Gives the player the mix, or what is listened to in its place; a player that is lent out is left alone."""
        if self.engine is None or self.player is None or self._lent is not None:
            return
        if self._instead is not None:
            self.player.set_graph(self._instead, is_version=True)
            return
        graph, is_version = self.engine.graph(), False
        if self.heard_through is not None:
            graph, is_version = self.heard_through(graph)
        self.player.set_graph(graph, is_version=is_version)

    def _take_engine_error(self, track_id: str, error: Exception) -> None:
        if not isinstance(error, MixAssistError):
            raise error
        self.failed.emit(error)

    def _decode_missing(self) -> None:
        """Decodes and draws what the session needs and nobody is working on."""
        sources = dict.fromkeys(t.source for t in self._session.tracks)
        wanted = [s for s in sources if s not in self._pyramids and s not in self._given_up]
        if not wanted or (self._decoding is not None and self._wanted.issuperset(wanted)):
            return
        if self._decoding is not None:
            self._decoding.cancel()
        self._wanted = frozenset(wanted)
        rate, stems, built = self._session.sample_rate_hz, self.stems, self._built

        def work(progress: Progress, cancel: CancelToken) -> dict[AudioSource, MixAssistError]:
            return decode_and_draw(stems, wanted, rate, built.emit, progress, cancel)

        task = self._tasks.run_task(self.tr("Reading audio"), work, quiet=True)
        task.on_result = lambda errors: self._decoded(task, errors)
        task.on_error = lambda error: self._decoded(task, dict.fromkeys(wanted, error))
        task.on_cancelled = lambda: self._decoded(task, {})
        self._decoding = task

    def _decoded(self, task: Task, errors: dict[AudioSource, MixAssistError]) -> None:
        if self.stems is None:
            return
        self._given_up.update(errors)
        if task is self._decoding:
            self._decoding = None
            self._wanted = frozenset()
        for error in {str(e): e for e in errors.values()}.values():
            self.failed.emit(error)
        self.update(self._session)
        if self.is_decoded:
            self.decoded.emit()

    def _take_pyramid(self, source: AudioSource, pyramid: Any) -> None:
        if self.stems is not None:
            self._pyramids[source] = pyramid
            self.pyramid_ready.emit(source, pyramid)


def decode_and_draw(
    stems: Any,
    wanted: Collection[AudioSource],
    sample_rate_hz: int,
    tell: Callable[[AudioSource, Any], None],
    progress: Progress,
    cancel: CancelToken,
) -> dict[AudioSource, MixAssistError]:
    """Decodes sources and builds their pyramids; runs in a worker. Returns what could not be read, and why."""
    from mixassist.audio.pyramid import WaveformPyramid

    found, errors = {}, {}
    for source in wanted:
        try:
            found[source] = stems.stem(source, sample_rate_hz)
        except MixAssistError as error:
            errors[source] = error
    stems.decode(list(found.values()), lambda share, what: progress(0.8 * share, what), cancel, skip_unreadable=True)
    for done, (source, stem) in enumerate(found.items()):
        cancel.check()
        if stem.error is not None:
            errors[source] = stem.error
        else:
            tell(source, WaveformPyramid.build(stem.samples, cancel=cancel))
        progress(0.8 + 0.2 * (done + 1) / len(found), "waveforms")
    return errors
