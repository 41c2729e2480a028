# SPDX-License-Identifier: Apache-2.0
"""View and Help menus: panels, zoom, theme, keys, report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from mixassist.gui.main_window import MainWindow


class LooksActions(QObject):
    """Changes what is seen, never what sounds."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    def toggle_channel_panel(self) -> None:
        """Shows or hides the channel panel."""
        settings = self._window.settings
        settings.show_channel_panel = not settings.show_channel_panel
        self._window.apply_layout()

    def toggle_waveforms(self) -> None:
        """Shows or hides the waveforms."""
        settings = self._window.settings
        settings.show_waveforms = not settings.show_waveforms
        self._window.apply_layout()

    def toggle_mixer(self) -> None:
        """Shows or hides the console; the waveforms take its room."""
        settings = self._window.settings
        settings.show_mixer = not settings.show_mixer
        self._window.apply_layout()

    def has_channel_panel(self) -> bool:
        """Whether the channel panel is shown."""
        return self._window.settings.show_channel_panel

    def has_waveforms(self) -> bool:
        """Whether the waveforms are shown."""
        return self._window.settings.show_waveforms

    def has_mixer(self) -> bool:
        """Whether the console is shown."""
        return self._window.settings.show_mixer

    def zoom_in(self) -> None:
        """Zooms in around the playhead."""
        self._window.waveforms.zoom(1.5)

    def zoom_out(self) -> None:
        """Zooms out around the playhead."""
        self._window.waveforms.zoom(1 / 1.5)

    def zoom_whole(self) -> None:
        """Shows the whole session."""
        self._window.waveforms.zoom_to_whole()

    def theme_system(self) -> None:
        """Follows the system."""
        self._window.set_theme("system")

    def theme_dark(self) -> None:
        """Always dark."""
        self._window.set_theme("dark")

    def theme_light(self) -> None:
        """Always light."""
        self._window.set_theme("light")

    def is_theme_system(self) -> bool:
        """Whether the system's scheme is followed."""
        return self._window.settings.theme == "system"

    def is_theme_dark(self) -> bool:
        """Whether it is always dark."""
        return self._window.settings.theme == "dark"

    def is_theme_light(self) -> bool:
        """Whether it is always light."""
        return self._window.settings.theme == "light"

    def show_keys(self) -> None:
        """Opens the sheet of all keys."""
        from mixassist.gui.panels.sheets import KeySheet

        KeySheet(self._window.key_map, self._window).open()

    def show_report(self) -> None:
        """Opens the import report."""
        from mixassist.gui.panels.sheets import ReportSheet

        space = self._window.workspace
        ReportSheet(space.notes, space.fault_watch.lines(), self._window).open()

    def show_about(self) -> None:
        """Opens the about box."""
        from mixassist.gui.panels.sheets import AboutSheet

        AboutSheet(self._window).open()
