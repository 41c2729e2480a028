# SPDX-License-Identifier: Apache-2.0
"""The stereo picture: every sample a point, upward what both sides share, across what only one of them has."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from mixassist.gui import paint
from mixassist.gui.theme import Theme, theme_of


class Goniometer(QWidget):
    """Shows points, spread to the loudest of them, and the correlation below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pictures.goniometer")
        self.setAccessibleName(self.tr("Goniometer"))
        self.setToolTip(self.tr("Up: what left and right share. A vertical line is mono, a flat one cancels in mono."))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.name = self._where = ""
        self._points = np.zeros((0, 2), np.float32)
        self._correlation: float | None = None

    def sizeHint(self) -> QSize:
        return QSize(200, 180)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 90)

    def show_name(self, name: str) -> None:
        """Says whose stereo picture it is."""
        if name != self.name:
            self.name = name
            self.setAccessibleName(self.tr("Goniometer, {0}").format(name))
            self.update()

    def show_points(self, points: np.ndarray, where: str = "") -> None:
        """Shows (points, 2): across and up; `where` says of which stretch."""
        self._points, self._where = points, where
        across, up = points[:, 0].astype(np.float64), points[:, 1].astype(np.float64)
        left, right = (up - across), (up + across)
        power = float(np.sqrt(np.square(left).sum() * np.square(right).sum()))
        self._correlation = float((left * right).sum()) / power if power > 0 else None
        words = "–" if self._correlation is None else f"{self._correlation:+.2f}".replace("-", "−")
        self.setAccessibleDescription(self.tr("correlation {0}").format(words))
        self.update()

    @property
    def correlation(self) -> float | None:
        """The correlation of the sides over the points shown; None for silence."""
        return self._correlation

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        theme = theme_of(self)
        head, foot = 18.0, 26.0
        side = max(min(self.width(), self.height() - foot - head) - 4, 20)
        body = QRectF((self.width() - side) / 2, head + 2, side, side)
        painter.setFont(paint.sized(self.font(), 11))
        words = " · ".join(part for part in (self.name, self._where) if part)
        paint.label(painter, QRectF(4, 0, self.width() - 8, head), words, theme.colour("text"), elide=True)
        paint.box(painter, body, theme.colour("sunken"), None, 4)
        centre, reach = body.center(), side / 2 - 8
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawLine(QPointF(centre.x(), body.top() + 6), QPointF(centre.x(), body.bottom() - 6))
        for sign in (-1, 1):
            slope = QPointF(reach * 0.7071, sign * reach * 0.7071)
            painter.drawLine(centre - slope, centre + slope)
        painter.setFont(paint.sized(self.font(), 9))
        for words, x in (("L", body.left() + 8), ("R", body.right() - 18)):
            paint.label(painter, QRectF(x, body.top() + 6, 12, 12), words, theme.colour("dim"))
        peak = float(np.abs(self._points).max(initial=0.0))
        if peak > 0:
            ink = QColor(theme.colour("accent"))
            ink.setAlpha(110)
            painter.setPen(QPen(ink, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            places = self._points * (reach / peak)
            painter.drawPoints(QPolygonF([QPointF(centre.x() + x, centre.y() - y) for x, y in places.tolist()]))
        self._draw_correlation(painter, theme, QRectF(10, body.bottom() + 4, self.width() - 20, foot - 8))

    def _draw_correlation(self, painter: QPainter, theme: Theme, room: QRectF) -> None:
        bar = QRectF(room.left() + 22, room.center().y() - 2, room.width() - 44, 4)
        paint.box(painter, bar, theme.colour("sunken"), None, 2)
        painter.setFont(paint.sized(self.font(), 9))
        paint.label(painter, QRectF(room.left(), room.top(), 20, room.height()), "−1", theme.colour("dim"))
        paint.label(painter, QRectF(room.right() - 20, room.top(), 20, room.height()), "+1", theme.colour("dim"))
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawLine(QPointF(bar.center().x(), bar.top() - 3), QPointF(bar.center().x(), bar.bottom() + 3))
        if self._correlation is not None:
            x = bar.left() + (self._correlation + 1) / 2 * bar.width()
            good = self._correlation >= 0
            paint.box(painter, QRectF(x - 3, bar.top() - 3, 6, 10), theme.colour("low" if good else "high"), None, 2)
