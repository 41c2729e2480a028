# SPDX-License-Identifier: Apache-2.0
"""What the mouse does on every picture with a time axis: seek, select, zoom, pan; the same everywhere."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QWheelEvent

from mixassist.gui import paint
from mixassist.gui.theme import Theme
from mixassist.gui.views.time_axis import TimeAxis

_GRIP_PX = 5
_STILL_PX = 3
_NOTCH = 120.0
_ZOOM_A_NOTCH = 1.25
_PAN_A_NOTCH = 0.12
"""Share of what is seen that one notch of the wheel moves."""


class TimeMouse(QObject):
    """Turns presses, moves and the wheel into seeking and selecting on one axis.

    Args:
        axis: what is seen and selected.
        frame_at: maps a horizontal place of the widget to a frame, within what is seen.
        x_of: maps a frame to a horizontal place.
    """

    seek_wanted = Signal(int)
    scrub_wanted = Signal(int)
    """The playhead is dragged to a frame."""
    scrub_ended = Signal()

    def __init__(
        self, axis: TimeAxis, frame_at: Callable[[float], float], x_of: Callable[[float], float], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._axis, self._frame_at, self._x_of = axis, frame_at, x_of
        self._mode = ""
        self._anchor = 0.0
        self._pressed_x = 0.0

    def press(self, x: float, selecting: bool) -> None:
        """The left button goes down: to select from here on, or to seek at once."""
        self._pressed_x = x
        if not selecting:
            self._mode = "seek"
            self._seek(x)
            return
        self._mode = "pressed"
        self._anchor = self._frame_at(x)
        edge = self.edge_at(x)
        if edge is not None and self._axis.selection is not None:
            first, last = self._axis.selection
            self._mode, self._anchor = "select", float(last if edge == "first" else first)

    def move(self, x: float) -> None:
        """The mouse moves with the button down."""
        if self._mode in ("seek", "scrub"):
            self._mode = "scrub"
            self.scrub_wanted.emit(round(self._frame_at(x)))
        elif self._mode == "pressed" and abs(x - self._pressed_x) >= _STILL_PX:
            self._mode = "select"
        if self._mode == "select":
            self._axis.select(self._anchor, self._frame_at(x))

    def release(self, x: float) -> None:
        """The button comes up; a press that did not move seeks."""
        if self._mode == "pressed":
            self._seek(x)
        elif self._mode == "scrub":
            self.scrub_ended.emit()
        self._mode = ""

    def edge_at(self, x: float) -> str | None:
        """Returns which edge of the selection is under the mouse: `first`, `last` or none."""
        if self._axis.selection is None:
            return None
        for name, frame in zip(("first", "last"), self._axis.selection, strict=True):
            if abs(self._x_of(frame) - x) <= _GRIP_PX:
                return name
        return None

    def wheel(self, event: QWheelEvent) -> None:
        """Pans; with Ctrl it zooms around the mouse."""
        delta = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            notches = (delta.y() or delta.x()) / _NOTCH
            self._axis.zoom(_ZOOM_A_NOTCH**notches, self._frame_at(event.position().x()))
        else:
            # A sideways wheel or touchpad goes first; some systems turn it round with Shift or Alt.
            self._axis.pan(-(delta.x() or delta.y()) / _NOTCH * _PAN_A_NOTCH * self._axis.span)
        event.accept()

    def _seek(self, x: float) -> None:
        self.seek_wanted.emit(round(self._frame_at(x)))


def draw_selection(
    painter: QPainter,
    theme: Theme,
    axis: TimeAxis,
    area: QRectF,
    x_of: Callable[[float], float],
    *,
    filled: bool = True,
) -> None:
    """Paints what is selected over an area; its edges are heavier when playback goes round it.

    Args:
        filled: tint it; not over pictures whose colours mean something.
    """
    if axis.selection is None:
        return
    first, last = (min(max(x_of(edge), area.left()), area.right()) for edge in axis.selection)
    ground = QColor(theme.colour("accent"))
    ground.setAlpha(38)
    if filled:
        painter.fillRect(QRectF(first, area.top(), max(last - first, 1.0), area.height()), ground)
    painter.setPen(QPen(theme.colour("accent"), 1.6 if axis.is_looping else 0.8))
    for edge in axis.selection:
        x = x_of(edge)
        if area.left() <= x <= area.right():
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))


def draw_playhead(painter: QPainter, theme: Theme, x: float, top: float, bottom: float, flag_y: float | None) -> None:
    """Paints the playhead; `flag_y` is where the tip of its flag is, if it has one."""
    painter.setPen(QPen(theme.colour("text"), 1.2))
    painter.drawLine(QPointF(x, top), QPointF(x, bottom))
    if flag_y is not None:
        paint.triangle(painter, QPointF(x, flag_y), 8, "down", theme.colour("accent"))
