# SPDX-License-Identifier: Apache-2.0
"""Buttons that Enter presses, although Enter and Space mean something else in the rest of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton

# The widget comes in by the other base: Qt allows one of its classes among the bases, no more.
if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget as _Base
else:
    _Base = object

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class EnterPresses(_Base):
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
        """What Enter does: a click. What is no button says something else."""
        assert isinstance(self, QAbstractButton)
        self.click()
