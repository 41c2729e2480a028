# SPDX-License-Identifier: Apache-2.0
"""The highest peak since the last reset, as a number; red once full scale was reached; a click forgets it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from mixassist.gui import paint
from mixassist.gui.meter_scale import FLOOR_DB
from mixassist.gui.theme import theme_of
from mixassist.gui.widgets.painted_button import PaintedButton


class PeakNumber(PaintedButton):
    """Shows a peak in dBFS; `clicked` asks for a reset.

    Args:
        unit: written behind the number.
    """

    def __init__(self, parent: QWidget | None = None, *, unit: str = "") -> None:
        super().__init__("−∞", parent)
        self._unit = unit
        self._over = False
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setToolTip(self.tr("Highest peak in dBFS since the last reset; click to reset it and the clip lamp"))
        self.show_peak(FLOOR_DB, over=False)

    def sizeHint(self) -> QSize:
        return QSize(30 + (26 if self._unit else 0), 20)

    def minimumSizeHint(self) -> QSize:
        return QSize(24, 18)

    @property
    def is_over(self) -> bool:
        """Whether full scale was reached since the last reset."""
        return self._over

    def show_peak(self, top_db: float, over: bool) -> None:
        """Shows a peak; emits nothing."""
        words = "−∞" if top_db <= FLOOR_DB else f"{top_db:.1f}".replace("-", "−")
        words += f" {self._unit}" if self._unit else ""
        if (words, over) != (self.text(), self._over):
            self._over = over
            self.setText(words)
            clipped = self.tr("clipped") if over else ""
            self.setAccessibleDescription(", ".join(w for w in (f"{words} dBFS", clipped) if w))
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        theme = theme_of(self)
        rect = QRectF(self.rect())
        fill = theme.colour("high") if self._over else theme.colour("sunken")
        paint.box(painter, rect, fill, None if self._over else theme.colour("line"))
        painter.setFont(paint.fitted(self.font(), 10, self.text(), rect.width() - 2, bold=self._over))
        paint.label(painter, rect, self.text(), paint.ink_on(fill) if self._over else theme.colour("dim"))
        if self.hasFocus():
            paint.focus_ring(painter, rect, theme.colour("accent"))
