# SPDX-License-Identifier: Apache-2.0
"""The time ruler above the waveforms."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QPainter, QPen

from mixassist.gui import paint
from mixassist.gui.theme import Theme

_STEPS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)


def time_text(seconds: float, decimals: int = 3) -> str:
    """Returns a time as `min:sec.ms`."""
    scale = 10**decimals
    total = round(max(seconds, 0.0) * scale)
    minutes, rest = divmod(total, 60 * scale)
    whole, part = divmod(rest, scale)
    return f"{minutes}:{whole:02d}" + (f".{part:0{decimals}d}" if decimals else "")


def ruler_step_s(seconds_per_pixel: float, pixels: float = 78.0) -> float:
    """Returns the spacing of labels that leaves at least `pixels` between them."""
    return next((s for s in _STEPS_S if s >= seconds_per_pixel * pixels), float(_STEPS_S[-1]))


def draw_ruler(
    painter: QPainter, theme: Theme, font: QFont, rect: QRectF, start_s: float, seconds_per_pixel: float
) -> None:
    """Paints ticks and times along a rectangle that begins at `start_s`."""
    step = ruler_step_s(seconds_per_pixel)
    decimals = max(0, -math.floor(math.log10(step))) if step < 1 else 0
    painter.setFont(paint.sized(font, 10))
    index = math.ceil(start_s / step - 1e-9)
    while True:
        x = rect.left() + (index * step - start_s) / seconds_per_pixel
        if x > rect.right():
            return
        painter.setPen(QPen(theme.colour("dim"), 1))
        painter.drawLine(QPointF(x, rect.bottom() - 6), QPointF(x, rect.bottom() - 1))
        words = time_text(index * step, decimals)
        room = QRectF(x + 3, rect.top(), 74, rect.height() - 4)
        if room.left() + painter.fontMetrics().horizontalAdvance(words) <= rect.right() + 2:
            paint.label(painter, room, words, theme.colour("dim"), paint.Align.AlignLeft)
        index += 1
