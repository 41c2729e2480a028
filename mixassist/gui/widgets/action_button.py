# SPDX-License-Identifier: Apache-2.0
"""A flat button with words that follows an action: its tick, its tool tip, whether it is possible."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QAction, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from mixassist.gui import paint
from mixassist.gui.theme import mixed, theme_of
from mixassist.gui.widgets.painted_button import PaintedButton


class ActionButton(PaintedButton):
    """Triggers an action and is lit while it is ticked.

    Args:
        words: what stands on it; shorter than the action's own words.
    """

    def __init__(self, words: str, action: QAction, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self.setObjectName(action.objectName().replace("action.", "button."))
        self.setCheckable(action.isCheckable())
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._action = action
        action.changed.connect(self._follow)
        self.clicked.connect(self._press)
        self._follow()

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 18, 24)

    def show_words(self, words: str) -> None:
        """Shows other words."""
        if words != self.text():
            self.setText(words)
            self.updateGeometry()
            self.update()

    def _press(self) -> None:
        self._action.trigger()
        self._follow()

    def _follow(self) -> None:
        self.setEnabled(self._action.isEnabled())
        self.setToolTip(self._action.toolTip())
        self.setAccessibleName(self._action.text().replace("&", ""))
        if self.isCheckable():
            self.setChecked(self._action.isChecked())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        theme = theme_of(self)
        rect = QRectF(self.rect())
        lit = self.isChecked()
        fill = theme.colour("accent") if lit else theme.colour("hover" if self._is_hot() else "raised")
        paint.box(painter, rect, fill, None if lit else theme.colour("line"), 5)
        ink = theme.colour("on_accent") if lit else theme.colour("text")
        if not self.isEnabled():
            ink = mixed(theme.colour("dim"), theme.colour("window"), 0.5)
        painter.setFont(paint.sized(self.font(), 11, bold=lit))
        paint.label(painter, rect.adjusted(5, 0, -5, 0), self.text(), ink, elide=True)
        if self.hasFocus():
            paint.focus_ring(painter, rect, theme.colour("text" if lit else "accent"))

    def _is_hot(self) -> bool:
        return (self.underMouse() or self.isDown()) and self.isEnabled()
