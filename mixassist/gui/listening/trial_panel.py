# SPDX-License-Identifier: Apache-2.0
"""One trial: what can be heard, what can be answered, and the button that confirms. The same for every kind of test."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from mixassist.gui import paint
from mixassist.gui.listening.hear_button import ChoiceButton
from mixassist.gui.listening.runs import Named, Run
from mixassist.gui.widgets.push_button import PushButton


class TrialPanel(QWidget):
    """Shows a run's names and answers; emits what a person wants to hear, answers and confirms."""

    hear_wanted = Signal(str)
    answer_wanted = Signal(str)
    confirm_wanted = Signal()

    def __init__(self, run: Run, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("blind.trial")
        self._run = run
        pixels = 34 if all(len(words) == 1 for _, words in run.hears) else 20
        self.hears = self._buttons(run.hears, "blind.hear", pixels, self.hear_wanted, self.tr("Listen to {0}"))
        self.answers = self._buttons(run.answers, "blind.answer", 15, self.answer_wanted, self.tr("Answer: {0}"))
        self.feedback = QLabel("", self)
        self.feedback.setObjectName("blind.feedback")
        self.feedback.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.feedback.setFont(paint.sized(self.font(), 14, bold=True))
        self.confirm = PushButton(self.tr("Confirm (Enter)"))
        self.confirm.setObjectName("blind.confirm")
        self.confirm.setProperty("primary", True)
        self.confirm.setMinimumSize(190, 34)
        self.confirm.clicked.connect(self.confirm_wanted)
        self._lay_out(run)
        self.show_answer("")

    def _buttons(
        self, named: Named, name: str, pixels: int, signal: SignalInstance, spoken: str
    ) -> dict[str, ChoiceButton]:
        made = {}
        for key, words in named:
            shown = key if words != key else ""
            button = ChoiceButton(
                words, self.tr("key {0}").format(key) if shown or name.endswith("hear") else "", pixels, self
            )
            button.setObjectName(f"{name}.{key}")
            button.setAccessibleName(spoken.format(words))
            button.clicked.connect(lambda _=False, key=key: signal.emit(key))
            made[key] = button
        return made

    def _lay_out(self, run: Run) -> None:
        column = QVBoxLayout(self)
        column.setSpacing(10)
        title = QLabel(run.title, self)
        title.setWordWrap(True)
        title.setFont(paint.sized(self.font(), 18, bold=True))
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addStretch(1)
        column.addWidget(title)
        column.addSpacing(12)
        for buttons in (self.hears, {} if run.answers_hear else self.answers):
            row = QHBoxLayout()
            row.setSpacing(12)
            row.addStretch(1)
            for button in buttons.values():
                row.addWidget(button)
            row.addStretch(1)
            column.addLayout(row)
            column.addSpacing(6)
        for button in self.answers.values():
            button.setVisible(not run.answers_hear)
        column.addWidget(self.feedback)
        column.addWidget(self.confirm, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    def show_heard(self, key: str) -> None:
        """Shows which name sounds."""
        for name, button in self.hears.items():
            button.setChecked(name == key)

    def show_answer(self, key: str) -> None:
        """Shows which answer is chosen, none for an empty key."""
        for name, button in self.answers.items():
            button.setChecked(name == key)
        self.confirm.setEnabled(bool(key))

    def show_feedback(self, words: str) -> None:
        """Shows what training says."""
        self.feedback.setText(words)
