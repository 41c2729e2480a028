# SPDX-License-Identifier: Apache-2.0
"""A row of joined buttons of which one is down: dry, wet, model."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QFontMetricsF, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from mixassist.gui import paint
from mixassist.gui.theme import mixed, theme_of
from mixassist.gui.widgets.painted_button import PaintedButton


class Segment(PaintedButton):
    """One choice of the row."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, self.sizePolicy().verticalPolicy())

    def sizeHint(self) -> QSize:
        return QSize(self._text_width + 20, 26)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._text_width + 6, 18)

    @property
    def _text_width(self) -> int:
        # The one that is down is written in bold, and none moves when another is picked.
        bold = QFontMetricsF(paint.sized(self.font(), 12, bold=True))
        return round(bold.horizontalAdvance(self.text()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        theme = theme_of(self)
        rect = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self.isChecked():
            paint.box(painter, rect, theme.colour("accent"), None, 4)
        elif self.underMouse() and self.isEnabled():
            paint.box(painter, rect, theme.colour("hover"), None, 4)
        ink = theme.colour("on_accent" if self.isChecked() else "text")
        if not self.isEnabled():
            ink = mixed(theme.colour("dim"), theme.colour("sunken"), 0.45)
        painter.setFont(paint.sized(self.font(), 12, bold=self.isChecked()))
        paint.label(painter, rect, self.text(), ink)
        if self.hasFocus():
            paint.focus_ring(painter, rect, theme.colour("text"))


class SegmentedControl(QWidget):
    """Shows one of several keys and emits the one a person picks."""

    picked = Signal(str)

    def __init__(self, choices: tuple[tuple[str, str], ...], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.setSpacing(1)
        group = QButtonGroup(self)
        self.segments: dict[str, Segment] = {}
        for key, text in choices:
            segment = Segment(text, self)
            segment.setObjectName(f"{name}.{key}")
            group.addButton(segment)
            layout.addWidget(segment)
            segment.clicked.connect(lambda _=False, key=key: self.picked.emit(key))
            self.segments[key] = segment

    def show_choice(self, key: str) -> None:
        """Shows a choice; emits nothing."""
        self.segments[key].setChecked(True)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        theme = theme_of(self)
        paint.box(painter, QRectF(self.rect()), theme.colour("sunken"), theme.colour("line"), 6)
