# SPDX-License-Identifier: Apache-2.0
"""Listen menu: opens the listening page, and keeps the rest of the window out of a test's way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QFileDialog

if TYPE_CHECKING:
    from mixassist.gui.listening.page import ListeningPage
    from mixassist.gui.main_window import MainWindow

_REGION_S = 15.0


class ListeningActions(QObject):
    """Makes the page when it is first wanted."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._page: ListeningPage | None = None
        self._is_open = False

    @property
    def is_open(self) -> bool:
        """Whether the page has the window to itself."""
        return self._is_open

    @property
    def is_running(self) -> bool:
        """Whether a test, or training, is under way."""
        return self._page is not None and self._page.conductor.run is not None

    @property
    def page(self) -> ListeningPage:
        """The page; made at the first call."""
        if self._page is None:
            from mixassist.gui.listening.page import ListeningPage

            self._page = ListeningPage(self._window)
            self._page.closed.connect(self.close)
        return self._page

    def abx(self) -> None:
        """Opens ABX."""
        self.open("abx")

    def preference(self) -> None:
        """Opens the blind preference."""
        self.open("preference")

    def multi_stimulus(self) -> None:
        """Opens the multi-stimulus page."""
        self.open("multi-stimulus")

    def opinion(self) -> None:
        """Opens the opinion score."""
        self.open("opinion")

    def report(self) -> None:
        """Asks for a folder of logs and writes its report."""
        name = QFileDialog.getExistingDirectory(self._window, self.tr("Report on the logs in"), str(self.log_folder()))
        if name:
            self.page.conductor.report(name)

    def open(self, test: str) -> None:
        """Gives the window to the page."""
        self._is_open = True
        player = self._window.workspace.sound.player
        if player is not None:
            player.stop()
        self.page.open_setup(test)
        self._window.show_listening(self.page)

    def close(self) -> None:
        """Gives the window back to the mix, once what has to be told has been told."""
        self._is_open = False
        self._window.show_listening(None)
        QTimer.singleShot(0, self._window, self._window.tick)

    def region_s(self) -> tuple[float, float]:
        """Returns the region to begin with: what is looped, or some seconds from the playhead on."""
        sound, session = self._window.workspace.sound, self._window.workspace.session
        rate, length_s = session.sample_rate_hz, session.length_frames / session.sample_rate_hz
        if sound.player is not None and sound.player.loop is not None:
            start, end = sound.player.loop
            return start / rate, end / rate
        start_s = 0.0 if sound.player is None else sound.player.position_frames / rate
        if length_s:
            start_s = max(min(start_s, length_s - _REGION_S), 0.0)
        return start_s, start_s + _REGION_S if not length_s else min(start_s + _REGION_S, length_s)

    def log_folder(self) -> Path:
        """Returns where logs go."""
        from mixassist.gui.listening.page import default_log_folder

        return default_log_folder(self._window.workspace.path)

    def shut_down(self) -> None:
        """Ends a test under way: the window closes."""
        if self._page is not None:
            self._page.shut_down()
