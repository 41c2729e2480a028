# SPDX-License-Identifier: Apache-2.0
"""An unexpected error: says what it means for the work, and gives the log to copy and to save."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QPlainTextEdit, QWidget

from mixassist.audio.atomic import atomic_path
from mixassist.domain.errors import MixAssistError
from mixassist.gui.panels.sheet import Sheet

_MOST_FAULTS = 20


class CrashSheet(Sheet):
    """One sheet for all errors of a row: those that come while it is open are added; the same one is counted.

    Args:
        head: facts that belong above every log: versions, system, the last steps.
        log_file: where the running log lies, to be named; None if there is none.
    """

    def __init__(self, head: str, log_file: Path | None = None, parent: QWidget | None = None) -> None:
        super().__init__("crash", parent)
        self._head = head
        self._faults: dict[str, int] = {}
        self.words = self.add_words(
            self.tr(
                "This is a bug in MixAssist. Your session is still open and a copy of unsaved work is kept; save it "
                "under a new name to be safe, and send this log along if you report the bug."
            )
        )
        self.text = QPlainTextEdit(self)
        self.text.setObjectName("crash.log")
        self.text.setAccessibleName(self.tr("Log"))
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.body.addWidget(self.text, 1)
        self.place = self.add_words(self.tr("All logs are in {0}").format(log_file) if log_file else "")
        self.add_button(self.tr("Copy the log"), self.copy, "copy")
        self.add_button(self.tr("Save the log…"), self._ask_and_save, "save")
        self.finish(self.tr("Something went wrong"), 720, 480)

    def add_fault(self, text: str) -> None:
        """Adds an error."""
        if text in self._faults or len(self._faults) < _MOST_FAULTS:
            self._faults[text] = self._faults.get(text, 0) + 1
        self.text.setPlainText(self.log())

    def log(self) -> str:
        """Returns the whole log as text."""
        parts = [self._head]
        for text, count in self._faults.items():
            parts.append(text + (f"(seen {count} times)\n" if count > 1 else ""))
        return "\n\n".join(parts)

    def copy(self) -> None:
        """Puts the log on the clipboard."""
        QGuiApplication.clipboard().setText(self.log())

    def save(self, path: Path) -> None:
        """Writes the log to a file; what is wrong with it is said in the sheet."""
        try:
            with atomic_path(path) as temporary:
                temporary.write_text(self.log(), encoding="utf-8")
        except (MixAssistError, OSError) as error:
            self.place.setText(str(error))
        else:
            self.place.setText(self.tr("Written: {0}").format(path))

    def _ask_and_save(self) -> None:
        suggested = str(Path.home() / "mixassist log.txt")
        name, _ = QFileDialog.getSaveFileName(self, self.tr("Save the log"), suggested, self.tr("Text (*.txt)"))
        if name:
            path = Path(name)
            # A log never takes the place of what is no text, such as a recording.
            self.save(path if path.suffix.lower() in (".txt", ".log") else path.with_name(f"{path.name}.txt"))
