# SPDX-License-Identifier: Apache-2.0
"""A whole session in the window: open, edit, undo, mix, rename, reorder, replace, save, bad input."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from mixassist import api
from mixassist.domain.errors import MixAssistError
from mixassist.domain.parameters import KEYS
from mixassist.gui.main_window import MainWindow


def act(window: MainWindow, name: str) -> None:
    action = window.findChild(QAction, f"action.{name}")
    assert action is not None, name
    assert action.isEnabled(), name
    action.trigger()


def names(window: MainWindow) -> list[str]:
    return [t.name for t in window.session.tracks]


def channel(window: MainWindow, name: str):  # type: ignore[no-untyped-def]
    return window.session.track_named(name).channel


def test_every_control_of_every_track_is_a_named_widget(window: MainWindow) -> None:
    assert names(window) == ["Bass", "Guitar", "Kick", "Vocals"]
    for name in names(window):
        for key in (*KEYS, "mute", "solo", "lock", "meter"):
            found = window.findChildren(QWidget, f"{name}.{key}")
            assert len(found) == 1, f"{name}.{key}"
            assert found[0].accessibleName().startswith(f"{name}, ")


def test_opens_a_folder_and_draws_its_waveforms(window: MainWindow) -> None:
    assert window.windowTitle().startswith("Song")
    for track in window.session.tracks:
        assert window.waveforms.pyramid(track.id) is not None
    assert not window.document.is_modified


def test_a_drag_of_the_fader_is_one_step_and_undo_takes_it_back(qtbot: QtBot, window: MainWindow) -> None:
    fader = window.findChild(QWidget, "Vocals.fader_db")
    place = QPoint(fader.width() // 2, fader.height() // 2)
    qtbot.mousePress(fader, Qt.MouseButton.LeftButton, pos=place)
    for step in range(1, 6):
        qtbot.mouseMove(fader, place + QPoint(0, 5 * step))
    qtbot.mouseRelease(fader, Qt.MouseButton.LeftButton, pos=place + QPoint(0, 25))
    moved = channel(window, "Vocals").controls["fader_db"]
    assert moved < -1.0
    assert fader.number == pytest.approx(moved)
    assert window.document.history == ("Vocals: fader",)
    assert "Vocals: fader" in window.actions_by_name["undo"].text()
    act(window, "undo")
    assert channel(window, "Vocals").controls["fader_db"] == 0.0
    assert fader.number == 0.0
    act(window, "redo")
    assert fader.number == pytest.approx(moved)


def test_automix_is_one_undo_step(wait_idle: Callable[[MainWindow], None], window: MainWindow) -> None:
    before = window.session
    act(window, "automix")
    wait_idle(window)
    assert window.document.history == ("Automix",)
    assert all(t.channel.prediction is not None for t in window.session.tracks)
    assert window.session.method == "controller"
    act(window, "another")
    wait_idle(window)
    assert window.document.history == ("Automix", "Automix: another")
    act(window, "undo")
    act(window, "undo")
    assert window.session.tracks == before.tracks
    assert window.session.master == before.master


def test_automix_leaves_a_locked_strip_alone(wait_idle: Callable[[MainWindow], None], window: MainWindow) -> None:
    window.findChild(QWidget, "Bass.lock").click()
    act(window, "automix")
    wait_idle(window)
    bass = channel(window, "Bass")
    assert bass.controls["fader_db"] == 0.0
    assert bass.prediction is not None


def test_renaming_renames_every_widget(qtbot: QtBot, window: MainWindow) -> None:
    title = window.findChild(QWidget, "Guitar.name")
    title.start_typing()
    entry = title.findChild(QWidget)
    entry.setText("Gtr. left")
    qtbot.keyClick(entry, Qt.Key.Key_Return)
    assert names(window)[1] == "Gtr_ left"
    for key in KEYS:
        assert window.findChild(QWidget, f"Gtr_ left.{key}") is not None
        assert window.findChild(QWidget, f"Guitar.{key}") is None
    act(window, "undo")
    assert window.findChild(QWidget, "Guitar.fader_db") is not None


def test_removing_and_reordering_tracks(window: MainWindow) -> None:
    window.console.select(window.session.track_named("Guitar").id)
    act(window, "move_right")
    assert names(window) == ["Bass", "Kick", "Guitar", "Vocals"]
    assert [s.title.text() for s in window.console.strips.values()] == names(window)
    act(window, "remove")
    assert names(window) == ["Bass", "Kick", "Vocals"]
    assert window.findChild(QWidget, "Guitar.fader_db") is None
    assert window.console.selected_id == window.session.track_named("Vocals").id
    act(window, "undo")
    act(window, "undo")
    assert names(window) == ["Bass", "Guitar", "Kick", "Vocals"]
    assert [s.title.text() for s in window.console.strips.values()] == names(window)


def test_replacing_audio_keeps_the_strip(
    wait_idle: Callable[[MainWindow], None], window: MainWindow, tmp_path: Path, monkeypatch
) -> None:  # type: ignore[no-untyped-def]
    other = tmp_path / "take two.wav"
    soundfile.write(other, np.zeros((60_000, 1), np.float32) + 0.1, 44_100)
    window.findChild(QWidget, "Kick.pan").edit(0.5)
    window.console.select(window.session.track_named("Kick").id)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *a, **k: (str(other), ""))
    act(window, "replace")
    wait_idle(window)
    kick = window.session.track_named("Kick")
    assert kick.source.files[0].path == str(other)
    assert kick.channel.controls["pan"] == 0.5
    assert window.document.history[-1] == "Replace audio of Kick"
    assert window.waveforms.pyramid(kick.id).samples.shape[0] == 60_000  # type: ignore[attr-defined]


def test_a_saved_session_opens_as_it_was(
    wait_idle: Callable[[MainWindow], None],
    window: MainWindow,
    make_window: Callable[..., MainWindow],
    tmp_path: Path,
    monkeypatch,
) -> None:  # type: ignore[no-untyped-def]
    window.findChild(QWidget, "Vocals.mid_gain_db").edit(4.5)
    window.findChild(QWidget, "Kick.mute").click()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(tmp_path / "Mine"), ""))
    assert window.document.is_modified
    act(window, "save")
    wait_idle(window)
    assert not window.document.is_modified
    assert window.workspace.path == tmp_path / "Mine.mixassist"
    again = make_window(tmp_path / "Mine.mixassist")
    assert again.session == window.session
    assert again.findChild(QWidget, "Vocals.mid_gain_db").number == 4.5
    assert again.findChild(QWidget, "Kick.mute").isChecked()


def test_a_broken_file_among_good_ones_is_named_and_the_rest_opens(
    qtbot: QtBot, stems: Path, make_window: Callable[..., MainWindow]
) -> None:
    (stems / "Broken.wav").write_text("this is no audio")
    window = make_window(stems)
    assert names(window) == ["Bass", "Guitar", "Kick", "Vocals"]
    assert len(window.messages.texts) == 1
    assert "Broken.wav" in window.messages.texts[0]


def test_dropping_a_broken_file_says_what_the_command_line_says(
    wait_idle: Callable[[MainWindow], None], window: MainWindow, tmp_path: Path
) -> None:
    bad = tmp_path / "Broken.wav"
    bad.write_text("this is no audio")
    before = window.session
    window.take_dropped([str(bad)])
    wait_idle(window)
    with pytest.raises(MixAssistError) as caught:
        api.open_source([bad])
    assert window.messages.texts == (str(caught.value),)
    assert window.session == before


@pytest.mark.parametrize("source", ["nowhere", "empty", "notes.txt", "deep.mixassist"])
def test_what_cannot_be_opened_leaves_the_window_as_it_is(
    wait_idle: Callable[[MainWindow], None], window: MainWindow, tmp_path: Path, source: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "deep.mixassist").write_text("[" * 100_000)
    before = window.session
    window.files.open_sources([str(tmp_path / source)])
    wait_idle(window)
    assert window.session == before
    assert len(window.messages.texts) == 1
    assert source in window.messages.texts[0]


def test_dropping_more_audio_adds_tracks_as_one_step(
    wait_idle: Callable[[MainWindow], None], window: MainWindow, tmp_path: Path
) -> None:
    more = tmp_path / "Vocals.wav"
    soundfile.write(more, np.zeros((4_000, 2), np.float32) + 0.2, 48_000)
    window.take_dropped([str(more)])
    wait_idle(window)
    assert names(window)[-1] == "Vocals 2"
    assert window.document.history == ("Add Vocals 2",)
    assert window.findChild(QWidget, "Vocals 2.fader_db") is not None


def test_a_session_without_any_sound_is_not_mixed_and_that_is_said(
    wait_idle: Callable[[MainWindow], None], make_window: Callable[..., MainWindow], tmp_path: Path
) -> None:
    folder = tmp_path / "Quiet"
    folder.mkdir()
    for name in ("One", "Two"):
        soundfile.write(folder / f"{name}.wav", np.zeros((20_000, 1), np.float32), 44_100)
    window = make_window(folder)
    act(window, "automix")
    wait_idle(window)
    assert window.messages.texts == (
        "Quiet: holds nothing but silent stems. Export the stems again, with sound in them.",
    )
    assert window.document.history == ()
    assert window.session.method == ""


def test_what_plays_is_the_mix(wait_idle: Callable[[MainWindow], None], window: MainWindow, outputs: list) -> None:  # type: ignore[type-arg]
    window.findChild(QWidget, "Vocals.fader_db").edit(-6.0)
    wait_idle(window)
    act(window, "play")
    heard = outputs[-1].advance(20_000)
    assert np.abs(heard).max() > 0.01
    window.tick()
    assert window.workspace.sound.player.is_playing
    assert window.findChild(QWidget, "Vocals.meter").top_db > -60.0
    act(window, "to_start")
    act(window, "play")
    outputs[-1].advance(2_000)
    assert not window.workspace.sound.player.is_playing


def test_a_click_into_the_waveforms_seeks(qtbot: QtBot, window: MainWindow) -> None:
    view = window.waveforms
    x = (view.viewport().width() + 112) // 2
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, 40))
    length = window.session.length_frames
    assert abs(window.workspace.sound.player.position_frames - length / 2) < 0.02 * length


def test_solo_is_no_undo_step_and_ctrl_makes_it_the_only_one(qtbot: QtBot, window: MainWindow) -> None:
    window.findChild(QWidget, "Bass.solo").click()
    window.findChild(QWidget, "Kick.solo").click()
    assert [t.name for t in window.session.tracks if t.channel.solo] == ["Bass", "Kick"]
    assert window.document.history == ()
    assert window.findChild(QWidget, "Master.solo").isChecked()
    window.workspace.editor.toggle_solo(window.session.track_named("Vocals").id, only=True)
    assert [t.name for t in window.session.tracks if t.channel.solo] == ["Vocals"]
    window.findChild(QWidget, "Master.solo").click()
    assert not window.session.any_solo


def test_cancelled_automix_leaves_no_trace(wait_idle: Callable[[MainWindow], None], window: MainWindow) -> None:
    before = window.session
    act(window, "automix")
    window.workspace.tasks.cancel_all()
    wait_idle(window)
    assert window.session == before
    assert window.document.history == ()
    assert window.messages.texts == ()


def test_unsaved_work_is_asked_about(window: MainWindow) -> None:
    window.findChild(QWidget, "Bass.fader_db").edit(-3.0)
    window.files.ask_unsaved = lambda: "cancel"
    act(window, "new")
    assert names(window) == ["Bass", "Guitar", "Kick", "Vocals"]
    assert not window.close()
    window.files.ask_unsaved = lambda: "discard"
    act(window, "new")
    assert names(window) == []


def test_work_that_a_crash_left_behind_comes_back(
    wait_idle: Callable[[MainWindow], None],
    qtbot: QtBot,
    window: MainWindow,
    make_window: Callable[..., MainWindow],
    stems: Path,
) -> None:
    from mixassist.interchange.autosave import recoverable

    window.findChild(QWidget, "Bass.fader_db").edit(-3.0)
    window.recovery.keep()
    wait_idle(window)
    copy = window.recovery.files()[0]
    kept = copy.read_bytes()
    edited = window.session
    window.files.ask_unsaved = lambda: "discard"
    window.close()
    assert not copy.exists()
    copy.write_bytes(kept)  # as if the program had died before it could take the copy away
    assert len(recoverable()) == 1
    again = make_window()
    again.recovery.offer()
    qtbot.waitUntil(lambda: bool(again.messages.texts), timeout=10_000)
    buttons = {b.text(): b for b in again.messages.findChildren(QPushButton)}
    assert set(buttons) == {"Recover", "Discard"}
    buttons["Recover"].click()
    wait_idle(again)
    assert again.session == edited
    assert again.document.is_modified


def test_a_track_called_master_keeps_out_of_the_master_s_way(
    wait_idle: Callable[[MainWindow], None], window: MainWindow, tmp_path: Path
) -> None:
    more = tmp_path / "Master.wav"
    soundfile.write(more, np.zeros((4_000, 1), np.float32) + 0.2, 44_100)
    window.take_dropped([str(more)])
    wait_idle(window)
    assert names(window)[-1] == "Master 2"
    assert len(window.findChildren(QWidget, "Master.meter")) == 1
    assert len(window.findChildren(QWidget, "Master.strip")) == 1


def test_strips_that_are_still_waiting_are_made_when_somebody_asks(
    make_window: Callable[..., MainWindow], wait_idle: Callable[[MainWindow], None], stems: Path, qtbot: QtBot
) -> None:
    for number in range(12):
        soundfile.write(stems / f"Pad {number}.wav", np.zeros((4_000, 1), np.float32) + 0.01, 44_100)
    window = make_window()
    found: list[object] = []
    window.workspace.opened.connect(lambda: found.append((window.console.is_complete, len(window.console.strips))))
    window.workspace.opened.connect(lambda: found.append(window.findChild(QWidget, "Vocals.fader_db")))
    window.files.open_sources([str(stems)])
    qtbot.waitUntil(lambda: len(found) == 2, timeout=30_000)
    is_complete, made = found[0]  # type: ignore[misc]
    assert not is_complete
    assert made < 5
    assert found[1] is not None
    wait_idle(window)
    assert [s.title.text() for s in window.console.strips.values()] == names(window)
    assert window.console.is_complete
    assert window.channel.is_complete
