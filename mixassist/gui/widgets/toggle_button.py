# SPDX-License-Identifier: Apache-2.0
"""A small lamp button: M, S, lock, polarity, power."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from mixassist.gui import paint
from mixassist.gui.theme import mixed, theme_of
from mixassist.gui.widgets.painted_button import PaintedButton


class ToggleButton(PaintedButton):
    """A checkable button whose lamp has the colour of a theme role.

    Args:
        face: one or two letters, or `lock`, `polarity`, `power`, `back`, which are drawn.
        role: the theme's colour when lit.
    """

    prediction_wanted = Signal()

    def __init__(self, face: str, role: str, parent: QWidget | None = None, *, checkable: bool = True) -> None:
        super().__init__(face, parent)
        self.face = face
        self.role = role
        self._predicted: bool | None = None
        self._locked = False
        self._dimmed = False
        self.setCheckable(checkable)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def sizeHint(self) -> QSize:
        return QSize(26, 20)

    def minimumSizeHint(self) -> QSize:
        return QSize(18, 18)

    def show_on(self, on: bool) -> None:
        """Shows a state; emits nothing."""
        if self.isChecked() != on:
            blocked = self.blockSignals(True)
            self.setChecked(on)
            self.blockSignals(blocked)
            self.update()

    def show_dimmed(self, dimmed: bool) -> None:
        """Shows a lit lamp darker, for one that blinks."""
        if dimmed != self._dimmed:
            self._dimmed = dimmed
            self.update()

    @property
    def has_ghost(self) -> bool:
        """Whether it stands other than predicted."""
        return self._predicted is not None and self._predicted != self.isChecked()

    def show_value(self, on: bool, predicted: bool | None = None, locked: bool = False) -> None:
        """Shows a switch of the table with the predicted side and the lock; emits nothing."""
        self.show_on(on)
        if (predicted, locked) != (self._predicted, self._locked):
            self._predicted, self._locked = predicted, locked
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and event.button() == Qt.MouseButton.LeftButton:
            self.prediction_wanted.emit()
            event.accept()
            return
        super().mousePressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        theme = theme_of(self)
        lit = self.isChecked()
        rect = QRectF(self.rect())
        fill = theme.colour(self.role) if lit else theme.colour("hover" if self.underMouse() else "raised")
        if lit and self._dimmed:
            fill = mixed(fill, theme.colour("panel"), 0.6)
        if self.isDown():
            fill = mixed(fill, theme.colour("dim"), 0.25)
        paint.box(painter, rect, fill, None if lit else theme.colour("line"))
        ink = paint.ink_on(fill) if lit else theme.colour("dim")
        if not self.isEnabled():
            ink = mixed(theme.colour("dim"), theme.colour("panel"), 0.5)
        self._draw_face(painter, rect, ink)
        if self.has_ghost:
            mark = QRectF(rect.left() + 4, rect.bottom() - 3.5, rect.width() - 8, 2)
            painter.fillRect(mark, theme.colour("ghost") if not lit else ink)
        if self._locked:
            paint.padlock(
                painter, QPointF(rect.right() - 4.5, rect.top() + 5), 6.0, ink if lit else theme.colour("lock")
            )
        if self.hasFocus():
            paint.focus_ring(painter, rect, theme.colour("text" if lit else "accent"))

    def _draw_face(self, painter: QPainter, rect: QRectF, ink: QColor) -> None:
        centre = rect.center()
        if self.face == "lock":
            paint.padlock(painter, centre, 8.5, ink)
            return
        painter.setPen(QPen(ink, 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.face == "polarity":
            painter.drawEllipse(centre, 4.6, 4.6)
            painter.drawLine(centre + QPointF(-5, 5.4), centre + QPointF(5, -5.4))
        elif self.face == "power":
            circle = QRectF(centre.x() - 4.4, centre.y() - 3.6, 8.8, 8.8)
            painter.drawArc(circle, 130 * 16, 280 * 16)
            painter.drawLine(centre + QPointF(0, -5.4), centre + QPointF(0, 0))
        elif self.face == "back":
            circle = QRectF(centre.x() - 4.2, centre.y() - 3.6, 8.4, 8.4)
            painter.drawArc(circle, -150 * 16, 250 * 16)
            end = math.radians(210)
            tip = QPointF(circle.center().x() + 4.2 * math.cos(end), circle.center().y() - 4.2 * math.sin(end))
            paint.triangle(painter, tip + QPointF(-1.2, 2.2), 5.5, "left", ink)
        else:
            painter.setFont(paint.sized(self.font(), 11, bold=True))
            paint.label(painter, rect, self.face, ink)
