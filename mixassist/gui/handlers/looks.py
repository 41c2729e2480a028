# SPDX-License-Identifier: Apache-2.0
"""View menu: panels, zoom, theme."""

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

    def toggle_waveforms(self) -> None:
        """Shows or hides the waveforms."""
        settings = self._window.settings
        settings.show_waveforms = not settings.show_waveforms

    def toggle_mixer(self) -> None:
        """Shows or hides the console; the waveforms take its room. Pictures that keep it from its room go."""
        settings = self._window.settings
        shown = self.has_mixer()
        settings.show_mixer = not shown
        if not shown and not self._window.has_room_for_console:
            settings.show_pictures = False
            self._window.apply_layout()

    def has_channel_panel(self) -> bool:
        """Whether the channel panel is shown."""
        return self._window.settings.show_channel_panel

    def has_waveforms(self) -> bool:
        """Whether the waveforms are shown."""
        return self._window.settings.show_waveforms

    def has_mixer(self) -> bool:
        """Whether the console is shown."""
        return self._window.settings.show_mixer and self._window.has_room_for_console

    def toggle_history(self) -> None:
        """Shows the history and goes into it, or hides it."""
        settings = self._window.settings
        settings.show_history = not settings.show_history
        if settings.show_history:
            self._window.history.list.setFocus()

    def has_history(self) -> bool:
        """Whether the history is shown."""
        return self._window.settings.show_history

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
        self._window.settings.theme = "system"

    def theme_dark(self) -> None:
        """Always dark."""
        self._window.settings.theme = "dark"

    def theme_light(self) -> None:
        """Always light."""
        self._window.settings.theme = "light"

    def is_theme_system(self) -> bool:
        """Whether the system's scheme is followed."""
        return self._window.settings.theme == "system"

    def is_theme_dark(self) -> bool:
        """Whether it is always dark."""
        return self._window.settings.theme == "dark"

    def is_theme_light(self) -> bool:
        """Whether it is always light."""
        return self._window.settings.theme == "light"
