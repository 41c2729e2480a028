# SPDX-License-Identifier: Apache-2.0
"""What all dialogs and sheets share: a title, a body, a row of buttons; gone when closed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from mixassist.gui import paint
from mixassist.gui.widgets.push_button import PushButton

_EDGE_PIXELS = 40


class Sheet(QDialog):
    """A dialog of the window; Esc and its Close button close it.

    Args:
        name: what comes behind `sheet.` in its object name.
    """

    def __init__(self, name: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setObjectName(f"sheet.{name}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(16, 16, 16, 14)
        self.body.setSpacing(9)
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        self._row.addStretch(1)

    def add_button(self, words: str, call: Callable[[], object], name: str, *, left: bool = False) -> PushButton:
        """Adds a button to the row at the foot, named like `report.copy`; `left` puts it at the other end."""
        button = PushButton(words, self)
        button.setObjectName(f"{self.objectName().removeprefix('sheet.')}.{name}")
        button.setAutoDefault(False)
        button.setMinimumSize(86, 28)
        button.clicked.connect(lambda: call())
        if left:
            self._row.insertWidget(0, button)
        else:
            self._row.addWidget(button)
        return button

    def add_words(self, words: str, *, heading: bool = False) -> QLabel:
        """Adds a paragraph, or a heading, to the body."""
        label = QLabel(words, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        if heading:
            label.setFont(paint.sized(self.font(), 13, bold=True))
        self.body.addWidget(label)
        return label

    def finish(self, title: str, width: int, height: int) -> None:
        """Sets the title, puts the buttons last and takes the size, as far as the window has room for it."""
        self.setWindowTitle(title)
        close = self.add_button(self.tr("Close"), self.close, "close")
        close.setDefault(True)
        self.body.addLayout(self._row)
        parent = self.parentWidget()
        if parent is not None:
            room = parent.window().size()
            width, height = min(width, room.width() - _EDGE_PIXELS), min(height, room.height() - _EDGE_PIXELS)
        self.resize(width, height)
