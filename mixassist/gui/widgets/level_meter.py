# SPDX-License-Identifier: Apache-2.0
"""The level meter: peak with RMS inside, peak hold, a clip lamp that latches; a click resets it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QColor, QLinearGradient, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from mixassist.gui import paint
from mixassist.gui.meter_scale import FLOOR_DB, deflection, to_db
from mixassist.gui.still import StillPicture
from mixassist.gui.theme import Theme, mixed, theme_of
from mixassist.gui.widgets.painted_button import PaintedButton
from mixassist.playback.meters import Needle

_LAMP = 7.0
_SCALE = 22.0
_FAINT = 0.55
"""Opacity of the part of a bar between RMS and peak."""
_LOWEST_HELD_DB = -66.0


class LevelMeter(PaintedButton):
    """Two bars on the IEC scale. It is a button: pressing it forgets the highest peak and puts the lamp out."""

    forgotten = Signal()

    def __init__(self, parent: QWidget | None = None, *, with_scale: bool = False) -> None:
        super().__init__("", parent)
        self._needle: Needle | None = None
        self.with_scale = with_scale
        self._drawn: tuple[float | bool, ...] = ()
        self._ground, self._lit, self._faint = StillPicture(), StillPicture(), StillPicture()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setToolTip(self.tr("Peak, RMS inside, highest peak held 2 s. Click to reset the clip lamp."))
        self.clicked.connect(self.forget)

    def sizeHint(self) -> QSize:
        return QSize(15 + (round(_SCALE) if self.with_scale else 0), 190)

    def minimumSizeHint(self) -> QSize:
        return QSize(13 + (round(_SCALE) if self.with_scale else 0), 90)

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
            drawn = (needle.over, *(self._pixels_up(v) for v in levels))
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
        theme = theme_of(self)
        clipped, needle = self.is_clipped, self._needle
        painter = QPainter(self)
        ground = self._ground.pixels(self, (theme.name, clipped), lambda p: self._draw_ground(p, theme, clipped))
        painter.drawPixmap(0, 0, ground)
        if needle is not None:
            lit = self._lit.pixels(self, (theme.name, 1.0), lambda p: self._draw_lit(p, theme, 1.0))
            faint = self._faint.pixels(self, (theme.name, _FAINT), lambda p: self._draw_lit(p, theme, _FAINT))
            for side in (0, 1):
                peak, rms = (self._pixels_up(levels[side]) for levels in (needle.peak, needle.rms))
                self._copy_bar(painter, faint, side, min(rms, peak), peak)
                self._copy_bar(painter, lit, side, 0, min(rms, peak))
                held = self._pixels_up(needle.held[side]) if to_db(needle.held[side]) > _LOWEST_HELD_DB else 0
                if held:
                    x, width = self._bar(side)
                    painter.fillRect(QRectF(x, self.height() - held, width, 1.5), theme.colour("text"))
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint.focus_ring(painter, QRectF(self.rect()), theme.colour("accent"))

    def _bar(self, side: int) -> tuple[float, float]:
        """Returns where a side's bar begins and how wide it is."""
        width = (self.width() - (_SCALE if self.with_scale else 0.0) - 2.0) / 2
        return side * (width + 2.0), width

    def _pixels_up(self, factor: float) -> int:
        """Returns how high a level stands, in pixels from the bottom."""
        return round(deflection(to_db(factor)) * (self.height() - _LAMP - 2))

    def _copy_bar(self, painter: QPainter, picture: QPixmap, side: int, low: int, high: int) -> None:
        """Shows a stretch of the lit bar, between two heights above the bottom."""
        if high <= low:
            return
        x, width = self._bar(side)
        target, ratio = QRectF(x, self.height() - high, width, high - low), picture.devicePixelRatio()
        source = QRectF(target.x() * ratio, target.y() * ratio, target.width() * ratio, target.height() * ratio)
        painter.drawPixmap(target, picture, source)

    def _draw_ground(self, painter: QPainter, theme: Theme, clipped: bool) -> None:
        """Paints what stands still: the lamps, the empty bars and the scale."""
        lamp, line = theme.colour("high" if clipped else "sunken"), None if clipped else theme.colour("line")
        for side in (0, 1):
            x, width = self._bar(side)
            paint.box(painter, QRectF(x, 0, width, _LAMP), lamp, line, 2)
            empty = QRectF(x, _LAMP + 2, width, self.height() - _LAMP - 2)
            paint.box(painter, empty, theme.colour("sunken"), None, 2)
        if self.with_scale:
            self._draw_scale(painter, theme, self.width() - _SCALE)

    def _draw_lit(self, painter: QPainter, theme: Theme, opacity: float) -> None:
        """Paints both bars as they look at full scale."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setOpacity(opacity)
        for side in (0, 1):
            x, width = self._bar(side)
            rect = QRectF(x, _LAMP + 2, width, self.height() - _LAMP - 2)
            gradient = QLinearGradient(rect.bottomLeft(), rect.topLeft())
            for at_db, role in ((-60.0, "low"), (-14.0, "low"), (-9.0, "middle"), (-3.0, "middle"), (-1.0, "high")):
                gradient.setColorAt(deflection(at_db), theme.colour(role))
            painter.fillRect(rect, gradient)

    def _draw_scale(self, painter: QPainter, theme: Theme, x: float) -> None:
        painter.setFont(paint.sized(self.font(), 9))
        height = self.height() - _LAMP - 2
        for level_db in (0, -6, -12, -18, -24, -30, -40, -50):
            y = self.height() - deflection(level_db) * height
            colour: QColor = mixed(theme.colour("dim"), theme.colour("panel"), 0.1)
            paint.label(painter, QRectF(x + 3, y - 6, 19, 12), f"{abs(level_db)}", colour, paint.Align.AlignLeft)
