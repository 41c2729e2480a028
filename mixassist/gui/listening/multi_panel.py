# SPDX-License-Identifier: Apache-2.0
"""The multi-stimulus page: one axis, a comment for every version."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from mixassist.gui import paint
from mixassist.gui.listening.hear_button import ChoiceButton
from mixassist.gui.listening.marker_axis import MarkerAxis
from mixassist.gui.listening.runs import Run
from mixassist.gui.widgets.push_button import PushButton


class CommentField(QLineEdit):
    """A line of text in which every letter and Enter belong to the text, not to the page."""

    def event(self, event: QEvent) -> bool:
        is_override = event.type() == QEvent.Type.ShortcutOverride
        if is_override and isinstance(event, QKeyEvent) and event.key() != Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)


class MultiPanel(QWidget):
    """Shows the markers of a run; emits what is to be heard, where markers were placed, comments, and the end."""

    hear_wanted = Signal(str)
    confirm_wanted = Signal()

    def __init__(self, run: Run, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("blind.multi")
        self._test = run.test
        self.axis = MarkerAxis(run.markers, self)
        self.comments: dict[str, CommentField] = {}
        self.buttons: dict[str, ChoiceButton] = {}
        self.feedback = QLabel("", self)
        self.feedback.setObjectName("blind.feedback")
        self.confirm = PushButton(self.tr("Confirm (Enter)"))
        self.confirm.setObjectName("blind.confirm")
        self.confirm.setProperty("primary", True)
        self.confirm.setMinimumSize(190, 34)
        self.confirm.clicked.connect(self.confirm_wanted)
        self.axis.wanted.connect(self.hear_wanted)
        self.axis.placed.connect(self._placed)
        self._lay_out(run)
        self._refresh()

    def _lay_out(self, run: Run) -> None:
        column = QVBoxLayout(self)
        column.setSpacing(8)
        title = QLabel(run.title, self)
        title.setWordWrap(True)
        title.setFont(paint.sized(self.font(), 17, bold=True))
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(title)
        column.addStretch(1)
        column.addWidget(self.axis)
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(5)
        rows = (len(run.markers) + 1) // 2
        for index, key in enumerate(run.markers):
            button = ChoiceButton(key, "", 13, self)
            button.setFixedSize(44, 28)
            button.setObjectName(f"blind.hear.{key}")
            button.setAccessibleName(self.tr("Listen to {0}").format(key))
            button.clicked.connect(lambda _=False, key=key: self.hear_wanted.emit(key))
            field = CommentField(self)
            field.setObjectName(f"blind.comment.{key}")
            field.setAccessibleName(self.tr("Comment on {0}").format(key))
            field.setPlaceholderText(self.tr("What do you think of {0}?").format(key))
            field.textChanged.connect(lambda text, key=key: self._test.comment(key, text))
            self.buttons[key], self.comments[key] = button, field
            place = 0 if index < rows else 2
            grid.addWidget(button, index % rows, place)
            grid.addWidget(field, index % rows, place + 1)
        column.addLayout(grid)
        column.addStretch(1)
        self.feedback.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self.feedback)
        column.addWidget(self.confirm, 0, Qt.AlignmentFlag.AlignHCenter)
        QWidget.setTabOrder(self, self.axis)

    def show_heard(self, key: str) -> None:
        """Shows which version sounds; its marker takes the keys unless a comment is being written."""
        self.axis.show_heard(key)
        for name, button in self.buttons.items():
            button.setChecked(name == key)
        if not isinstance(self.focusWidget(), CommentField):
            self.axis.markers[key].setFocus()
        self._refresh()

    def show_answer(self, key: str) -> None:
        """There is one answer only, the page itself."""

    def show_feedback(self, words: str) -> None:
        """Shows a sentence below the page."""
        self.feedback.setText(words)

    def _placed(self, key: str, place: float) -> None:
        self._test.rate(key, place)
        self._refresh()

    def _refresh(self) -> None:
        missing = self._test.missing
        self.confirm.setEnabled(not missing)
        words = self.tr("Still to be heard and placed: {0}").format(", ".join(missing)) if missing else ""
        self.feedback.setText(words)
