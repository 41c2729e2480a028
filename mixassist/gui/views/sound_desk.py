# SPDX-License-Identifier: Apache-2.0
"""The sounds that the pictures show: found or rendered in the background, what is seen first, exactly in the end."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, scaled
from mixassist.domain.session import Session
from mixassist.gui.sound import Sound
from mixassist.gui.tasks import Task, TaskRunner

_PAUSE_MS = 40
"""Between two beginnings while a control is dragged."""
_CHUNK_S = 12.0
"""Seconds of a part: a tenth of a second of rendering."""
_SIDE_BY_SIDE = 2
_WORKERS = max(1, min((os.cpu_count() or 2) - 1, 2))
"""One core stays free for sound and window."""
_FEW_STRIPS = 3
"""Up to so many stale strips are rendered as a whole in a moment, beside the engine's own."""
_PARTS_FOR_S, _PARTS_OF_FEW_FOR_S = 4.0, 0.3
"""After so long parts are no help any more: the exact render is under way, that of few strips nearly there."""


@dataclass(frozen=True)
class Part:
    """A stretch of a subject as it has just become, before all of it is rendered."""

    subject: Any
    sound: Any
    start_s: float
    end_s: float


class SoundDesk(QObject):
    """Keeps one sound for each subject that is looked at, and finds it anew when the session changes."""

    sound_changed = Signal(object)
    """A subject whose exact sound is another one now."""
    part_found = Signal(object, object)
    """A `Part`, newer than the subject's sound, and what the drawers made of it, one after another; there may be more
    parts, until the exact sound comes."""
    state_changed = Signal()
    """Work has begun or ended, or something went wrong."""
    _told = Signal(object, object)

    def __init__(self, sound: Sound, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sound, self._tasks = sound, tasks
        self._session = Session()
        self._wanted: tuple[Any, ...] = ()
        self._sounds: dict[Any, Any] = {}
        self._current: set[Any] = set()
        self.failures: dict[Any, str] = {}
        self._task: Task | None = None
        self._is_on = False
        self._given_up_for: object = None
        self._begun_s = 0.0
        self._told_of: object = None
        self._told_parts: set[str] = set()
        self.drawers: list[Callable[[Part], Any]] = []
        """Called in the worker with each part; what they return comes with `part_found`."""
        self.seen_s: Callable[[], tuple[float, float]] = lambda: (0.0, 0.0)
        self.here_s: Callable[[], float] = lambda: 0.0
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self._begin)
        self._told.connect(self._take, Qt.ConnectionType.QueuedConnection)
        sound.rendering_changed.connect(self._look_again)
        sound.decoded.connect(self._look_again)

    @property
    def is_settled(self) -> bool:
        """Whether every sound that is looked at is exact, or cannot be had."""
        waiting = [s for s in self._wanted if s not in self._current and s not in self.failures]
        return not self._is_on or self._given_up_for is self._session or not waiting

    def sound(self, subject: Any) -> Any | None:
        """Returns a subject's newest exact sound, which may be older than the session; None before the first."""
        return self._sounds.get(subject)

    def is_current(self, subject: Any) -> bool:
        """Whether a subject's sound is exact and belongs to the session as it stands."""
        return subject in self._current

    def set_on(self, on: bool) -> None:
        """Says whether anybody looks at the pictures; the work rests while nobody does."""
        if on != self._is_on:
            self._is_on = on
            if on:
                self._restart()
            else:
                self._cancel()

    def want(self, subjects: tuple[Any, ...]) -> None:
        """Says what is looked at, the most urgent first."""
        if subjects == self._wanted:
            return
        self._wanted = subjects
        for kept in (self._sounds, self.failures):
            for subject in [s for s in kept if s not in subjects]:
                del kept[subject]
        self._current &= set(subjects)
        self._restart()

    def show_session(self, session: Session) -> None:
        """Follows an edit."""
        if session is self._session:
            return
        self._session = session
        self._current.clear()
        self.failures.clear()
        self._restart()

    def forget(self) -> None:
        """Another session is opened: nothing is known any more."""
        from mixassist.api.seeing import forget_sums

        self._cancel()
        self._pause.stop()
        self._session = Session()
        self._sounds.clear()
        self._current.clear()
        self.failures.clear()
        self._told_of = None
        forget_sums()

    def stop(self) -> None:
        """Ends waiting; running work is cancelled with all tasks."""
        self._pause.stop()
        self._is_on = False

    def _restart(self) -> None:
        self._given_up_for = None
        if self._is_on and not self._pause.isActive():
            # The first of a run of edits is shown at once.
            since_ms = 1000.0 * (time.monotonic() - self._begun_s)
            self._pause.start(min(max(_PAUSE_MS - round(since_ms), 0), _PAUSE_MS))

    def _look_again(self) -> None:
        """The engine has come further: what waited for it may be exact now."""
        waits = self._task is None and self._given_up_for is not self._session
        if self._is_on and waits and not self.is_settled and not self._pause.isActive():
            self._pause.start(_PAUSE_MS)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.on_result = self._task.on_error = self._task.on_cancelled = None
            self._task.cancel()
            self._task = None
            self.state_changed.emit()

    def _begin(self) -> None:
        stems = self._sound.stems
        if not self._is_on or stems is None or not self._session.tracks or not self._sound.is_decoded:
            return
        self._cancel()
        self._begun_s = time.monotonic()
        session, told = self._session, self._told
        missing = tuple(s for s in self._wanted if s not in self._current and s not in self.failures)
        if not missing:
            return
        known = {s: self._sounds[s].identity for s in missing if s in self._sounds}
        seen, here = self.seen_s(), self.here_s()
        if self._told_of != (session, seen):
            self._told_of, self._told_parts = (session, seen), set()
        drawers, told_parts = tuple(self.drawers), self._told_parts
        engine = self._sound.engine
        is_few = len(engine.rendering()) <= _FEW_STRIPS
        parts_for_s = 0.0 if told_parts else _PARTS_OF_FEW_FOR_S if is_few else _PARTS_FOR_S

        def work(progress: Progress, cancel: CancelToken) -> bool:
            def tell(kind: str, found: Any) -> None:
                told.emit(session, (kind, (found, [d(found) for d in drawers]) if kind == "part" else found))

            search = _Search(session, stems, known, told_parts, tell, cancel)
            waiting = search.parts(list(missing), seen, here, parts_for_s)
            return search.wholes(waiting, lambda subject: _is_left_to_us(subject, session, engine), progress)

        self._task = task = self._tasks.run_task(self.tr("Refreshing pictures"), work, quiet=True, soon=True)
        task.on_result = lambda _: self._end(task)
        task.on_error = lambda error: self._fail(task, missing, error)
        task.on_cancelled = lambda: self._give_up(task)
        self.state_changed.emit()

    def _take(self, session: Session, told: tuple[str, Any]) -> None:
        if session is not self._session:
            return
        kind, found = told
        if kind == "part":
            part, drawn = found
            if part.subject in self._wanted and part.subject not in self._current:
                self.part_found.emit(part, drawn)
            return
        if kind == "failure":
            subject, words = found
            self.failures[subject] = words
            self.state_changed.emit()
            return
        subject, sound = found
        if subject not in self._wanted:
            return
        self._current.add(subject)
        former = self._sounds.get(subject)
        if sound is not None:
            self._sounds[subject] = sound
        if sound is not None and (former is None or former.identity != sound.identity):
            self.sound_changed.emit(subject)
        self.state_changed.emit()

    def _end(self, task: Task) -> None:
        if task is self._task:
            self._task = None
            self.state_changed.emit()
            self._look_again_when_ready()

    def _look_again_when_ready(self) -> None:
        if self._sound.is_ready:
            self._look_again()

    def _fail(self, task: Task, missing: tuple[Any, ...], error: MixAssistError) -> None:
        if task is self._task:
            for subject in missing:
                if subject not in self._current:
                    self.failures[subject] = str(error)
            self._task = None
            self.state_changed.emit()

    def _give_up(self, task: Task) -> None:
        """Stopped by hand: not tried again until something changes."""
        if task is self._task:
            self._task = None
            self._given_up_for = self._session
            self.state_changed.emit()


