# SPDX-License-Identifier: Apache-2.0
"""The tag of a strip's group: its name on its colour; a click opens the group's menu."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from mixassist.gui import paint
from mixassist.gui.theme import theme_of
from mixassist.gui.widgets.painted_button import PaintedButton

GROUP_COLOURS = ("#4aa3ff", "#ff8f4a", "#6fd86f", "#e06ad9", "#f2d04a", "#5ad6d6", "#ff6f7d", "#b09bff")


def group_colour(place: int) -> str:
    """Returns the colour of the session's group number `place`, counted from 0."""
    return GROUP_COLOURS[place % len(GROUP_COLOURS)]


class GroupTag(PaintedButton):
    """A line on every strip once there are groups, so that all strips stand alike; empty on one without a group."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._colour = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.hide()

    def sizeHint(self) -> QSize:
        return QSize(60, 14)

    def minimumSizeHint(self) -> QSize:
        return QSize(30, 14)

    def show_group(self, name: str, colour: str, offered: bool) -> None:
        """Shows a group's name; `offered` says whether any strip has a group."""
        if (name, colour) != (self.text(), self._colour):
            self.setText(name)
            self._colour = colour
            self.setToolTip(self.tr("Group {0}: fader, mute and solo move together").format(name) if name else "")
            self.setAccessibleDescription(name)
            self.setEnabled(bool(name))
            self.update()
        if offered == self.isHidden():
            self.setVisible(offered)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.text():
            return
        painter = paint.painter_for(self)
        rect, colour = QRectF(self.rect()), QColor(self._colour)
        paint.box(painter, rect, colour, None, 3)
        painter.setFont(paint.fitted(self.font(), 10, self.text(), rect.width() - 6, bold=True))
        paint.label(painter, rect.adjusted(3, 0, -3, 0), self.text(), paint.ink_on(colour), elide=True)
        if self.hasFocus():
            paint.focus_ring(painter, rect, theme_of(self).colour("text"))
