# SPDX-License-Identifier: Apache-2.0
"""Keeps the waveform of the mix that sounds, outlined in the background whenever it changes."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from mixassist.domain.progress import CancelToken, Progress
from mixassist.gui.sound import Sound
from mixassist.gui.tasks import Task, TaskRunner
from mixassist.gui.views.time_axis import TimeAxis

_PAUSE_MS = 60
"""Between two beginnings while something is being dragged."""
_SOON_S = 30.0
"""So much is drawn within a few milliseconds."""


class MixWaveform(QObject):
    """Follows the graph that plays; what is seen is drawn first."""

    changed = Signal(object)
    """The mix's `WaveformPyramid`, with newer content; None while there is nothing to show."""
    _told = Signal(object)

    def __init__(self, sound: Sound, tasks: TaskRunner, axis: TimeAxis, parent: QObject | None = None) -> None:
        super().__init__(parent)
        from mixassist.analysis.recent_sums import RecentSums

        self._sound, self._tasks, self._axis = sound, tasks, axis
        self._sums = RecentSums(2)
        self._graph: Any = None
        self._stale: Any = None
        self._task: Task | None = None
        self._pyramid: Any = None
        self._is_on = True
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._begin)
        self._told.connect(self._take_part, Qt.ConnectionType.QueuedConnection)
        sound.rendering_changed.connect(self.follow)

    @property
    def is_settled(self) -> bool:
        """Whether the mix that plays is drawn, or nobody wants to see it."""
        return self._task is None and not self._pause.isActive()

    def follow(self) -> None:
        """Looks whether the mix has changed, soon."""
        if self._is_on and not self._pause.isActive():
            self._pause.start()

    def set_wanted(self, on: bool) -> None:
        """Says whether anybody looks at it; the work rests while nobody does."""
        self._is_on = on
        if on:
            self.follow()
        else:
            self._stop()

    def forget(self) -> None:
        """Another session is opened."""
        self._stop()
        self._graph = self._pyramid = self._stale = None
        self._sums.clear()
        self.changed.emit(None)

    def stop(self) -> None:
        """Ends waiting; running work is cancelled with all tasks."""
        self._pause.stop()

    def _stop(self) -> None:
        self._pause.stop()
        if self._task is not None:
            self._task.on_result = self._task.on_cancelled = None
            self._task.cancel()
            self._task = None
            self._graph = None

    def _begin(self) -> None:
        engine = self._sound.engine
        found = None if engine is None else engine.graph()
        if found is None or found is self._graph or not found.length_frames:
            return
        if self._task is not None:
            self._task.on_result = self._task.on_cancelled = None
            self._task.cancel()
        stale = self._stale = self._stale_with(found)
        graph = self._graph = found
        former, told, sums = self._pyramid, self._told, self._sums
        seen = (self._axis.start, self._axis.end)

        def work(progress: Progress, cancel: CancelToken) -> Any:
            from mixassist.analysis.mix_outline import outline_sound
            from mixassist.analysis.recent_sums import FollowedSound

            return outline_sound(
                FollowedSound(graph, sums),
                former,
                seen,
                lambda pyramid: told.emit((graph, pyramid)),
                progress,
                cancel,
                stale,
            )

        # What is heard next is soon drawn; all of it may wait.
        soon = stale is not None and sum(end - start for start, end in stale) < _SOON_S * graph.sample_rate_hz
        words = self.tr("Drawing the mix")
        self._task = self._tasks.run_task(words, work, self._take, quiet=True, soon=soon, patient=not soon)
        # Stopped by hand: not begun again until something changes.
        self._task.on_cancelled = self._end

    def _stale_with(self, graph: Any) -> Any:
        """Returns where the waveform is not that of a graph; None for everywhere."""
        from mixassist.analysis.mix_outline import changed_stretches

        if self._graph is None or self._pyramid is None or self._stale is None:
            return None
        changed = changed_stretches(self._graph, graph)
        return None if changed is None else (*self._stale, *changed)

    def _take_part(self, found: tuple[Any, Any]) -> None:
        graph, pyramid = found
        if graph is self._graph:
            self._pyramid = pyramid
            self.changed.emit(pyramid)

    def _take(self, pyramid: Any) -> None:
        self._end()
        self._stale = ()
        self._pyramid = pyramid
        self.changed.emit(pyramid)

    def _end(self) -> None:
        self._task = None
