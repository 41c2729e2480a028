# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import soundfile
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from mixassist.domain.commands import SetControls
from mixassist.gui.later import MANY, Later
from mixassist.gui.main_window import MainWindow

from .conftest import RATE, tone


def test_what_waits_is_done_once_and_in_order(qtbot: QtBot) -> None:
    shown: list[str] = []
    parent = QObject()
    later = Later(shown.append, 2, parent)
    later.put(("a", "b", "c", "b"))
    later.drop("a")
    assert not later.is_done and shown == []
    qtbot.waitUntil(lambda: later.is_done)
    assert shown == ["b", "c"]
    later.put("de")
    later.do()
    assert shown == ["b", "c", "d", "e"] and later.is_done


def test_an_edit_of_many_tracks_reaches_every_strip_and_panel(
    make_window: Callable[..., MainWindow], wait_idle: Callable[[MainWindow], None], tmp_path: Path
) -> None:
    folder = tmp_path / "Many"
    folder.mkdir()
    for number in range(MANY + 4):
        soundfile.write(folder / f"Track {number:02d}.wav", tone(0.1, 100.0 + number, 0.1), RATE)
    window = make_window(folder)
    values = {t.id: {"fader_db": -7.0, "mid_gain_db": 3.0} for t in window.session.tracks}
    window.workspace.editor.execute(SetControls(values, "all"))
    assert not window.console.is_current and not window.channel.is_current
    assert window.console.strips[window.console.selected_id].fader.number == -7.0
    wait_idle(window)
    assert {s.fader.number for s in window.console.strips.values()} == {-7.0}
    assert {p.controls["mid_gain_db"].number for p in window.channel.panels.values()} == {3.0}
