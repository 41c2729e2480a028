# SPDX-License-Identifier: Apache-2.0
"""Fields for numbers with two small arrows, as wide inside as the other fields and drawn by the theme at any scale."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QSpinBox, QStyle, QStyleOptionSpinBox, QWidget

from mixassist.gui import paint
from mixassist.gui.theme import mixed, theme_of

_INSET = 5
"""Like the style sheet's inset of a line for text; that of a spin box has no effect to the left."""
_ARROW = 5.0


def _dress(box: QAbstractSpinBox) -> None:
    box.lineEdit().setTextMargins(_INSET, 0, 0, 0)
    box.setMinimumHeight(28)


def _draw_arrows(box: QAbstractSpinBox) -> None:
    option = QStyleOptionSpinBox()
    box.initStyleOption(option)
    painter, theme = paint.painter_for(box), theme_of(box)
    for part, step, direction in (
        (QStyle.SubControl.SC_SpinBoxUp, QAbstractSpinBox.StepEnabledFlag.StepUpEnabled, "up"),
        (QStyle.SubControl.SC_SpinBoxDown, QAbstractSpinBox.StepEnabledFlag.StepDownEnabled, "down"),
    ):
        room = QRectF(box.style().subControlRect(QStyle.ComplexControl.CC_SpinBox, option, part, box))
        is_on = box.isEnabled() and bool(option.stepEnabled & step)
        ink = theme.colour("dim") if is_on else mixed(theme.colour("dim"), theme.colour("raised"), 0.7)
        # The arrows stand a little nearer to the middle of the field than to its edge.
        down = 1.0 if direction == "up" else -1.0
        tip = room.center() + QPointF(0.0, down * (1.0 - _ARROW / 2))
        paint.triangle(painter, tip, _ARROW, direction, ink)


class SpinBox(QSpinBox):
    """A field for whole numbers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _dress(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        _draw_arrows(self)


class DoubleSpinBox(QDoubleSpinBox):
    """A field for numbers with decimals."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _dress(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        _draw_arrows(self)
