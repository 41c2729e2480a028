# SPDX-License-Identifier: Apache-2.0
"""Leads through a test: prepares the versions, deals them, takes answers to the log, ends and remembers the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from mixassist.api.listening import (
    AbxTest,
    LevelMatch,
    MultiStimulusTest,
    OpinionTest,
    PreferenceTest,
    Prepared,
    TestSetup,
    region_facts,
)
from mixassist.domain.errors import MixAssistError
from mixassist.gui.listening.blind_sound import BlindSound
from mixassist.gui.listening.runs import (
    Run,
    abx_run,
    multi_run,
    opinion_run,
    preference_run,
    screening_run,
    training_run,
)
from mixassist.gui.listening.setup_form import ABX, MULTI, OPINION, PREFERENCE, SetupChoice
from mixassist.gui.workspace import Workspace


class Conductor(QObject):
    """One test at a time. Everything on screen follows its signals.

    Attributes:
        run: the test under way, or None.
        sound: what sounds during it.
        chosen: the answer that is chosen but not confirmed.
    """

    preparing = Signal(bool)
    run_changed = Signal()
    """Another panel is needed: a test, or another part of it, begins."""
    moved = Signal()
    """Something is heard, answered or looped otherwise than before."""
    said = Signal(str)
    ended = Signal(object)
    failed = Signal(str)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._workspace = workspace
        self.run: Run | None = None
        self.sound: BlindSound | None = None
        self.chosen = ""
        self.notes: tuple[str, ...] = ()
        self._choice: SetupChoice | None = None
        self._task: Any = None

    @property
    def is_preparing(self) -> bool:
        """Whether versions are being rendered and matched."""
        return self._task is not None

    def start(self, choice: SetupChoice) -> None:
        """Renders what was chosen in the background, then begins."""
        if self.run is not None or self.is_preparing:
            return
        space = self._workspace
        session, stems, opener = space.session, space.sound.stems, space.output_opener
        has_player = space.sound.is_open

        def work(progress: Any, cancel: Any) -> Any:
            from mixassist import api

            prepared = api.prepare_versions(
                choice.sources, session, stems, region_s=choice.region_s, with_opinion_extras=choice.test == OPINION,
                progress=progress, cancel=cancel,
            )  # fmt: skip
            return prepared, None if has_player else opener(prepared.versions.sample_rate_hz)

        self._choice = choice
        self._task = space.tasks.run_task(
            self.tr("Preparing the test"), work, self._prepared, self._refuse, lambda: self._refuse(None)
        )
        self.preparing.emit(True)

    def cancel_preparing(self) -> None:
        """Gives up a test that has not begun."""
        if self._task is not None:
            self._task.cancel()

    def _refuse(self, error: MixAssistError | None) -> None:
        self._task = None
        self.preparing.emit(False)
        if error is not None:
            self.failed.emit(str(error))

    def _prepared(self, result: tuple[Prepared, Any]) -> None:
        prepared, output = result
        assert self._choice is not None
        choice = self._choice
        self._task = None
        self.preparing.emit(False)
        try:
            run = self._run_for(choice, prepared)
        except MixAssistError as error:
            if output is not None:
                output[0].close()
            self.failed.emit(str(error))
            return
        self.notes = (*prepared.notes, *([output[1]] if output is not None and output[1] else []))
        self.sound = self._sound_for(prepared, output)
        self._begin(run)

    def _run_for(self, choice: SetupChoice, prepared: Prepared) -> Run:
        if choice.is_training:
            return training_run()
        setup = TestSetup(prepared.labels, choice.folder, choice.listener, choice.title, prepared.facts())
        if choice.test == ABX:
            return abx_run(AbxTest(setup, choice.design))
        if choice.test == PREFERENCE:
            return preference_run(PreferenceTest(setup, choice.trials))
        if choice.test == MULTI:
            return multi_run(MultiStimulusTest(setup))
        test = OpinionTest(setup, choice.rounds, choice.with_screening)
        return screening_run(test) if choice.with_screening else opinion_run(test)

    def _sound_for(self, prepared: Prepared, output: Any) -> BlindSound:
        sound = self._workspace.sound
        if output is None:
            return BlindSound(sound.lend(), prepared, sound.take_back)
        from mixassist.playback.transport import Player

        player = Player(output[0])
        return BlindSound(player, prepared, player.close)

    def _begin(self, run: Run) -> None:
        self.run = run
        self._deal()
        self.run_changed.emit()
        self.moved.emit()

    def _deal(self) -> None:
        assert self.run is not None
        assert self.sound is not None
        self.chosen = ""
        self.sound.deal((key for key, _ in self.run.hears), self.run.version_of)

    def hear(self, key: str) -> None:
        """Goes over to a name, and plays if nothing plays."""
        if self.run is None or self.sound is None or key not in dict(self.run.hears):
            return
        self.run.test.listened(key)
        self.sound.select(key)
        if self.run.answers_hear and key in dict(self.run.answers):
            self.chosen = key
        if not self.sound.is_playing:
            self._play()
        self.moved.emit()

    def choose(self, key: str) -> None:
        """Chooses an answer; it counts when it is confirmed."""
        if self.run is not None and key in dict(self.run.answers):
            self.chosen = key
            self.moved.emit()

    def confirm(self) -> None:
        """Gives the chosen answer: it is on the disk before anything else happens."""
        run = self.run
        if run is None or not (self.chosen or run.markers):
            return
        try:
            words = run.take(self.chosen)
        except MixAssistError as error:
            self.said.emit(str(error))
            return
        self.said.emit(words)
        if run.has_ended:
            self._finish()
        elif run.answers_hear:
            self._begin(opinion_run(run.test))
        else:
            self._deal()
            self.moved.emit()

    def toggle_play(self) -> None:
        """Plays or stops."""
        if self.sound is None:
            return
        if self.sound.is_playing:
            self.sound.stop()
        else:
            self._play()
        self.moved.emit()

    def _play(self) -> None:
        assert self.sound is not None
        try:
            self.sound.play()
        except MixAssistError as error:
            self.said.emit(str(error))

    def toggle_loop(self) -> None:
        """Loops the region, or plays on behind it."""
        if self.sound is not None:
            self.sound.set_looping(not self.sound.looping)
            self.moved.emit()

    def set_edge(self, index: int) -> None:
        """Puts the region's start (0) or end (1) to the playhead."""
        if self.sound is not None:
            edges = list(self.sound.region)
            edges[index] = self.sound.player.heard_frames
            self.set_region(edges[0], edges[1])

    def set_region(self, start_frames: int, end_frames: int) -> None:
        """Loops another region; its levels are matched in the background, and it counts when they are."""
        sound, run = self.sound, self.run
        if sound is None or run is None:
            return
        versions = sound.prepared.versions

        def work(progress: Any, cancel: Any) -> LevelMatch:
            return versions.match(start_frames, end_frames)

        def take(match: LevelMatch) -> None:
            if self.sound is sound and self.run is not None and not self.run.has_ended:
                self._take_match(match)

        self._workspace.tasks.run_task(
            self.tr("Matching levels"), work, take, lambda error: self.said.emit(str(error)), quiet=True
        )

    def _take_match(self, match: LevelMatch) -> None:
        assert self.run is not None
        assert self.sound is not None
        if not self.run.is_training:
            try:
                self.run.test.changed_region(region_facts(match, self.sound.prepared.versions.sample_rate_hz))
            except MixAssistError as error:
                self.said.emit(str(error))
                return
        self.sound.rematch(match, self.run.version_of)
        self.moved.emit()

    def seek(self, frame: int) -> None:
        """Goes to a frame."""
        if self.sound is not None:
            self.sound.player.seek(frame)

    def abandon(self) -> None:
        """Ends what is under way; a scored test is logged as abandoned. Does nothing when there is none."""
        self.cancel_preparing()
        if self.run is None:
            return
        if self.run.is_training:
            self._let_go()
            self.ended.emit(None)
            return
        try:
            self.run.test.abandon()
        except MixAssistError as error:
            self._let_go()
            self.failed.emit(str(error))
            return
        self._finish()

    def _finish(self) -> None:
        assert self.run is not None
        result = self.run.test.summary()
        self._let_go()
        document = self._workspace.document
        if document.session.tracks:
            document.update_facts(lambda state: state.with_listening_result(result))
            document.mark_unsaved()
        self.ended.emit(result)

    def _let_go(self) -> None:
        self.run, self.chosen = None, ""
        if self.sound is not None:
            self.sound.close()
            self.sound = None

    def draw_result(self, log_path: str, show: Callable[[bytes | None], None]) -> None:
        """Draws one log's result in the background."""

        def work(progress: Any, cancel: Any) -> bytes | None:
            from mixassist.api.listening import picture_of_log

            return picture_of_log(log_path)

        self._workspace.tasks.run_task(self.tr("Drawing"), work, show, lambda _: None, quiet=True)

    def report(self, folder: str) -> None:
        """Writes the report on a folder in the background and says where it is."""

        def work(progress: Any, cancel: Any) -> str:
            from mixassist import api

            return str(api.write_listening_report(folder)[0])

        done = self.tr("Written: {0}")
        self._workspace.tasks.run_task(
            self.tr("Writing the report"), work, lambda page: self._workspace.message.emit(done.format(page), "note")
        )

    def choice_again(self) -> SetupChoice | None:
        """Returns what was last chosen, without the training."""
        return None if self._choice is None else replace(self._choice, is_training=False)
