# SPDX-License-Identifier: Apache-2.0
"""All actions with their keys, as a tree that a few letters filter."""

from __future__ import annotations

from PySide6.QtWidgets import QHeaderView, QLineEdit, QTreeWidget, QTreeWidgetItem, QWidget

from mixassist.gui.actions import ACTIONS, plain, translated
from mixassist.gui.fuzzy import contains, match
from mixassist.gui.key_map import KeyMap


class KeyTree(QTreeWidget):
    """Every action under its menu, with its keys and what it does; `filtered` leaves what fits a few letters."""

    def __init__(self, key_map: KeyMap, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key_map = key_map
        self.setAccessibleName(self.tr("Actions and their keys"))
        self.setHeaderLabels([self.tr("Action"), self.tr("Keys"), self.tr("What it does")])
        self.setRootIsDecorated(False)
        self.setItemsExpandable(False)
        self.setIndentation(12)
        self.setUniformRowHeights(True)
        self.rows: dict[str, QTreeWidgetItem] = {}
        self._build()
        key_map.changed.connect(self.show_keys)
        self.show_keys()
        header = self.header()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)

    def _build(self) -> None:
        groups: dict[str, QTreeWidgetItem] = {}
        for spec in ACTIONS:
            if spec.menu not in groups:
                group = groups[spec.menu] = QTreeWidgetItem(self, [plain(translated(spec.menu))])
                font = group.font(0)
                font.setBold(True)
                group.setFont(0, font)
                group.setFlags(group.flags() & ~group.flags().ItemIsSelectable)
            self.rows[spec.name] = QTreeWidgetItem(groups[spec.menu], [spec.plain_text, "", translated(spec.tip)])
        self.expandAll()

    def show_keys(self) -> None:
        """Writes the keys that actions have now; changed ones are marked with a dot."""
        for name, row in self.rows.items():
            mark = " •" if self._key_map.is_changed(name) else ""
            row.setText(1, self._key_map.shown_keys(name) + mark)

    def filtered(self, letters: str) -> None:
        """Shows the actions whose words or keys fit."""
        for name, row in self.rows.items():
            told = f"{row.text(2)} {self._key_map.shown_keys(name)}"
            row.setHidden(match(letters, row.text(0)) is None and not contains(letters, told))
        for index in range(self.topLevelItemCount()):
            group = self.topLevelItem(index)
            if group is not None:
                rows = (group.child(i) for i in range(group.childCount()))
                group.setHidden(all(r is None or r.isHidden() for r in rows))

    def selected_name(self) -> str:
        """Returns the action of the current row; empty on a heading."""
        return next((name for name, row in self.rows.items() if row is self.currentItem()), "")


def filter_field(tree: KeyTree, parent: QWidget) -> QLineEdit:
    """Makes the field above such a tree that filters it."""
    field = QLineEdit(parent)
    field.setPlaceholderText(parent.tr("Find an action or a key"))
    field.setAccessibleName(parent.tr("Find an action or a key"))
    field.setClearButtonEnabled(True)
    field.setMinimumHeight(28)
    field.textChanged.connect(tree.filtered)
    return field
