# SPDX-License-Identifier: Apache-2.0
"""The field that opens over a number to type a value."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget


class ValueEntry(QLineEdit):
    """Enter commits, Escape gives up, leaving the field commits; then it goes: thousands of numbers can be typed."""

    committed = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setStyleSheet("padding: 0 1px; border-radius: 3px;")
        self._start = ""
        self.hide()

    def open(self, text: str, rect: QRect) -> None:
        """Shows the field with a text, all of it selected."""
        self._start = text
        self.setText(text)
        self.setGeometry(rect)
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.selectAll()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # while somebody types, no key means anything else
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._close(commit=True)
        elif event.key() == Qt.Key.Key_Escape:
            self._close(commit=False)
        else:
            super().keyPressEvent(event)
        event.accept()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._close(commit=True)

    def _close(self, commit: bool) -> None:
        if self.isHidden():
            return
        text = self.text()
        owner = self.parentWidget()
        had_focus = self.hasFocus()
        self.hide()
        if had_focus and owner is not None:
            owner.setFocus(Qt.FocusReason.OtherFocusReason)
        if commit and text != self._start:
            self.committed.emit(text)
        self.closed.emit()
        self.deleteLater()
