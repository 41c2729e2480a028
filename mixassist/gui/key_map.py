# SPDX-License-Identifier: Apache-2.0
"""Which keys belong to which action: the table's defaults and what a person changed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence

from mixassist.gui.actions import ACTION, ACTIONS, PANELS

Changes = dict[str, list[str]]
"""Keys in Qt's portable text by action name, for the actions whose keys are not the table's."""


def portable(key: str) -> str:
    """Returns a key in the one spelling that is compared and saved; empty for what is no key."""
    return QKeySequence(key, QKeySequence.SequenceFormat.PortableText).toString()


def native(key: str) -> str:
    """Returns a key as the system writes it, for people."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def place_of(name: str) -> str:
    """Returns where an action's keys act: a panel of its own, or everywhere in the window (empty)."""
    menu = ACTION[name].menu
    return menu if menu in PANELS else ""


class KeyMap(QObject):
    """Knows every action's keys; what is wrong in the changes it is given is passed over.

    Args:
        changes: what the settings remember.
    """

    changed = Signal()

    def __init__(self, changes: Changes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._changes: dict[str, tuple[str, ...]] = {}
        for name, keys in changes.items():
            if name in ACTION and isinstance(keys, list) and all(isinstance(k, str) for k in keys):
                self._put(name, keys)

    @property
    def changes(self) -> Changes:
        """What differs from the table, for the settings."""
        return {name: list(keys) for name, keys in self._changes.items()}

    def keys(self, name: str) -> tuple[str, ...]:
        """Returns an action's keys, in portable spelling."""
        return self._changes.get(name, default_keys(name))

    def shown_keys(self, name: str) -> str:
        """Returns an action's keys as one text for people."""
        return ", ".join(native(key) for key in self.keys(name))

    def is_changed(self, name: str) -> bool:
        """Whether an action's keys are not the table's."""
        return name in self._changes

    def users_of(self, key: str, name: str) -> tuple[str, ...]:
        """Returns the other actions that have a key in the place where action `name` would have it."""
        wanted = portable(key)
        others = (s.name for s in ACTIONS if s.name != name and place_of(s.name) == place_of(name))
        return tuple(other for other in others if wanted and wanted in self.keys(other))

    def conflicts(self) -> dict[str, tuple[str, ...]]:
        """Returns the actions whose keys others have too, with those others."""
        found = {}
        for spec in ACTIONS:
            others = {other for key in self.keys(spec.name) for other in self.users_of(key, spec.name)}
            if others:
                found[spec.name] = tuple(sorted(others))
        return found

    def set_keys(self, name: str, keys: Iterable[str], take: bool = False) -> None:
        """Gives an action keys.

        Args:
            take: take them away from the actions that have them now.
        """
        wanted = tuple(keys)
        for key in wanted if take else ():
            for other in self.users_of(key, name):
                self._put(other, [k for k in self.keys(other) if k != portable(key)])
        self._put(name, wanted)
        self.changed.emit()

    def reset(self) -> None:
        """Gives all actions the table's keys again."""
        self._changes.clear()
        self.changed.emit()

    def _put(self, name: str, keys: Iterable[str]) -> None:
        clean = tuple(dict.fromkeys(p for k in keys if (p := portable(k))))
        if clean == default_keys(name):
            self._changes.pop(name, None)
        else:
            self._changes[name] = clean


@cache
def default_keys(name: str) -> tuple[str, ...]:
    """Returns the table's keys of an action, in portable spelling."""
    return tuple(portable(key) for key in ACTION[name].keys)
