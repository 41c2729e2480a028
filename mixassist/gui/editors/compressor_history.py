# SPDX-License-Identifier: Apache-2.0
"""The compressor's history: the waveform around the playhead, and how much was taken away, from the top down."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from mixassist.gui import paint
from mixassist.gui.theme import Theme, mixed, theme_of

SPAN_S = 6.0
"""How much of the track is in sight."""
PAST_SHARE = 0.75
"""Where the playhead stands: most of what is shown has been heard."""
_TOP_DB = 20.0


class CompressorHistory(QWidget):
    """Shows peaks and gain reduction, one value a column, and the playhead."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._peaks = np.zeros(0)
        self._reduction_db: np.ndarray | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(
            self.tr("The track around the playhead; from the top down how much the compressor takes away, 0 to 20 dB")
        )

    def sizeHint(self) -> QSize:
        return QSize(290, 38)

    @property
    def reduction_db(self) -> np.ndarray | None:
        """What is shown of the gain reduction, in dB above 0, a value a column; None while the compressor rests."""
        return self._reduction_db

    def show_history(self, peaks: np.ndarray, reduction_db: np.ndarray | None) -> None:
        """Shows a stretch of the track.

        Args:
            peaks: 0 … 1, as many columns as fit.
            reduction_db: as many, dB above 0; None while the compressor rests.
        """
        self._peaks, self._reduction_db = peaks, reduction_db
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        theme = theme_of(self)
        area = QRectF(self.rect())
        paint.box(painter, area, theme.colour("sunken"), theme.colour("line"), 5)
        inner = area.adjusted(2, 2, -2, -2)
        painter.setClipRect(inner)
        if len(self._peaks) > 1:
            self._draw_wave(painter, theme, inner)
        if self._reduction_db is not None and len(self._reduction_db) > 1:
            self._draw_reduction(painter, theme, inner)
        x = inner.left() + PAST_SHARE * inner.width()
        painter.setPen(QPen(theme.colour("text"), 1.0))
        painter.drawLine(QPointF(x, inner.top()), QPointF(x, inner.bottom()))

    def _draw_wave(self, painter: QPainter, theme: Theme, area: QRectF) -> None:
        xs = np.linspace(area.left(), area.right(), len(self._peaks))
        heights = np.minimum(self._peaks, 1.0) * area.height()
        points = [QPointF(float(x), area.bottom() - float(h)) for x, h in zip(xs, heights, strict=True)]
        painter.setPen(QPen(mixed(theme.colour("sunken"), theme.colour("dim"), 0.7), 1.0))
        painter.setBrush(mixed(theme.colour("sunken"), theme.colour("dim"), 0.4))
        painter.drawPolygon(QPolygonF([area.bottomLeft(), *points, area.bottomRight()]))

    def _draw_reduction(self, painter: QPainter, theme: Theme, area: QRectF) -> None:
        assert self._reduction_db is not None
        xs = np.linspace(area.left(), area.right(), len(self._reduction_db))
        depths = np.minimum(self._reduction_db / _TOP_DB, 1.0) * area.height()
        points = [QPointF(float(x), area.top() + float(d)) for x, d in zip(xs, depths, strict=True)]
        fill = theme.colour("warning")
        fill.setAlpha(95)
        painter.setPen(QPen(theme.colour("warning"), 1.2))
        painter.setBrush(fill)
        painter.drawPolygon(QPolygonF([area.topLeft(), *points, area.topRight()]))
