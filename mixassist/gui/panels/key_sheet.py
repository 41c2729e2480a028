# SPDX-License-Identifier: Apache-2.0
"""The sheet of all keys, from the table of actions."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from mixassist.gui.key_map import KeyMap
from mixassist.gui.panels.sheet import Sheet
from mixassist.gui.widgets.key_tree import KeyTree, filter_field


class KeySheet(Sheet):
    """Shows all keys; its button leads to where they are changed."""

    def __init__(self, key_map: KeyMap, change: Callable[[], object], parent: QWidget | None) -> None:
        super().__init__("keys", parent)
        tree = KeyTree(key_map, self)
        field = filter_field(tree, self)
        self.body.addWidget(field)
        self.body.addWidget(tree)
        self.add_button(self.tr("Change keys…"), lambda: (self.close(), change()), "change", left=True)
        self.finish(self.tr("All keys"), 780, 600)
        field.setFocus()
