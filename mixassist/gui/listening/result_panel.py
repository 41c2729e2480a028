# SPDX-License-Identifier: Apache-2.0
"""What came of a test: the sentence, the picture, where the log is, and its fingerprint."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from mixassist.domain.listening import ListeningResult
from mixassist.gui import paint
from mixassist.gui.widgets.push_button import PushButton


class ResultPanel(QWidget):
    """Shows a result; emits whether a report, another test or the mix is wanted."""

    report_wanted = Signal()
    again_wanted = Signal()
    close_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("blind.result")
        self.title = QLabel("", self)
        self.title.setFont(paint.sized(self.font(), 18, bold=True))
        self.words = QLabel("", self)
        self.words.setObjectName("blind.result.words")
        self.words.setFont(paint.sized(self.font(), 15))
        self.picture = QLabel(self)
        self.facts = QLabel("", self)
        self.facts.setObjectName("blind.result.facts")
        for label in (self.title, self.words, self.facts):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._lay_out()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addStretch(1)
        for widget in (self.title, self.words):
            column.addWidget(widget)
        column.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.facts)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addStretch(1)
        for name, words, signal, primary in (
            ("report", self.tr("Report on the folder…"), self.report_wanted, False),
            ("again", self.tr("Another test"), self.again_wanted, False),
            ("close", self.tr("Back to the mix"), self.close_wanted, True),
        ):
            button = PushButton(words)
            button.setObjectName(f"blind.result.{name}")
            button.setProperty("primary", primary)
            button.setMinimumHeight(32)
            button.clicked.connect(signal)
            row.addWidget(button)
        row.addStretch(1)
        column.addSpacing(6)
        column.addLayout(row)
        column.addStretch(2)

    def show_result(self, result: ListeningResult) -> None:
        """Shows a test that has ended."""
        titles = {
            "finished": self.tr("The test is complete."),
            "abandoned": self.tr("The test was abandoned, and is logged as that."),
            "screened out": self.tr("The test ends here."),
        }
        self.title.setText(titles[result.outcome])
        self.words.setText(result.words)
        self.facts.setText(
            self.tr("Compared: {0}\nLog: {1}\nFingerprint: {2}").format(
                " · ".join(result.versions), result.log_path, result.log_sha256
            )
        )
        self.picture.clear()
        self.picture.setVisible(False)

    def show_picture(self, png: bytes | None) -> None:
        """Shows the result as a picture, drawn meanwhile."""
        pixmap = QPixmap()
        if png is None or not pixmap.loadFromData(png, "PNG"):
            return
        ratio = self.devicePixelRatioF()
        wide = min(620, max(self.width() - 40, 200))
        shown = pixmap.scaledToWidth(round(wide * ratio), Qt.TransformationMode.SmoothTransformation)
        shown.setDevicePixelRatio(ratio)
        self.picture.setPixmap(shown)
        self.picture.setVisible(True)
        self.picture.setAccessibleName(self.words.text())
