# SPDX-License-Identifier: Apache-2.0
"""Measures of the two sounds that are compared, found out in the background once the pictures stand still."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from mixassist.domain.progress import CancelToken, Progress
from mixassist.gui.tasks import Task, TaskRunner
from mixassist.gui.views.sound_desk import SoundDesk

_SETTLED_MS = 500


class NumbersDesk(QObject):
    """Keeps the numbers of one pair: a reference and what is held against it, over a stretch or all of it."""

    changed = Signal()

    def __init__(self, sounds: SoundDesk, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sounds, self._tasks = sounds, tasks
        self._wish: tuple[Any, Any, bool, float, float | None] | None = None
        self._known_for: object = None
        self._given_up_for: object = None
        self._task: Task | None = None
        self.numbers: Any = None
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLED_MS)
        self._settle.timeout.connect(self._begin)
        sounds.sound_changed.connect(lambda _: self._settle.start())

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to measure."""
        return self._task is None and not self._settle.isActive()

    @property
    def is_measuring(self) -> bool:
        """Whether newer numbers are on their way."""
        return self._task is not None

    def want(self, first: Any, second: Any, matched: bool, start_s: float, end_s: float | None) -> None:
        """Says what is compared: two subjects, the second brought to the first's loudness or not, over a stretch."""
        wish = (first, second, matched, start_s, end_s)
        if wish != self._wish:
            self._wish = wish
            self._settle.start()

    def want_nothing(self) -> None:
        """Nobody looks at the numbers."""
        self._wish = None
        self._settle.stop()
        self._cancel()

    def forget(self) -> None:
        """Another session is opened."""
        self._cancel()
        self.numbers = self._known_for = None
        self.changed.emit()

    def stop(self) -> None:
        """Ends waiting; running work is cancelled with all tasks."""
        self._settle.stop()

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.on_result = self._task.on_error = self._task.on_cancelled = None
            self._task.cancel()
            self._task = None

    def _begin(self) -> None:
        if self._wish is None:
            return
        first, second, matched, start_s, end_s = self._wish
        a, b = self._sounds.sound(first), self._sounds.sound(second)
        if a is None:
            return
        b = None if first == second else b
        key = (a.identity, None if b is None else b.identity, matched, start_s, end_s)
        if key in (self._known_for, self._given_up_for):
            return
        self._cancel()

        def work(progress: Progress, cancel: CancelToken) -> Any:
            from mixassist.api.numbers import numbers_of

            return numbers_of(a, b, level_match=matched, start_s=start_s, end_s=end_s, progress=progress, cancel=cancel)

        self._task = task = self._tasks.run_task(self.tr("Measuring"), work, quiet=True, patient=True)
        task.on_result = lambda numbers: self._take(task, key, numbers)
        task.on_error = lambda _: self._give_up(task, key)
        task.on_cancelled = lambda: self._give_up(task, key)
        self.changed.emit()

    def _take(self, task: Task, key: object, numbers: Any) -> None:
        if task is self._task:
            self._task = None
            self._known_for, self.numbers = key, numbers
            self.changed.emit()

    def _give_up(self, task: Task, key: object) -> None:
        if task is self._task:
            self._task = None
            self._given_up_for = key
            self.changed.emit()
