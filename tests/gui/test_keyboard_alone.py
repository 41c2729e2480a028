# SPDX-License-Identifier: Apache-2.0
"""From files in the file manager to a written mix with nothing but keys, Qt's own file dialogs included."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import soundfile
from PySide6.QtCore import QMimeData, QObject, Qt, QTimer, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from mixassist.gui.main_window import MainWindow

NONE, CTRL, SHIFT = (
    Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier,
)  # fmt: skip

_PATIENCE = 25
"""After so many presses of Enter that the dialog does not take, the path is typed anew."""
_LAST_LOOK = 6000
"""After so many looks, two minutes and more, whatever is still open is closed: the test fails and does not hang."""


class Typist(QObject):
    """Waits for the file dialog that a key opens, types a path into it and presses Enter."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self.has_typed = False
        self._presses = self._looks = 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(20)

    def _look(self) -> None:
        dialog = QApplication.activeModalWidget()
        self._looks += 1
        if self._looks > _LAST_LOOK and dialog is not None:
            self.has_typed = False
            dialog.close()
        if self._looks > _LAST_LOOK or not isinstance(dialog, QFileDialog):
            return
        field = dialog.findChild(QLineEdit, "fileNameEdit")
        if self._presses % _PATIENCE == 0:
            # On a busy machine the list may leave the dialog's button off behind it: then it takes another word.
            field.clear()
            QTest.keyClicks(field, str(self._path))
            self.has_typed = True
        self._presses += 1
        # The list of files that fit what was typed may open late and take the first of these for itself.
        QTest.keyClick(field, Qt.Key.Key_Return)

    def stop(self) -> None:
        """Waits for no dialog any more."""
        self._timer.stop()


def press(window: MainWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(window.focusWidget() or window, key, modifiers)


def press_and_type(window: MainWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier, path: Path) -> None:
    typist = Typist(path)
    press(window, key, modifiers)
    typist.stop()
    assert typist.has_typed
    window.activateWindow()  # the offscreen platform has no window manager that would do it
    assert QTest.qWaitForWindowActive(window)


@pytest.fixture
def empty(make_window: Callable[..., MainWindow], monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    window = make_window()
    window.activateWindow()
    QTest.qWaitForWindowActive(window)
    return window


def test_a_folder_is_opened_mixed_saved_and_exported(
    qtbot: QtBot, empty: MainWindow, wait_idle: Callable[[MainWindow], None], stems: Path, tmp_path: Path
) -> None:
    window = empty
    press_and_type(window, Qt.Key.Key_O, CTRL | SHIFT, stems)
    qtbot.waitUntil(lambda: bool(window.session.tracks), timeout=30_000)
    wait_idle(window)
    press(window, Qt.Key.Key_A)
    wait_idle(window)
    assert window.document.history == ("Automix",)
    press_and_type(window, Qt.Key.Key_S, CTRL, tmp_path / "kept.mixassist")
    wait_idle(window)
    assert (tmp_path / "kept.mixassist").is_file()
    assert not window.document.is_modified
    press_and_type(window, Qt.Key.Key_E, CTRL, tmp_path / "mix.wav")
    wait_idle(window)
    assert soundfile.info(tmp_path / "mix.wav").frames == window.session.length_frames


def test_copied_files_are_dropped_by_key(
    qtbot: QtBot, empty: MainWindow, wait_idle: Callable[[MainWindow], None], stems: Path
) -> None:
    window = empty

    def copy(*paths: Path) -> None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(p)) for p in paths])
        QGuiApplication.clipboard().setMimeData(data)

    copy(stems / "Bass.wav", stems / "Kick.wav")
    press(window, Qt.Key.Key_V, CTRL)
    qtbot.waitUntil(lambda: bool(window.session.tracks), timeout=30_000)
    wait_idle(window)
    assert [t.name for t in window.session.tracks] == ["Bass", "Kick"]
    copy(stems / "Vocals.wav")
    press(window, Qt.Key.Key_V, CTRL)
    wait_idle(window)
    assert [t.name for t in window.session.tracks] == ["Bass", "Kick", "Vocals"]
    press(window, Qt.Key.Key_Z, CTRL)
    assert [t.name for t in window.session.tracks] == ["Bass", "Kick"]
    QGuiApplication.clipboard().setText("words")
    press(window, Qt.Key.Key_V, CTRL)
    assert any("no files on the clipboard" in text for text in window.messages.texts)
