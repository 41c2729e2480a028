# SPDX-License-Identifier: Apache-2.0
"""Small strokes that painted widgets share: boxes, labels, focus rings, marks."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QWidget

Align = Qt.AlignmentFlag


def painter_for(widget: QWidget) -> QPainter:
    """Returns a smooth painter on a widget."""
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return painter


def box(painter: QPainter, rect: QRectF, fill: QColor, line: QColor | None = None, radius: float = 4.0) -> None:
    """Paints a rounded box, crisp at whole pixels."""
    painter.setBrush(fill)
    painter.setPen(QPen(line, 1.0) if line is not None else Qt.PenStyle.NoPen)
    shape = rect.adjusted(0.5, 0.5, -0.5, -0.5) if line is not None else rect
    painter.drawRoundedRect(shape, radius, radius)


def sized(font: QFont, pixels: int, bold: bool = False) -> QFont:
    """Returns a copy of a font at a pixel size."""
    copy = QFont(font)
    copy.setPixelSize(pixels)
    copy.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return copy


def fitted(font: QFont, pixels: int, text: str, room: float, bold: bool = False, least: int = 8) -> QFont:
    """Returns a copy of a font at a pixel size, or down to `least` pixels if the text needs it."""
    return sized(font, _fitting_size(font.key(), pixels, text, room, bold, least), bold)


@lru_cache(maxsize=2048)
def _fitting_size(font_key: str, pixels: int, text: str, room: float, bold: bool, least: int) -> int:
    """Returns the size that fits; remembered, because measuring text takes longer than writing it."""
    font = QFont()
    font.fromString(font_key)
    for size in range(pixels, least, -1):
        if QFontMetricsF(sized(font, size, bold)).horizontalAdvance(text) <= room:
            return size
    return least


def ink_on(colour: QColor) -> QColor:
    """Returns black or white, whichever stands out more on a colour (WCAG relative luminance)."""

    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4

    light = 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF())
    return QColor("#101216") if (light + 0.05) / 0.056 > 1.05 / (light + 0.05) else QColor("#ffffff")


def label(
    painter: QPainter, rect: QRectF, text: str, colour: QColor, align: Align = Align.AlignCenter, elide: bool = False
) -> None:
    """Writes one line of text into a rectangle, elided at its end if asked."""
    if elide:
        text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(rect.width()))
    painter.setPen(colour)
    painter.drawText(rect, int(align | Align.AlignVCenter | Qt.TextFlag.TextSingleLine), text)


def focus_ring(painter: QPainter, rect: QRectF, colour: QColor, radius: float = 4.0) -> None:
    """Paints the ring that shows where the keyboard is."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, 1.6))
    painter.drawRoundedRect(rect.adjusted(0.8, 0.8, -0.8, -0.8), radius, radius)


def triangle(painter: QPainter, tip: QPointF, size: float, direction: str, colour: QColor) -> None:
    """Paints a small filled triangle whose tip points `up`, `down`, `left` or `right`."""
    across = {"up": (0, 1), "down": (0, -1), "left": (1, 0), "right": (-1, 0)}[direction]
    back = QPointF(tip.x() + across[0] * size, tip.y() + across[1] * size)
    side = QPointF(across[1] * size * 0.62, across[0] * size * 0.62)
    path = QPainterPath(tip)
    path.lineTo(back + side)
    path.lineTo(back - side)
    path.closeSubpath()
    painter.fillPath(path, colour)


def tick(painter: QPainter, rect: QRectF, colour: QColor) -> None:
    """Paints a tick into a box."""
    unit = rect.width() / 18.0
    painter.setPen(QPen(colour, 2.2 * unit, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    centre = rect.center()
    places = ((-4.5, 0.5), (-1.5, 3.8), (4.5, -3.8))
    painter.drawPolyline([centre + QPointF(x * unit, y * unit) for x, y in places])


def warning_mark(painter: QPainter, centre: QPointF, size: float, colour: QColor) -> None:
    """Paints a triangle with an exclamation mark: something is wrong here."""
    x, y, half = centre.x(), centre.y(), size / 2
    path = QPainterPath(QPointF(x, y - half))
    path.lineTo(x + half * 1.1, y + half * 0.85)
    path.lineTo(x - half * 1.1, y + half * 0.85)
    path.closeSubpath()
    painter.setPen(QPen(colour, 1.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.setBrush(colour)
    painter.drawPath(path)
    painter.setPen(QPen(ink_on(colour), 1.4))
    painter.drawLine(QPointF(x, y - half * 0.35), QPointF(x, y + half * 0.2))
    painter.drawPoint(QPointF(x, y + half * 0.62))


def padlock(painter: QPainter, centre: QPointF, size: float, colour: QColor) -> None:
    """Paints a small padlock."""
    body = QRectF(centre.x() - size / 2, centre.y() - size * 0.08, size, size * 0.66)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(body, 1.2, 1.2)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, max(size * 0.16, 1.2)))
    shackle = QRectF(centre.x() - size * 0.28, centre.y() - size * 0.55, size * 0.56, size * 0.8)
    painter.drawArc(shackle, 0, 180 * 16)
