# SPDX-License-Identifier: Apache-2.0
"""The window by keyboard, the context menus, a storm of edits, and the application from start to end."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget
from pytestqt.qtbot import QtBot

from mixassist.domain.channel import View
from mixassist.domain.parameters import PARAMETERS
from mixassist.gui.main_window import MainWindow


@pytest.fixture
def focused(qtbot: QtBot, window: MainWindow) -> MainWindow:
    window.activateWindow()
    window.waveforms.setFocus()
    qtbot.waitUntil(window.waveforms.hasFocus)
    return window


def press(window: MainWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(window.focusWidget() or window, key, modifiers)


def selected(window: MainWindow) -> str:
    return window.session.track(window.console.selected_id).name


def test_strips_are_walked_muted_and_soloed_by_key(focused: MainWindow) -> None:
    alt, shift = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier
    assert selected(focused) == "Bass"
    press(focused, Qt.Key.Key_Down, alt)
    press(focused, Qt.Key.Key_Down, alt)
    press(focused, Qt.Key.Key_Up, alt)
    assert selected(focused) == "Guitar"
    press(focused, Qt.Key.Key_M)
    press(focused, Qt.Key.Key_S)
    guitar = focused.session.track_named("Guitar").channel
    assert guitar.mute
    assert guitar.solo
    press(focused, Qt.Key.Key_M, shift)
    press(focused, Qt.Key.Key_S, shift)
    guitar = focused.session.track_named("Guitar").channel
    assert not guitar.mute
    assert not guitar.solo


def test_the_transport_by_key(focused: MainWindow) -> None:
    player = focused.workspace.sound.player
    press(focused, Qt.Key.Key_Space)
    assert player.is_playing
    press(focused, Qt.Key.Key_Space)
    assert not player.is_playing
    press(focused, Qt.Key.Key_Right)
    assert player.position_frames == 44_100
    press(focused, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert player.position_frames == 44_100 - 4_410
    press(focused, Qt.Key.Key_Return)
    assert player.position_frames == 0


def test_views_cycle_and_are_no_undo_step(focused: MainWindow) -> None:
    views = focused.views_at_hand()
    assert focused.session.view is View.WET
    for expected in [*views[views.index(View.WET) + 1 :], *views[: views.index(View.WET) + 1]]:
        press(focused, Qt.Key.Key_V)
        assert focused.session.view is expected
    assert focused.document.history == ()


def test_arrows_on_a_fader_move_the_fader_as_one_step(focused: MainWindow) -> None:
    fader = focused.findChild(QWidget, "Bass.fader_db")
    fader.setFocus()
    for _ in range(3):
        press(focused, Qt.Key.Key_Down)
    assert focused.session.track_named("Bass").channel.controls["fader_db"] == -3.0
    assert focused.document.history == ("Bass: fader",)
    assert focused.workspace.sound.player.position_frames == 0
    press(focused, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert fader.number == 0.0


def test_letters_typed_into_a_name_are_no_shortcuts(focused: MainWindow) -> None:
    title = focused.findChild(QWidget, "Bass.name")
    title.setFocus()
    press(focused, Qt.Key.Key_F2)
    for letter in "Mas v":
        QTest.keyClick(focused.focusWidget(), letter)
    press(focused, Qt.Key.Key_Return)
    assert focused.session.tracks[0].name == "Mas v"
    assert not focused.workspace.sound.player.is_playing
    assert not focused.session.tracks[0].channel.mute


def test_a_control_s_menu_locks_and_resets(window: MainWindow) -> None:
    pan = window.findChild(QWidget, "Bass.pan")
    track_id = window.session.track_named("Bass").id
    pan.edit(0.4)
    menu = window.workspace.editor.menu_for(pan, track_id, "pan")
    entries = {a.text(): a for a in menu.actions() if a.text()}
    entries["Lock against Automix"].trigger()
    assert window.session.track(track_id).channel.locks == {"pan"}
    assert pan.locked
    entries["Reset to default"].trigger()
    assert pan.number == 0.0
    assert not entries["Back to the prediction"].isEnabled()


def test_the_strip_s_menu_corrects_the_instrument(window: MainWindow) -> None:
    track_id = window.session.track_named("Guitar").id
    menu = window.tracks.menu_for(track_id)
    instruments = next(a.menu() for a in menu.actions() if isinstance(a.menu(), QMenu))
    next(a for a in instruments.actions() if a.text() == "Piano").trigger()
    assert window.session.track(track_id).channel.instrument == "piano"
    assert window.console.strips[track_id].title.words == "Piano"
    menu.deleteLater()


def test_stages_are_switched_and_locked_in_the_channel_panel(window: MainWindow) -> None:
    window.findChild(QWidget, "Kick.equalizer_on").click()
    assert not window.session.track_named("Kick").channel.stages.equalizer
    window.findChild(QWidget, "Kick.reverb_lock").click()
    assert len(window.session.track_named("Kick").channel.locks) == 4
    window.findChild(QWidget, "Kick.reverb_lock").click()
    assert not window.session.track_named("Kick").channel.locks


def test_an_equaliser_node_is_dragged_as_one_step(qtbot: QtBot, window: MainWindow) -> None:
    curve = window.findChild(QWidget, "Bass.equalizer_editor")
    start = curve.node_at("mid").toPoint()
    QTest.mousePress(curve, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 5):
        QTest.mouseMove(curve, start + _offset(step))
    QTest.mouseRelease(curve, Qt.MouseButton.LeftButton, pos=start + _offset(4))
    controls = window.session.track_named("Bass").channel.controls
    assert controls["mid_gain_db"] > 1.0
    assert controls["mid_freq_hz"] > 1000.0
    assert window.document.history == ("Bass: mid",)


def _offset(step: int) -> QPoint:
    return QPoint(4 * step, -5 * step)


def test_saving_first_and_then_leaving(
    qtbot: QtBot, window: MainWindow, wait_idle: Callable[[MainWindow], None], tmp_path: Path, monkeypatch
) -> None:  # type: ignore[no-untyped-def]
    window.findChild(QWidget, "Bass.fader_db").edit(-3.0)
    window.files.ask_unsaved = lambda: "save"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(tmp_path / "kept.mixassist"), ""))
    window.actions_by_name["new"].trigger()
    qtbot.waitUntil(lambda: not window.session.tracks, timeout=20_000)
    assert (tmp_path / "kept.mixassist").is_file()


def test_a_storm_of_edits_undoes_to_the_start_and_redoes_to_the_end(window: MainWindow) -> None:
    rng = random.Random(5)
    start = window.session
    widgets = {w.objectName(): w for w in window.findChildren(QWidget)}
    names = [t.name for t in start.tracks]
    for _ in range(200):
        p = rng.choice(PARAMETERS)
        widget = widgets[f"{rng.choice(names)}.{p.key}"]
        if p.is_continuous:
            widget.edit(float(p.denormalised(rng.random())))
        elif p.choices:
            widget.edited.emit(rng.choice(p.choices))
        else:
            widget.click()
        if rng.random() < 0.2:
            window.edits.undo()
        if rng.random() < 0.1:
            window.edits.redo()
    end, steps = window.session, len(window.document.history)
    assert steps > 50
    for _ in range(steps):
        window.edits.undo()
    assert window.session == start
    for _ in range(steps):
        window.edits.redo()
    assert window.session == end
    for track in end.tracks:
        for p in PARAMETERS:
            if p.is_continuous:
                assert widgets[f"{track.name}.{p.key}"].number == track.channel.controls[p.key]


def test_the_application_starts_opens_and_ends(stems: Path, tmp_path: Path) -> None:
    """One process of its own: import order, exit status, nothing on standard error."""
    script = (
        "import sys\n"
        "import mixassist.gui\n"
        "assert 'PySide6' not in sys.modules\n"
        "from mixassist.gui import app, idle\n"
        "opened = app.open_window\n"
        "def look(source):\n"
        "    window = opened(source)\n"
        "    def end():\n"
        "        print(len(window.session.tracks))\n"
        "        window.close()\n"
        "    idle.on_idle(window, lambda: window.session.tracks and end())\n"
        "    window.workspace.opened.connect(lambda: idle.on_idle(window, end))\n"
        "    return window\n"
        "app.open_window = look\n"
        f"sys.exit(app.run({str(stems)!r}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("4")
    assert done.stderr == ""
