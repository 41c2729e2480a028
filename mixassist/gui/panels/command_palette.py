# SPDX-License-Identifier: Apache-2.0
"""Everything that can be done, found by a few letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QListView, QVBoxLayout, QWidget

from mixassist.gui import paint
from mixassist.gui.fuzzy import Match, contains, match
from mixassist.gui.theme import theme_of
from mixassist.gui.widgets.palette_row import PaletteRow

_WIDTH, _ROWS, _FIELD_HEIGHT = 600, 11, 36
_BY_TIP = -100.0
"""What a find in what an action does scores: less than any in its name."""

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Entry:
    """Something that can be done. `lacking` says why not now; empty if it can."""

    name: str
    title: str
    call: Callable[[], object]
    keys: str = ""
    tip: str = ""
    lacking: str = ""


def found_entries(entries: Sequence[Entry], letters: str, recent: Sequence[str]) -> list[tuple[Entry, Match]]:
    """Returns the entries that fit, the best first; what was used lately and what is possible now goes before.

    Args:
        recent: names of entries used lately, the last one first.
    """
    ranked = []
    for place, entry in enumerate(entries):
        found = match(letters, entry.title)
        if found is None:
            if not contains(letters, entry.tip):
                continue
            found = Match(_BY_TIP)
        used = recent.index(entry.name) if entry.name in recent else len(recent) + 1
        ranked.append((bool(entry.lacking), -round(found.score / 4), used, -found.score, place, entry, found))
    ranked.sort(key=lambda r: r[:5])
    return [(entry, found) for *_, entry, found in ranked]


class PaletteModel(QAbstractListModel):
    """The entries that fit; `EntryRole` and `MatchRole` give the row's delegate what it paints."""

    EntryRole, MatchRole = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.found: list[tuple[Entry, Match]] = []

    def show_found(self, found: list[tuple[Entry, Match]]) -> None:
        """Shows other entries."""
        self.beginResetModel()
        self.found = found
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.found)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self.found):
            return None
        entry, found = self.found[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(words for words in (entry.title, entry.keys, entry.lacking) if words)
        if role == Qt.ItemDataRole.ToolTipRole:
            return entry.tip
        return {self.EntryRole: entry, self.MatchRole: found}.get(Qt.ItemDataRole(role))


class CommandPalette(QDialog):
    """A field and a list over the window: type, choose with Up and Down, Enter does it, Esc leaves.

    Args:
        recent: names of what was done from here lately, the last one first; changed in place.
        prompt: what the empty field says.
    """

    def __init__(self, entries: Sequence[Entry], recent: list[str], prompt: str, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("palette")
        self.setWindowTitle(self.tr("Command palette"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._entries, self._recent = tuple(entries), recent
        self.field = QLineEdit(self)
        self.field.setObjectName("palette.field")
        self.field.setAccessibleName(prompt)
        self.field.setPlaceholderText(prompt)
        self.field.setFont(paint.sized(self.font(), 15))
        self.field.setFixedHeight(_FIELD_HEIGHT)
        self.field.setAttribute(Qt.WidgetAttribute.WA_MacShowFocusRect, False)
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._find)
        self.list = QListView(self)
        self.list.setObjectName("palette.list")
        self.list.setAccessibleName(self.tr("Commands"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.model = PaletteModel(self)
        self.list.setModel(self.model)
        self.list.setItemDelegate(PaletteRow(self.list))
        self.list.clicked.connect(lambda index: self._do(index.row()))
        self.list.selectionModel().currentChanged.connect(self._speak)
        self.none = QLabel(self.tr("Nothing fits."), self)
        self.none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.none.setFixedHeight(PaletteRow.HEIGHT)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 10)
        column.setSpacing(6)
        for widget in (self.field, self.list, self.none):
            column.addWidget(widget)
        self._find("")
        self._place(parent)
        self.field.setFocus()

    def _place(self, parent: QWidget) -> None:
        window = parent.window()
        width = min(_WIDTH, window.width() - 40)
        self.setFixedWidth(width)
        self.move(window.mapToGlobal(QPoint((window.width() - width) // 2, min(70, window.height() // 10))))

    def _find(self, letters: str) -> None:
        self.model.show_found(found_entries(self._entries, letters, self._recent))
        count = self.model.rowCount()
        self.list.setVisible(count > 0)
        self.none.setVisible(count == 0)
        self.list.setFixedHeight(PaletteRow.HEIGHT * min(count, _ROWS) + 4)
        self.setFixedHeight(self._column.sizeHint().height())
        self._go(0)

    def _go(self, row: int) -> None:
        count = self.model.rowCount()
        if count:
            self.list.setCurrentIndex(self.model.index(min(max(row, 0), count - 1)))

    def _speak(self, index: QModelIndex) -> None:
        """Tells a screen reader, which stays at the field, what Enter would do."""
        self.field.setAccessibleDescription(str(index.data(Qt.ItemDataRole.AccessibleTextRole) or ""))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The field keeps the letters; the keys that walk and choose go to the list."""
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            row, keys = self.list.currentIndex().row(), Qt.Key
            steps = {keys.Key_Up: -1, keys.Key_Down: 1, keys.Key_PageUp: -_ROWS, keys.Key_PageDown: _ROWS}
            if event.key() in steps:
                self._go(row + steps[Qt.Key(event.key())])
                return True
            if event.key() in (keys.Key_Return, keys.Key_Enter):
                self._do(row)
                return True
        return super().eventFilter(watched, event)

    def _do(self, row: int) -> None:
        if not 0 <= row < self.model.rowCount():
            return
        entry = self.model.found[row][0]
        if entry.lacking:
            return
        if entry.name in self._recent:
            self._recent.remove(entry.name)
        self._recent.insert(0, entry.name)
        del self._recent[8:]
        self.close()
        entry.call()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = paint.painter_for(self), theme_of(self)
        painter.fillRect(self.rect(), theme.colour("panel"))
        painter.setPen(theme.colour("line"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
