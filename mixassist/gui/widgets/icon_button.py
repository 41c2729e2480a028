# SPDX-License-Identifier: Apache-2.0
"""A flat button that shows a drawn transport sign and follows an action."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from mixassist.gui import paint
from mixassist.gui.actions import plain
from mixassist.gui.theme import mixed, theme_of
from mixassist.gui.widgets.painted_button import PaintedButton


class IconButton(PaintedButton):
    """Triggers an action; the sign is `start`, `play`, `stop`, `undo`, `redo`, `loop` or `panel`."""

    def __init__(self, sign: str, action: QAction, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.sign = sign
        self.setObjectName(action.objectName().replace("action.", "button."))
        self.setCheckable(action.isCheckable())
        self._action = action
        action.changed.connect(self._follow)
        self.clicked.connect(lambda: action.trigger())
        self._follow()

    def sizeHint(self) -> QSize:
        return QSize(34, 30)

    def show_sign(self, sign: str) -> None:
        """Shows another sign."""
        if sign != self.sign:
            self.sign = sign
            self.update()

    def _follow(self) -> None:
        self.setEnabled(self._action.isEnabled())
        self.setText(plain(self._action.text()))
        self.setToolTip(self._action.toolTip())
        self.setAccessibleName(self.text())
        if self.isCheckable():
            self.setChecked(self._action.isChecked())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        theme = theme_of(self)
        rect = QRectF(self.rect())
        if self.isChecked():
            paint.box(painter, rect, mixed(theme.colour("raised"), theme.colour("accent"), 0.25), None, 5)
        elif (self.underMouse() or self.isDown()) and self.isEnabled():
            paint.box(painter, rect, theme.colour("hover"), None, 5)
        ink = theme.colour("text")
        if self.isChecked() or self.sign == "stop":
            ink = theme.colour("accent")
        if not self.isEnabled():
            ink = mixed(theme.colour("dim"), theme.colour("window"), 0.55)
        draw_sign(painter, self.sign, rect.center(), ink)
        if self.hasFocus():
            paint.focus_ring(painter, rect, theme.colour("accent"))


def draw_sign(painter: QPainter, sign: str, centre: QPointF, ink: QColor) -> None:
    """Paints a transport sign, about 14 pixels high."""
    x, y = centre.x(), centre.y()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    if sign == "play":
        painter.drawPolygon([QPointF(x - 5, y - 7), QPointF(x + 8, y), QPointF(x - 5, y + 7)])
    elif sign == "stop":
        painter.drawRoundedRect(QRectF(x - 6, y - 6, 12, 12), 2, 2)
    elif sign == "start":
        painter.drawRect(QRectF(x - 7, y - 6, 2.4, 12))
        painter.drawPolygon([QPointF(x + 6, y - 6), QPointF(x - 4, y), QPointF(x + 6, y + 6)])
    else:
        _draw_stroked(painter, sign, x, y, ink)


def _draw_stroked(painter: QPainter, sign: str, x: float, y: float, ink: QColor) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(ink, 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    if sign in ("undo", "redo"):
        flip = 1.0 if sign == "undo" else -1.0
        path = QPainterPath(QPointF(x - 6 * flip, y - 2))
        path.lineTo(QPointF(x + 2 * flip, y - 2))
        path.cubicTo(QPointF(x + 8 * flip, y - 2), QPointF(x + 8 * flip, y + 6), QPointF(x + 2 * flip, y + 6))
        path.lineTo(QPointF(x - 2 * flip, y + 6))
        painter.drawPath(path)
        painter.drawPolyline(
            [QPointF(x - 2.6 * flip, y - 6), QPointF(x - 6.6 * flip, y - 2), QPointF(x - 2.6 * flip, y + 2)]
        )
    elif sign == "panel":
        painter.drawRoundedRect(QRectF(x - 7.5, y - 6, 15, 12), 2, 2)
        painter.drawLine(QPointF(x - 2, y - 6), QPointF(x - 2, y + 6))
