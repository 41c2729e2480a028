# SPDX-License-Identifier: Apache-2.0
"""A session or folder that was open lately: its name, and where it lies."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPaintEvent
from PySide6.QtWidgets import QWidget

from mixassist.gui import paint
from mixassist.gui.theme import theme_of
from mixassist.gui.widgets.painted_button import PaintedButton

_WIDTH, _HEIGHT = 560, 30


class RecentButton(PaintedButton):
    """Opens it again when pressed; what that means is its owner's business."""

    def __init__(self, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(path.stem if path.suffix else path.name, parent)
        self._folder = str(path.parent)
        self.setToolTip(str(path))
        self.setAccessibleName(self.tr("Open {0} again").format(self.text()))
        self.setAccessibleDescription(self._folder)
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, rect = paint.painter_for(self), theme_of(self), QRectF(self.rect())
        hot = self.underMouse() or self.isDown()
        paint.box(painter, rect, theme.colour("hover" if hot else "panel"), theme.colour("line"), 6)
        font = paint.sized(self.font(), 12, bold=True)
        painter.setFont(font)
        room = rect.adjusted(12, 0, -12, 0)
        paint.label(painter, room, self.text(), theme.colour("text"), paint.Align.AlignLeft, elide=True)
        painter.setFont(paint.sized(self.font(), 11))
        room.setLeft(min(room.left() + QFontMetricsF(font).horizontalAdvance(self.text()) + 24, room.right()))
        folder = painter.fontMetrics().elidedText(self._folder, Qt.TextElideMode.ElideMiddle, int(room.width()))
        paint.label(painter, room, folder, theme.colour("dim"), paint.Align.AlignRight)
        if self.hasFocus():
            paint.focus_ring(painter, rect, theme.colour("accent"), 6)
