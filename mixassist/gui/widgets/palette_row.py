# SPDX-License-Identifier: Apache-2.0
"""One row of the command palette: what, why not, and its keys."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from mixassist.gui import paint
from mixassist.gui.theme import mixed, theme_of

_ENTRY, _MATCH = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


class PaletteRow(QStyledItemDelegate):
    """Paints an entry; letters that were found are heavy, what is not possible now is grey and says why."""

    HEIGHT = 28

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, self.HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        entry, found = index.data(_ENTRY), index.data(_MATCH)
        theme, rect = theme_of(self._view), QRectF(option.rect)
        is_current = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = theme.colour("accent") if is_current and not entry.lacking else theme.colour("panel")
        if is_current:
            ground = theme.colour("hover") if entry.lacking else ground
            paint.box(painter, rect.adjusted(1, 1, -1, -1), ground, None, 5)
        ink = theme.colour("on_accent" if is_current and not entry.lacking else "text")
        if entry.lacking:
            ink = theme.colour("dim")
        keys_width = self._draw_keys(painter, rect, entry.keys or "", mixed(ink, ground, 0.25))
        room = rect.adjusted(11, 0, -22 - keys_width, 0)
        end = self._draw_title(painter, room, entry.title, frozenset(found.places), ink)
        if entry.lacking:
            painter.setFont(paint.sized(option.font, 11))
            words = QRectF(end + 10, rect.top(), room.right() - end - 10, rect.height())
            paint.label(painter, words, f"– {entry.lacking}", ink, paint.Align.AlignLeft, elide=True)
        painter.restore()

    def _draw_keys(self, painter: QPainter, rect: QRectF, keys: str, ink: QColor) -> float:
        font = paint.sized(self._view.font(), 11)
        painter.setFont(font)
        paint.label(painter, rect.adjusted(0, 0, -11, 0), keys, ink, paint.Align.AlignRight)
        return QFontMetricsF(font).horizontalAdvance(keys)

    def _draw_title(self, painter: QPainter, rect: QRectF, title: str, places: frozenset[int], ink: QColor) -> float:
        """Writes the title in runs of found and other letters; returns where it ends."""
        plain, heavy = paint.sized(self._view.font(), 13), paint.sized(self._view.font(), 13, bold=True)
        x, place = rect.left(), 0
        while place < len(title):
            is_found, end = place in places, place
            while end < len(title) and (end in places) == is_found:
                end += 1
            font = heavy if is_found else plain
            width = QFontMetricsF(font).horizontalAdvance(title[place:end])
            painter.setFont(font)
            run = QRectF(x, rect.top(), min(width + 2, max(rect.right() - x, 0)), rect.height())
            paint.label(painter, run, title[place:end], ink, paint.Align.AlignLeft)
            x, place = x + width, end
        return min(x, rect.right())
