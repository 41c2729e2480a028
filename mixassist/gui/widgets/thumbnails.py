# SPDX-License-Identifier: Apache-2.0
"""The strip's small pictures of its equaliser and compressor; a click opens the stage in the channel panel."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from mixassist.domain.controls import NEUTRAL, Controls
from mixassist.gui import curves, paint
from mixassist.gui.stage_words import compressor_words, equalizer_words
from mixassist.gui.still import StillPicture
from mixassist.gui.theme import Theme, mixed, theme_of
from mixassist.gui.widgets.painted_button import PaintedButton


def reduction_steps(reduction_db: float | None, steps_per_db: int) -> int | None:
    """Returns a gain reduction in the steps that a bar can show: what falls into the same step looks the same."""
    return None if reduction_db is None else round(reduction_db * steps_per_db)


class StageThumbnail(PaintedButton):
    """A button that pictures one stage of a channel."""

    def __init__(self, words: str, height: int, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self._height = height
        self._controls: Controls = NEUTRAL
        self._ghost: Controls | None = None
        self._on = True
        self._sample_rate_hz = 44_100
        self._still = StillPicture()
        self._describe()

    def words(self) -> str:
        """Returns what the stage does, in words."""
        raise NotImplementedError

    def sizeHint(self) -> QSize:
        return QSize(84, self._height)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self._height)

    def show_controls(self, controls: Controls, ghost: Controls | None, on: bool, sample_rate_hz: int) -> None:
        """Shows a channel's stage; emits nothing."""
        state = (controls, ghost, on, sample_rate_hz)
        if state != (self._controls, self._ghost, self._on, self._sample_rate_hz):
            self._controls, self._ghost, self._on, self._sample_rate_hz = state
            self._describe()
            self.update()

    def _describe(self) -> None:
        words = self.words()
        self.setAccessibleDescription(words)
        self.setToolTip(f"{self.text()}: {words}")

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, hovered = theme_of(self), self.underMouse()
        look = (theme.name, hovered, self.hasFocus(), self._controls, self._ghost, self._on, self._sample_rate_hz)
        still = self._still.pixels(self, look, lambda p: self._draw_still(p, theme, hovered))
        painter = QPainter(self)
        painter.drawPixmap(0, 0, still)
        self.draw_moving(painter, theme, self._inside())

    def _inside(self) -> QRectF:
        return QRectF(self.rect()).adjusted(3, 3, -3, -3)

    def _draw_still(self, painter: QPainter, theme: Theme, hovered: bool) -> None:
        rect = QRectF(self.rect())
        fill = mixed(theme.colour("sunken"), theme.colour("raised"), 0.55 if hovered else 0.0)
        paint.box(painter, rect, fill, theme.colour("line"))
        painter.setClipRect(rect.adjusted(2, 2, -2, -2))
        self.draw(painter, theme, self._inside())
        painter.setClipping(False)
        if not self._on:
            painter.setFont(paint.sized(self.font(), 9))
            paint.label(
                painter, rect.adjusted(5, 1, -5, 0), self.tr("off"), theme.colour("dim"),
                paint.Align.AlignLeft | paint.Align.AlignTop,
            )  # fmt: skip
        if self.hasFocus():
            paint.focus_ring(painter, rect, theme.colour("accent"))

    def draw_moving(self, painter: QPainter, theme: Theme, rect: QRectF) -> None:
        """Paints what changes while it plays over the rest."""

    def draw(self, painter: QPainter, theme: Theme, rect: QRectF) -> None:
        """Paints the stage into a rectangle."""
        raise NotImplementedError

    def _ink(self, theme: Theme, neutral: bool) -> QColor:
        return (
            mixed(theme.colour("dim"), theme.colour("panel"), 0.35)
            if neutral or not self._on
            else theme.colour("accent")
        )


