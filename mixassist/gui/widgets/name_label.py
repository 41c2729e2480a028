# SPDX-License-Identifier: Apache-2.0
"""A track's name: double-click or F2 renames it in place."""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from mixassist.gui import paint
from mixassist.gui.theme import Theme, mixed, theme_of
from mixassist.gui.widgets.painted_button import PaintedButton
from mixassist.gui.widgets.value_entry import ValueEntry

_LEAST_PIXELS = 10
"""Letters smaller than this are not read at a glance."""

_BETWEEN_WORDS = re.compile(r" |(?<=[_-])(?=.)|(?<=[a-z])(?=[A-Z])")
_NUMBER_ALONE = re.compile(r"[0-9]+[ ._-]*")
_LEADING_NUMBER = re.compile(r"^[0-9]+[ ._-]+(?=[^0-9])")


class NameLabel(PaintedButton):
    """Name, with a second line of small words under it when asked to."""

    renamed = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, two_lines: bool = True) -> None:
        super().__init__("", parent)
        self.two_lines = two_lines
        self._words = ""
        self._busy = False
        self._selected = False
        self._faults: tuple[str, ...] = ()
        self._colour = "#888888"
        self._entry: ValueEntry | None = None

    def sizeHint(self) -> QSize:
        return QSize(84, 36 if self.two_lines else 17)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, 36 if self.two_lines else 17)

    @property
    def words(self) -> str:
        """The small second line."""
        return self._words

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with the track; the tool tip says it."""
        return self._faults

    def show_name(
        self,
        name: str,
        colour: str,
        words: str = "",
        *,
        busy: bool = False,
        selected: bool = False,
        faults: tuple[str, ...] = (),
    ) -> None:
        """Shows a name; emits nothing. `busy` paints the words in the accent colour, `faults` put a mark behind it."""
        state = (name, colour, words, busy, selected, faults)
        if state != (self.text(), self._colour, self._words, self._busy, self._selected, self._faults):
            self.setText(name)
            self._colour, self._words, self._busy, self._selected, self._faults = colour, words, busy, selected, faults
            first = name if not words else f"{name}: {words}"
            self.setToolTip("\n".join((first, *(f"⚠ {fault}" for fault in faults))))
            self.setAccessibleDescription("; ".join((words, *faults)) if words else "; ".join(faults))
            self.update()

    def start_typing(self) -> None:
        """Opens a field to type another name."""
        if self._entry is None:
            self._entry = ValueEntry(self)
            self._entry.committed.connect(self.renamed)
            self._entry.closed.connect(self._forget_entry)
        self._entry.open(self.text(), self.rect())

    def _forget_entry(self) -> None:
        self._entry = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.start_typing()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F2:
            self.start_typing()
        else:
            super().keyPressEvent(event)

    def press_by_key(self) -> None:
        """Enter renames."""
        self.start_typing()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        theme = theme_of(self)
        rect = QRectF(self.rect())
        colour = QColor(self._colour)
        if self.two_lines:
            tint = mixed(theme.colour("panel"), colour, 0.30 if self._selected else 0.14)
            paint.box(painter, rect, tint, None, 4)
            paint.box(painter, QRectF(0, 0, rect.width(), 3.5), colour, None, 1.6)
            text_rect = rect.adjusted(5, 5, -4, -14)
            if self._faults:
                paint.warning_mark(painter, QPointF(rect.right() - 10, rect.bottom() - 9), 11, theme.colour("warning"))
        else:
            paint.box(painter, rect, colour, None, 4)
            text_rect = rect.adjusted(3, 0, -3, 0)
        if not self._draw_wrapped(painter, theme, rect):
            self._draw_one_line(painter, theme, text_rect, colour)
            self._draw_words(painter, theme, rect)
        if self.hasFocus():
            paint.focus_ring(painter, rect, theme.colour("accent"))

    def _draw_one_line(self, painter: QPainter, theme: Theme, rect: QRectF, colour: QColor) -> None:
        # The foot has less room, and the title has the number.
        size, text = (12, self.text()) if self.two_lines else (11, _LEADING_NUMBER.sub("", self.text()))
        least = _LEAST_PIXELS if self.two_lines else _LEAST_PIXELS - 1
        painter.setFont(paint.fitted(self.font(), size, text, rect.width(), bold=True, least=least))
        ink = theme.colour("text") if self.two_lines else paint.ink_on(colour)
        align = paint.Align.AlignLeft if self.two_lines else paint.Align.AlignHCenter
        # Stems of a kind differ at their ends (Snare Top, Snare Bottom): what does not fit goes from the middle.
        words = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, int(rect.width()))
        paint.label(painter, rect, words, ink, align)

    def _draw_words(self, painter: QPainter, theme: Theme, rect: QRectF) -> None:
        if self.two_lines and self._words:
            painter.setFont(paint.sized(self.font(), 10))
            ink = theme.colour("accent" if self._busy else "dim")
            line = rect.adjusted(5, 19, -18 if self._faults else -4, -2)
            paint.label(painter, line, self._words, ink, paint.Align.AlignLeft, elide=True)

    def _draw_wrapped(self, painter: QPainter, theme: Theme, rect: QRectF) -> bool:
        """Writes a name that is too long for one line on both lines; returns whether it did."""
        if not self.two_lines or self._busy:
            return False
        rows = (rect.adjusted(5, 4, -4, -18), rect.adjusted(5, 18, -18 if self._faults else -4, -3))
        painter.setFont(
            paint.fitted(self.font(), 11, _numbered_word(self.text()), rows[0].width(), True, _LEAST_PIXELS)
        )
        metrics = painter.fontMetrics()
        least = QFontMetricsF(paint.sized(self.font(), _LEAST_PIXELS, bold=True))
        if least.horizontalAdvance(self.text()) <= rows[0].width():
            return False
        first, second = _halves(self.text(), lambda text: metrics.horizontalAdvance(text) <= rows[0].width())
        for row, words in zip(rows, (first, second), strict=True):
            shown = metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, int(row.width()))
            paint.label(painter, row, shown, theme.colour("text"), paint.Align.AlignLeft)
        return True


def _halves(text: str, fits: Callable[[str], bool]) -> tuple[str, str]:
    """Parts a name at its last place whose left side fits, else at the first: between words, else between letters.

    Words end at spaces, behind `_` and `-`, and before a capital (LeadVox); a number goes with what it counts.
    """
    parts = [(text[: m.start()], text[m.end() :]) for m in _BETWEEN_WORDS.finditer(text)]
    parts = [part for part in parts if not _NUMBER_ALONE.fullmatch(part[0])] or parts
    fitting = [part for part in parts if fits(part[0])]
    if fitting:
        return fitting[-1]
    if parts:
        return parts[0]
    place = max((n for n in range(1, len(text)) if fits(text[:n])), default=1)
    return text[:place], text[place:]


def _numbered_word(text: str) -> str:
    """Returns the first word of a name, with the one behind it where the first is but a number."""
    words = text.split(" ")
    return " ".join(words[:2]) if words[0].isdigit() else words[0]
