# SPDX-License-Identifier: Apache-2.0
"""Copies of unsaved work while it is edited, and the offer to bring them back after a crash."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QDateTime, QLocale, QObject, QTimer

from mixassist.domain.session import Session

if TYPE_CHECKING:
    from mixassist.gui.main_window import MainWindow


class Recovery(QObject):
    """Autosaves the window's session every few minutes while it holds unsaved work."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        from mixassist.interchange.autosave import Autosaver

        self._window = window
        self._workspace = window.workspace
        self._saver = Autosaver()
        self._kept: Session | None = None
        self._timer = QTimer(self)
        self._keep_every(window.settings.autosave_minutes)
        window.settings.listen("autosave_minutes", self._keep_every)
        self._timer.timeout.connect(self.keep)
        self._timer.start()
        self._taken: Any = None
        self._workspace.saved.connect(self._saved)
        self._workspace.recovered.connect(self._took)
        self._workspace.opened.connect(self._let_go)

    def _keep_every(self, minutes: float) -> None:
        self._timer.setInterval(round(minutes * 60_000))

    def keep(self) -> None:
        """Writes a copy of unsaved work, in the background; what was kept already is not written again."""
        document = self._workspace.document
        session, path, saver = document.session, self._workspace.path, self._saver
        if not document.is_modified or not session.tracks or session == self._kept:
            return
        self._kept = session
        self._workspace.tasks.run_task(
            self.tr("Autosaving"), lambda progress, cancel: saver.write(session, path), quiet=True
        )

    def files(self) -> tuple[Path, ...]:
        """Returns the copy that is kept now, if there is one."""
        return (self._saver.file,) if self._saver.file.exists() else ()

    def offer(self) -> None:
        """Looks for work that a crash left behind, in the background, and offers it."""

        def look(progress: Any, cancel: Any) -> Any:
            from mixassist.interchange.autosave import recoverable

            return recoverable()

        self._workspace.tasks.run_task(self.tr("Looking for unsaved work"), look, self._offer_found, quiet=True)

    def _offer_found(self, found: tuple[Any, ...]) -> None:
        for recovery in found[:3]:
            when = QDateTime.fromMSecsSinceEpoch(recovery.written_at_ns // 1_000_000)
            text = self.tr("“{0}” ({1} tracks) was not saved when MixAssist last ended. It was kept on {2}.").format(
                recovery.name, recovery.track_count, QLocale().toString(when, QLocale.FormatType.ShortFormat)
            )
            self._window.messages.show_message(
                text,
                "warning",
                (self.tr("Recover"), partial(self._workspace.recover, recovery)),
                (self.tr("Discard"), partial(self._discard, recovery)),
            )

    def _discard(self, recovery: Any) -> None:
        from mixassist.interchange.autosave import discard_recovery

        discard_recovery(recovery)

    def _took(self, recovery: Any) -> None:
        self._taken = recovery

    def _let_go(self, *_: object) -> None:
        self._kept = None
        self._saver.discard()

    def _saved(self, *_: object) -> None:
        self._let_go()
        self._forget_taken()

    def _forget_taken(self) -> None:
        from mixassist.interchange.autosave import discard_recovery

        if self._taken is not None:
            discard_recovery(self._taken)
            self._taken = None

    def close(self) -> None:
        """Ends the timer and takes the copy away: the window closes in order."""
        self._timer.stop()
        self._saver.close()
        self._forget_taken()
