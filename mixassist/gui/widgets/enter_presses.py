# SPDX-License-Identifier: Apache-2.0
"""Buttons that Enter presses, although Enter and Space mean something else in the rest of the window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class EnterPresses:
    """Goes before a Qt button among a class's bases: Space stays the transport's, Enter presses."""

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _ENTER:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER:
            self.press_by_key()
        else:
            super().keyPressEvent(event)

    def press_by_key(self) -> None:
        """What Enter does: a click."""
        self.click()
