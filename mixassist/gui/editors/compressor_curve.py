# SPDX-License-Identifier: Apache-2.0
"""The compressor's transfer curve with a draggable threshold and ratio, and the gain reduction from the top down."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from mixassist.domain.controls import NEUTRAL, Controls
from mixassist.domain.parameters import PARAMETER
from mixassist.gui import curves, paint
from mixassist.gui.stage_words import compressor_words
from mixassist.gui.still import StillPicture
from mixassist.gui.theme import Theme, mixed, theme_of
from mixassist.gui.widgets.thumbnails import reduction_steps

_FLOOR_DB = -60.0
_KEYS = ("threshold_db", "ratio")
_REACH = 10.0
"""How near to a handle a press takes hold of it, in pixels."""
_FINE = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class CompressorCurve(QWidget):
    """Dragging sideways moves the threshold, up and down the ratio; each has a handle that moves nothing else."""

    prediction_wanted = Signal(tuple)
    """The keys that shall go back to the prediction."""
    edited = Signal(dict, str)
    gesture_started = Signal()
    gesture_ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controls: Controls = NEUTRAL
        self._ghost: Controls | None = None
        self._on = True
        self._last: QPointF | None = None
        self._handle = ""
        self._reduction_db: float | None = None
        self._still = StillPicture()
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setToolTip(
            self.tr("Drag sideways: threshold. Drag up and down: ratio. Alt-click: predicted. Double-click: default.")
        )

    def sizeHint(self) -> QSize:
        return QSize(118, 118)

    def minimumSizeHint(self) -> QSize:
        return QSize(96, 96)

    def show_controls(self, controls: Controls, ghost: Controls | None, on: bool) -> None:
        """Shows a channel's compressor; emits nothing."""
        if (controls, ghost, on) != (self._controls, self._ghost, self._on):
            self._controls, self._ghost, self._on = controls, ghost, on
            self.setAccessibleDescription(compressor_words(controls, on))
            self.update()

    def show_reduction(self, reduction_db: float | None) -> None:
        """Shows the present gain reduction, in dB above 0; None takes the bar away."""
        if reduction_steps(reduction_db, 4) != reduction_steps(self._reduction_db, 4):
            self._reduction_db = reduction_db
            self.update()

    def handle_at(self, key: str, controls: Controls | None = None) -> QPointF:
        """Returns where the handle of the threshold (at the bend) or of the ratio (at full scale) is drawn."""
        area, shown = self._area(), controls or self._controls
        output = curves.compressor_db(shown, _FLOOR_DB, 61)
        level_db = shown.number("threshold_db") if key == "threshold_db" else 0.0
        out_db = level_db + shown.number("makeup_gain_db") if key == "threshold_db" else float(output[-1])
        x = area.left() + (level_db - _FLOOR_DB) / -_FLOOR_DB * area.width()
        y = area.bottom() - (out_db - _FLOOR_DB) / -_FLOOR_DB * area.height()
        return QPointF(x, min(max(y, area.top()), area.bottom()))

    def _handle_near(self, point: QPointF) -> str:
        def distance(key: str) -> float:
            offset = self.handle_at(key) - point
            return math.hypot(offset.x(), offset.y())

        nearest = min(_KEYS, key=distance)
        return nearest if distance(nearest) <= _REACH else ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._handle = self._handle_near(event.position())
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.prediction_wanted.emit((self._handle,) if self._handle else _KEYS)
            return
        self._last = event.position()
        self.gesture_started.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        handle = self._handle_near(event.position())
        if handle:
            self.edited.emit({handle: float(PARAMETER[handle].default)}, f"reset {PARAMETER[handle].label.lower()}")

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._last is None:
            return
        moved, self._last = event.position() - self._last, event.position()
        share = 0.1 if event.modifiers() & _FINE else 1.0
        threshold, ratio = PARAMETER["threshold_db"], PARAMETER["ratio"]
        values: dict[str, float] = {}
        if moved.x() and self._handle != ratio.key:
            span = -_FLOOR_DB * share * moved.x() / max(self._area().width(), 40)
            values[threshold.key] = threshold.clipped(self._controls.number(threshold.key) + span)
        if moved.y() and self._handle != threshold.key:
            place = ratio.normalised(self._controls.number(ratio.key)) + share * moved.y() / max(self.height(), 40)
            values[ratio.key] = float(ratio.denormalised(place))
        if values:
            self.edited.emit(values, "compressor curve")

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(6, 6, -6 if self._reduction_db is None else -15, -6)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._last is not None:
            self._last = None
            self.gesture_ended.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self)
        look = (theme.name, self._controls, self._ghost, self._on, self._reduction_db is None)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._still.pixels(self, look, lambda p: self._draw_still(p, theme)))
        self._draw_reduction(painter, theme)

    def _draw_still(self, painter: QPainter, theme: Theme) -> None:
        """Paints all but the gain reduction."""
        paint.box(painter, QRectF(self.rect()), theme.colour("sunken"), theme.colour("line"), 5)
        area = self._area()
        painter.setPen(QPen(mixed(theme.colour("line"), theme.colour("sunken"), 0.3), 1))
        for share in (0.25, 0.5, 0.75):
            painter.drawLine(
                area.topLeft() + QPointF(share * area.width(), 0), area.bottomLeft() + QPointF(share * area.width(), 0)
            )
            painter.drawLine(
                area.topLeft() + QPointF(0, share * area.height()), area.topRight() + QPointF(0, share * area.height())
            )
        painter.drawLine(area.bottomLeft(), area.topRight())
        painter.save()
        painter.setClipRect(area)
        if self._ghost is not None and self._ghost != self._controls:
            painter.setPen(QPen(theme.colour("ghost"), 1.2, Qt.PenStyle.DashLine))
            painter.drawPolyline(self._line(area, self._ghost))
        neutral = curves.compressor_is_neutral(self._controls) or not self._on
        painter.setPen(QPen(theme.colour("dim" if neutral else "accent"), 2.0))
        painter.drawPolyline(self._line(area, self._controls))
        painter.restore()
        self._draw_threshold(painter, theme, area)
        self._draw_handles(painter, theme)

    def _line(self, area: QRectF, controls: Controls) -> list[QPointF]:
        output = curves.compressor_db(controls, _FLOOR_DB, 61)
        xs = np.linspace(area.left(), area.right(), len(output))
        ys = area.bottom() - (output - _FLOOR_DB) / -_FLOOR_DB * area.height()
        return [QPointF(float(x), float(y)) for x, y in zip(xs, ys, strict=True)]

    def _draw_threshold(self, painter: QPainter, theme: Theme, area: QRectF) -> None:
        share = (self._controls.number("threshold_db") - _FLOOR_DB) / -_FLOOR_DB
        x = area.left() + share * area.width()
        painter.setPen(QPen(theme.colour("dim"), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))

    def _draw_handles(self, painter: QPainter, theme: Theme) -> None:
        for key in _KEYS:
            if self._ghost is not None and self._ghost[key] != self._controls[key]:
                painter.setPen(QPen(theme.colour("ghost"), 1.6))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(self.handle_at(key, self._ghost), 4.0, 4.0)
        for key in _KEYS:
            painter.setPen(QPen(theme.colour("sunken"), 1.5))
            painter.setBrush(theme.colour("text" if self._on else "dim"))
            painter.drawEllipse(self.handle_at(key), 4.5, 4.5)

    def _draw_reduction(self, painter: QPainter, theme: Theme) -> None:
        if self._reduction_db is None:
            return
        bar = QRectF(self.width() - 10, 5, 5, self.height() - 10)
        painter.fillRect(bar, theme.colour("line"))
        share = min(self._reduction_db / 20.0, 1.0)
        painter.fillRect(QRectF(bar.left(), bar.top(), bar.width(), bar.height() * share), theme.colour("warning"))
