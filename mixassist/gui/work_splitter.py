# SPDX-License-Identifier: Apache-2.0
"""Waveforms above, console below, and a handle between them."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

from mixassist.gui.console.console import Console
from mixassist.gui.views.time_line_panel import TimeLinePanel


class WorkSplitter(QSplitter):
    """Shares its height by what the tracks need, until somebody moves the handle."""

    def __init__(self, waveforms: TimeLinePanel, console: Console, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._waveforms, self._console = waveforms, console
        self._was_moved = False
        self.setHandleWidth(5)
        self.setChildrenCollapsible(False)
        self.addWidget(waveforms)
        self.addWidget(console)
        self.splitterMoved.connect(self._note_move)

    def _note_move(self) -> None:
        self._was_moved = True

    def share_height(self) -> None:
        """Gives the waveforms what their tracks need and the console the rest, at least half."""
        height = self.height() - self.handleWidth()
        if self._was_moved or height <= 0:
            return
        least, spare = self._console.minimumSizeHint().height(), height - self._waveforms.wanted_height()
        console = max(least, spare, height // 2)
        self.setSizes([max(height - console, 0), console])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self.share_height)
