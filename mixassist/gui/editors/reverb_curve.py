# SPDX-License-Identifier: Apache-2.0
"""The reverb's picture: the direct sound, and the energy decay curve of the real response at its level."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from mixassist.domain.controls import NEUTRAL, Controls
from mixassist.gui import curves, paint
from mixassist.gui.theme import Theme, mixed, theme_of

FLOOR_DB = -60.0
_KEYS = ("reverb_type", "reverb_decay", "reverb_dry", "reverb_wet")
Curve = tuple[np.ndarray, np.ndarray]
"""Times in seconds and what is left in dB."""


class ReverbCurve(QWidget):
    """Shows curves that somebody else computes: of the controls as they stand, and of the prediction beside them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controls: Controls = NEUTRAL
        self._ghost: Controls | None = None
        self._on = True
        self._curve: Curve | None = None
        self._ghost_curve: Curve | None = None
        self.setToolTip(self.tr("Direct sound, and how the energy of the reverb decays (from its own response)"))

    def sizeHint(self) -> QSize:
        return QSize(118, 86)

    def minimumSizeHint(self) -> QSize:
        return QSize(96, 70)

    @property
    def decay_time_s(self) -> float | None:
        """The time to fall by 60 dB of what is shown; None while nothing is."""
        return None if self._curve is None else curves.decay_time_s(*self._curve)

    def show_controls(self, controls: Controls, ghost: Controls | None, on: bool) -> None:
        """Shows a channel's reverb; emits nothing."""
        moved = ghost is not None and any(ghost[key] != controls[key] for key in _KEYS)
        state = (controls, ghost if moved else None, on)
        if state != (self._controls, self._ghost, self._on):
            self._controls, self._ghost, self._on = state
            self.update()

    def show_curves(self, curve: Curve | None, ghost: Curve | None) -> None:
        """Shows decay curves; None while they are being worked out."""
        self._curve, self._ghost_curve = curve, ghost
        seconds = self.decay_time_s
        self.setAccessibleDescription("" if seconds is None else self.tr("decays in {0:.2f} s").format(seconds))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        theme = theme_of(self)
        paint.box(painter, QRectF(self.rect()), theme.colour("sunken"), theme.colour("line"), 5)
        area = QRectF(self.rect()).adjusted(6, 6, -5, -14)
        span_s = self._span_s()
        self._draw_grid(painter, theme, area, span_s)
        painter.save()
        painter.setClipRect(area.adjusted(-3, -1, 1, 1))
        if self._ghost is not None and self._ghost_curve is not None:
            painter.setPen(QPen(theme.colour("ghost"), 1.2, Qt.PenStyle.DashLine))
            painter.drawPolyline(_line(area, span_s, self._ghost_curve, self._ghost))
        ink = theme.colour("accent" if self._on and self._controls.number("reverb_wet") > 0 else "dim")
        if self._curve is not None:
            self._draw_curve(painter, area, span_s, ink)
        self._draw_direct(painter, theme, area)
        painter.restore()
        self._draw_words(painter, theme, area)

    def _span_s(self) -> float:
        ends = [c[0][-1] for c in (self._curve, self._ghost_curve) if c is not None]
        longest = max(ends, default=1.0)
        return next((s for s in (0.25, 0.5, 1.0, 2.0, 4.0) if longest <= s * 1.05), float(longest))

    def _draw_grid(self, painter: QPainter, theme: Theme, area: QRectF, span_s: float) -> None:
        painter.setPen(QPen(mixed(theme.colour("line"), theme.colour("sunken"), 0.3), 1))
        for share in (0.25, 0.5, 0.75, 1.0):
            x = area.left() + share * area.width()
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        for level_db in (-20.0, -40.0, FLOOR_DB):
            y = area.top() + level_db / FLOOR_DB * area.height()
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        painter.setFont(paint.sized(self.font(), 9))
        dim = theme.colour("dim")
        paint.label(painter, QRectF(area.left() - 2, area.bottom() + 1, 30, 12), "0", dim, paint.Align.AlignLeft)
        end = QRectF(area.right() - 40, area.bottom() + 1, 41, 12)
        paint.label(painter, end, f"{span_s:g} s", dim, paint.Align.AlignRight)

    def _draw_curve(self, painter: QPainter, area: QRectF, span_s: float, ink: QColor) -> None:
        assert self._curve is not None
        line = _line(area, span_s, self._curve, self._controls)
        if line.isEmpty():
            return
        filled = QPolygonF(line)
        filled.append(QPointF(line.constLast().x(), area.bottom()))
        filled.append(QPointF(line.constFirst().x(), area.bottom()))
        soft = QColor(ink)
        soft.setAlpha(45)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(soft)
        painter.drawPolygon(filled)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(ink, 1.8))
        painter.drawPolyline(line)

    def _draw_direct(self, painter: QPainter, theme: Theme, area: QRectF) -> None:
        level_db = _factor_db(self._controls.number("reverb_dry"))
        if level_db > FLOOR_DB:
            y = area.top() + level_db / FLOOR_DB * area.height()
            painter.setPen(QPen(theme.colour("text"), 2.2))
            painter.drawLine(QPointF(area.left(), area.bottom()), QPointF(area.left(), y))

    def _draw_words(self, painter: QPainter, theme: Theme, area: QRectF) -> None:
        seconds = self.decay_time_s
        if seconds is None:
            return
        painter.setFont(paint.sized(self.font(), 10))
        spot = QRectF(area.left(), area.top(), area.width() - 2, 12)
        paint.label(painter, spot, f"RT60 {seconds:.2f} s", theme.colour("dim"), paint.Align.AlignRight)


def _factor_db(factor: float) -> float:
    return 20.0 * math.log10(factor) if factor > 0.0 else -math.inf


def _line(area: QRectF, span_s: float, curve: Curve, controls: Controls) -> QPolygonF:
    """Returns a decay curve at the reverb's level as a polyline; empty where the reverb is closed."""
    level_db = _factor_db(controls.number("reverb_wet"))
    if not math.isfinite(level_db):
        level_db = 0.0  # closed: its shape is shown all the same, in a pale colour
    xs = area.left() + curve[0] / span_s * area.width()
    ys = area.top() + np.clip((curve[1] + level_db) / FLOOR_DB, 0.0, 1.2) * area.height()
    return QPolygonF([QPointF(float(x), float(y)) for x, y in zip(xs, ys, strict=True)])
