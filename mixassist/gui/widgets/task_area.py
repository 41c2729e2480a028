# SPDX-License-Identifier: Apache-2.0
"""What is under way, in the status bar: words, a bar, a way to stop it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QToolButton, QWidget

from mixassist.gui.tasks import TaskRunner


class TaskArea(QWidget):
    """Shows the newest task that is not quiet; its button cancels that one."""

    def __init__(self, runner: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tasks")
        self._runner = runner
        self.words = QLabel("", self)
        self.bar = QProgressBar(self)
        self.bar.setRange(0, 1000)
        self.bar.setAccessibleName(self.tr("Progress"))
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(150, 7)
        self.button = QToolButton(self)
        self.button.setText(self.tr("Cancel"))
        self.button.setObjectName("tasks.cancel")
        self.button.clicked.connect(self._cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 4, 0)
        row.setSpacing(8)
        for widget in (self.words, self.bar, self.button):
            row.addWidget(widget)
        runner.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Shows what is under way now."""
        tasks = self._runner.tasks
        shown = [t for t in tasks if not t.quiet] or list(tasks)
        self.setVisible(bool(shown))
        if shown:
            task = shown[-1]
            more = f" (+{len(tasks) - 1})" if len(tasks) > 1 else ""
            self.words.setText(f"{task.words}: {task.detail}{more}" if task.detail != task.words else task.words + more)
            # A progress bar repaints the moment it moves, and all that is dirty in the window with it; so it must not.
            self.bar.setUpdatesEnabled(False)
            self.bar.setValue(round(task.fraction * 1000))
            self.bar.setUpdatesEnabled(True)
            self.button.setEnabled(not task.cancel_token.is_cancelled)

    def _cancel(self) -> None:
        shown = [t for t in self._runner.tasks if not t.quiet] or list(self._runner.tasks)
        if shown:
            shown[-1].cancel()
            self.refresh()
