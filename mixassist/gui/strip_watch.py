# SPDX-License-Identifier: Apache-2.0
"""Facts about strips that take a moment to find out: one at a time, in the background, once edits have settled."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress
from mixassist.domain.session import Session
from mixassist.domain.track import Track
from mixassist.gui.sound import Sound
from mixassist.gui.tasks import Task, TaskRunner

KeyOf = Callable[[Track, Session], Hashable | None]
Compute = Callable[[Session, Any, str, Progress, CancelToken], Any]


class StripWatch(QObject):
    """Keeps one result a track, found out anew when what it depends on changes; what is stale is cancelled.

    Args:
        key_of: names all that a track's result depends on; None where no result is wanted.
        compute: `(session, stems, track_id, progress, cancel)` → the result, called in a worker.
        settle_ms: how long nothing may change before the work begins.
        waits_for_renders: let everything that sounds be rendered first.
    """

    changed = Signal(str, object)
    """A track's id and its result; None when there is none."""

    def __init__(
        self,
        sound: Sound,
        tasks: TaskRunner,
        words: str,
        key_of: KeyOf,
        compute: Compute,
        parent: QObject | None = None,
        *,
        settle_ms: int,
        waits_for_renders: bool = False,
    ) -> None:
        super().__init__(parent)
        self._sound, self._tasks, self._words = sound, tasks, words
        self._key_of, self._compute, self._waits = key_of, compute, waits_for_renders
        self._session = Session()
        self._preferred = ""
        self._wanted: dict[str, Hashable] = {}
        self._known: dict[str, Hashable] = {}
        self._results: dict[str, Any] = {}
        self._task: Task | None = None
        self._busy_with: tuple[str, Hashable] | None = None
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(settle_ms)
        self._settle.timeout.connect(self._begin)
        sound.decoded.connect(self._settle.start)
        if waits_for_renders:
            sound.rendering_changed.connect(self._restart)

    def result(self, track_id: str) -> Any | None:
        """Returns what is known of a track; while a new result is on its way this is the old one."""
        return self._results.get(track_id)

    def is_current(self, track_id: str) -> bool:
        """Whether a track's result belongs to its present settings."""
        return track_id in self._wanted and self._known.get(track_id) == self._wanted[track_id]

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to find out."""
        return all(self._known.get(i) == key for i, key in self._wanted.items())

    def show_session(self, session: Session, preferred_id: str = "") -> None:
        """Follows the session; the preferred track comes first."""
        keys = self._keys(session)
        self._session, self._preferred = session, preferred_id
        self._wanted = {i: key for i, key in keys.items() if key is not None}
        for track_id in [i for i in self._known if i not in self._wanted]:
            del self._known[track_id]
            if self._results.pop(track_id, None) is not None:
                self.changed.emit(track_id, None)
        if self._busy_with is not None and self._wanted.get(self._busy_with[0]) != self._busy_with[1]:
            self._cancel()
        self._restart()

    def _keys(self, session: Session) -> dict[str, Hashable | None]:
        """Names what every track's result depends on; a track that is as it was keeps its name.

        The same session shown again means that something beside it has changed, such as the views that can be heard.
        """
        former = self._session
        same = session is not former and (session.view, session.sample_rate_hz) == (former.view, former.sample_rate_hz)
        before = {t.id: t for t in former.tracks} if same else {}
        return {
            t.id: self._wanted.get(t.id) if before.get(t.id) is t else self._key_of(t, session) for t in session.tracks
        }

    def forget(self) -> None:
        """Knows nothing any more: another session is opened."""
        self._cancel()
        self._settle.stop()
        self._session = Session()
        self._wanted.clear()
        self._known.clear()
        gone, self._results = list(self._results), {}
        for track_id in gone:
            self.changed.emit(track_id, None)

    def stop(self) -> None:
        """Ends waiting; running work is cancelled with all tasks."""
        self._settle.stop()

    def _restart(self) -> None:
        if not self.is_settled and self._task is None:
            self._settle.start()

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.on_result = self._task.on_error = None
            self._task.cancel()
            self._task = self._busy_with = None

    def _begin(self) -> None:
        stems, session = self._sound.stems, self._session
        if self._task is not None or stems is None or not self._sound.is_decoded:
            return
        if self._waits and not self._sound.is_ready:
            return
        stale = [t.id for t in session.tracks if self._known.get(t.id) != self._wanted.get(t.id)]
        if not stale:
            return
        track_id = self._preferred if self._preferred in stale else stale[0]
        self._busy_with = (track_id, self._wanted[track_id])
        compute = self._compute

        def work(progress: Progress, cancel: CancelToken) -> Any:
            return compute(session, stems, track_id, progress, cancel)

        self._task = self._tasks.run_task(self._words, work, self._take, self._give_up, quiet=True, patient=True)
        # Stopped by hand: not tried again until something changes.
        self._task.on_cancelled = lambda task=self._task: self._take(None) if task is self._task else None

    def _give_up(self, error: MixAssistError) -> None:
        """What is wrong with the audio is told where it is read."""
        self._take(None)

    def _take(self, result: Any) -> None:
        assert self._busy_with is not None
        track_id, key = self._busy_with
        self._task = self._busy_with = None
        self._known[track_id] = key
        self._results[track_id] = result
        self.changed.emit(track_id, result)
        self._begin()
