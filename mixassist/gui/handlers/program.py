# SPDX-License-Identifier: Apache-2.0
"""What is about the program itself: palette, keys, settings, reports, log."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from mixassist.gui.actions import plain, translated
from mixassist.gui.panels.command_palette import CommandPalette, Entry

if TYPE_CHECKING:
    from mixassist.gui.main_window import MainWindow


class ProgramActions(QObject):
    """Opens sheets and dialogs."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    def show_palette(self) -> None:
        """Opens the command palette."""
        entries = (*self.action_entries(), *self.strip_entries())
        prompt = self.tr("What do you want to do?")
        CommandPalette(entries, self._window.settings.palette, prompt, self._window).open()

    def open_recent(self) -> None:
        """Opens the palette with nothing but recent sessions and folders."""
        CommandPalette(self.recent_entries(), [], self.tr("Open again"), self._window).open()

    def action_entries(self) -> tuple[Entry, ...]:
        """Returns the table's actions as the palette lists them."""
        window, entries = self._window, []
        lacking = window.action_set.lacking()
        for spec in window.action_set.specs:
            action = window.action_set.by_name[spec.name]
            title = f"{plain(translated(spec.menu))} ▸ {plain(action.text())}"
            keys, why = window.key_map.shown_keys(spec.name), lacking.get(spec.name, "")
            entries.append(Entry(spec.name, title, action.trigger, keys, translated(spec.tip), why))
        return tuple(entries)

    def strip_entries(self) -> tuple[Entry, ...]:
        """Returns an entry for every strip, which goes there."""
        words, select = self.tr("Go to {0}"), self._window.console.select
        tip = self.tr("Select this strip")
        return tuple(
            Entry(f"strip/{t.id}", words.format(t.name), partial(select, t.id), tip=tip)
            for t in self._window.workspace.session.tracks
        )

    def recent_entries(self) -> tuple[Entry, ...]:
        """Returns an entry for every recent session or folder; what is gone is grey."""
        entries = []
        for source in self._window.settings.recents:
            path = Path(source)
            call = partial(self._window.files.open_sources, [source])
            name = path.stem if path.suffix else path.name
            gone = "" if path.exists() else self.tr("is not there any more")
            entries.append(Entry(source, name, call, str(path.parent), source, gone))
        return tuple(entries)

    def show_settings(self) -> None:
        """Opens the settings."""
        from mixassist.gui.panels.settings_dialog import SettingsDialog

        SettingsDialog(self._window.settings, self._window).open()

    def show_keys(self) -> None:
        """Opens the sheet of all keys."""
        from mixassist.gui.panels.key_sheet import KeySheet

        KeySheet(self._window.key_map, self.change_keys, self._window).open()

    def change_keys(self) -> None:
        """Opens the dialog in which keys are changed."""
        from mixassist.gui.panels.key_editor import KeyEditor

        KeyEditor(self._window.key_map, self._window).open()

    def show_report(self) -> None:
        """Opens the import report."""
        from mixassist.gui.panels.report_sheet import ReportSheet

        space = self._window.workspace
        ReportSheet(space.report, space.fault_watch.faults, space.editor, self._window).open()

    def show_log(self) -> None:
        """Opens the folder of the log in the system's file manager."""
        from mixassist.gui.fault_log import log_directory

        log_directory().mkdir(mode=0o700, parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_directory())))

    def show_about(self) -> None:
        """Opens the about box."""
        from mixassist.gui.panels.about_sheet import AboutSheet

        AboutSheet(self._window).open()
