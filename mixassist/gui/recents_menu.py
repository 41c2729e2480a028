# SPDX-License-Identifier: Apache-2.0
"""File ▸ Open recent: sessions and folders that were open lately."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from mixassist.gui.main_window import MainWindow


class RecentsMenu(QMenu):
    """Fills itself whenever it opens, and can forget them all."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.setObjectName("menu.recent")
        self._window = window
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """Lists what the settings remember; what is gone is grey."""
        self.clear()
        self.setToolTipsVisible(True)
        settings = self._window.settings
        for number, source in enumerate(settings.recents, 1):
            path = Path(source)
            name = path.stem if path.suffix else path.name
            entry = self.addAction(f"&{number % 10}  {name.replace('&', '&&')}    {path.parent.name}")
            entry.setToolTip(source)
            entry.setEnabled(path.exists())
            entry.triggered.connect(partial(self._open, source))
        self.addSeparator()
        self.addAction(self.tr("Forget these")).triggered.connect(self._forget)

    def _open(self, source: str, _checked: bool = False) -> None:
        self._window.files.open_sources([source])

    def _forget(self) -> None:
        self._window.settings.recents = []
