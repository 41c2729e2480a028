# SPDX-License-Identifier: Apache-2.0
"""Console and pictures share the window's height: each comes back when it is asked for."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from mixassist.gui.main_window import MainWindow


def test_the_mixer_key_brings_the_console_back_where_pictures_took_its_room(window: MainWindow, qtbot: QtBot) -> None:
    window.pictures.toggle()
    window.resize(1280, 720)
    window.show()
    qtbot.waitUntil(lambda: window.console.isHidden())
    assert not window.looks.has_mixer()
    window.looks.toggle_mixer()
    qtbot.waitUntil(lambda: window.console.isVisible() and window.console.height() > 100)
    assert not window.pictures.is_shown()
    window.pictures.toggle()
    qtbot.waitUntil(lambda: window.console.isHidden())
    assert window.pictures.holder.isVisible()


def test_the_mixers_tick_follows_the_room_there_is(window: MainWindow, qtbot: QtBot) -> None:
    window.pictures.toggle()
    tick = window.actions_by_name["mixer"].isChecked
    window.resize(1280, 1300)
    qtbot.waitUntil(lambda: window.console.isVisible() and tick())
    window.resize(1280, 720)
    qtbot.waitUntil(lambda: not window.console.isVisible() and not tick())
