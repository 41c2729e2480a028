# SPDX-License-Identifier: Apache-2.0
"""Parts of a painted widget that change rarely, kept as pixels: what moves is then painted in a few strokes.

Each stroke of a painter gives Python's global lock away and has to win it back. Beside threads that render, that takes
ten times as long as the stroke.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPixmap, QPolygonF
from PySide6.QtWidgets import QWidget
from shiboken6 import VoidPtr


class StillPicture:
    """Paints a widget-sized picture once and copies it until what it depends on changes."""

    def __init__(self) -> None:
        self._pixels = QPixmap()
        self._key: Hashable = None

    def pixels(self, widget: QWidget, key: Hashable, draw: Callable[[QPainter], None]) -> QPixmap:
        """Returns the picture in the widget's size and scale; `draw(painter)` paints it anew for another key."""
        ratio, size = widget.devicePixelRatioF(), widget.size()
        whole = (key, ratio, size.width(), size.height())
        if whole != self._key:
            pixels = QPixmap(size * ratio)
            pixels.setDevicePixelRatio(ratio)
            pixels.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixels)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(widget.font())
            draw(painter)
            painter.end()
            self._pixels, self._key = pixels, whole
        return self._pixels


def polygon(xs: np.ndarray, ys: np.ndarray) -> QPolygonF:
    """Returns points as a polygon, without a Python object a point."""
    points = QPolygonF()
    points.resize(len(xs))
    if len(xs):
        # The stubs know neither what a pointer is made of nor that it is a buffer.
        place = VoidPtr(points.data(), 16 * len(xs), True)  # type: ignore[call-arg, arg-type]
        pairs = np.frombuffer(place, np.float64).reshape(-1, 2)  # type: ignore[call-overload]
        np.stack((xs, ys), -1, out=pairs)
    return points
