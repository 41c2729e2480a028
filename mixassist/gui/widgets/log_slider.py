# SPDX-License-Identifier: Apache-2.0
"""A time on a logarithmic slider: a knob on a line with ticks, its name and value above it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from mixassist.domain.parameters import Parameter
from mixassist.gui import paint
from mixassist.gui.theme import Theme
from mixassist.gui.widgets.value_box import ValueBox

_EDGE = 7.0


class LogSlider(ValueBox):
    """Drags run sideways along the line.

    Args:
        ticks: values that get a tick.
    """

    drag_horizontal = True

    def __init__(
        self, parameter: Parameter, ticks: tuple[float, ...], parent: QWidget | None = None, *, caption: str = ""
    ) -> None:
        super().__init__(parameter, parent, caption=caption)
        self.ticks = ticks

    def sizeHint(self) -> QSize:
        return QSize(64, 25)

    def minimumSizeHint(self) -> QSize:
        return QSize(50, 25)

    def travel_pixels(self) -> float:
        return max(self.width() - 2 * _EDGE, 40.0)

    def hit_number(self, point: QPointF) -> bool:
        return point.y() < self.height() - 11

    def _x_of(self, place: float) -> float:
        return _EDGE + place * (self.width() - 2 * _EDGE)

    def _draw_bar(self, painter: QPainter, theme: Theme) -> None:
        y = self.height() - 6.5
        painter.setPen(QPen(theme.colour("dim"), 1.0))
        for tick in self.ticks:
            x = self._x_of(self.parameter.normalised(tick))
            painter.drawLine(QPointF(x, y - 3), QPointF(x, y + 3))
        line = QRectF(_EDGE, y - 1, self.width() - 2 * _EDGE, 2)
        painter.fillRect(line, theme.colour("line"))
        painter.fillRect(QRectF(_EDGE, y - 1, self._x_of(self.place) - _EDGE, 2), theme.colour("accent"))
        painter.setBrush(theme.colour("lock" if self.locked else "text"))
        painter.setPen(QPen(theme.colour("raised"), 1.5))
        painter.drawEllipse(QPointF(self._x_of(self.place), y), 4.2, 4.2)

    def _draw_ghost(self, painter: QPainter, theme: Theme) -> None:
        ghost = self.ghost_place
        if ghost is not None:
            paint.triangle(painter, QPointF(self._x_of(ghost), self.height() - 7.5), 5, "down", theme.colour("ghost"))

    def text_rect(self) -> QRectF:
        return QRectF(0, 0, self.width(), self.height() - 10)
