# SPDX-License-Identifier: Apache-2.0
"""A small button in the corner of a picture that steps through a few choices."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget

from mixassist.gui import paint
from mixassist.gui.theme import theme_of
from mixassist.gui.widgets.painted_button import PaintedButton


class CornerButton(PaintedButton):
    """Shows one of several choices; a click goes on to the next.

    Args:
        choices: keys with their words, in order.
    """

    picked = Signal(str)

    def __init__(self, choices: tuple[tuple[str, str], ...], parent: QWidget | None = None) -> None:
        super().__init__(choices[0][1], parent)
        self._choices = choices
        self.choice = choices[0][0]
        self.clicked.connect(self._step)
        self.resize(self.sizeHint())

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        widest = max(metrics.horizontalAdvance(words) for _, words in self._choices)
        return QSize(round(widest * 10 / 12) + 12, 16)

    def show_choice(self, key: str, words: str = "") -> None:
        """Shows a choice; emits nothing. Other words than its own may be given."""
        self.choice = key
        self.setText(words or dict(self._choices)[key])
        self.setAccessibleDescription(self.text())
        self.update()

    def _step(self) -> None:
        keys = [key for key, _ in self._choices]
        self.picked.emit(keys[(keys.index(self.choice) + 1) % len(keys)])

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        theme = theme_of(self)
        rect = QRectF(self.rect())
        if self.underMouse():
            paint.box(painter, rect, theme.colour("hover"), theme.colour("line"), 3)
        painter.setFont(paint.sized(self.font(), 10))
        paint.label(painter, rect, self.text(), theme.colour("text" if self.underMouse() else "dim"))
        if self.hasFocus():
            paint.focus_ring(painter, rect, theme.colour("accent"))
