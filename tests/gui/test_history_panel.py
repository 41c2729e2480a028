# SPDX-License-Identifier: Apache-2.0
"""The list of steps: what it shows, and going there by mouse and by key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from mixassist.domain.commands import SetControl
from mixassist.gui.main_window import MainWindow

CTRL = Qt.KeyboardModifier.ControlModifier


def rows(window: MainWindow) -> list[str]:
    model = window.history.model
    return [str(model.index(i).data(Qt.ItemDataRole.AccessibleTextRole)) for i in range(model.rowCount())]


def test_steps_are_listed_and_walked_by_key(window: MainWindow) -> None:
    window.activateWindow()
    for value in (-3.0, -6.0, -9.0):
        window.findChild(QWidget, "Bass.fader_db").edit(value)
    QTest.keyClick(window, Qt.Key.Key_H, CTRL)
    listing = window.history.list
    assert listing.hasFocus()
    assert rows(window) == ["Start", "Bass: fader", "Bass: fader", "Bass: fader, where you are"]
    QTest.keyClick(listing, Qt.Key.Key_Up)
    QTest.keyClick(listing, Qt.Key.Key_Up)
    QTest.keyClick(listing, Qt.Key.Key_Return)
    assert window.session.track_named("Bass").channel.controls["fader_db"] == -3.0
    assert rows(window) == ["Start", "Bass: fader, where you are", "Bass: fader, undone", "Bass: fader, undone"]
    assert window.actions_by_name["undo"].text() == "&Undo Bass: fader"
    assert window.workspace.sound.player.position_frames == 0
    QTest.keyClick(listing, Qt.Key.Key_End)
    QTest.keyClick(listing, Qt.Key.Key_Return)
    assert window.session.track_named("Bass").channel.controls["fader_db"] == -9.0
    QTest.keyClick(window, Qt.Key.Key_H, CTRL)
    assert not window.history.isVisible()
    assert not window.settings.show_history


def test_a_click_goes_there_and_the_saved_state_is_marked(window: MainWindow) -> None:
    window.findChild(QWidget, "Bass.fader_db").edit(-3.0)
    window.document.mark_saved()
    window.findChild(QWidget, "Kick.pan").edit(0.5)
    window.actions_by_name["history"].trigger()
    texts = [str(window.history.model.index(i).data()) for i in range(3)]
    assert texts == ["Start", "Bass: fader  (saved)", "Kick: pan"]
    listing = window.history.list
    place = listing.visualRect(window.history.model.index(0)).center()
    QTest.mouseClick(listing.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.session.track_named("Bass").channel.controls["fader_db"] == 0.0
    assert window.document.future == ("Bass: fader", "Kick: pan")


def test_what_was_opened_without_a_session_is_not_called_saved(window: MainWindow, tmp_path: Path) -> None:
    window.actions_by_name["history"].trigger()
    first = window.history.model.index(0)
    assert first.data() == "Start"
    window.workspace.path = tmp_path / "Song.mixassist"
    window.history.refresh()
    assert window.history.model.index(0).data() == "Start  (saved)"


def test_hundreds_of_steps_are_kept_and_reached_in_one_leap(window: MainWindow) -> None:
    window.actions_by_name["history"].trigger()
    track = window.session.tracks[0]
    start = window.session
    for number in range(600):
        window.workspace.editor.execute(SetControl(track.id, "pan", (number % 200 - 100) / 100))
    assert len(window.document.history) == 600
    told: list[object] = []
    stop = window.document.listen(lambda before, now: told.append(now))
    window.history.list.picked.emit(0)
    stop()
    assert told == [start]
    assert len(window.document.future) == 600


def test_automix_is_one_step_of_the_list(window: MainWindow, wait_idle: Callable[[MainWindow], None]) -> None:
    window.actions_by_name["history"].trigger()
    window.actions_by_name["automix"].trigger()
    wait_idle(window)
    assert rows(window) == ["Start", "Automix, where you are"]
