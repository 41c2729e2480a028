# SPDX-License-Identifier: Apache-2.0
"""Listens for what is wrong with the stems, in the background, whenever there are new ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from mixassist.domain.progress import CancelToken, Progress
from mixassist.domain.session import Session
from mixassist.gui.sound import Sound
from mixassist.gui.tasks import Task, TaskRunner

if TYPE_CHECKING:
    from mixassist.api.faults import SessionFault

Faults = Mapping[str, tuple[str, ...]]
"""Messages by track id; tracks without a fault are not in it."""


class FaultWatch(QObject):
    """Knows the faults of the session that sounds; looks again when tracks, their names or their audio change."""

    found = Signal(object)
    """The faults, by track id."""

    def __init__(self, sound: Sound, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sound = sound
        self._tasks = tasks
        self._task: Task | None = None
        self._session = Session()
        self._heard: object = None
        self._all: tuple[SessionFault, ...] = ()
        self.faults: Faults = {}
        sound.decoded.connect(self._look)

    def show_session(self, session: Session) -> None:
        """Follows the session; faults of tracks that are gone, and those that a switch mends, are not told."""
        self._session = session
        self._tell()
        if self._heard is not None and self._sound.is_decoded:
            self._look()

    def forget(self) -> None:
        """Another session is opened: nothing is known of it."""
        self._stop()
        self._heard, self._all = None, ()
        self._tell()

    def lines(self) -> tuple[str, ...]:
        """Returns the faults as sentences, in the tracks' order."""
        return tuple(f"{t.name} {message}" for t in self._session.tracks for message in self.faults.get(t.id, ()))

    def _tell(self) -> None:
        """Tells what is wrong with the session as it stands now."""
        present = {t.id for t in self._session.tracks}
        faults: dict[str, tuple[str, ...]] = {}
        for fault in self._all:
            if fault.track_id in present and not fault.is_mended(self._session):
                faults[fault.track_id] = (*faults.get(fault.track_id, ()), fault.message)
        if faults != self.faults:
            self.faults = faults
            self.found.emit(faults)

    def _stop(self) -> None:
        if self._task is not None:
            self._task.on_result = None
            self._task.cancel()
            self._task = None

    def _look(self) -> None:
        session, stems = self._session, self._sound.stems
        heard = tuple((t.id, t.name, t.source, t.start_frames) for t in session.tracks)
        if stems is None or heard == self._heard:
            return
        self._stop()
        self._heard = heard

        def work(progress: Progress, cancel: CancelToken) -> Any:
            from mixassist.api.faults import find_session_faults

            return find_session_faults(session, stems, progress, cancel)

        self._task = self._tasks.run_task(self.tr("Looking for faults"), work, self._take, quiet=True, patient=True)

    def _take(self, found: tuple[SessionFault, ...]) -> None:
        self._task, self._all = None, found
        self._tell()
