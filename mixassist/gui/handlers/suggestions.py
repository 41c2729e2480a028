# SPDX-License-Identifier: Apache-2.0
"""Other suggestions than the first, and why a suggestion is as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from mixassist.gui.panels.why_sheet import WhySheet

if TYPE_CHECKING:
    from mixassist.gui.main_window import MainWindow


class SuggestionActions(QObject):
    """Acts on what Automix suggests; the first suggestion is the mixer's best guess, every further one another."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._workspace = window.workspace
        self._seed = 0

    def first(self) -> None:
        """Asks the chosen method for its best guess."""
        self._ask(0)

    def another(self) -> None:
        """Asks the chosen method for another mix than the last."""
        self._ask(self._seed + 1)

    def _ask(self, seed: int) -> None:
        self._seed = seed
        self._workspace.automix(str(self._window.transport_bar.method.currentData()), seed)

    def why(self) -> None:
        """Shows which other tracks moved the selected strip's predicted values."""
        track_id, session, stems = (
            self._window.console.selected_id,
            self._workspace.session,
            self._workspace.sound.stems,
        )
        track = next((t for t in session.tracks if t.id == track_id), None)
        if track is None or stems is None:
            return

        def work(progress: Any, cancel: Any) -> Any:
            from mixassist import api

            return api.why(session, stems, track.id, progress=progress, cancel=cancel)

        def take(reasons: Any) -> None:
            WhySheet(track.name, reasons, self._window).open()

        self._workspace.tasks.run_task(self.tr("Asking why"), work, take)