class EqualizerThumbnail(StageThumbnail):
    """The true response, ±18 dB."""

    range_db = 18.0

    def words(self) -> str:
        return equalizer_words(self._controls, self._on)

    def draw(self, painter: QPainter, theme: Theme, rect: QRectF) -> None:
        middle = rect.center().y()
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawLine(QPointF(rect.left(), middle), QPointF(rect.right(), middle))
        neutral = curves.equalizer_is_neutral(self._controls)
        if self._ghost is not None and self._ghost != self._controls:
            painter.setPen(QPen(mixed(theme.colour("ghost"), theme.colour("sunken"), 0.35), 1.0, Qt.PenStyle.DotLine))
            painter.drawPolyline(self._line(rect, self._ghost))
        ink = self._ink(theme, neutral)
        line = self._line(rect, self._controls)
        if not neutral:
            filled = QPolygonF(line)
            filled.append(QPointF(rect.right(), middle))
            filled.append(QPointF(rect.left(), middle))
            soft = QColor(ink)
            soft.setAlpha(50)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(soft)
            painter.drawPolygon(filled)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(ink, 1.6))
        painter.drawPolyline(line)

    def _line(self, rect: QRectF, controls: Controls) -> QPolygonF:
        count = 48
        if curves.equalizer_is_neutral(controls):
            return QPolygonF([QPointF(rect.left(), rect.center().y()), QPointF(rect.right(), rect.center().y())])
        response = curves.equalizer_db(controls, self._sample_rate_hz, count)
        xs = np.linspace(rect.left(), rect.right(), count)
        ys = rect.center().y() - np.clip(response, -40, 40) / self.range_db * rect.height() / 2
        return QPolygonF([QPointF(float(x), float(y)) for x, y in zip(xs, ys, strict=True)])


class CompressorThumbnail(StageThumbnail):
    """The transfer curve at the left, the gain reduction growing downward at the right."""

    floor_db = -60.0

    def __init__(self, words: str, height: int, parent: QWidget | None = None) -> None:
        super().__init__(words, height, parent)
        self._reduction_db: float | None = None

    def words(self) -> str:
        return compressor_words(self._controls, self._on)

    @property
    def reduction_db(self) -> float | None:
        """The gain reduction shown, in dB above 0; None while the compressor rests."""
        return self._reduction_db

    def show_reduction(self, reduction_db: float | None) -> None:
        """Shows the present gain reduction, in dB above 0; None takes the bar away."""
        if reduction_steps(reduction_db, 2) != reduction_steps(self._reduction_db, 2):
            self._reduction_db = reduction_db
            self.update()

    def draw(self, painter: QPainter, theme: Theme, rect: QRectF) -> None:
        side = min(rect.height() * 1.6, rect.width() * 0.45)
        graph = QRectF(rect.left(), rect.top(), side, rect.height())
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawLine(graph.bottomLeft(), graph.topRight())
        neutral = curves.compressor_is_neutral(self._controls)
        if not neutral:
            output = curves.compressor_db(self._controls, self.floor_db, 13)
            xs = np.linspace(graph.left(), graph.right(), len(output))
            ys = (
                graph.bottom() - (np.clip(output, self.floor_db, 0.0) - self.floor_db) / -self.floor_db * graph.height()
            )
            painter.setPen(QPen(self._ink(theme, False), 1.6))
            painter.drawPolyline([QPointF(float(x), float(y)) for x, y in zip(xs, ys, strict=True)])
        self._draw_words(painter, theme, QRectF(graph.right() + 2, rect.top(), rect.width() - side - 9, rect.height()))

    def draw_moving(self, painter: QPainter, theme: Theme, rect: QRectF) -> None:
        if self._reduction_db is None:
            return
        bar = QRectF(rect.right() - 5, rect.top(), 5, rect.height())
        painter.fillRect(bar, theme.colour("line"))
        share = min(self._reduction_db / 20.0, 1.0)
        painter.fillRect(QRectF(bar.left(), bar.top(), bar.width(), bar.height() * share), theme.colour("warning"))

    def _draw_words(self, painter: QPainter, theme: Theme, rect: QRectF) -> None:
        active = not curves.compressor_is_neutral(self._controls)
        words = f"{self._controls.number('ratio'):.1f}:1" if active else self.tr("comp")
        painter.setFont(paint.fitted(self.font(), 9, words, rect.width()))
        paint.label(painter, rect, words, theme.colour("dim"))
