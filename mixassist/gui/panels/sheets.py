# SPDX-License-Identifier: Apache-2.0
"""Sheets that are only read: all keys, the import report, about, and the crash log."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from mixassist.gui.actions import ACTIONS, translated
from mixassist.gui.key_map import KeyMap


class Sheet(QDialog):
    """A dialog with a title and a Close button; it is gone when it is closed."""

    def __init__(self, title: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(16, 16, 16, 12)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self.buttons.rejected.connect(self.reject)

    def finish(self, width: int, height: int) -> None:
        """Puts the buttons last and sets the size."""
        self.body.addWidget(self.buttons)
        self.resize(width, height)


class KeySheet(Sheet):
    """Every action and its keys, from the action table."""

    def __init__(self, key_map: KeyMap, parent: QWidget | None) -> None:
        super().__init__(self_tr("All keys"), parent)
        self.setObjectName("sheet.keys")
        tree = QTreeWidget(self)
        tree.setAccessibleName(self_tr("Actions and their keys"))
        tree.setHeaderLabels([self_tr("Action"), self_tr("Keys"), self_tr("What it does")])
        tree.setRootIsDecorated(False)
        tree.setAlternatingRowColors(True)
        for spec in ACTIONS:
            QTreeWidgetItem(tree, [spec.title, key_map.shown_keys(spec.name), translated(spec.tip)])
        tree.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.body.addWidget(tree)
        self.finish(760, 560)


class ReportSheet(Sheet):
    """What was noted when the audio was read, and what is wrong with it."""

    def __init__(self, notes: tuple[str, ...], faults: tuple[str, ...], parent: QWidget | None) -> None:
        super().__init__(self_tr("Import report"), parent)
        self.setObjectName("sheet.report")
        for words, lines in ((self_tr("Worth a look"), faults), (self_tr("Noted on import"), notes)):
            if lines:
                listing = QListWidget(self)
                listing.setAccessibleName(words)
                listing.setWordWrap(True)
                listing.addItems(list(lines))
                self.body.addWidget(QLabel(words))
                self.body.addWidget(listing, len(lines))
        if not notes and not faults:
            self.body.addWidget(QLabel(self_tr("Nothing had to be changed or noted.")))
        self.finish(620, 380 if notes or faults else 120)


class AboutSheet(Sheet):
    """Version and licence."""

    def __init__(self, parent: QWidget | None) -> None:
        from importlib.metadata import version

        super().__init__(self_tr("About MixAssist"), parent)
        self.setObjectName("sheet.about")
        words = self_tr(
            "MixAssist {0}\n\nA mixing assistant: it suggests gain, pan, equaliser, compressor and reverb "
            "for every stem, as faders that you can move.\n\nApache License 2.0"
        ).format(version("mixassist"))
        label = QLabel(words)
        label.setWordWrap(True)
        self.body.addWidget(label)
        self.finish(420, 190)


class CrashSheet(Sheet):
    """An unexpected error: says so, and gives the log to copy."""

    def __init__(self, log: str, parent: QWidget | None = None) -> None:
        super().__init__(self_tr("Something went wrong"), parent)
        self.setObjectName("sheet.crash")
        words = QLabel(self_tr("This is a bug in MixAssist. Your session is still open; save it under a new name, "
                               "and send this log along if you report it."))  # fmt: skip
        words.setWordWrap(True)
        self.body.addWidget(words)
        text = QPlainTextEdit(log, self)
        text.setReadOnly(True)
        self.body.addWidget(text)
        copy = QPushButton(self_tr("Copy the log"))
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(log))
        self.buttons.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        self.finish(640, 420)


def self_tr(text: str) -> str:
    """Returns a text of the sheets in the user's language."""
    from PySide6.QtCore import QCoreApplication

    return QCoreApplication.translate("sheets", text)
