# SPDX-License-Identifier: Apache-2.0
"""A tick box that is drawn by the theme at any scale."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QCheckBox

from mixassist.gui import paint
from mixassist.gui.theme import mixed, theme_of

_SIDE, _GAP = 18, 8


class CheckBox(QCheckBox):
    """Shows a tick, not only a colour."""

    def sizeHint(self) -> QSize:
        words = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(_SIDE + (_GAP + words if words else 0) + 6, 26)

    def hitButton(self, place: QPoint) -> bool:
        return self.rect().contains(place)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = paint.painter_for(self), theme_of(self)
        box = QRectF(2, (self.height() - _SIDE) / 2, _SIDE, _SIDE)
        on = self.isChecked()
        fill = theme.colour("accent" if on else "hover" if self.underMouse() else "raised")
        paint.box(painter, box, fill, theme.colour("accent" if on else "dim"), 4)
        if on:
            paint.tick(painter, box, theme.colour("on_accent"))
        ink = theme.colour("text")
        painter.setFont(self.font())
        words = QRectF(box.right() + _GAP, 0, self.width() - box.right() - _GAP, self.height())
        ink = ink if self.isEnabled() else mixed(ink, theme.colour("window"), 0.6)
        paint.label(painter, words, self.text(), ink, paint.Align.AlignLeft)
        if self.hasFocus():
            paint.focus_ring(painter, box.adjusted(-2, -2, 2, 2), theme.colour("accent"), 5)
