# SPDX-License-Identifier: Apache-2.0
"""What the whole mix measures, found out in the background once nothing changes any more."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from mixassist.domain.progress import CancelToken, Progress
from mixassist.gui.sound import Sound
from mixassist.gui.tasks import Task, TaskRunner

_SETTLED_MS = 1200


class MixMeasuring(QObject):
    """Measures loudness and true peak of the mix; an edit makes it begin again. It changes nothing."""

    measured = Signal(object)
    """The measures, or None while they are not known."""

    def __init__(self, sound: Sound, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sound = sound
        self._tasks = tasks
        self._task: Task | None = None
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLED_MS)
        self._settle.timeout.connect(self._begin)
        sound.rendering_changed.connect(self.restart)

    def restart(self) -> None:
        """Forgets what was measured and waits until the mix stands still."""
        if self._task is not None:
            self._task.on_result = None
            self._task.cancel()
            self._task = None
        self.measured.emit(None)
        self._settle.start()

    def stop(self) -> None:
        """Ends waiting; running work is cancelled with all tasks."""
        self._settle.stop()

    def _begin(self) -> None:
        if self._sound.engine is None or not self._sound.engine.graph().strips:
            return
        if not self._sound.is_ready:
            self._settle.start()
            return
        graph = self._sound.engine.graph()

        def work(progress: Progress, cancel: CancelToken) -> Any:
            from mixassist.rendering.mixdown import measure_mix

            return measure_mix(graph, progress, cancel)

        self._task = self._tasks.run_task(self.tr("Measuring the mix"), work, self._take, quiet=True, patient=True)

    def _take(self, measures: Any) -> None:
        self._task = None
        self.measured.emit(measures)