class _Search:
    """Finds the sounds of subjects, in a worker; tells each as soon as it is there."""

    def __init__(
        self,
        session: Session,
        stems: Any,
        known: dict[Any, str],
        told_parts: set[str],
        tell: Callable[[str, Any], None],
        cancel: CancelToken,
    ) -> None:
        self._session, self._stems, self._known, self._told_parts = session, stems, known, told_parts
        self._tell, self._cancel = tell, cancel

    def wholes(self, subjects: list[Any], may_render: Callable[[Any], bool], progress: Progress) -> bool:
        """Renders what may be rendered; returns whether every subject's exact sound was told."""
        from mixassist.api.seeing import sound_of

        left, total = list(subjects), max(len(subjects), 1)
        while left:
            subject = next((s for s in left if may_render(s)), None)
            if subject is None:
                return False
            left.remove(subject)
            done = total - len(left)
            part = scaled(progress, (done - 1) / total, done / total)
            try:
                sound = sound_of(
                    self._session, self._stems, subject, workers=_WORKERS, progress=part, cancel=self._cancel
                )
            except (MixAssistError, KeyError) as error:
                self._fail(subject, error)
            else:
                self._tell("sound", (subject, sound))
        return True

    def _is_same(self, subject: Any) -> bool:
        from mixassist.api.seeing import identity_of

        self._cancel.check()
        try:
            is_same = identity_of(self._session, self._stems, subject) == self._known.get(subject)
        except (MixAssistError, KeyError) as error:
            self._fail(subject, error)
            return True
        if is_same:
            self._tell("sound", (subject, None))
        return is_same

    def _fail(self, subject: Any, error: Exception) -> None:
        if not isinstance(error, MixAssistError | KeyError) or type(error).__name__ == "Cancelled":
            raise error
        self._tell("failure", (subject, str(error)))

    def parts(self, subjects: list[Any], seen: tuple[float, float], here_s: float, for_s: float) -> list[Any]:
        """Tells stretches of what is seen, one at least, but begins none after some seconds.

        Returns the subjects that still have to be rendered as a whole.
        """
        from mixassist.rendering.strips import one_torch_thread

        waiting = subjects
        begun_s = time.monotonic()
        with one_torch_thread(), ThreadPoolExecutor(_SIDE_BY_SIDE, "parts") as pool:
            for number, (start_s, end_s) in enumerate(_chunks(seen, here_s)):
                found = [pool.submit(self._is_done_with_part, s, start_s, end_s, not number) for s in waiting]
                waiting = [s for s, is_done in zip(waiting, found, strict=True) if not is_done.result()]
                if not waiting or time.monotonic() - begun_s >= for_s:
                    break
        return waiting

    def _is_done_with_part(self, subject: Any, start_s: float, end_s: float, is_first: bool) -> bool:
        """Tells one stretch of a subject; returns whether nothing is left to tell of the subject."""
        from mixassist.api.seeing import part_of

        self._cancel.check()
        if is_first and self._is_same(subject):
            return True
        try:
            sound = part_of(self._session, self._stems, subject, start_s, end_s, cancel=self._cancel)
        except (MixAssistError, KeyError) as error:
            self._fail(subject, error)
            return True
        if not sound.is_provisional:
            self._tell("sound", (subject, sound))
            return True
        if sound.identity not in self._told_parts:
            self._tell("part", Part(subject, sound, start_s, end_s))
            self._told_parts.add(sound.identity)
        return False


def _is_left_to_us(subject: Any, session: Session, engine: Any) -> bool:
    """Whether a subject may be rendered beside the engine.

    While the engine renders what sounds, its cores are not taken away from it, unless little is stale; what it is
    about to bring itself is not rendered twice.
    """
    stale = len(engine.rendering())
    is_heard = subject.view == session.view and subject.snapshot is None
    return not stale or (stale <= _FEW_STRIPS and not is_heard)


def _chunks(seen: tuple[float, float], here_s: float) -> Iterator[tuple[float, float]]:
    """Yields the stretches of what is seen: from the playhead on where it is seen, then what is before it."""
    start_s, end_s = seen
    begin = max(here_s - 0.2 * _CHUNK_S, start_s) if start_s <= here_s < end_s else start_s
    if end_s - start_s <= _CHUNK_S:
        begin = start_s
    place = begin
    while place < end_s:
        yield place, min(place + _CHUNK_S, end_s)
        place += _CHUNK_S
    place = start_s
    while place < begin:
        yield place, min(place + _CHUNK_S, begin)
        place += _CHUNK_S
