# SPDX-License-Identifier: Apache-2.0
"""The whole mix in one strip, and a frame around what is seen: drag it, or click where to look."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QWidget

from mixassist.gui import paint
from mixassist.gui.theme import theme_of
from mixassist.gui.views.lane_store import LaneStore
from mixassist.gui.views.picture_thread import PictureThread
from mixassist.gui.views.time_axis import TimeAxis
from mixassist.gui.views.time_mouse import draw_playhead, draw_selection
from mixassist.gui.views.waveform_view import HEADER_WIDTH, MIX_ID

_STEPS = 1000
_GRIP_PX = 6
_RIGHT_MARGIN = 4


class OverviewBar(QAbstractSlider):
    """Shows where in the session the pictures look; moving it, or an edge of it, looks elsewhere.

    Its value is the place of the first frame that is seen, in thousandths of what can be scrolled.
    """

    def __init__(self, axis: TimeAxis, thread: PictureThread, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("overview")
        self.setAccessibleName(self.tr("Overview: the part of the session that is seen"))
        self.setToolTip(self.tr("The whole mix. Drag the frame to move, its edges to zoom; the wheel zooms."))
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setRange(0, _STEPS)
        self._axis = axis
        self._whole = TimeAxis(self)
        self._lanes = LaneStore(thread)
        self._lanes.shows_reduction = False
        self._lanes.on_drawn = lambda lane: self.update()
        self._position = 0
        self._grip: tuple[str, float] | None = None
        axis.moved.connect(self._follow)
        axis.selection_changed.connect(self.update)
        self.actionTriggered.connect(lambda _: self._look_at_value())

    def sizeHint(self) -> QSize:
        return QSize(400, 28)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 24)

    def show_length(self, length_frames: int, sample_rate_hz: int) -> None:
        """Follows the session's length."""
        self._whole.show_length(length_frames, sample_rate_hz)
        self._whole.see_whole()
        self._follow()

    def set_pyramid(self, pyramid: object) -> None:
        """Takes the mix's waveform; None forgets it."""
        self._lanes.set_pyramid(MIX_ID, pyramid)
        self.update()

    def show_position(self, frame: int) -> None:
        """Moves the playhead."""
        before, self._position = round(self._x_of(self._position)), frame
        after = round(self._x_of(frame))
        if before != after:
            for x in (before, after):
                self.update(x - 3, 0, 7, self.height())

    def _body(self) -> QRectF:
        return QRectF(self.rect()).adjusted(HEADER_WIDTH, 2, -_RIGHT_MARGIN, -2)

    def _x_of(self, frame: float) -> float:
        body = self._body()
        return body.left() + frame / self._whole.whole_span * body.width()

    def _frame_at(self, x: float) -> float:
        body = self._body()
        return (x - body.left()) / max(body.width(), 1.0) * self._whole.whole_span

    def _follow(self) -> None:
        hidden = self._axis.whole_span - self._axis.span
        self.setEnabled(hidden > 0)
        self.setPageStep(max(round(_STEPS * self._axis.span / self._axis.whole_span), 1))
        self.setValue(round(_STEPS * self._axis.start / hidden) if hidden > 0 else 0)
        self.update()

    def _look_at_value(self) -> None:
        hidden = self._axis.whole_span - self._axis.span
        self._axis.see(self.sliderPosition() / _STEPS * hidden, self._axis.span)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not self._axis.length_frames:
            return
        x = event.position().x()
        kind = self._kind_at(x)
        if kind == "outside":
            self._axis.see(self._frame_at(x) - self._axis.span / 2, self._axis.span)
            kind = "move"
        self._grip = (kind, self._frame_at(x) - self._axis.start)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if self._grip is None:
            edge = self._kind_at(x) in ("first", "last")
            self.setCursor(Qt.CursorShape.SizeHorCursor if edge else Qt.CursorShape.ArrowCursor)
            return
        kind, offset = self._grip
        frame, axis = self._frame_at(x), self._axis
        if kind == "move":
            axis.see(frame - offset, axis.span)
        elif kind == "first":
            end = axis.end
            axis.see(min(max(frame, 0.0), end), end - min(max(frame, 0.0), end))
        else:
            axis.see(axis.start, max(frame - axis.start, 0.0))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._axis.see_whole()

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta().y() or event.angleDelta().x()
        self._axis.zoom(1.25 ** (delta / 120.0), self._frame_at(event.position().x()))
        event.accept()

    def _kind_at(self, x: float) -> str:
        first, last = self._x_of(self._axis.start), self._x_of(self._axis.end)
        if abs(x - first) <= _GRIP_PX and x <= (first + last) / 2:
            return "first"
        if abs(x - last) <= _GRIP_PX:
            return "last"
        return "move" if first <= x <= last else "outside"

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        theme = theme_of(self)
        body = self._body()
        if event.rect().left() < HEADER_WIDTH:
            painter.setFont(paint.sized(self.font(), 10))
            head = QRectF(12, 0, HEADER_WIDTH - 18, self.height())
            paint.label(painter, head, self.tr("Overview"), theme.colour("dim"), paint.Align.AlignLeft)
        paint.box(painter, body, theme.colour("sunken"), None, 3)
        ink = theme.colour("dim")
        self._lanes.draw(painter, MIX_ID, body, ink, theme.colour("high"), self._whole, 0, self.devicePixelRatioF())
        draw_selection(painter, theme, self._axis, body, self._x_of)
        if not self._axis.is_whole:
            self._draw_frame(painter, body)
        if self._axis.length_frames:
            draw_playhead(painter, theme, self._x_of(self._position), body.top(), body.bottom(), None)
        if self.hasFocus():
            paint.focus_ring(painter, QRectF(self.rect()), theme.colour("accent"), 3)

    def _draw_frame(self, painter: QPainter, body: QRectF) -> None:
        theme = theme_of(self)
        first, last = self._x_of(self._axis.start), max(self._x_of(self._axis.end), self._x_of(self._axis.start) + 3)
        shade = QColor(theme.colour("window"))
        shade.setAlpha(150)
        painter.fillRect(QRectF(body.left(), body.top(), first - body.left(), body.height()), shade)
        painter.fillRect(QRectF(last, body.top(), body.right() - last, body.height()), shade)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour("accent"), 1.5))
        painter.drawRoundedRect(QRectF(first, body.top() - 1, last - first, body.height() + 2), 2, 2)
