# SPDX-License-Identifier: Apache-2.0
"""From a folder of stems to a written mix without a mouse."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from mixassist.gui.main_window import MainWindow

NONE, CTRL, SHIFT = (
    Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier,
)  # fmt: skip
STRIP_ORDER = [
    "name", "input_gain_db", "polarity_inverted", "equalizer_curve", "compressor_curve", "reverb_type", "reverb_wet",
    "pan", "mute", "solo", "lock", "fader_db", "meter", "fader_db.number", "peak", "foot",
]  # fmt: skip


def press(window: MainWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    QTest.keyClick(window.focusWidget() or window, key, modifiers)


def walk(window: MainWindow, until: str, most: int = 300) -> list[str]:
    """Presses Tab until a widget of that name has the focus; returns the names on the way."""
    names: list[str] = []
    for _ in range(most):
        press(window, Qt.Key.Key_Tab)
        focused = window.focusWidget()
        names.append(focused.objectName() if focused is not None else "")
        if names[-1] == until:
            return names
    raise AssertionError(f"{until} is not reached by Tab: {names}")


def test_from_a_folder_to_an_export_by_keyboard(
    qtbot: QtBot, make_window: Callable[..., MainWindow], wait_idle: Callable[[MainWindow], None],
    stems: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    target = tmp_path / "mix.wav"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *a, **k: str(stems))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(target), "WAV 24 bit (*.wav)"))
    window = make_window()
    window.activateWindow()
    walk(window, "start.open_folder")
    press(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(window.session.tracks), timeout=30_000)
    wait_idle(window)
    press(window, Qt.Key.Key_A)
    wait_idle(window)
    assert window.document.history == ("Automix",)
    walk(window, "Bass.name")
    on_the_way = walk(window, "Guitar.name")
    assert on_the_way == [*(f"Bass.{key}" for key in STRIP_ORDER[1:]), "Guitar.name"]
    walk(window, "Guitar.fader_db")
    press(window, Qt.Key.Key_Return)
    for letter in "-7.5":
        QTest.keyClick(window.focusWidget(), letter)
    press(window, Qt.Key.Key_Return)
    assert window.session.track_named("Guitar").channel.controls["fader_db"] == -7.5
    walk(window, "Vocals.mute")
    press(window, Qt.Key.Key_Return)
    assert window.session.track_named("Vocals").channel.mute
    press(window, Qt.Key.Key_Z, CTRL)
    assert not window.session.track_named("Vocals").channel.mute
    press(window, Qt.Key.Key_E, CTRL)
    wait_idle(window)
    assert soundfile.info(target).frames == window.session.length_frames
    assert any("mix.wav" in text for text in window.messages.texts)


def test_enter_presses_the_stock_buttons(wait_idle: Callable[[MainWindow], None], window: MainWindow) -> None:
    window.activateWindow()
    automix, back = window.findChild(QWidget, "button.automix"), window.findChild(QWidget, "channel.back")
    automix.setFocus()
    press(window, Qt.Key.Key_Return)
    wait_idle(window)
    assert window.document.history == ("Automix",)
    predicted = window.session.tracks[0].channel.controls
    window.findChild(QWidget, "Bass.pan").edit(-0.5)
    back.setFocus()
    press(window, Qt.Key.Key_Enter)
    assert window.session.tracks[0].channel.controls == predicted
    assert window.workspace.sound.player.position_frames == 0
