# SPDX-License-Identifier: Apache-2.0
"""The level meter: peak with RMS inside, peak hold, a clip lamp that latches; a click resets it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QColor, QLinearGradient, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from mixassist.gui import paint
from mixassist.gui.meter_scale import FLOOR_DB, deflection, to_db
from mixassist.gui.theme import Theme, mixed, theme_of
from mixassist.gui.widgets.painted_button import PaintedButton
from mixassist.playback.meters import Needle

_LAMP = 7.0


class LevelMeter(PaintedButton):
    """Two bars on the IEC scale. It is a button: pressing it forgets the highest peak and puts the lamp out."""

    forgotten = Signal()

    def __init__(self, parent: QWidget | None = None, *, with_scale: bool = False) -> None:
        super().__init__("", parent)
        self._needle: Needle | None = None
        self.with_scale = with_scale
        self._drawn: tuple[float | bool, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setToolTip(self.tr("Peak, RMS inside, highest peak held 2 s. Click to reset the clip lamp."))
        self.clicked.connect(self.forget)

    def sizeHint(self) -> QSize:
        return QSize(15 + (22 if self.with_scale else 0), 190)

    def minimumSizeHint(self) -> QSize:
        return QSize(13 + (22 if self.with_scale else 0), 90)

    @property
    def top_db(self) -> float:
        """The highest peak since the last reset, in dBFS; −90 is silence."""
        return FLOOR_DB if self._needle is None else max(to_db(v) for v in self._needle.highest)

    @property
    def is_clipped(self) -> bool:
        """Whether the clip lamp burns."""
        return self._needle is not None and self._needle.over

    def show_needle(self, needle: Needle | None) -> None:
        """Shows a needle as it stands now; repaints if a pixel changes."""
        self._needle = needle
        drawn: tuple[float | bool, ...] = ()
        if needle is not None:
            levels = (*needle.peak, *needle.rms, *needle.held)
            drawn = (needle.over, *(round(deflection(to_db(v)) * self.height()) for v in levels))
        if drawn != self._drawn:
            self._drawn = drawn
            self.update()

    def forget(self) -> None:
        """Resets the highest peak and the lamp."""
        if self._needle is not None:
            self._needle.reset()
        self._drawn = ()
        self.update()
        self.forgotten.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        theme = theme_of(self)
        scale = 22.0 if self.with_scale else 0.0
        width = (self.width() - scale - 2.0) / 2
        for side in (0, 1):
            x = side * (width + 2.0)
            lamp = theme.colour("high" if self.is_clipped else "sunken")
            paint.box(painter, QRectF(x, 0, width, _LAMP), lamp, None if self.is_clipped else theme.colour("line"), 2)
            self._draw_bar(painter, theme, QRectF(x, _LAMP + 2, width, self.height() - _LAMP - 2), side)
        if self.with_scale:
            self._draw_scale(painter, theme, self.width() - scale)
        if self.hasFocus():
            paint.focus_ring(painter, QRectF(self.rect()), theme.colour("accent"))

    def _draw_bar(self, painter: QPainter, theme: Theme, rect: QRectF, side: int) -> None:
        paint.box(painter, rect, theme.colour("sunken"), None, 2)
        if self._needle is None:
            return
        gradient = QLinearGradient(rect.bottomLeft(), rect.topLeft())
        for at_db, role in ((-60.0, "low"), (-14.0, "low"), (-9.0, "middle"), (-3.0, "middle"), (-1.0, "high")):
            gradient.setColorAt(deflection(at_db), theme.colour(role))
        peak = deflection(to_db(self._needle.peak[side])) * rect.height()
        rms = min(deflection(to_db(self._needle.rms[side])) * rect.height(), peak)
        painter.setOpacity(0.55)
        painter.fillRect(QRectF(rect.left(), rect.bottom() - peak, rect.width(), peak), gradient)
        painter.setOpacity(1.0)
        painter.fillRect(QRectF(rect.left(), rect.bottom() - rms, rect.width(), rms), gradient)
        held_db = to_db(self._needle.held[side])
        if held_db > -66.0:
            y = rect.bottom() - deflection(held_db) * rect.height()
            painter.fillRect(QRectF(rect.left(), y, rect.width(), 1.5), theme.colour("text"))

    def _draw_scale(self, painter: QPainter, theme: Theme, x: float) -> None:
        painter.setFont(paint.sized(self.font(), 9))
        height = self.height() - _LAMP - 2
        for level_db in (0, -6, -12, -18, -24, -30, -40, -50):
            y = self.height() - deflection(level_db) * height
            colour: QColor = mixed(theme.colour("dim"), theme.colour("panel"), 0.1)
            paint.label(painter, QRectF(x + 3, y - 6, 19, 12), f"{abs(level_db)}", colour, paint.Align.AlignLeft)
