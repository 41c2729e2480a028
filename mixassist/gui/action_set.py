# SPDX-License-Identifier: Apache-2.0
"""The table of actions come alive: Qt's actions, connected, with their keys, greyed and ticked as things stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget

from mixassist.gui.actions import ACTIONS, MENUS, PANELS, translated
from mixassist.gui.conditions import failing
from mixassist.gui.key_map import KeyMap

if TYPE_CHECKING:
    from mixassist.gui.main_window import MainWindow


STAYS_IN_TESTS = ("quit",)
"""Actions of the window that stay possible while the listening page is open."""


class ActionSet(QObject):
    """Makes the actions of the window, or of one of its panels, and keeps them as the table says.

    Args:
        owner: the window or panel that the slots are looked up in and that hears the keys.
        window: what the conditions are asked of.
        panel: one of `PANELS`; None for the window's own.
    """

    def __init__(self, owner: QWidget, window: MainWindow, key_map: KeyMap, panel: str | None = None) -> None:
        super().__init__(owner)
        self._owner, self._window, self._key_map = owner, window, key_map
        self._panel = panel
        self.specs = tuple(s for s in ACTIONS if (s.menu == panel if panel else s.menu not in PANELS))
        context = Qt.ShortcutContext.WidgetWithChildrenShortcut if panel else Qt.ShortcutContext.WindowShortcut
        self.by_name: dict[str, QAction] = {}
        for spec in self.specs:
            action = QAction(translated(spec.text), owner)
            action.setObjectName(f"action.{spec.name}")
            action.setShortcutContext(context)
            action.setCheckable(bool(spec.checked))
            slot = slot_of(owner, spec.slot)
            action.triggered.connect(lambda _=False, call=slot: self._do(call))
            owner.addAction(action)
            self.by_name[spec.name] = action
        key_map.changed.connect(self.show_keys)
        self.show_keys()

    def _do(self, call: Callable[..., object]) -> None:
        call()
        # Qt has flipped the tick of a checkable action already, whether or not anything came of it.
        self.refresh()

    def show_keys(self) -> None:
        """Gives every action the keys it has now, and names them in its tool tip."""
        for spec in self.specs:
            action = self.by_name[spec.name]
            action.setShortcuts([QKeySequence(key) for key in self._key_map.keys(spec.name)])
            shown, tip = self._key_map.shown_keys(spec.name), translated(spec.tip)
            action.setToolTip(f"{tip} ({shown})" if shown else tip)

    def lacking(self) -> dict[str, str]:
        """Returns why actions are not possible now, as words by name; the possible ones are not in it."""
        if self._panel is None and self._window.listening.is_open:
            # A blind test has the window to itself: no key and no menu may tell what it hides.
            words = QCoreApplication.translate("conditions", "a listening test is open")
            return {s.name: words for s in self.specs if s.name not in STAYS_IN_TESTS}
        fails = failing(self._window)
        return {s.name: fails[need] for s in self.specs for need in reversed(s.needs) if need in fails}

    def refresh(self) -> None:
        """Greys, ticks and words every action as things stand now."""
        lacking = self.lacking()
        for spec in self.specs:
            action = self.by_name[spec.name]
            action.setEnabled(spec.name not in lacking)
            if spec.checked:
                action.setChecked(bool(slot_of(self._owner, spec.checked)()))
            if spec.says:
                action.setText(str(slot_of(self._owner, spec.says)()))


def slot_of(owner: QObject, path: str) -> Callable[..., object]:
    """Finds `HANDLER.METHOD` on a window or panel."""
    found: object = owner
    for part in path.split("."):
        found = getattr(found, part)
    assert callable(found), path
    return found


def build_menus(window: QMainWindow, actions: ActionSet) -> dict[str, QMenu]:
    """Fills the menu bar from the table; returns the menus by their untranslated titles."""
    menus: dict[str, QMenu] = {}
    for title in MENUS:
        menus[title] = window.menuBar().addMenu(translated(title))
        menus[title].setObjectName("menu." + title.replace("&", "").lower())
    for spec in actions.specs:
        if spec.separator:
            menus[spec.menu].addSeparator()
        menus[spec.menu].addAction(actions.by_name[spec.name])
    return menus
