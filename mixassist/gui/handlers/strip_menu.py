# SPDX-License-Identifier: Apache-2.0
"""What a strip's context menu holds beside the table's track actions: colour, width, group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPoint
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QColorDialog, QMenu

from mixassist.domain.commands import SetChannelFields
from mixassist.domain.console_commands import SetWidths, group_names
from mixassist.gui.theme import theme_of

if TYPE_CHECKING:
    from mixassist.gui.main_window import MainWindow

STRIP_COLOURS: tuple[tuple[str, str], ...] = (
    ("Red", "#f2777a"), ("Orange", "#f0a35e"), ("Yellow", "#dcc64f"), ("Green", "#8fca68"), ("Teal", "#45cdbd"),
    ("Blue", "#62b6f2"), ("Violet", "#9d8cf5"), ("Pink", "#f27fbf"), ("Brown", "#b98a64"), ("Grey", "#93a1b3"),
)  # fmt: skip


def add_strip_entries(menu: QMenu, window: MainWindow, track_id: str) -> None:
    """Adds the entries for one strip (for colour and group: all strips that are chosen with it)."""
    _add_colours(menu, window, track_id)
    channel = window.session.track(track_id).channel
    wide = menu.addAction(_tr("Wide strip"))
    wide.setCheckable(True)
    wide.setChecked(channel.wide)
    wide.triggered.connect(lambda on: window.workspace.editor.execute(SetWidths(on, (track_id,))))
    add_group_entries(menu.addMenu(_tr("Group")), window, track_id)


def add_group_entries(menu: QMenu, window: MainWindow, track_id: str) -> None:
    """Fills a menu with what can be done with groups."""
    actions, console = window.actions_by_name, window.console_actions
    present = window.session.track(track_id).channel.group
    menu.addAction(actions["group"])
    for name in group_names(window.session):
        entry = menu.addAction(_tr("Join {0}").format(name))
        entry.setEnabled(name != present)
        entry.triggered.connect(lambda _=False, n=name: console.join(n))
    menu.addSeparator()
    for name in ("rename_group", "leave_group", "ungroup"):
        menu.addAction(actions[name])


def open_group_menu(window: MainWindow, track_id: str, at: QPoint) -> None:
    """Opens the menu of a strip's group."""
    if track_id not in window.console.picked_ids:
        window.console.select(track_id)
    menu = QMenu(window)
    add_group_entries(menu, window, track_id)
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(at)


def _add_colours(menu: QMenu, window: MainWindow, track_id: str) -> None:
    colours = menu.addMenu(_tr("Colour"))
    channel = window.session.track(track_id).channel

    def paint_all(colour: str) -> None:
        chosen = window.console.picked_ids if track_id in window.console.picked_ids else (track_id,)
        with window.workspace.document.macro(_tr("Colour")):
            for each in chosen:
                window.workspace.editor.execute(SetChannelFields(each, {"colour": colour}, "colour"))

    by_instrument = theme_of(window).family_colour(channel.instrument).name()
    for words, colour in (("By instrument", ""), *STRIP_COLOURS):
        entry = colours.addAction(_swatch(colour or by_instrument), _tr(words))
        entry.setCheckable(True)
        entry.setChecked(colour == channel.colour)
        entry.triggered.connect(lambda _=False, c=colour: paint_all(c))

    def ask() -> None:
        picked = QColorDialog.getColor(QColor(channel.colour or by_instrument), window, _tr("Colour of the strip"))
        if picked.isValid():
            paint_all(picked.name())

    colours.addSeparator()
    colours.addAction(_tr("Other…"), ask)


def _swatch(colour: str) -> QIcon:
    picture = QPixmap(14, 14)
    picture.fill(QColor(colour))
    return QIcon(picture)


def _tr(text: str) -> str:
    return QCoreApplication.translate("strip_menu", text)
