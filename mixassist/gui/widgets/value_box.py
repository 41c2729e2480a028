# SPDX-License-Identifier: Apache-2.0
"""A number in a box with a bar behind it: drag it, wheel it, or double-click and type."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from mixassist.domain.parameters import Parameter
from mixassist.gui import paint
from mixassist.gui.theme import Theme, mixed, theme_of
from mixassist.gui.widgets.parameter_slider import ParameterSlider


class ValueBox(ParameterSlider):
    """A number box for one control.

    Args:
        caption: words shown small at the left; without them the number stands in the middle.
        accent: colour of the bar, `#rrggbb`; the theme's accent if empty.
    """

    def __init__(
        self, parameter: Parameter, parent: QWidget | None = None, *, caption: str = "", accent: str = ""
    ) -> None:
        super().__init__(parameter, parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.caption = caption
        self.accent = accent

    def sizeHint(self) -> QSize:
        return QSize(64, 20)

    def minimumSizeHint(self) -> QSize:
        return QSize(34, 18)

    def hit_number(self, point: QPointF) -> bool:
        return True

    def entry_rect(self) -> QRect:
        return self.rect()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        theme = theme_of(self)
        self._draw_groove(painter, theme)
        self._draw_bar(painter, theme)
        self._draw_ghost(painter, theme)
        self._draw_text(painter, theme)
        if self.hasFocus():
            paint.focus_ring(painter, QRectF(self.rect()), theme.colour("accent"))

    def _draw_groove(self, painter: QPainter, theme: Theme) -> None:
        fill = theme.colour("hover" if self.underMouse() and self.isEnabled() else "raised")
        paint.box(painter, QRectF(self.rect()), fill, theme.colour("line"))

    def _draw_bar(self, painter: QPainter, theme: Theme) -> None:
        colour = QColor(self.accent) if self.accent else theme.colour("accent")
        if not self.isEnabled():
            colour = theme.colour("dim")
        inner = QRectF(self.rect()).adjusted(3, 0, -3, 0)
        origin = self._origin()
        left, right = sorted((origin, self.place))
        bar = QRectF(
            inner.left() + left * inner.width(), self.height() - 3.6, max((right - left) * inner.width(), 1.6), 2.2
        )
        painter.fillRect(bar, mixed(theme.colour("raised"), colour, 0.95))

    def _origin(self) -> float:
        p = self.parameter
        return p.normalised(0.0) if p.minimum < 0.0 < p.maximum else 0.0

    def _draw_ghost(self, painter: QPainter, theme: Theme) -> None:
        ghost = self.ghost_place
        if ghost is not None:
            x = 3 + ghost * (self.width() - 6)
            painter.fillRect(QRectF(x - 1.2, self.height() - 5.2, 2.4, 4.2), theme.colour("ghost"))

    def text_rect(self) -> QRectF:
        """Where name and number are written."""
        return QRectF(self.rect()).adjusted(0, 0, 0, -2)

    def _words_for(self, room: float) -> str:
        """Returns the value as written; in a narrow box without the unit of decibels, which the control says."""
        words = self.text()
        if self.parameter.unit == "dB" and QFontMetricsF(paint.sized(self.font(), 10)).horizontalAdvance(words) > room:
            return words.removesuffix(" dB")
        return words

    def _draw_text(self, painter: QPainter, theme: Theme) -> None:
        painter.setFont(paint.sized(self.font(), 11))
        edge = 5 if self.caption else 2
        rect = self.text_rect().adjusted(12 if self.locked else edge, 0, -edge, 0)
        room = rect.width() - (painter.fontMetrics().horizontalAdvance(self.caption) if self.caption else 0)
        words = self._words_for(room)
        painter.setFont(paint.fitted(self.font(), 11, words, room))
        colour = theme.colour("text") if self.isEnabled() else theme.colour("dim")
        if self.caption:
            paint.label(painter, rect, words, colour, paint.Align.AlignRight)
            painter.setFont(paint.sized(self.font(), 11))
            paint.label(painter, rect, self.caption, theme.colour("dim"), paint.Align.AlignLeft)
        else:
            paint.label(painter, rect, words, colour)
        if self.locked:
            paint.padlock(painter, QPointF(7.5, rect.center().y() + 0.5), 7.0, theme.colour("lock"))
