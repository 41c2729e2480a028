# SPDX-License-Identifier: Apache-2.0
"""Portraits of the selected channel's effects, measured in the background when its settings have come to rest."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from mixassist.domain.channel import Channel, View
from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, scaled
from mixassist.gui.tasks import Task, TaskRunner

_SETTLED_MS = 250
_MOST_KEPT = 24


class PortraitDesk(QObject):
    """Keeps the portraits of the last few settings, wet and, where there is a network, model."""

    changed = Signal()

    def __init__(self, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._kept: dict[Hashable, tuple[Any, ...]] = {}
        self._wish: tuple[Hashable, Channel, int, tuple[View, ...]] | None = None
        self._task: Task | None = None
        self.failure = ""
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLED_MS)
        self._settle.timeout.connect(self._begin)

    @property
    def is_settled(self) -> bool:
        """Whether what is wanted is measured."""
        return self._task is None and not self._settle.isActive()

    @property
    def portraits(self) -> tuple[Any, ...] | None:
        """The portraits that are wanted, each with its view; None while they are not measured."""
        return self._kept.get(self._wish[0]) if self._wish is not None else None

    def want(self, channel: Channel, sample_rate_hz: int, views: tuple[View, ...]) -> None:
        """Says which settings are looked at."""
        views = tuple(v for v in (View.WET, View.MODEL) if v in views)
        controls = channel.controls
        place = tuple(controls[k] for k in controls if k not in ("fader_db", "pan"))
        key = (place, channel.stages, sample_rate_hz, views)
        if self._wish is not None and self._wish[0] == key:
            return
        self._wish = (key, channel, sample_rate_hz, views)
        self.failure = ""
        if key not in self._kept:
            self._settle.start()
        self.changed.emit()

    def want_nothing(self) -> None:
        """Nobody looks at the portraits."""
        self._wish = None
        self._settle.stop()
        self._cancel()

    def forget(self) -> None:
        """Another session is opened; portraits depend on settings alone and are kept."""
        self.want_nothing()

    def stop(self) -> None:
        """Ends waiting; running work is cancelled with all tasks."""
        self._settle.stop()

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.on_result = self._task.on_error = self._task.on_cancelled = None
            self._task.cancel()
            self._task = None

    def _begin(self) -> None:
        self._cancel()
        if self._wish is None or self._wish[0] in self._kept:
            return
        key, channel, rate, views = self._wish

        def work(progress: Progress, cancel: CancelToken) -> tuple[Any, ...]:
            from mixassist.api.portraits import channel_portrait

            found = []
            for number, view in enumerate(views):
                part = scaled(progress, number / len(views), (number + 1) / len(views))
                found.append((view, channel_portrait(channel, rate, view, part, cancel)))
            return tuple(found)

        self._task = task = self._tasks.run_task(self.tr("Measuring the effects"), work, quiet=True, soon=True)
        task.on_result = lambda found: self._take(task, key, found)
        task.on_error = lambda error: self._fail(task, error)
        task.on_cancelled = lambda: self._fail(task, None)
        self.changed.emit()

    def _take(self, task: Task, key: Hashable, found: tuple[Any, ...]) -> None:
        if task is self._task:
            self._task = None
            self._kept[key] = found
            while len(self._kept) > _MOST_KEPT:
                del self._kept[next(iter(self._kept))]
            self.changed.emit()

    def _fail(self, task: Task, error: MixAssistError | None) -> None:
        if task is self._task:
            self._task = None
            self.failure = "" if error is None else str(error)
            self.changed.emit()
