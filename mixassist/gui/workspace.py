# SPDX-License-Identifier: Apache-2.0
"""What a window works on: the document, its file, its sound, and the long jobs; all of them ask `api`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from mixassist.domain.channel import View
from mixassist.domain.commands import AddTracks, ApplyPrediction, ReplaceSource, SetMaster
from mixassist.domain.document import Document
from mixassist.domain.errors import MixAssistError
from mixassist.domain.session import Master, Session
from mixassist.gui.editor import Editor
from mixassist.gui.fault_watch import FaultWatch
from mixassist.gui.import_report import ImportReport
from mixassist.gui.session_steps import (
    BringBack,
    closed_on_failure,
    listening_through,
    meet_stems,
    sides_of,
    with_facts,
)
from mixassist.gui.sound import OutputOpener, Sound, open_default_output
from mixassist.gui.tasks import TaskRunner
from mixassist.interchange.audio_identity import replace_files

_MOST_TOLD = 2
"""Files that cannot be read are named in messages of their own up to this many."""


class Workspace(QObject):
    """Holds the truth that the window shows. Every slow thing is a task; nothing here blocks."""

    session_changed = Signal(object, object)
    """The session before and now."""
    opening = Signal()
    """What was open goes; another session comes in the same turn."""
    opened = Signal()
    """Another session is here."""
    message = Signal(str, str)
    """A sentence and its kind: `error`, `warning` or `note`."""
    report_wanted = Signal(str, str)
    """A sentence and its kind, about which the import report says more."""
    saved = Signal(object)
    missing_changed = Signal()
    relinked = Signal()
    """Missing audio was looked for: what was said about it before is out of date."""
    views_changed = Signal()
    recovered = Signal(object)
    """What a crash had left behind is open again."""

    def __init__(self, parent: QObject | None = None, output_opener: OutputOpener = open_default_output) -> None:
        super().__init__(parent)
        self.document = Document()
        self.editor = Editor(self.document, self)
        self.tasks = TaskRunner(self)
        self.sound = Sound(self.tasks, self)
        self.fault_watch = FaultWatch(self.sound, self.tasks, self)
        self.path: Path | None = None
        self.notes: tuple[str, ...] = ()
        self.report = ImportReport()
        self.missing: tuple[Any, ...] = ()
        self.views: tuple[View, ...] = (View.DRY, View.WET)
        self.automix_words = self.tr("Automix")
        self.output_opener = output_opener
        self.tasks.default_on_error = self._tell_error
        self.sound.failed.connect(self._tell_sound_error)
        self.document.listen(self._changed)

    @property
    def session(self) -> Session:
        """The present session."""
        return self.document.session

    def _changed(self, before: Session, now: Session) -> None:
        self.sound.update(now)
        self.fault_watch.show_session(now)
        self.session_changed.emit(before, now)

    def _tell_error(self, error: MixAssistError) -> None:
        self.message.emit(str(error), "error")

    def _tell_sound_error(self, error: MixAssistError) -> None:
        if error.subject not in {lost.file.path for lost in self.missing}:  # those are told already, and better
            self._tell_error(error)

    def _tell_unreadable(self, errors: Sequence[MixAssistError]) -> None:
        for error in errors if len(errors) <= _MOST_TOLD else ():
            self.report_wanted.emit(str(error), "error")
        if len(errors) > _MOST_TOLD:
            words = self.tr("{0} files could not be read and were left out.").format(len(errors))
            self.report_wanted.emit(words, "error")

    def _let_go(self) -> None:
        self.sound.close()
        self.fault_watch.forget()
        self.opening.emit()

    def look_for_views(self) -> None:
        """Finds out which views can be heard, in the background; what is wrong with the network is told."""

        def work(progress: Any, cancel: Any) -> Any:
            from mixassist.api.views import look_for_views

            return look_for_views()

        self.tasks.run_task(self.tr("Looking for the model"), work, self._take_views, quiet=True)

    def _take_views(self, found: tuple[tuple[View, ...], MixAssistError | None]) -> None:
        views, trouble = found
        if trouble is not None:
            self._tell_error(trouble)
        self.sound.foresee(views)
        if views != self.views:
            self.views = views
            self.views_changed.emit()

    def _tell_views(self, asked: Session, found: tuple[tuple[View, ...], MixAssistError | None]) -> None:
        """Takes the views over that were found with a session, and says when the one it asks for is not there."""
        self._take_views(found)
        if asked.view not in found[0] and found[1] is None:
            words = self.tr("{0} listens through the model, but there is no trained network here: you hear it wet.")
            self.message.emit(words.format(asked.name), "warning")

    def new(self) -> None:
        """Begins an empty session."""
        self._let_go()
        self.path, self.notes, self.missing = None, (), ()
        self.report = ImportReport()
        self.document.replace_session(Session())
        self.opened.emit()

    def open(self, sources: Sequence[str | Path]) -> None:
        """Opens a session, a folder or files in place of what is open; on an error what is open stays."""
        opener = self.output_opener

        def work(progress: Any, cancel: Any) -> Any:
            from mixassist import api
            from mixassist.api.views import look_for_views

            opened = api.open_source(sources, skip_unreadable=True, progress=progress, cancel=cancel)
            with closed_on_failure(opened.stems):
                meet_stems(opened.session, opened.stems)
                views = look_for_views()
                cancel.check()
                return opened, views, *opener(opened.session.sample_rate_hz)

        def let_go(result: Any) -> None:
            result[0].stems.close()
            result[2].close()

        self.tasks.run_task(self.tr("Opening"), work, self._take_opened, let_go=let_go)

    def _take_opened(self, result: tuple[Any, Any, Any, str | None]) -> None:
        opened, views, output, device_words = result
        session = listening_through(opened.session, views[0])
        report = ImportReport(general=() if opened.import_notes else tuple(opened.notes))
        report = report.with_import(opened.import_notes, {t.name: t.id for t in session.tracks}, opened.unreadable)
        self._show_opened(session, opened.stems, output, device_words, opened.path, opened.notes, report)
        self._tell_device(device_words)
        self._tell_views(opened.session, views)
        self._tell_unreadable(opened.unreadable)
        self._tell_missing(opened.missing)

    def _show_opened(
        self, session: Session, stems: Any, output: Any, device_words: str | None, path: Path | None, notes: Any,
        report: ImportReport,
    ) -> None:  # fmt: skip
        self._let_go()
        self.path, self.notes, self.missing = path, tuple(notes), ()
        self.report = report
        self.document.replace_session(session)
        self.sound.open(session, stems, output, device_words)
        self.opened.emit()

    def _tell_device(self, words: str | None) -> None:
        if words:
            self.message.emit(words, "warning")

    def _tell_missing(self, missing: Sequence[Any]) -> None:
        self.missing = tuple(missing)
        for lost in self.missing[:3]:
            self.message.emit(f"{lost.file.path}: {lost.message}", "warning")
        if len(self.missing) > 3:
            self.message.emit(self.tr("{0} more files are missing.").format(len(self.missing) - 3), "warning")
        self.missing_changed.emit()

    def relink(self, folder: Path) -> None:
        """Looks for missing audio in a folder; what is found is no edit and leaves no step."""
        session = self.session

        def work(progress: Any, cancel: Any) -> Any:
            from mixassist import api

            return api.relink(session, folder, progress=progress, cancel=cancel)

        def take(result: tuple[Session, Sequence[Any]]) -> None:
            found, still = result
            moved = dict(zip(sides_of(session), sides_of(found), strict=True))
            if self.sound.stems is not None:
                self.sound.stems.refuse(lost.file.path for lost in still)
            self.document.update_facts(lambda state: replace_files(state, moved))
            self.relinked.emit()
            count = sum(old != new for old, new in moved.items())
            if count:
                self.document.mark_unsaved()
                words = self.tr("1 file found") if count == 1 else self.tr("{0} files found").format(count)
                self.message.emit(words + self.tr("; save the session to keep where it is."), "note")
            self._tell_missing(still)

        self.tasks.run_task(self.tr("Looking for audio"), work, take)

    def recover(self, recovery: Any) -> None:
        """Opens what an autosave kept; it counts as unsaved until it is saved."""
        opener = self.output_opener

        def work(progress: Any, cancel: Any) -> Any:
            from mixassist.api.views import look_for_views
            from mixassist.audio.stems import StemLibrary
            from mixassist.interchange.autosave import recover

            loaded = recover(recovery, progress=progress, cancel=cancel)
            stems = StemLibrary()
            with closed_on_failure(stems):
                meet_stems(loaded.session, stems)
                views = look_for_views()
                cancel.check()
                return loaded, views, stems, *opener(loaded.session.sample_rate_hz)

        def take(result: Any) -> None:
            loaded, views, stems, output, device_words = result
            self._show_opened(Session(), stems, output, device_words, recovery.session_path, loaded.notes,
                              ImportReport(general=tuple(loaded.notes)))  # fmt: skip
            self.document.execute(BringBack(listening_through(loaded.session, views[0])))
            self.opened.emit()
            self._tell_device(device_words)
            self._tell_views(loaded.session, views)
            self._tell_missing(loaded.missing)
            self.recovered.emit(recovery)

        def let_go(result: Any) -> None:
            result[2].close()
            result[3].close()

        self.tasks.run_task(self.tr("Recovering"), work, take, let_go=let_go)

    def import_audio(self, sources: Sequence[str | Path], position: int | None = None) -> None:
        """Adds tracks as one step; an empty session opens them instead."""
        if not self.session.tracks:
            self.open(sources)
            return
        session = self.session

        def work(progress: Any, cancel: Any) -> Any:
            from mixassist import api

            return api.import_tracks(session, sources, skip_unreadable=True, progress=progress, cancel=cancel)

        def take(imported: Any) -> None:
            self.notes = (*self.notes, *imported.notes)
            known = {t.id for t in self.session.tracks}
            if imported.tracks:
                self.editor.execute(AddTracks(imported.tracks, position))
            added = [t.id for t in self.session.tracks if t.id not in known]
            ids = dict(zip((t.name for t in imported.tracks), added, strict=False))
            self.report = self.report.with_import(imported.import_notes, ids, imported.unreadable)
            self._tell_unreadable(imported.unreadable)

        self.tasks.run_task(self.tr("Importing"), work, take)

    def replace_audio(self, track_id: str, source: str | Path) -> None:
        """Gives a track other audio as one step."""
        session = self.session

        def work(progress: Any, cancel: Any) -> Any:
            from mixassist import api

            return api.import_tracks(session, [source], skip_unreadable=False, progress=progress, cancel=cancel)

        def take(imported: Any) -> None:
            found = imported.tracks[0]
            if any(t.id == track_id for t in self.session.tracks):
                self.editor.execute(ReplaceSource(track_id, found.source, found.start_frames))
                self.report = self.report.with_replaced(track_id, imported.import_notes)
            self.notes = (*self.notes, *imported.notes)

        self.tasks.run_task(self.tr("Replacing audio"), work, take)

    def automix(self, method: str, seed: int = 0) -> None:
        """Asks a mixer for every channel and takes its suggestion over as one step."""
        session, stems = self.session, self.sound.stems
        if stems is None:
            return

        def work(progress: Any, cancel: Any) -> Any:
            from mixassist import api

            return api.automix(session, stems, method, seed=seed, progress=progress, cancel=cancel)

        def take(suggestion: Any) -> None:
            known = {t.id for t in self.session.tracks}
            predictions = {i: c for i, c in suggestion.predictions.items() if i in known}
            words = self.automix_words if not seed else self.tr("Automix: another")
            self.editor.execute(ApplyPrediction(predictions, suggestion.method, words, suggestion.master))
            self.report = self.report.with_suggestion(predictions, suggestion.notes)

        self.tasks.run_task(self.automix_words, work, take)

    def fit_master(self) -> None:
        """Measures the mix and sets the master's gain for its target, as one step."""
        session, stems = self.session, self.sound.stems
        if stems is None:
            return

        def work(progress: Any, cancel: Any) -> Any:
            from mixassist import api

            return api.fitted_master(session, stems, progress=progress, cancel=cancel)

        def take(fitted: Master) -> None:
            self.editor.execute(SetMaster(replace(self.session.master, gain_db=fitted.gain_db), self.tr("Fit master")))

        self.tasks.run_task(self.tr("Measuring the mix"), work, take)

    def save(self, path: Path) -> None:
        """Writes the session; edits made meanwhile stay unsaved."""
        session = self.session

        def work(progress: Any, cancel: Any) -> Any:
            from mixassist import api

            return api.save(session, path, progress, cancel)

        def take(written: Session) -> None:
            self.path = path if path.suffix.lower() == ".mixassist" else path.with_name(path.name + ".mixassist")
            self.document.update_facts(lambda state: with_facts(state, written))
            if self.document.session == written:
                self.document.mark_saved()
            self.saved.emit(self.path)

        self.tasks.run_task(self.tr("Saving"), work, take, is_final=True)

    def export(self, path: Path, view: View, bit_depth: int | None) -> None:
        """Writes the mix of a view with the session's own master gain: what is heard is what is written."""
        session, stems = self.session, self.sound.stems
        if stems is None:
            return
        inputs = self._more_inputs()

        def work(progress: Any, cancel: Any) -> Any:
            from mixassist import api

            return api.export_mix(
                session, stems, path, view, bit_depth=bit_depth, inputs=inputs, progress=progress, cancel=cancel
            )

        def take(report: Any) -> None:
            written = self.tr("Written: {0}. {1}").format(report.path, report.sentence)
            if report.warning:
                self.message.emit(f"{written}. {report.warning}", "warning")
            else:
                self.message.emit(written, "note")

        self.tasks.run_task(self.tr("Exporting"), work, take, is_final=True)

    def export_parameters(self, path: Path) -> None:
        """Writes all controls as JSON or CSV."""
        session, inputs = self.session, self._more_inputs()

        def work(progress: Any, cancel: Any) -> None:
            from mixassist import api

            api.export_parameters(session, path, inputs=inputs)

        done = self.tr("Written: {0}").format(path)
        self.tasks.run_task(self.tr("Exporting"), work, lambda _: self.message.emit(done, "note"), is_final=True)

    def _more_inputs(self) -> tuple[str | Path, ...]:
        """Returns what must not be overwritten beside the session's audio: its file, and the audio of undone tracks."""
        read = () if self.sound.stems is None else self.sound.stems.paths
        return (*read, *(() if self.path is None else (self.path,)))

    def close(self) -> None:
        """Ends all work and all sound."""
        self.tasks.close()
        self.sound.close(wait=True)
