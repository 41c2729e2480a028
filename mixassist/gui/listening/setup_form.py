# SPDX-License-Identifier: Apache-2.0
"""Setting a blind test up: which test, which versions, which region, who listens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from mixassist.api.listening import Design, VersionSource, fixed_design, sequential_design
from mixassist.domain.listening import ListeningResult
from mixassist.gui import paint
from mixassist.gui.listening.version_picker import VersionPicker
from mixassist.gui.widgets.check_box import CheckBox
from mixassist.gui.widgets.flat_combo import FlatCombo
from mixassist.gui.widgets.message_bar import as_sentence
from mixassist.gui.widgets.push_button import PushButton
from mixassist.gui.widgets.segmented import SegmentedControl
from mixassist.gui.widgets.spin_box import DoubleSpinBox, SpinBox

ABX, PREFERENCE, MULTI, OPINION = "abx", "preference", "multi-stimulus", "opinion"
_FIXED_TRIALS = (16, 10, 20, 24, 40)
_SEQUENTIAL = ((32, 4), (60, 6))


@dataclass(frozen=True)
class SetupChoice:
    """Everything that is chosen before the first trial."""

    test: str
    sources: tuple[VersionSource, ...]
    region_s: tuple[float, float]
    listener: str
    title: str
    folder: Path
    design: Design
    trials: int
    rounds: int
    with_screening: bool
    is_training: bool


class SetupForm(QWidget):
    """Emits the choice when a person starts a test or training, or wants to go back."""

    start_wanted = Signal(object)
    close_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("blind.setup")
        tests = (
            (ABX, self.tr("ABX")), (PREFERENCE, self.tr("Preference")), (MULTI, self.tr("Multi-stimulus")),
            (OPINION, self.tr("Opinion score")),
        )  # fmt: skip
        self.tests = SegmentedControl(tests, "blind.test", self)
        self.about = QLabel("", self)
        self.pair = (VersionPicker("blind.first", self), VersionPicker("blind.second", self))
        self.several = VersionPicker("blind.versions", self, many=True)
        self.design = FlatCombo(self, height=28)
        self.trials = SpinBox(self)
        self.rounds = SpinBox(self)
        self.screening = CheckBox(self.tr("Begin with the screening question"), self)
        self.start_s, self.end_s = DoubleSpinBox(self), DoubleSpinBox(self)
        self.listener, self.title = QLineEdit(self), QLineEdit(self)
        self.folder = QLineEdit(self)
        self.problem = QLabel("", self)
        self._earlier_title = QLabel(self.tr("Earlier tests in this session"), self)
        self.earlier = QListWidget(self)
        self.earlier.setObjectName("blind.earlier")
        self.earlier.setAccessibleName(self._earlier_title.text())
        self.earlier.setWordWrap(True)
        self.earlier.setMaximumHeight(150)
        self._test = ABX
        self._fill()
        self._lay_out()
        self.tests.picked.connect(self.show_test)
        self.show_test(ABX)
        self.show_earlier(())

    def _fill(self) -> None:
        for trials in _FIXED_TRIALS:
            design = fixed_design(trials)
            words = self.tr("{0} trials, passed with {1} right").format(trials, design.marks[0])
            self.design.addItem(words, design)
        for trials, looks in _SEQUENTIAL:
            design = sequential_design(trials, looks)
            words = self.tr("sequential, at most {0}: passed with {1}").format(
                trials, ", ".join(f"{m}/{n}" for n, m in zip(design.looks, design.marks, strict=True))
            )
            self.design.addItem(words, design)
        self.trials.setRange(5, 200)
        self.trials.setValue(12)
        self.rounds.setRange(1, 20)
        self.rounds.setValue(3)
        self.screening.setChecked(True)
        for seconds in (self.start_s, self.end_s):
            seconds.setDecimals(2)
            seconds.setRange(0.0, 86_400.0)
            seconds.setSuffix(" s")
        for field in (self.trials, self.rounds, self.start_s, self.end_s, self.listener, self.title, self.folder):
            field.setMinimumHeight(28)
        for box in (self.trials, self.rounds, self.start_s, self.end_s):
            box.setMinimumWidth(86)
        self.design.setMinimumWidth(440)
        for widget, name, words in (
            (self.design, "design", self.tr("Trials")), (self.trials, "trials", self.tr("Trials")),
            (self.rounds, "rounds", self.tr("Rounds")), (self.screening, "screening", self.tr("Screening question")),
            (self.start_s, "start_s", self.tr("Loop start")), (self.end_s, "end_s", self.tr("Loop end")),
            (self.listener, "listener", self.tr("Listener")), (self.title, "title", self.tr("Title")),
            (self.folder, "folder", self.tr("Folder of the logs")),
        ):  # fmt: skip
            widget.setObjectName(f"blind.{name}")
            widget.setAccessibleName(words)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setSpacing(10)
        title = QLabel(self.tr("Listen blind"), self)
        title.setFont(paint.sized(self.font(), 18, bold=True))
        column.addWidget(title)
        column.addWidget(self.tests, 0, Qt.AlignmentFlag.AlignLeft)
        self.about.setWordWrap(True)
        column.addWidget(self.about)
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(16)
        self._form.setVerticalSpacing(8)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignRight)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        region = _row(self.start_s, QLabel(self.tr("to"), self), self.end_s, stretch=True)
        browse = PushButton(self.tr("Choose…"))
        browse.setObjectName("blind.folder.choose")
        browse.setMinimumHeight(28)
        browse.clicked.connect(self._choose_folder)
        for words, widget in (
            (self.tr("A"), self.pair[0]), (self.tr("B"), self.pair[1]), (self.tr("Versions"), self.several),
            (self.tr("Trials"), self.design), (self.tr("Trials"), self.trials), (self.tr("Rounds"), self.rounds),
            ("", self.screening), (self.tr("Loop"), region), (self.tr("Listener"), self.listener),
            (self.tr("Title"), self.title), (self.tr("Logs go to"), _row(self.folder, browse)),
        ):  # fmt: skip
            label = QLabel(words, self)
            if widget is not self.several:
                label.setMinimumHeight(28)
            self._form.addRow(label, widget)
        column.addLayout(self._form)
        self.problem.setWordWrap(True)
        self.problem.setObjectName("blind.problem")
        column.addWidget(self.problem)
        column.addLayout(self._buttons())
        column.addSpacing(14)
        column.addWidget(self._earlier_title)
        column.addWidget(self.earlier)
        column.addStretch(1)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        back = PushButton(self.tr("Back to the mix"))
        back.setObjectName("blind.back")
        back.clicked.connect(self.close_wanted)
        self.training = PushButton(self.tr("Train (not scored)"))
        self.training.setObjectName("blind.train")
        self.training.clicked.connect(lambda: self._start(is_training=True))
        self.start = PushButton(self.tr("Start the test"))
        self.start.setObjectName("blind.start")
        self.start.setProperty("primary", True)
        self.start.clicked.connect(lambda: self._start(is_training=False))
        row.addWidget(back)
        row.addStretch(1)
        for button in (self.training, self.start):
            row.addWidget(button)
        for button in (back, self.training, self.start):
            button.setMinimumHeight(32)
        return row

    def show_sources(self, sources: tuple[VersionSource, ...]) -> None:
        """Offers what the session has; files can always be added."""
        for picker in (*self.pair, self.several):
            picker.show_sources(sources)
        if len(sources) > 1:
            self.pair[1].choose(sources[1])

    def show_test(self, test: str) -> None:
        """Shows the fields of one kind of test."""
        self._test = test
        self.tests.show_choice(test)
        self.about.setText(self._about(test))
        is_pair = test in (ABX, PREFERENCE)
        shown = {
            self.pair[0]: is_pair, self.pair[1]: is_pair, self.several: not is_pair, self.design: test == ABX,
            self.trials: test == PREFERENCE, self.rounds: test == OPINION, self.screening: test == OPINION,
        }  # fmt: skip
        for widget, is_shown in shown.items():
            self._form.setRowVisible(widget, is_shown)
        self.training.setVisible(test == ABX)
        self.show_problem("")

    def _about(self, test: str) -> str:
        return {
            ABX: self.tr(
                "X is A or B, by a coin flip in every trial. Can you tell which? The score is told at the end."
            ),
            PREFERENCE: self.tr(
                "Which of two is better, without knowing which is which? “No preference” is an answer too."
            ),
            MULTI: self.tr(
                "All versions on one axis from 0 to 1, in an order of your own, with a comment each. The report joins "
                "the logs of several listeners in one folder."
            ),
            OPINION: self.tr(
                "One version at a time, from 1 (bad) to 5 (excellent). The first one ticked is the reference; it comes "
                "under noise too, and some questions check your attention."
            ),
        }[test]

    def show_earlier(self, results: Sequence[ListeningResult]) -> None:
        """Lists the tests that the session remembers, the newest first."""
        self.earlier.clear()
        for result in reversed(results):
            who = f"{result.listener}: " if result.listener else ""
            item = QListWidgetItem(f"{result.test} · {' · '.join(result.versions)} · {who}{result.words}", self.earlier)
            item.setToolTip(f"{result.ended_at}\n{result.log_path}")
        for widget in (self._earlier_title, self.earlier):
            widget.setVisible(bool(results))

    def show_problem(self, words: str) -> None:
        """Says why a test cannot start."""
        self.problem.setText(as_sentence(words))
        self.problem.setVisible(bool(words))

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self.tr("Folder of the logs"), self.folder.text())
        if name:
            self.folder.setText(name)

    def choice(self, is_training: bool = False) -> SetupChoice:
        """Returns what is chosen now."""
        pickers = self.pair if self._test in (ABX, PREFERENCE) else (self.several,)
        return SetupChoice(
            test=self._test,
            sources=tuple(source for picker in pickers for source in picker.chosen()),
            region_s=(self.start_s.value(), self.end_s.value()),
            listener=self.listener.text().strip(),
            title=self.title.text().strip(),
            folder=Path(self.folder.text().strip() or "."),
            design=self.design.currentData(),
            trials=self.trials.value(),
            rounds=self.rounds.value(),
            with_screening=self.screening.isChecked(),
            is_training=is_training,
        )

    def _start(self, is_training: bool) -> None:
        self.show_problem("")
        self.start_wanted.emit(self.choice(is_training))


def _row(*widgets: QWidget, stretch: bool = False) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        row.addWidget(widget)
    if stretch:
        row.addStretch(1)
    return holder
