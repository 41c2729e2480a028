# SPDX-License-Identifier: Apache-2.0
"""The time line of a test: region and playhead. No waveform: it could be told apart."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from mixassist.gui import paint
from mixassist.gui.theme import mixed, theme_of
from mixassist.gui.views.time_ruler import draw_ruler, time_text

_MARGIN = 8
_GRIP = 9.0
_LAST_LABEL = 36
"""Room that a time needs to the right of its tick."""


class LoopBar(QWidget):
    """Shows the region and the playhead; its edges can be dragged, a click elsewhere seeks."""

    region_wanted = Signal(int, int)
    seek_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("blind.loop")
        self.setAccessibleName(self.tr("Looped region"))
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setMouseTracking(True)
        self._frames, self._rate = 1, 44_100
        self._region = (0, 1)
        self._position = 0
        self._looping = True
        self._dragged: int | None = None

    def sizeHint(self) -> QSize:
        return QSize(700, 58)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 58)

    def show_length(self, frames: int, sample_rate_hz: int) -> None:
        """Takes the length of what is compared."""
        self._frames, self._rate = max(frames, 1), sample_rate_hz
        self.update()

    def show_region(self, region: tuple[int, int], looping: bool) -> None:
        """Shows the region, and whether it loops."""
        self._region, self._looping = region, looping
        start, end = (time_text(frame / self._rate, 1) for frame in region)
        self.setAccessibleDescription(self.tr("{0} to {1}").format(start, end))
        self.update()

    def show_position(self, frame: int) -> None:
        """Moves the playhead."""
        if round(self._x_of(frame)) != round(self._x_of(self._position)):
            self._position = frame
            self.update()
        self._position = frame

    def _x_of(self, frame: float) -> float:
        return _MARGIN + frame / self._frames * (self.width() - 2 * _MARGIN)

    def _frame_at(self, x: float) -> int:
        share = (x - _MARGIN) / max(self.width() - 2 * _MARGIN, 1)
        return round(min(max(share, 0.0), 1.0) * self._frames)

    def _edge_at(self, x: float) -> int | None:
        places = [abs(self._x_of(edge) - x) for edge in self._region]
        nearest = 0 if places[0] <= places[1] else 1
        return nearest if places[nearest] <= _GRIP else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._dragged = self._edge_at(event.position().x())
        if self._dragged is None:
            self.seek_wanted.emit(self._frame_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._dragged is None:
            on_edge = self._edge_at(x) is not None
            self.setCursor(Qt.CursorShape.SizeHorCursor if on_edge else Qt.CursorShape.ArrowCursor)
            return
        edges = list(self._region)
        edges[self._dragged] = self._frame_at(x)
        if edges[0] < edges[1]:
            self._region = (edges[0], edges[1])
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragged is not None:
            self._dragged = None
            self.region_wanted.emit(*self._region)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        theme = theme_of(self)
        bar = QRectF(_MARGIN, 24, self.width() - 2 * _MARGIN, self.height() - 30)
        draw_ruler(
            painter, theme, self.font(), QRectF(bar.left(), 0, bar.width() - _LAST_LABEL, 22), 0.0,
            self._frames / self._rate / max(bar.width(), 1.0),
        )  # fmt: skip
        paint.box(painter, bar, theme.colour("sunken"), theme.colour("line"), 5)
        left, right = (self._x_of(edge) for edge in self._region)
        colour = theme.colour("accent" if self._looping else "dim")
        paint.box(
            painter, QRectF(left, bar.top(), right - left, bar.height()), mixed(theme.colour("sunken"), colour, 0.28)
        )
        painter.setPen(QPen(colour, 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        for x in (left, right):
            painter.drawLine(QPointF(x, bar.top() + 2), QPointF(x, bar.bottom() - 2))
        x = self._x_of(self._position)
        painter.setPen(QPen(theme.colour("text"), 1.4))
        painter.drawLine(QPointF(x, bar.top() - 4), QPointF(x, bar.bottom()))
        paint.triangle(painter, QPointF(x, bar.top() + 2), 7, "down", theme.colour("text"))
