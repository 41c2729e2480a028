# SPDX-License-Identifier: Apache-2.0
"""A flat drop-down that looks the same everywhere and keeps the wheel for scrolling until it has the focus."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QWidget

from mixassist.gui import paint
from mixassist.gui.theme import Theme, mixed, theme_of


class FlatCombo(QComboBox):
    """A combo box painted by the theme.

    Args:
        height: in pixels.
        pixels: size of its letters.
    """

    def __init__(self, parent: QWidget | None = None, *, height: int = 26, pixels: int = 12) -> None:
        super().__init__(parent)
        self._height, self._pixels = height, pixels
        self.words_when_empty = ""
        """What to do where there is nothing to choose. With Qt's own placeholder the first item is not chosen."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(3)
        self.setMaxVisibleItems(26)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(self.itemText(i)) for i in range(self.count())), default=40)
        return QSize(min(widest + 34, 180), self._height)

    def minimumSizeHint(self) -> QSize:
        return QSize(48, min(self._height, 18))

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        theme = theme_of(self)
        rect = QRectF(self.rect())
        hot = self.underMouse() and self.isEnabled()
        paint.box(painter, rect, theme.colour("hover" if hot else "raised"), theme.colour("line"))
        room = rect.adjusted(7, 0, -15 - self.marks_width, 0)
        words = self.currentText() or self.words_when_empty
        painter.setFont(paint.fitted(self.font(), self._pixels, words, room.width(), least=min(self._pixels, 9)))
        ink = theme.colour("text" if self.currentText() else "dim")
        if not self.isEnabled():
            ink = mixed(theme.colour("dim"), theme.colour("window"), 0.5)
        paint.label(painter, room, words, ink, paint.Align.AlignLeft, elide=True)
        paint.triangle(painter, QPointF(rect.right() - 9, rect.center().y() + 2.5), 5, "down", theme.colour("dim"))
        self.draw_marks(painter, theme, rect)
        if self.hasFocus():
            paint.focus_ring(painter, rect, theme.colour("accent"))

    @property
    def marks_width(self) -> int:
        """What marks take of the room for words."""
        return 0

    def draw_marks(self, painter: QPainter, theme: Theme, rect: QRectF) -> None:
        """Paints what a kind of box adds: marks of prediction and lock."""
