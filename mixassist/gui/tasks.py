# SPDX-License-Identifier: Apache-2.0
"""Background work: one function in, one callback in the window's thread out, with progress and cancel."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, QRunnable, Qt, QThreadPool, QTimer, Signal

from mixassist.domain.errors import Cancelled, MixAssistError
from mixassist.domain.progress import CancelToken, Progress
from mixassist.rendering.thread_priority import put_this_thread_behind
from mixassist.rendering.turns import IDLE, WANTED, turns

Work = Callable[[Progress, CancelToken], Any]
_REPORT_EVERY_S = 0.05
_HELD_MS = 700
"""What nobody waits for lets what is waited for go before it for so long, and not longer."""
_PATIENCE_MS = 6000
"""So long what is patient lets go before it whatever is wanted soon."""


class _TurnToken(CancelToken):
    """Where work asks whether it was cancelled, it also lets others have a turn."""

    def check(self) -> None:
        super().check()
        turns.pass_on()
        super().check()


class Task(QObject):
    """One piece of work under way. Lives in the window's thread; only `_run` is called elsewhere."""

    progressed = Signal(float, str)
    ended = Signal(object)
    _done = Signal(object, object)

    def __init__(self, words: str, work: Work, quiet: bool, parent: QObject) -> None:
        super().__init__(parent)
        self.words = words
        self.quiet = quiet
        self.is_soon = False
        self.is_patient = False
        self.ends = False
        self.fraction = 0.0
        self.detail = words
        self.cancel_token = _TurnToken()
        self._work = work
        self._last_report_s = 0.0
        self.on_result: Callable[[Any], None] | None = None
        self.on_error: Callable[[MixAssistError], None] | None = None
        self.on_cancelled: Callable[[], None] | None = None
        self.let_go: Callable[[Any], None] | None = None
        self.is_final = False
        self.progressed.connect(self._take_progress, Qt.ConnectionType.QueuedConnection)
        self._done.connect(self._finish, Qt.ConnectionType.QueuedConnection)

    def cancel(self) -> None:
        """Asks the work to stop; its callback for cancelled work follows."""
        self.cancel_token.cancel()

    def run_in_worker(self) -> None:
        """Does the work; called by the pool."""
        put_this_thread_behind()
        rank = IDLE if self.quiet and not self.is_soon else WANTED
        try:
            with turns.turn(rank) if not self.ends else nullcontext():
                result = self._work(self._report, self.cancel_token)
        except BaseException as error:  # handed over whole: the window's thread decides
            self._done.emit(None, error)
        else:
            self._done.emit(result, None)

    def _report(self, fraction: float, what: str) -> None:
        turns.pass_on()
        now_s = time.monotonic()
        if fraction >= 1.0 or now_s - self._last_report_s >= _REPORT_EVERY_S:
            self._last_report_s = now_s
            self.progressed.emit(float(fraction), what)

    def _take_progress(self, fraction: float, what: str) -> None:
        self.fraction, self.detail = fraction, what

    def _finish(self, result: object, error: BaseException | None) -> None:
        self.ended.emit(self)
        too_late = error is None and self.cancel_token.is_cancelled and not self.is_final
        try:
            if too_late and self.let_go is not None:
                self.let_go(result)
            if isinstance(error, Cancelled) or too_late:
                if self.on_cancelled is not None:
                    self.on_cancelled()
            elif isinstance(error, MixAssistError) and self.on_error is not None:
                self.on_error(error)
            elif error is not None:
                sys.excepthook(type(error), error, error.__traceback__)
            elif self.on_result is not None:
                self.on_result(result)
        finally:
            self.deleteLater()


class _Job(QRunnable):
    def __init__(self, task: Task) -> None:
        super().__init__()
        self._task = task

    def run(self) -> None:
        self._task.run_in_worker()


