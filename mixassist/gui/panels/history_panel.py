# SPDX-License-Identifier: Apache-2.0
"""All steps from the start to the last one undone; picking one goes there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFont, QShowEvent
from PySide6.QtWidgets import QLabel, QListView, QVBoxLayout, QWidget

from mixassist.domain.document import Document
from mixassist.gui import paint
from mixassist.gui.theme import theme_of
from mixassist.gui.widgets.enter_presses import EnterPresses

Index = QModelIndex | QPersistentModelIndex


class HistoryModel(QAbstractListModel):
    """Row 0 is the start, row n the state after n steps; `place` is the present one."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._view = parent
        self.labels: tuple[str, ...] = ()
        self.place = 0
        self.saved_place: int | None = None

    def show_document(self, document: Document, is_in_file: bool = True) -> None:
        """Takes a document's history over; what was opened without a session's file is saved nowhere yet."""
        self.beginResetModel()
        self.labels = (self.tr("Start"), *document.history, *document.future)
        self.place, self.saved_place = len(document.history), document.saved_place
        if self.saved_place == 0 and not is_in_file:
            self.saved_place = None
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.labels)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        roles, row = Qt.ItemDataRole, index.row()
        if not 0 <= row < len(self.labels):
            return None
        if role == roles.DisplayRole:
            saved = self.tr("  (saved)") if row == self.saved_place else ""
            return f"{self.labels[row]}{saved}"
        if role == roles.ToolTipRole:
            return self.labels[row]
        if role == roles.AccessibleTextRole:
            return self._spoken(row)
        if role == roles.FontRole and row == self.place:
            font = QFont(self._view.font())
            font.setBold(True)
            return font
        if role == roles.ForegroundRole and row > self.place:
            return theme_of(self._view).colour("dim")
        return None

    def _spoken(self, row: int) -> str:
        label = self.labels[row]
        if row == self.place:
            return self.tr("{0}, where you are").format(label)
        return self.tr("{0}, undone").format(label) if row > self.place else label


class HistoryList(EnterPresses, QListView):
    """Up and Down walk, Enter or a click goes there."""

    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("history.list")
        self.setAccessibleName(self.tr("History"))
        self.setUniformItemSizes(True)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.clicked.connect(lambda index: self.picked.emit(index.row()))

    def press_by_key(self) -> None:
        """Enter goes to the row that the keyboard is on."""
        if self.currentIndex().isValid():
            self.picked.emit(self.currentIndex().row())


class HistoryPanel(QWidget):
    """Shows a document's history and walks it.

    Args:
        is_in_file: tells whether the document lies in a session's file.
    """

    def __init__(self, document: Document, is_in_file: Callable[[], bool], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("history")
        self._document, self._is_in_file = document, is_in_file
        self._is_stale = True
        self.setFixedWidth(236)
        title = QLabel(self.tr("History"), self)
        title.setFont(paint.sized(self.font(), 13, bold=True))
        self.list = HistoryList(self)
        self.model = HistoryModel(self.list)
        self.list.setModel(self.model)
        self.list.picked.connect(self._go_to)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 8)
        column.addWidget(title)
        column.addWidget(self.list, 1)

    def refresh(self) -> None:
        """Shows the history as it is now; hidden, it waits until it is shown."""
        if not self.isVisible():
            self._is_stale = True
            return
        self._is_stale = False
        self.model.show_document(self._document, self._is_in_file())
        place = self.model.index(self.model.place)
        self.list.setCurrentIndex(place)
        self.list.scrollTo(place)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_stale:
            self.refresh()

    def _go_to(self, place: int) -> None:
        if not self._document.go_to(place):
            self.refresh()
