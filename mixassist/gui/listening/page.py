# SPDX-License-Identifier: Apache-2.0
"""The listening page: it takes the whole window, so that nothing else can be seen, clicked or pressed during a test."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDateTime, QLocale, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QHideEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from mixassist.domain.listening import ListeningResult
from mixassist.gui import paint
from mixassist.gui.action_set import ActionSet
from mixassist.gui.actions import BLIND
from mixassist.gui.listening.conductor import Conductor
from mixassist.gui.listening.loop_bar import LoopBar
from mixassist.gui.listening.multi_panel import MultiPanel
from mixassist.gui.listening.result_panel import ResultPanel
from mixassist.gui.listening.setup_form import SetupForm
from mixassist.gui.listening.trial_panel import TrialPanel
from mixassist.gui.widgets.push_button import PushButton

if TYPE_CHECKING:
    from mixassist.gui.main_window import MainWindow
    from mixassist.listening.verification import Verification

_TICK_MS = 33
_WIDTH = 900
_SURE_MS = 4000


class ListeningPage(QWidget):
    """Set-up, test and result, one after the other; the keys of the table's blind-test rows act here alone."""

    closed = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.setObjectName("listening")
        self.setAccessibleName(self.tr("Listening test"))
        self._window = window
        self.conductor = Conductor(window.workspace)
        self.form = SetupForm(self)
        self.result = ResultPanel(self)
        self.loop_bar = LoopBar(self)
        self.panel: TrialPanel | MultiPanel | None = None
        self.progress = QLabel("", self)
        self.progress.setObjectName("blind.progress")
        self.hint = QLabel("", self)
        self.hint.setObjectName("blind.hint")
        self._pages = QStackedWidget(self)
        self._asks_again = False
        self._unsure = QTimer(self)
        self._unsure.setSingleShot(True)
        self._unsure.timeout.connect(self._calm_down)
        self._ticker = QTimer(self)
        self._ticker.setInterval(_TICK_MS)
        self._ticker.timeout.connect(self._tick)
        for digit in range(1, 10):  # a method for every digit key of the table
            setattr(self, f"number_{digit}", partial(self.number, digit))
        self._lay_out()
        self._connect()
        self.action_set = ActionSet(self, window, window.key_map, BLIND)

    def _lay_out(self) -> None:
        self._holder = QVBoxLayout()
        test = QWidget(self)
        column = QVBoxLayout(test)
        column.setSpacing(8)
        head = QHBoxLayout()
        self.progress.setFont(paint.sized(self.font(), 13, bold=True))
        leave = PushButton(self.tr("Abandon (Esc)"))
        leave.setObjectName("blind.abandon")
        leave.clicked.connect(self.abandon)
        self.leave = leave
        head.addWidget(self.progress)
        head.addStretch(1)
        head.addWidget(leave)
        column.addLayout(head)
        column.addLayout(self._holder, 1)
        column.addWidget(self.loop_bar)
        self.hint.setWordWrap(True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self.hint)
        for widget in (self.form, test, self.result):
            self._pages.addWidget(_centred(widget, self))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._pages)

    def _connect(self) -> None:
        lead = self.conductor
        self.form.start_wanted.connect(lead.start)
        self.form.close_wanted.connect(self.close_page)
        lead.preparing.connect(self._show_preparing)
        lead.failed.connect(self._show_problem)
        lead.run_changed.connect(self._show_run)
        lead.moved.connect(self._refresh)
        lead.said.connect(self._show_words)
        lead.ended.connect(self._show_result)
        self.loop_bar.region_wanted.connect(lead.set_region)
        self.loop_bar.seek_wanted.connect(lead.seek)
        self.result.close_wanted.connect(self.close_page)
        self.result.again_wanted.connect(self.show_setup)
        self.result.report_wanted.connect(lambda: lead.report(self.form.folder.text()))

    def open_setup(self, test: str) -> None:
        """Offers what the session has now and shows the set-up of a test."""
        from mixassist.api.listening import sources_of

        space = self._window.workspace
        self.form.show_sources(sources_of(space.session, space.views))
        session = space.session
        if not self.form.title.text() or self.form.title.property("own") is True:
            self.form.title.setText(session.name if session.tracks else "")
            self.form.title.setProperty("own", True)
        start, end = self._window.listening.region_s()
        self.form.start_s.setValue(start)
        self.form.end_s.setValue(end)
        self.form.folder.setText(str(self._window.listening.log_folder()))
        self._close_interrupted(self._window.listening.log_folder())
        self.form.show_test(test)
        self.action_set.refresh()
        self.show_setup()

    def _close_interrupted(self, folder: Path) -> None:
        """Says which tests a crash ended, and that nothing answered in them is lost."""
        from mixassist.api.listening import close_interrupted_tests

        for found in close_interrupted_tests(folder):
            show = self.tr("Show its log"), lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
            self._window.messages.show_message(self._words_for(found), "note", show)

    def _words_for(self, found: Verification) -> str:
        """Says which test a crash ended, whose and when, and what came of it."""
        begun = QDateTime.fromString(str(found.start.get("at", "")), Qt.DateFormat.ISODate).toLocalTime()
        when = QLocale().toString(begun, QLocale.FormatType.ShortFormat)
        facts = (found.heading, str(found.start.get("listener", "")), when)
        words = self.tr(
            "MixAssist ended in the middle of a blind test ({0}). Every answer is kept, and its log is closed. {1}"
        )
        return words.format(", ".join(fact for fact in facts if fact), found.end.get("words", ""))

    def show_setup(self) -> None:
        """Shows the set-up as it was left."""
        self.form.show_earlier(self._window.workspace.session.listening)
        self._pages.setCurrentIndex(0)
        self.form.start.setFocus()

    def close_page(self) -> None:
        """Goes back to the mix; a test under way is abandoned."""
        self.conductor.abandon()
        self.closed.emit()

    def _show_preparing(self, busy: bool) -> None:
        for button in (self.form.start, self.form.training):
            button.setEnabled(not busy)
        self.form.show_problem(self.tr("Rendering and matching the versions…") if busy else "")

    def _show_problem(self, words: str) -> None:
        self._pages.setCurrentIndex(0)
        self.form.show_problem(words)

    def _show_run(self) -> None:
        lead = self.conductor
        assert lead.run is not None
        assert lead.sound is not None
        self._drop_panel()
        self.panel = (MultiPanel if lead.run.markers else TrialPanel)(lead.run, self)
        self.panel.hear_wanted.connect(lead.hear)
        self.panel.confirm_wanted.connect(lead.confirm)
        if isinstance(self.panel, TrialPanel):
            self.panel.answer_wanted.connect(lead.choose)
        self._holder.addWidget(self.panel)
        versions = lead.sound.prepared.versions
        self.loop_bar.show_length(versions.frames, versions.sample_rate_hz)
        self._calm_down()
        self._pages.setCurrentIndex(1)
        self._ticker.start()
        self.action_set.refresh()
        self.setFocus()

    def _drop_panel(self) -> None:
        if self.panel is not None:
            self._holder.removeWidget(self.panel)
            self.panel.hide()
            self.panel.deleteLater()
            self.panel = None

    def _refresh(self) -> None:
        lead = self.conductor
        if lead.run is None or lead.sound is None or self.panel is None:
            return
        self.panel.show_heard(lead.sound.selected)
        self.panel.show_answer(lead.chosen)
        self.progress.setText(lead.run.progress_words)
        self.loop_bar.show_region(lead.sound.region, lead.sound.looping)
        self._tick()

    def _show_words(self, words: str) -> None:
        if self.panel is not None:
            self.panel.show_feedback(words)

    def _tick(self) -> None:
        if self.conductor.sound is not None:
            self.loop_bar.show_position(self.conductor.sound.player.heard_frames)

    def _show_result(self, result: ListeningResult | None) -> None:
        self._ticker.stop()
        self._unsure.stop()
        self.action_set.refresh()
        self._drop_panel()
        if result is None:
            self.show_setup()
            return
        self.result.show_result(result)
        self._pages.setCurrentIndex(2)
        close = self.result.findChild(PushButton, "blind.result.close")
        if close is not None:
            close.setFocus()
        if result.outcome == "finished":
            self.conductor.draw_result(result.log_path, self.result.show_picture)

    def hideEvent(self, event: QHideEvent) -> None:
        self._ticker.stop()
        super().hideEvent(event)

    def shut_down(self) -> None:
        """Ends what is under way before the window goes."""
        self._ticker.stop()
        self._unsure.stop()
        self.conductor.abandon()

    # What the keys do.

    def hear_a(self) -> None:
        """Listens to A."""
        self.conductor.hear("A")

    def hear_b(self) -> None:
        """Listens to B."""
        self.conductor.hear("B")

    def hear_x(self) -> None:
        """Listens to X."""
        self.conductor.hear("X")

    def hear_reference(self) -> None:
        """Listens to the reference."""
        self.conductor.hear("R")

    def number(self, number: int) -> None:
        """Answers by number, or listens to the version of that number where there is no answer to give."""
        run = self.conductor.run
        if run is not None and (run.markers or run.answers_hear):
            self.conductor.hear(str(number))
        else:
            self.conductor.choose(str(number))

    def confirm(self) -> None:
        """Confirms the answer."""
        self.conductor.confirm()

    def toggle_play(self) -> None:
        """Plays or stops."""
        self.conductor.toggle_play()

    def toggle_loop(self) -> None:
        """Loops the region or not."""
        self.conductor.toggle_loop()

    def loop_start(self) -> None:
        """Puts the loop's start to the playhead."""
        self.conductor.set_edge(0)

    def loop_end(self) -> None:
        """Puts the loop's end to the playhead."""
        self.conductor.set_edge(1)

    def abandon(self) -> None:
        """Abandons a test when it is asked for twice; leaves set-up and result at once."""
        run = self.conductor.run
        if run is None:
            self.close_page()
        elif run.is_training or self._asks_again:
            self._calm_down()
            self.conductor.abandon()
        else:
            self._asks_again = True
            self.leave.setText(self.tr("Again to abandon"))
            self._unsure.start(_SURE_MS)

    def _calm_down(self) -> None:
        self._asks_again = False
        self._unsure.stop()
        run = self.conductor.run
        training = run is not None and run.is_training
        self.leave.setText(self.tr("End training (Esc)") if training else self.tr("Abandon (Esc)"))
        keys = self.tr("Space plays and stops · L loops · [ and ] set the loop's edges at the playhead")
        self.hint.setText("\n".join((*self.conductor.notes, keys)))


def _centred(widget: QWidget, parent: QWidget) -> QWidget:
    """Returns a page that scrolls where the window is small and keeps lines readable where it is large."""
    area = QScrollArea(parent)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    inside = QWidget()
    row = QHBoxLayout(inside)
    row.setContentsMargins(24, 16, 24, 12)
    row.addStretch(1)
    widget.setMaximumWidth(_WIDTH)
    row.addWidget(widget, 100)
    row.addStretch(1)
    area.setWidget(inside)
    return area


def default_log_folder(session_path: Path | None) -> Path:
    """Returns where logs go: a folder beside the session, or one of the user's own while it has none."""
    if session_path is not None:
        return session_path.parent / f"{session_path.stem} listening"
    from mixassist.api.listening import listening_directory

    return listening_directory()
