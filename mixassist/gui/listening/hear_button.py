# SPDX-License-Identifier: Apache-2.0
"""The large buttons of a test: something to hear, or an answer to give."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QFontMetrics, QPaintEvent
from PySide6.QtWidgets import QWidget

from mixassist.gui import paint
from mixassist.gui.theme import mixed, theme_of
from mixassist.gui.widgets.painted_button import PaintedButton


class ChoiceButton(PaintedButton):
    """One of several that exclude one another; shows its words and, small, its key. Clicking emits `clicked` only."""

    def __init__(self, words: str, key_words: str, pixels: int, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self.setCheckable(True)
        self.key_words = key_words
        self._pixels = pixels

    def nextCheckState(self) -> None:
        """What is chosen is shown by the page, not by the click."""

    def sizeHint(self) -> QSize:
        font = paint.sized(self.font(), self._pixels, bold=True)
        metrics = self.fontMetrics() if font == self.font() else QFontMetrics(font)
        return QSize(max(metrics.horizontalAdvance(self.text()) + 44, 2 * self._pixels + 56), self._pixels + 50)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        theme = theme_of(self)
        rect = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        chosen = self.isChecked()
        fill = theme.colour("accent") if chosen else theme.colour("hover" if self.underMouse() else "raised")
        if self.isDown():
            fill = mixed(fill, theme.colour("dim"), 0.25)
        paint.box(painter, rect, fill, None if chosen else theme.colour("line"), 10)
        ink = theme.colour("on_accent" if chosen else "text")
        if not self.isEnabled():
            ink = mixed(theme.colour("dim"), theme.colour("window"), 0.4)
        painter.setFont(paint.sized(self.font(), self._pixels, bold=True))
        room = rect.adjusted(0, 6, 0, -20) if self.key_words else rect
        paint.label(painter, room, self.text(), ink)
        if self.key_words:
            painter.setFont(paint.sized(self.font(), 11))
            quiet = ink if chosen else theme.colour("dim")
            paint.label(painter, QRectF(rect.left(), rect.bottom() - 25, rect.width(), 18), self.key_words, quiet)
        if self.hasFocus():
            paint.focus_ring(painter, rect, theme.colour("text"), 10)
