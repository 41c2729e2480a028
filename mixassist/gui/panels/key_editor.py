# SPDX-License-Identifier: Apache-2.0
"""Changing keys: press the new ones, see whose they are, take them or leave them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QKeySequenceEdit, QLabel, QLineEdit, QWidget

from mixassist.gui.actions import ACTION
from mixassist.gui.key_map import KeyMap, native, portable
from mixassist.gui.panels.sheet import Sheet
from mixassist.gui.widgets.key_tree import KeyTree, filter_field
from mixassist.gui.widgets.push_button import PushButton

_INTO_LIST = (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class KeyEditor(Sheet):
    """A list of actions and, under it, what can be done with the keys of the chosen one."""

    def __init__(self, key_map: KeyMap, parent: QWidget | None) -> None:
        super().__init__("key_editor", parent)
        self._key_map = key_map
        self.tree = KeyTree(key_map, self)
        self.find_field = filter_field(self.tree, self)
        self.field = QKeySequenceEdit(self)
        self.field.setMaximumSequenceLength(1)
        self.field.setObjectName("key_editor.field")
        self.field.setAccessibleName(self.tr("New key: press it"))
        inner = self.field.findChild(QLineEdit)
        if inner is not None:
            inner.setAccessibleName(self.tr("New key: press it"))
            inner.setPlaceholderText(self.tr("Press a key"))
            inner.setMinimumHeight(28)
        self.words = QLabel("", self)
        self.words.setObjectName("key_editor.words")
        self.words.setWordWrap(True)
        self.words.setMinimumHeight(34)
        self._lay_out()
        self.tree.currentItemChanged.connect(lambda *_: self._chosen())
        self.field.keySequenceChanged.connect(lambda _: self._refresh())
        key_map.changed.connect(self._refresh)
        self.find_field.installEventFilter(self)
        self._refresh()
        self.find_field.setFocus()

    def _lay_out(self) -> None:
        self.body.addWidget(self.find_field)
        self.body.addWidget(self.tree, 1)
        self.body.addWidget(self.words)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.field, 1)
        self.set_button = self._button(self.tr("Use this key"), "set", self._set)
        self.add_key_button = self._button(self.tr("Add this key"), "add", self._add)
        self.remove_button = self._button(self.tr("No key"), "remove", self._remove)
        self.reset_button = self._button(self.tr("Default"), "reset", self._reset)
        for button in (self.set_button, self.add_key_button, self.remove_button, self.reset_button):
            row.addWidget(button)
        self.body.addLayout(row)
        self.reset_all = self.add_button(self.tr("All defaults"), self._key_map.reset, "reset_all", left=True)
        self.finish(self.tr("Change keys"), 780, 620)

    def _button(self, words: str, name: str, call: Callable[[], None]) -> PushButton:
        button = PushButton(words, self)
        button.setObjectName(f"key_editor.{name}")
        button.setAutoDefault(False)
        button.setMinimumHeight(28)
        button.clicked.connect(call)
        return button

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down goes from the field that filters into the list."""
        is_press = watched is self.find_field and event.type() == QEvent.Type.KeyPress
        if is_press and isinstance(event, QKeyEvent) and event.key() in _INTO_LIST:
            self._enter_list()
            return True
        return super().eventFilter(watched, event)

    def _enter_list(self) -> None:
        row = next((r for r in self.tree.rows.values() if not r.isHidden()), None)
        if row is not None:
            self.tree.setCurrentItem(row)
            self.tree.setFocus()

    def choose(self, name: str) -> None:
        """Chooses an action."""
        self.tree.setCurrentItem(self.tree.rows[name])

    def _chosen(self) -> None:
        self.field.clear()
        self._refresh()

    def _key(self) -> str:
        return portable(self.field.keySequence().toString(QKeySequence.SequenceFormat.PortableText))

    def _refresh(self) -> None:
        name, key = self.tree.selected_name(), self._key()
        ready = bool(name and key) and key not in self._key_map.keys(name)
        others = self._key_map.users_of(key, name) if ready else ()
        self.set_button.setText(self.tr("Take this key") if others else self.tr("Use this key"))
        self.set_button.setEnabled(ready)
        self.add_key_button.setEnabled(ready and bool(self._key_map.keys(name)))
        self.remove_button.setEnabled(bool(name and self._key_map.keys(name)))
        self.reset_button.setEnabled(bool(name) and self._key_map.is_changed(name))
        self.reset_all.setEnabled(bool(self._key_map.changes))
        self.field.setEnabled(bool(name))
        self.words.setText(self._sentence(name, key, others))

    def _sentence(self, name: str, key: str, others: tuple[str, ...]) -> str:
        if not name:
            return self.tr("Choose an action, then press the key it shall have.")
        title, shown = ACTION[name].title, self._key_map.shown_keys(name)
        if others:
            owners = ", ".join(ACTION[other].title for other in others)
            return self.tr("⚠ {0} belongs to {1}. Taking it leaves that without this key.").format(native(key), owners)
        if key and key in self._key_map.keys(name):
            return self.tr("{0} has {1} already.").format(title, native(key))
        if key:
            return self.tr("{0} is free.").format(native(key))
        return self.tr("{0}: {1}").format(title, shown) if shown else self.tr("{0} has no key.").format(title)

    def _set(self) -> None:
        name = self.tree.selected_name()
        self._key_map.set_keys(name, [self._key(), *self._key_map.keys(name)[1:]], take=True)
        self.field.clear()

    def _add(self) -> None:
        name = self.tree.selected_name()
        self._key_map.set_keys(name, [*self._key_map.keys(name), self._key()], take=True)
        self.field.clear()

    def _remove(self) -> None:
        self._key_map.set_keys(self.tree.selected_name(), [])

    def _reset(self) -> None:
        """Gives the table's keys back; whoever has them now loses them."""
        name = self.tree.selected_name()
        self._key_map.set_keys(name, ACTION[name].keys, take=True)
