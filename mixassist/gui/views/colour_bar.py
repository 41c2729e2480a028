# SPDX-License-Identifier: Apache-2.0
"""The scale beside the spectrograms: which colour stands for how many dB."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QImage, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from mixassist.gui import paint
from mixassist.gui.theme import theme_of
from mixassist.gui.views.colour_maps import difference_colours, level_colours


class ColourBar(QWidget):
    """Shows one colour scale for all rows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pictures.colours")
        self.low_db, self.high_db, self.is_difference = -80.0, 0.0, False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(46, 120)

    def minimumSizeHint(self) -> QSize:
        return QSize(46, 60)

    def show_scale(self, low_db: float, high_db: float, is_difference: bool) -> None:
        """Shows another scale."""
        self.low_db, self.high_db, self.is_difference = low_db, high_db, is_difference
        words = self.tr("Colours from {0:g} to {1:g} dB").format(low_db, high_db)
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        theme = theme_of(self)
        colours = difference_colours(theme.panel) if self.is_difference else level_colours()
        bar = QRectF(4, 14, 12, self.height() - 28)
        pixels = np.ascontiguousarray(colours[::-1].reshape(-1, 1))
        image = QImage(pixels.data, 1, len(colours), 4, QImage.Format.Format_RGB32)
        painter.drawImage(bar, image)
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.drawRect(bar)
        painter.setFont(paint.sized(self.font(), 9))
        span = self.high_db - self.low_db
        step = next(s for s in (1, 2, 3, 6, 10, 20, 40, 80) if span / s <= max(bar.height() / 22, 2))
        for level in np.arange(np.ceil(self.low_db / step) * step, self.high_db + 1e-6, step):
            y = bar.bottom() - (level - self.low_db) / span * bar.height()
            painter.setPen(QPen(theme.colour("dim"), 1))
            painter.drawLine(QPointF(bar.right(), y), QPointF(bar.right() + 3, y))
            sign = "+" if self.is_difference and level > 0 else ""
            words = f"{sign}{level:.0f}".replace("-", "−")
            room = QRectF(bar.right() + 4, y - 7, self.width() - bar.right() - 4, 14)
            paint.label(painter, room, words, theme.colour("dim"), paint.Align.AlignLeft)
        unit = QRectF(0, self.height() - 13, 22, 13)
        paint.label(painter, unit, "dB", theme.colour("dim"))
