# SPDX-License-Identifier: Apache-2.0
"""Track menu: rename, remove, replace, move, mute, solo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QFileDialog, QMenu

from mixassist.domain.commands import MoveTrack, RemoveTracks, SetChannelFields, SetSolo
from mixassist.domain.instruments import INSTRUMENTS
from mixassist.gui.handlers.files import AUDIO_PATTERNS
from mixassist.gui.handlers.strip_menu import add_strip_entries

if TYPE_CHECKING:
    from mixassist.gui.main_window import MainWindow


class TrackActions(QObject):
    """Acts on the selected track."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._workspace = window.workspace

    @property
    def _id(self) -> str:
        return self._window.console.selected_id

    def _ids(self) -> list[str]:
        return [t.id for t in self._workspace.session.tracks]

    def rename(self) -> None:
        """Opens the selected strip's name for typing."""
        if self._id:
            self._window.console.strips[self._id].title.start_typing()

    def remove(self) -> None:
        """Takes the selected track out and selects its neighbour."""
        if not self._id:
            return
        ids, gone = self._ids(), self._id
        place = ids.index(gone)
        ids.remove(gone)
        self._workspace.editor.execute(RemoveTracks((gone,)))
        if ids:
            self._window.console.select(ids[min(place, len(ids) - 1)])

    def replace(self) -> None:
        """Asks for a file and gives the selected track its audio."""
        if not self._id:
            return
        patterns = f"{self.tr('Audio')} ({AUDIO_PATTERNS});;{self.tr('All files')} (*)"
        folder = self._window.settings.last_folder
        name, _ = QFileDialog.getOpenFileName(self._window, self.tr("Replace audio"), folder, patterns)
        if name:
            self._workspace.replace_audio(self._id, name)

    def move_left(self) -> None:
        """Moves the selected track one place to the left."""
        self._move(-1)

    def move_right(self) -> None:
        """Moves the selected track one place to the right."""
        self._move(1)

    def _move(self, by: int) -> None:
        if self._id:
            place = self._ids().index(self._id) + by
            if 0 <= place < len(self._ids()):
                self._workspace.editor.execute(MoveTrack(self._id, place))

    def previous(self) -> None:
        """Selects the strip before."""
        self._step(-1)

    def next(self) -> None:
        """Selects the strip behind."""
        self._step(1)

    def _step(self, by: int) -> None:
        ids = self._ids()
        if ids:
            place = ids.index(self._id) + by if self._id in ids else 0
            self._window.console.select(ids[min(max(place, 0), len(ids) - 1)])

    def mute(self) -> None:
        """Mutes or unmutes the chosen strips as one step."""
        if self._id:
            self._workspace.editor.toggle_mute(self._id, *self._window.console.picked_ids)

    def solo(self) -> None:
        """Soloes or unsoloes the chosen strips."""
        if self._id:
            self._workspace.editor.toggle_solo(self._id, *self._window.console.picked_ids, only=False)

    def clear_mutes(self) -> None:
        """Unmutes every strip as one step."""
        with self._workspace.document.macro(self.tr("Clear all mutes")):
            for track in self._workspace.session.tracks:
                if track.channel.mute:
                    self._workspace.editor.execute(SetChannelFields(track.id, {"mute": False}, "unmute"))

    def clear_solos(self) -> None:
        """Unsoloes every strip."""
        self._workspace.editor.execute(SetSolo(frozenset()))

    def open_menu(self, track_id: str, at: QPoint) -> None:
        """Opens a strip's context menu."""
        menu = self.menu_for(track_id)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def menu_for(self, track_id: str) -> QMenu:
        """Builds a strip's context menu: the table's track actions and the instruments."""
        menu = QMenu(self._window)
        actions = self._window.actions_by_name
        for name in ("rename", "replace", "remove", "move_left", "move_right"):
            menu.addAction(actions[name])
        instruments = menu.addMenu(self.tr("Instrument"))
        present = self._workspace.session.track(track_id).channel.instrument
        family = ""
        for instrument in INSTRUMENTS:
            if family and instrument.family != family:
                instruments.addSeparator()
            family = instrument.family
            entry = instruments.addAction(instrument.label)
            entry.setCheckable(True)
            entry.setChecked(instrument.key == present)
            entry.triggered.connect(
                lambda _=False, key=instrument.key: self._workspace.editor.execute(
                    SetChannelFields(track_id, {"instrument": key}, "instrument")
                )
            )
        add_strip_entries(menu, self._window, track_id)
        menu.addSeparator()
        menu.addAction(actions["back_strip"])
        return menu
