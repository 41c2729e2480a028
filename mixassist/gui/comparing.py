# SPDX-License-Identifier: Apache-2.0
"""Listening to something beside the mix, as loud as the mix: another snapshot, or the reference."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from PySide6.QtCore import QObject, Signal

from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, scaled
from mixassist.domain.session import Reference, Session
from mixassist.domain.slots import MINE, present_slot
from mixassist.gui.sound import Sound
from mixassist.gui.tasks import Task, TaskRunner


class Comparing(QObject):
    """Knows how loud the console's states and the reference are, and which of them sounds.

    Nothing here changes the session or what is exported: only what the player gets.
    """

    changed = Signal()
    """Something else sounds, or as loud as something else."""
    failed = Signal(object)
    """A `MixAssistError` about the reference's audio."""

    def __init__(self, sound: Sound, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sound, self._tasks = sound, tasks
        self._session = Session()
        self._known: dict[Hashable, Any] = {}
        self._mine: Any = None
        self._reference: Any = None
        self._reference_graph: Any = None
        self._loaded: Hashable = None
        self._task: Task | None = None
        self.matches = True
        self.listens_to_reference = False

    @property
    def gain_db(self) -> float | None:
        """By how much what sounds is turned; None where the mix itself sounds, or nothing is known of it yet."""
        from mixassist.rendering.level_match import matching_gain_db

        sounding = self._sounding_measures()
        if not self.matches or sounding is None or self._wanted is None:
            return None
        return matching_gain_db(sounding.integrated_lufs, sounding.true_peak_dbtp, self._wanted.integrated_lufs)

    @property
    def _wanted(self) -> Any:
        """What the mix measures that all others are brought to."""
        if self.listens_to_reference and present_slot(self._session) != MINE and self._mine is None:
            return self._known.get(_state_key(self._session))
        return self._mine

    def _sounding_measures(self) -> Any:
        if self.listens_to_reference:
            return self._reference
        return None if present_slot(self._session) == MINE else self._known.get(_state_key(self._session))

    def heard(self, graph: Any) -> tuple[Any, bool]:
        """Returns what the player gets in place of the mix's graph, and whether it is another version of the music."""
        from mixassist.rendering.level_match import with_gain

        plays_reference = self.listens_to_reference and self._reference_graph is not None
        sounding = self._reference_graph if plays_reference else graph
        return with_gain(sounding, self.gain_db or 0.0), plays_reference

    def show_session(self, session: Session) -> None:
        """Follows the session: its reference is read and measured in the background."""
        self._session = session
        # Not the reference itself: a file's hash, found out when the session is saved, makes it no other song.
        sides = () if session.reference is None else session.reference.source.sides
        wanted = (session.sample_rate_hz, *((s.file.path, s.file.size_bytes, s.channel_index) for s in sides))
        if not sides:
            self._forget_reference()
        elif wanted != self._loaded:
            self._load(wanted, session)
        self._tell()

    def take_measures(self, measures: Any | None) -> None:
        """Takes what the mix as it stands measures; None while that is not known."""
        if measures is None:
            return
        if len(self._known) > 200:
            self._known.clear()
        self._known[_state_key(self._session)] = measures
        if present_slot(self._session) == MINE:
            self._mine = measures
        self._tell()

    def listen_to_reference(self, on: bool) -> None:
        """Puts the reference in the mix's place, or the mix back."""
        self.listens_to_reference = on and self._session.reference is not None
        self._tell()

    def set_matching(self, on: bool) -> None:
        """Whether what is compared is made as loud as the mix."""
        self.matches = on
        self._tell()

    def forget(self) -> None:
        """Another session is opened."""
        self._known.clear()
        self._mine = None
        self._sound.heard_through = None
        self._forget_reference()

    def _tell(self) -> None:
        # While the mix itself sounds, fresh renders go to the player without waiting for the window.
        is_mix = not self.listens_to_reference and not self.gain_db
        self._sound.heard_through = None if is_mix else self.heard
        self._sound.send_graph()
        self.changed.emit()

    def _forget_reference(self) -> None:
        if self._task is not None:
            self._task.on_result = self._task.on_error = None
            self._task.cancel()
            self._task = None
        self._loaded = self._reference = self._reference_graph = None
        self.listens_to_reference = False

    def _load(self, wanted: Hashable, session: Session) -> None:
        listened = self.listens_to_reference
        self._forget_reference()
        stems, reference = self._sound.stems, session.reference
        if stems is None or reference is None:
            return
        self._loaded, self.listens_to_reference = wanted, listened
        rate, least = session.sample_rate_hz, session.length_frames

        def work(progress: Progress, cancel: CancelToken) -> Any:
            return _measured_reference(stems, reference, rate, least, progress, cancel)

        words = self.tr("Measuring the reference")
        self._task = self._tasks.run_task(words, work, self._take_reference, self._give_up, quiet=True)

    def _take_reference(self, found: tuple[Any, Any]) -> None:
        self._task = None
        self._reference_graph, self._reference = found
        self._tell()

    def _give_up(self, error: MixAssistError) -> None:
        self._task = None
        self.listens_to_reference = False
        self.failed.emit(error)
        self._tell()


def _measured_reference(
    stems: Any, reference: Reference, rate: int, least: int, progress: Progress, cancel: CancelToken
) -> tuple[Any, Any]:
    """Decodes a reference; returns its graph and what it measures. Runs in a worker."""
    from mixassist.rendering.level_match import reference_graph
    from mixassist.rendering.mixdown import measure_mix

    stem = stems.stem(reference.source, rate)
    errors = stems.decode([stem], scaled(progress, 0.0, 0.6), cancel, skip_unreadable=True)
    if errors:
        raise errors[0]
    measures = measure_mix(reference_graph(stem.strip_samples, rate), scaled(progress, 0.6, 1.0), cancel)
    return reference_graph(stem.strip_samples, rate, least), measures


def _state_key(session: Session) -> Hashable:
    """Names all that the mix's loudness depends on."""
    channels = tuple(
        (t.id, t.source, t.channel.controls, t.channel.stages, session.is_audible(t)) for t in session.tracks
    )
    return (session.view, session.master.gain_db, session.sample_rate_hz, channels)
