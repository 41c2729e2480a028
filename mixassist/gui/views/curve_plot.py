# SPDX-License-Identifier: Apache-2.0
"""A small plot of a few curves on shared axes, painted by the theme: portraits of effects, spectra."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from mixassist.gui import paint
from mixassist.gui.theme import Theme, mixed, theme_of

_LEFT, _RIGHT, _TOP, _BOTTOM = 38, 8, 20, 18


@dataclass(frozen=True)
class Curve:
    """One curve; `colour` is #rrggbb. A dashed one is the second of two that may lie on one another."""

    name: str
    x: np.ndarray
    y: np.ndarray
    colour: str
    dashed: bool = False
    width: float = 1.8


@dataclass(frozen=True)
class PlotAxis:
    """One axis: its range, whether it is logarithmic, and how a value reads."""

    low: float
    high: float
    is_log: bool = False
    text: Callable[[float], str] = "{:g}".format
    unit: str = ""
    steps: tuple[float, ...] = ()
    """Distances of the labels, by preference the smallest that has room; by default the usual ones in tens."""

    def share(self, value: np.ndarray | float) -> np.ndarray:
        """Maps values to 0 … 1."""
        array = np.asarray(value, np.float64)
        if self.is_log:
            span = math.log(self.high / self.low)
            return np.asarray(np.log(np.maximum(array, 1e-12) / self.low) / span)
        return np.asarray((array - self.low) / (self.high - self.low))

    def value(self, share: float) -> float:
        """Maps 0 … 1 to a value."""
        if self.is_log:
            return float(self.low * (self.high / self.low) ** share)
        return self.low + share * (self.high - self.low)

    def ticks(self, most: int) -> list[float]:
        """Returns places to label, at most so many."""
        if self.is_log:
            decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            for steps in ((1, 2, 5), (1, 3), (1,)):
                found = [s * 10.0**d for d in decades for s in steps]
                found = [v for v in found if self.low <= v * 1.0001 and v <= self.high * 1.0001]
                if len(found) <= most:
                    break
            return found
        span = self.high - self.low
        size = 10.0 ** math.floor(math.log10(span / max(most, 1)))
        sizes = self.steps or tuple(size * k for k in (1, 2, 3, 5, 10, 20))
        step = next((step for step in sizes if span / step <= most), sizes[-1])
        first = math.ceil(self.low / step - 1e-9)
        return [i * step for i in range(first, math.floor(self.high / step + 1e-9) + 1)]


