# SPDX-License-Identifier: Apache-2.0
"""Messages that block nothing: the sentence the command line would print, above the work."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from mixassist.gui import paint
from mixassist.gui.theme import mixed, theme_of
from mixassist.gui.widgets.push_button import PushButton
from mixassist.gui.widgets.toggle_button import ToggleButton

if TYPE_CHECKING:
    from mixassist.gui.editor import Editor

_MOST = 4


def as_sentence(text: str) -> str:
    """Returns a text with a capital letter at its start, unless it begins with what it is about, such as a file."""
    begins_with_subject = ": " in text.split(". ", 1)[0]
    return text if begins_with_subject else text[:1].upper() + text[1:]


class Message(QFrame):
    """One sentence with a coloured edge, buttons for what can be done, and a cross to close it."""

    def __init__(self, text: str, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = kind
        self.setObjectName("message")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 6, 8, 6)
        self.label = QLabel(text)
        self.label.setObjectName("message.text")
        self.label.setWordWrap(True)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        layout.addWidget(self.label, 1)
        self._layout = layout
        self.close_button = ToggleButton("×", "accent", checkable=False)
        self.close_button.setAccessibleName(self.tr("Close message"))
        layout.addWidget(self.close_button)

    def add_button(self, words: str) -> PushButton:
        """Adds a button before the cross."""
        button = PushButton(words, self)
        self._layout.insertWidget(self._layout.count() - 1, button)
        return button

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        theme = theme_of(self)
        colour: QColor = theme.colour({"error": "high", "warning": "warning"}.get(self.kind, "accent"))
        rect = QRectF(self.rect())
        paint.box(
            painter, rect, mixed(theme.colour("panel"), colour, 0.14), mixed(theme.colour("line"), colour, 0.4), 5
        )
        paint.box(painter, QRectF(0, 0, 5, rect.height()), colour, None, 2)


class MessageBar(QWidget):
    """Holds the newest messages, oldest first; empty, it takes no room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("messages")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(8, 4, 8, 4)
        self._layout.setSpacing(4)
        self._messages: list[Message] = []
        self._refusal: Message | None = None
        self.hide()

    @property
    def texts(self) -> tuple[str, ...]:
        """The sentences shown now."""
        return tuple(message.label.text() for message in self._messages)

    def show_message(self, text: str, kind: str = "error", *actions: tuple[str, Callable[[], object]]) -> None:
        """Shows a sentence; a repeated one is shown once. Each action is a button: (words, what to call)."""
        text = as_sentence(text)
        if text in self.texts:
            return
        message = Message(text, kind, self)
        message.close_button.clicked.connect(lambda: self._close(message))
        for words, call in actions:
            message.add_button(words).clicked.connect(lambda _=False, do=call: self._answer(message, do))
        self._messages.append(message)
        self._layout.addWidget(message)
        while len(self._messages) > _MOST:
            self._close(self._messages[0])
        self.show()

    def _answer(self, message: Message, call: Callable[[], object]) -> None:
        """Closes a message and does what its button says."""
        self._close(message)
        call()

    def follow_edits(self, editor: Editor) -> None:
        """Says why an edit was refused, in the place of what was said of the one before, until one is accepted."""
        editor.refused.connect(self.show_refusal)
        editor.accepted.connect(self.clear_refusal)

    def show_refusal(self, text: str) -> None:
        """Shows why an edit was refused, in one message however many there were."""
        if self._refusal is not None:
            self._refusal.label.setText(as_sentence(text))
            return
        self.show_message(text)
        self._refusal = next(m for m in self._messages if m.label.text() == as_sentence(text))

    def clear_refusal(self) -> None:
        """Closes the message about the edit that was refused."""
        if self._refusal is not None:
            self._close(self._refusal)

    def clear(self) -> None:
        """Closes all messages."""
        while self._messages:
            self._close(self._messages[0])

    def _close(self, message: Message) -> None:
        if message is self._refusal:
            self._refusal = None
        if message in self._messages:
            self._messages.remove(message)
            self._layout.removeWidget(message)
            message.hide()
            message.deleteLater()
        if not self._messages:
            self.hide()
