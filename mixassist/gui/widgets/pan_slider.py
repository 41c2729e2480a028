# SPDX-License-Identifier: Apache-2.0
"""The pan: a horizontal bar from the centre, its text above it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from mixassist.domain.parameters import PARAMETER
from mixassist.gui import paint
from mixassist.gui.theme import theme_of
from mixassist.gui.widgets.parameter_slider import ParameterSlider


class PanSlider(ParameterSlider):
    """The place between left and right; drags run sideways."""

    drag_horizontal = True

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(PARAMETER["pan"], parent)

    def sizeHint(self) -> QSize:
        return QSize(84, 25)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 25)

    def travel_pixels(self) -> float:
        return max(self.width() - 14.0, 40.0)

    def hit_number(self, point: QPointF) -> bool:
        return point.y() < 12

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        theme = theme_of(self)
        left, right, y = 7.0, self.width() - 7.0, self.height() - 7.0
        centre, knob = (left + right) / 2, left + self.place * (right - left)
        painter.setFont(paint.sized(self.font(), 10))
        paint.label(painter, QRectF(0, 0, self.width(), 13), self.text(), theme.colour("text"))
        paint.label(painter, QRectF(2, 0, 20, 13), "L", theme.colour("dim"), paint.Align.AlignLeft)
        paint.label(painter, QRectF(self.width() - 22, 0, 20, 13), "R", theme.colour("dim"), paint.Align.AlignRight)
        paint.box(
            painter, QRectF(left - 2, y - 2, right - left + 4, 4), theme.colour("sunken"), theme.colour("line"), 2
        )
        painter.setPen(QPen(theme.colour("dim"), 1))
        painter.drawLine(QPointF(centre, y - 5), QPointF(centre, y + 5))
        start, end = sorted((centre, knob))
        painter.fillRect(QRectF(start, y - 1, end - start, 2), theme.colour("accent"))
        if self.ghost_place is not None:
            paint.triangle(
                painter, QPointF(left + self.ghost_place * (right - left), y - 1), 5, "down", theme.colour("ghost")
            )
        painter.setBrush(theme.colour("lock" if self.locked else "text"))
        painter.setPen(QPen(theme.colour("accent") if self.hasFocus() else theme.colour("panel"), 2))
        painter.drawEllipse(QPointF(knob, y), 5.0, 5.0)