class CurvePlot(QWidget):
    """Shows curves, a shaded band between two of them if asked, and reads values under the mouse."""

    def __init__(self, title: str, x: PlotAxis, y: PlotAxis, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title, self.x_axis, self.y_axis = title, x, y
        self.words = self.short_words = ""
        self.curves: tuple[Curve, ...] = ()
        self.band: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None
        self.setAccessibleName(title)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(240, 130)

    def minimumSizeHint(self) -> QSize:
        return QSize(150, 84)

    def show_curves(
        self, curves: tuple[Curve, ...], words: str = "",
        band: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None, short_words: str = "",
    ) -> None:  # fmt: skip
        """Shows curves; `words` stand at the right of the title, `band` is (x, low, high) to shade.

        Where the words do not fit, shorter ones stand in their place.
        """
        self.curves, self.words, self.band = curves, words, band
        self.short_words = short_words or words
        self.setAccessibleDescription(words)
        self.update()

    def show_range(self, y: PlotAxis) -> None:
        """Takes another range of values."""
        self.y_axis = y
        self.update()

    def body(self) -> QRectF:
        """Returns the rectangle between the axes."""
        return QRectF(self.rect()).adjusted(_LEFT, _TOP, -_RIGHT, -_BOTTOM)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        theme = theme_of(self)
        body = self.body()
        paint.box(painter, QRectF(self.rect()).adjusted(1, 1, -1, -1), theme.colour("panel"), theme.colour("line"), 5)
        self._draw_title(painter, theme)
        paint.box(painter, body, theme.colour("sunken"), None, 2)
        self._draw_axes(painter, theme, body)
        painter.setClipRect(body)
        if self.band is not None:
            self._draw_band(painter, theme, body, *self.band)
        for curve in self.curves:
            pen = QPen(QColor(curve.colour), curve.width)
            if curve.dashed:
                pen.setDashPattern([3.0, 2.2])
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(self._path(body, curve.x, curve.y))

    def _draw_title(self, painter: QPainter, theme: Theme) -> None:
        room = QRectF(8, 2, self.width() - 16, _TOP - 4)
        painter.setFont(paint.sized(self.font(), 11, bold=True))
        paint.label(painter, room, self.title, theme.colour("text"), paint.Align.AlignLeft)
        used = painter.fontMetrics().horizontalAdvance(self.title) + 8
        painter.setFont(paint.sized(self.font(), 10))
        x_unit, y_unit = self.x_axis.unit, self.y_axis.unit
        units = self.tr("{0} over {1}").format(y_unit, x_unit) if y_unit and x_unit else y_unit or x_unit
        paint.label(painter, room.adjusted(used, 0, 0, 0), units, theme.colour("dim"), paint.Align.AlignLeft)
        used += painter.fontMetrics().horizontalAdvance(units) + 10
        left = room.adjusted(used, 0, 0, 0)
        fits = painter.fontMetrics().horizontalAdvance(self.words) <= left.width()
        words = self.words if fits else self.short_words
        paint.label(painter, left, words, theme.colour("dim"), paint.Align.AlignRight, elide=True)

    def _draw_axes(self, painter: QPainter, theme: Theme, body: QRectF) -> None:
        painter.setFont(paint.sized(self.font(), 9))
        grid = mixed(theme.colour("sunken"), theme.colour("line"), 0.8)
        for value in self.y_axis.ticks(max(int(body.height() / 18), 2)):
            place = body.bottom() - float(self.y_axis.share(value)) * body.height()
            painter.setPen(QPen(grid, 1))
            painter.drawLine(QPointF(body.left(), place), QPointF(body.right(), place))
            room = QRectF(2, min(max(place - 7, body.top() - 3), body.bottom() - 11), _LEFT - 6, 14)
            words = self.y_axis.text(value).replace("-", "−")
            paint.label(painter, room, words, theme.colour("dim"), paint.Align.AlignRight)
        for value in self.x_axis.ticks(max(int(body.width() / 40), 2)):
            place = body.left() + float(self.x_axis.share(value)) * body.width()
            painter.setPen(QPen(grid, 1))
            painter.drawLine(QPointF(place, body.top()), QPointF(place, body.bottom()))
            room = QRectF(place - 25, body.bottom() + 1, 50, _BOTTOM - 3)
            if room.left() > 0 and room.right() < self.width() + 14:
                paint.label(painter, room, self.x_axis.text(value).replace("-", "−"), theme.colour("dim"))

    def _draw_band(
        self, painter: QPainter, theme: Theme, body: QRectF, x: np.ndarray, low: np.ndarray, high: np.ndarray
    ) -> None:
        path = self._path(body, np.concatenate((x, x[::-1])), np.concatenate((low, high[::-1])))
        path.closeSubpath()
        fill = QColor(theme.colour("dim"))
        fill.setAlpha(70)
        painter.fillPath(path, fill)

    def _path(self, body: QRectF, x: np.ndarray, y: np.ndarray) -> QPainterPath:
        xs = body.left() + self.x_axis.share(x) * body.width()
        ys = body.bottom() - np.clip(self.y_axis.share(y), -1.0, 2.0) * body.height()
        path = QPainterPath()
        is_down = False
        for across, up in zip(xs.tolist(), ys.tolist(), strict=True):
            if not (math.isfinite(across) and math.isfinite(up)):
                is_down = False
            elif is_down:
                path.lineTo(across, up)
            else:
                path.moveTo(across, up)
                is_down = True
        return path

    def reading_at(self, x: float) -> str:
        """Returns the value of every curve at a horizontal place, in words."""
        body = self.body()
        place = self.x_axis.value(min(max((x - body.left()) / max(body.width(), 1.0), 0.0), 1.0))
        lines = [f"{self.x_axis.text(place)} {self.x_axis.unit}".strip()]
        for curve in self.curves:
            if len(curve.x):
                value = float(curve.y[int(np.argmin(np.abs(self.x_axis.share(curve.x) - self.x_axis.share(place))))])
                text = "–" if math.isnan(value) else f"{value:.1f} {self.y_axis.unit}".replace("-", "−")
                lines.append(f"{curve.name}: {text}" if curve.name else text)
        return "\n".join(lines)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        inside = self.body().contains(event.position()) and self.curves
        words = self.reading_at(event.position().x()) if inside else ""
        QToolTip.showText(event.globalPosition().toPoint(), words, self)

    def leaveEvent(self, event: QEvent) -> None:
        QToolTip.hideText()
