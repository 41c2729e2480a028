# SPDX-License-Identifier: Apache-2.0
"""Waveforms above, pictures below them, the console at the bottom, and handles between."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

from mixassist.gui.console.console import Console
from mixassist.gui.views.time_line_panel import TimeLinePanel

_LEAST_WAVES, _LEAST_PICTURES, _GOOD_PICTURES = 96, 330, 368
"""From a good height of the pictures on the waveforms get what they need; beyond that the pictures grow again."""


class WorkSplitter(QSplitter):
    """Shares its height by what the tracks need, until somebody moves a handle."""

    console_shown = Signal(bool)
    """The console has come or gone, asked for or for want of room."""

    def __init__(
        self, waveforms: TimeLinePanel, pictures: QWidget, console: Console, parent: QWidget | None = None
    ) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._waveforms, self._pictures, self._console = waveforms, pictures, console
        self._was_moved = False
        self._wants_console = True
        self.setHandleWidth(5)
        self.setChildrenCollapsible(False)
        for widget in (waveforms, pictures, console):
            self.addWidget(widget)
        self.splitterMoved.connect(self._note_move)

    def _note_move(self) -> None:
        self._was_moved = True

    def show_console(self, wanted: bool) -> None:
        """Shows the console, or hides it; where pictures and console do not both fit, the pictures are shown."""
        self._wants_console = wanted
        self._fit_console()
        QTimer.singleShot(0, self, self.share_height)

    @property
    def has_room_for_console(self) -> bool:
        """Whether the console fits beside what else is shown."""
        needed = self._console.needed_height() + _LEAST_WAVES + _LEAST_PICTURES
        return self._pictures.isHidden() or self.height() >= needed

    def _fit_console(self) -> None:
        wanted = self._wants_console and self.has_room_for_console
        if wanted == self._console.isHidden():
            self._console.setVisible(wanted)
            self.console_shown.emit(wanted)

    def share_height(self) -> None:
        """Gives the waveforms what their tracks need and the console the rest, at least half; pictures come first."""
        parts = (self.widget(i) for i in range(self.count()))
        handles = sum(part is not None and part.isVisible() for part in parts) - 1
        height = self.height() - max(handles, 0) * self.handleWidth()
        if self._was_moved or height <= 0:
            return
        least = self._console.needed_height() if not self._console.isHidden() else 0
        if self._pictures.isHidden():
            spare = height - self._waveforms.wanted_height()
            console = max(least, spare, height // 2)
            self.setSizes([max(height - console, 0), 0, console])
            return
        waves = max(min(self._waveforms.wanted_height(), height - least - _GOOD_PICTURES), _LEAST_WAVES)
        self.setSizes([waves, height - least - waves, least])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_console()
        QTimer.singleShot(0, self, self.share_height)
