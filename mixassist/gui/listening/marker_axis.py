# SPDX-License-Identifier: Apache-2.0
"""The one axis, from bad (0) to good (1), with a marker for every version."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Signal
from PySide6.QtGui import QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from mixassist.gui import paint
from mixassist.gui.listening.marker import MARKER_HEIGHT, MARKER_WIDTH, Marker
from mixassist.gui.theme import theme_of


class MarkerAxis(QWidget):
    """Emits which marker a person wants to hear and where one was placed."""

    wanted = Signal(str)
    placed = Signal(str, float)

    def __init__(self, keys: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("blind.axis")
        self.markers = {key: Marker(key, self) for key in keys}
        for marker in self.markers.values():
            marker.wanted.connect(self.wanted)
            marker.placed.connect(self.placed)
        # Where they begin says nothing: evenly spread, in the order of their names.
        self._begin = {key: (index + 0.5) / len(keys) for index, key in enumerate(keys)}
        self.setMinimumHeight(MARKER_HEIGHT + 46)

    def sizeHint(self) -> QSize:
        return QSize(860, MARKER_HEIGHT + 46)

    def show_heard(self, key: str) -> None:
        """Shows which marker sounds."""
        for name, marker in self.markers.items():
            marker.show_state(name == key)

    def resizeEvent(self, event: QResizeEvent) -> None:
        for key, marker in self.markers.items():
            marker.move(marker.x(), 4)
            marker.show_place(marker.value() / marker.maximum() if marker.is_placed else self._begin[key])
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        theme = theme_of(self)
        y = MARKER_HEIGHT + 8.0
        left, right = MARKER_WIDTH / 2, self.width() - MARKER_WIDTH / 2
        painter.setPen(QPen(theme.colour("text"), 2))
        painter.drawLine(QPointF(left, y), QPointF(right, y))
        painter.setFont(paint.sized(self.font(), 11))
        for tick in range(11):
            x = left + tick / 10 * (right - left)
            painter.setPen(QPen(theme.colour("dim"), 1))
            painter.drawLine(QPointF(x, y), QPointF(x, y + (8 if tick % 5 == 0 else 5)))
        for x, words, align in (
            (left, self.tr("0  bad"), paint.Align.AlignLeft),
            ((left + right) / 2, "0.5", paint.Align.AlignCenter),
            (right, self.tr("good  1"), paint.Align.AlignRight),
        ):
            rect = QRectF(x - 60, y + 10, 120, 18)
            if align is not paint.Align.AlignCenter:
                rect.moveLeft(left - 4 if align is paint.Align.AlignLeft else right - 116)
            paint.label(painter, rect, words, theme.colour("dim"), align)
