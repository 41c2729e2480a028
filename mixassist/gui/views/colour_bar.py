# SPDX-License-Identifier: Apache-2.0
"""The scale beside the spectrograms: which colour stands for how many dB, in all rows or in each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from mixassist.gui import paint
from mixassist.gui.theme import Theme, theme_of
from mixassist.gui.views.colour_maps import difference_colours, level_colours
from mixassist.gui.views.mel_row import MelRow

_STEPS_DB = (0.25, 0.5, 1, 2, 3, 6, 12, 20, 24, 40, 80)
_LEVEL_STEPS_DB = (1, 2, 5, 10, 20, 40, 80)
_LABEL_PX = 20
_TOUCHED = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide)


class ColourBar(QWidget):
    """Shows one colour scale for all rows, or one beside each where each has its own.

    Args:
        rows: siblings of this widget.
    """

    def __init__(self, rows: Sequence[MelRow], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pictures.colours")
        self.is_difference = False
        self._rows = tuple(rows)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        for row in self._rows:
            row.installEventFilter(self)
            row.redrawn.connect(self._follow)

    def sizeHint(self) -> QSize:
        return QSize(56, 120)

    def minimumSizeHint(self) -> QSize:
        return QSize(56, 60)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _TOUCHED:
            self.update()
        return super().eventFilter(watched, event)

    def show_scale(self, is_difference: bool) -> None:
        """Shows levels or differences, with the ends that the rows have."""
        self.is_difference = is_difference
        self._follow()

    def scales(self) -> list[tuple[float, float, float, float]]:
        """Returns top and bottom of each scale in this widget, and its ends in dB."""
        shown = [row for row in self._rows if row.isVisible() and row.ends_db is not None]
        if not shown:
            return []
        places = [
            (float(r.y() - self.y()), float(r.y() - self.y() + r.height()), *(r.ends_db or (0, 0))) for r in shown
        ]
        if shown[0].fits:
            return places
        return [(places[0][0], places[-1][1], *places[0][2:])]

    def words(self) -> str:
        """Returns which colours stand for what."""
        words = self.tr("Colours from {0:g} to {1:g} dB")
        shown = [(row.title, row.ends_db) for row in self._rows if row.isVisible() and row.ends_db is not None]
        if not shown or not self._rows[0].fits:
            return words.format(self._rows[0].low_db, self._rows[0].high_db).replace("-", "−")
        of = [f"{title}: {words.format(*ends)}".replace("-", "−") for title, ends in shown if ends is not None]
        return "\n".join(of)

    def _follow(self) -> None:
        words = self.words()
        if words != self.toolTip():
            self.setAccessibleName(words.replace("\n", "; "))
            self.setToolTip(words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = paint.painter_for(self), theme_of(self)
        painter.setFont(paint.sized(self.font(), 9))
        for top, bottom, low_db, high_db in self.scales():
            self._draw_scale(painter, theme, QRectF(4, top + 7, 12, bottom - top - 14), (low_db, high_db))

    def _draw_scale(self, painter: QPainter, theme: Theme, bar: QRectF, ends_db: tuple[float, float]) -> None:
        colours = difference_colours(theme.panel) if self.is_difference else level_colours()
        pixels = np.ascontiguousarray(colours[::-1].reshape(-1, 1))
        painter.drawImage(bar, QImage(pixels.data, 1, len(colours), 4, QImage.Format.Format_RGB32))
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawRect(bar)
        for level in levels_to_label(*ends_db, bar.height(), self.is_difference):
            y = bar.bottom() - (level - ends_db[0]) / (ends_db[1] - ends_db[0]) * bar.height()
            painter.setPen(QPen(theme.colour("dim"), 1))
            painter.drawLine(QPointF(bar.right(), y), QPointF(bar.right() + 3, y))
            sign = "+" if self.is_difference and level > 0 else ""
            words = f"{sign}{level:g}".replace("-", "−")
            is_top = level == ends_db[1]
            room = QRectF(bar.right() + 4, y - 7, self.width() - bar.right() - 4, 14)
            paint.label(painter, room, f"{words} dB" if is_top else words, theme.colour("dim"), paint.Align.AlignLeft)


def levels_to_label(low_db: float, high_db: float, height: float, is_difference: bool) -> list[float]:
    """Returns the levels that have room beside a scale; those of a difference lie evenly around 0."""
    span = high_db - low_db
    most = max(height / _LABEL_PX, 2.0)
    if not is_difference:
        step: float = next((s for s in _LEVEL_STEPS_DB if span / s <= most), _LEVEL_STEPS_DB[-1])
        return [float(v) for v in np.arange(np.ceil(low_db / step) * step, high_db + 1e-6, step)]
    # Both ends have their labels: they say which scale it is.
    divides = [s for s in _STEPS_DB if abs(high_db / s - round(high_db / s)) < 1e-9]
    step = next((s for s in divides if span / s <= most), high_db)
    return [float(v) for v in np.arange(-high_db, high_db + 1e-6, step)]