class TaskRunner(QObject):
    """Runs tasks on a small pool of its own and knows which are under way."""

    changed = Signal()
    """A task began, moved on or ended."""
    list_changed = Signal()
    """A task began or ended: what depends on tasks but not on how far they are need not follow every step."""

    def __init__(self, parent: QObject | None = None, threads: int = 5) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(threads)
        self._tasks: list[Task] = []
        self._held: list[Task] = []
        self._holding = QTimer(self)
        self._holding.setSingleShot(True)
        self._holding.setInterval(_HELD_MS)
        self._holding.timeout.connect(self._begin_held)
        self._patient: list[Task] = []
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._patience.timeout.connect(lambda: self._begin_patient(at_last=True))
        self.default_on_error: Callable[[MixAssistError], None] | None = None

    @property
    def tasks(self) -> tuple[Task, ...]:
        """What is under way, oldest first."""
        return tuple(self._tasks)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way."""
        return not self._tasks

    def run_task(
        self,
        words: str,
        work: Work,
        on_result: Callable[[Any], None] | None = None,
        on_error: Callable[[MixAssistError], None] | None = None,
        on_cancelled: Callable[[], None] | None = None,
        *,
        quiet: bool = False,
        ends: bool = False,
        is_final: bool = False,
        let_go: Callable[[Any], None] | None = None,
        soon: bool = False,
        patient: bool = False,
    ) -> Task:
        """Starts `work(progress, cancel)`; exactly one of the callbacks follows in the window's thread.

        Args:
            quiet: the status bar shows it only while nothing else is under way, and it begins a little later where
                something is under way that is wanted soon.
            ends: it lets things go and must be done whatever else is cancelled.
            is_final: once done it counts, even if it was cancelled in the very last moment: what is written is there.
            let_go: takes a result that came too late to be wanted and closes what it holds.
            soon: somebody waits for it with their eyes: it goes before what waits for a thread.
            patient: long work that can wait: one at a time, behind all that is wanted soon, so that whoever computes
                for the eyes has the cores and Python's lock almost alone.
        """
        task = Task(words, work, quiet, self)
        task.ends, task.is_final, task.let_go, task.is_soon, task.is_patient = ends, is_final, let_go, soon, patient
        task.on_result, task.on_cancelled = on_result, on_cancelled
        task.on_error = on_error or self.default_on_error
        task.progressed.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        task.ended.connect(self._forget)
        self._tasks.append(task)
        if patient:
            self._patient.append(task)
            self._begin_patient()
        elif quiet and not (soon or ends or is_final) and self._is_any_soon():
            self._hold(task)
        else:
            self._pool.start(_Job(task), 1 if soon else 0)
        self.list_changed.emit()
        self.changed.emit()
        return task

    def _hold(self, task: Task) -> None:
        self._held.append(task)
        if not self._holding.isActive():
            self._holding.start()

    def _begin_held(self) -> None:
        held, self._held = self._held, []
        for task in held:
            self._pool.start(_Job(task), 0)

    def _is_any_soon(self) -> bool:
        return any(t.is_soon for t in self._tasks)

    def _begin_patient(self, at_last: bool = False) -> None:
        """Begins the next patient task if it is its turn; those that were cancelled meanwhile only have to end."""
        waiting, self._patient = self._patient, []
        is_free = not any(t.is_patient and t not in waiting for t in self._tasks)
        for task in waiting:
            is_next = is_free and (at_last or not self._is_any_soon())
            if is_next or task.cancel_token.is_cancelled:
                is_free = is_free and not is_next
                self._pool.start(_Job(task), 0)
            else:
                self._patient.append(task)
        if not self._patient:
            self._patience.stop()
        elif at_last or not self._patience.isActive():
            self._patience.start()

    def cancel_all(self) -> None:
        """Asks all work to stop."""
        for task in self._tasks:
            if not task.ends:
                task.cancel()

    def close(self) -> None:
        """Cancels everything and waits until the threads are gone; callbacks no longer come."""
        for task in self._tasks:
            task.on_result = task.on_error = task.on_cancelled = None
        self.cancel_all()
        for timer in (self._holding, self._patience):
            timer.stop()
        self._held.clear()
        self._patient.clear()
        self._pool.waitForDone()
        # The ends of tasks are on their way to this thread; what they brought must still be closed.
        for task in tuple(self._tasks):
            QCoreApplication.sendPostedEvents(task)
        self._tasks.clear()

    def _tell(self, fraction: float, what: str) -> None:
        self.changed.emit()

    def _forget(self, task: Task) -> None:
        if task in self._tasks:
            self._tasks.remove(task)
        if self._held and not self._is_any_soon():
            self._begin_held()
        self._begin_patient()
        self.list_changed.emit()
        self.changed.emit()
