# SPDX-License-Identifier: Apache-2.0
"""The fader: a vertical slider on the fader law, with ticks, the unity line and the predicted place."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QLinearGradient, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from mixassist.domain.fader_law import FADER_FLOOR_DB, fader_position
from mixassist.domain.parameters import PARAMETER
from mixassist.gui import paint
from mixassist.gui.theme import Theme, mixed, theme_of
from mixassist.gui.widgets.parameter_slider import ParameterSlider

TICKS_DB = (12.0, 6.0, 3.0, 0.0, -3.0, -6.0, -10.0, -15.0, -20.0, -30.0, -40.0, FADER_FLOOR_DB)
_NUMBERS_DB = (0.0, FADER_FLOOR_DB, 12.0, -10.0, 6.0, -20.0, -40.0, -6.0, 3.0, -3.0, -30.0, -15.0)
"""Which ticks get their numbers first where there is not room for all."""
_NUMBER_ROOM = 11.5
_CAP_HEIGHT = 22.0
_CAP_WIDTH = 22.0
_SCALE_WIDTH = 22.0


class Fader(ParameterSlider):
    """The level of a strip. Drags follow the mouse one to one; a click beside the cap moves nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(PARAMETER["fader_db"], parent)
        self.colour = ""

    def sizeHint(self) -> QSize:
        return QSize(48, 190)

    def minimumSizeHint(self) -> QSize:
        return QSize(42, 104)

    def travel_pixels(self) -> float:
        return max(self.height() - _CAP_HEIGHT - 4.0, 40.0)

    def entry_rect(self) -> QRect:
        return QRect(0, self.height() // 2 - 11, self.width(), 22)

    def y_of(self, place: float) -> float:
        """Returns the height at which a place on the travel is drawn."""
        return 2.0 + _CAP_HEIGHT / 2 + (1.0 - place) * self.travel_pixels()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        theme = theme_of(self)
        self._draw_scale(painter, theme)
        self._draw_groove(painter, theme)
        self._draw_ghost(painter, theme)
        self._draw_cap(painter, theme)

    def _groove_x(self) -> float:
        return _SCALE_WIDTH + (self.width() - _SCALE_WIDTH) / 2

    def _draw_scale(self, painter: QPainter, theme: Theme) -> None:
        painter.setFont(paint.sized(self.font(), 9))
        x = self._groove_x()
        numbered = self._numbered()
        for tick in TICKS_DB:
            y = self.y_of(fader_position(tick))
            unity = tick == 0.0
            colour = theme.colour("text" if unity else "dim")
            painter.setPen(QPen(colour if unity else mixed(colour, theme.colour("panel"), 0.45), 1.0))
            painter.drawLine(QPointF(x - 10, y), QPointF(x + (10 if unity else -5), y))
            if tick in numbered:
                words = "∞" if tick <= FADER_FLOOR_DB else f"{abs(tick):g}"
                paint.label(painter, QRectF(0, y - 6, _SCALE_WIDTH - 5, 12), words, colour, paint.Align.AlignRight)

    def _numbered(self) -> set[float]:
        """Returns the ticks whose numbers fit beside one another."""
        places: dict[float, float] = {}
        for tick in _NUMBERS_DB:
            y = self.y_of(fader_position(tick))
            if all(abs(y - other) >= _NUMBER_ROOM for other in places.values()):
                places[tick] = y
        return set(places)

    def _draw_groove(self, painter: QPainter, theme: Theme) -> None:
        x = self._groove_x()
        groove = QRectF(x - 2, 2 + _CAP_HEIGHT / 2, 4, self.travel_pixels())
        paint.box(painter, groove, theme.colour("sunken"), theme.colour("line"), 2)

    def _draw_ghost(self, painter: QPainter, theme: Theme) -> None:
        ghost = self.ghost_place
        if ghost is None:
            return
        y, x = self.y_of(ghost), self._groove_x()
        painter.setPen(QPen(theme.colour("ghost"), 1.6))
        painter.drawLine(QPointF(x - 8, y), QPointF(x + 8, y))
        paint.triangle(painter, QPointF(x + 7, y), 6, "left", theme.colour("ghost"))

    def _draw_cap(self, painter: QPainter, theme: Theme) -> None:
        y = self.y_of(self.place)
        cap = QRectF(self._groove_x() - _CAP_WIDTH / 2, y - _CAP_HEIGHT / 2, _CAP_WIDTH, _CAP_HEIGHT)
        top, bottom = mixed(theme.colour("hover"), theme.colour("text"), 0.22), theme.colour("raised")
        gradient = QLinearGradient(cap.topLeft(), cap.bottomLeft())
        gradient.setColorAt(0.0, top)
        gradient.setColorAt(1.0, mixed(bottom, theme.colour("dim"), 0.12))
        painter.setBrush(gradient)
        line = theme.colour("accent") if self.hasFocus() else mixed(theme.colour("line"), theme.colour("dim"), 0.5)
        painter.setPen(QPen(line, 1.8 if self.hasFocus() else 1.0))
        painter.drawRoundedRect(cap.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        painter.setPen(QPen(theme.colour("lock" if self.locked else "text"), 2.0))
        painter.drawLine(QPointF(cap.left() + 4, y), QPointF(cap.right() - 4, y))
        if self.locked:
            paint.padlock(painter, QPointF(cap.center().x(), y - 5.5), 6.0, theme.colour("lock"))
