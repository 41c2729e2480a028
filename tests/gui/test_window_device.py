# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from mixassist.domain.errors import MixAssistError
from mixassist.gui.main_window import MainWindow
from mixassist.gui.sound_device import NO_SOUND
from mixassist.playback import outputs as outputs_module
from mixassist.playback.outputs import NullOutput, OutputDevice

RATE = 44_100
_DEVICES = (
    OutputDevice("Speakers, ALSA", "Speakers", "ALSA", RATE, True),
    OutputDevice("Head & Phones, JACK", "Head & Phones", "JACK", 48_000, False),
)


class _Device(NullOutput):
    """A device that a test drives: it may have run dry, or have gone away."""

    def __init__(self, name: str, underruns: int = 0) -> None:
        super().__init__(RATE, paced=False)
        self._name, self._underruns, self.lost = name, underruns, False

    @property
    def name(self) -> str:
        return self._name

    @property
    def underruns(self) -> int:
        return self._underruns

    @property
    def is_lost(self) -> bool:
        return self.lost


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A machine with two devices, of which the second does not open; returns what was opened."""
    opened: list[str] = []

    def open_exactly(key: str, rate: int) -> NullOutput:
        opened.append(key)
        if "Phones" in key:
            raise MixAssistError("the sound device does not open", subject=key)
        return NullOutput(rate) if key == NO_SOUND else _Device(key, underruns=2)

    monkeypatch.setattr(outputs_module, "open_exactly", open_exactly)
    monkeypatch.setattr(outputs_module, "list_devices", lambda look_again=False: _DEVICES)
    monkeypatch.setattr(outputs_module, "open_output", lambda key, rate: (_Device(key or "Default device"), None))
    return opened


def test_the_menu_lists_the_devices_and_changes_while_it_plays(
    window: MainWindow, machine: list[str], wait_idle: Callable[[MainWindow], None]
):
    window.actions_by_name["play"].trigger()
    menu = window.device.menu()
    menu.aboutToShow.emit()
    wait_idle(window)
    words = [a.text() for a in menu.actions() if a.isCheckable()]
    assert words == ["System default", "Speakers (ALSA)", "Head && Phones (JACK)", "No sound"]
    position = window.workspace.sound.player.position_frames
    next(a for a in menu.actions() if a.text() == "Speakers (ALSA)").trigger()
    wait_idle(window)
    assert window.settings.device == "Speakers, ALSA"
    player = window.workspace.sound.player
    player.output.advance(2048)
    assert player.position_frames == position + 2048
    window.tick()
    assert window.device.text() == "Speakers · dropouts: 2"
    assert "2" in window.device.toolTip()
    assert [a.text() for a in menu.actions() if a.isChecked()] == ["Speakers (ALSA)"]


def test_a_device_that_does_not_open_is_told_and_the_former_stays(
    window: MainWindow, machine: list[str], wait_idle: Callable[[MainWindow], None]
):
    window.actions_by_name["play"].trigger()
    window.sound_device.choose("Head & Phones, JACK")
    wait_idle(window)
    assert window.settings.device == ""
    assert any("does not open" in text and "Playing on" in text for text in window.messages.texts)
    player = window.workspace.sound.player
    player.output.advance(2048)
    assert player.is_playing
    assert player.position_frames >= 2048


def test_a_device_that_goes_away_is_replaced_and_that_is_told(
    window: MainWindow, machine: list[str], wait_idle: Callable[[MainWindow], None]
):
    window.sound_device.choose("Speakers, ALSA")
    wait_idle(window)
    window.actions_by_name["play"].trigger()
    output = window.workspace.sound.player.output
    output.lost = True
    window.tick()
    wait_idle(window)
    assert window.workspace.sound.player.output is not output
    assert window.workspace.sound.player.output.name == "Default device"
    assert any("went away" in text for text in window.messages.texts)


def test_no_sound_is_a_choice_and_is_remembered(
    window: MainWindow, machine: list[str], wait_idle: Callable[[MainWindow], None]
):
    window.sound_device.choose(NO_SOUND)
    wait_idle(window)
    window.tick()
    assert window.device.text() == "No sound"
    assert window.settings.device == NO_SOUND


def test_looking_again_lets_the_device_go_meanwhile(
    window: MainWindow, machine: list[str], wait_idle: Callable[[MainWindow], None]
):
    window.actions_by_name["play"].trigger()
    former = window.workspace.sound.player.output
    window.sound_device.look_again()
    wait_idle(window)
    assert window.sound_device.devices == _DEVICES
    assert window.workspace.sound.player.output is not former
    assert window.workspace.sound.player.is_playing


def test_a_dragged_playhead_sounds(window: MainWindow, qtbot: QtBot, outputs: list[NullOutput]):
    view = window.waveforms.viewport()
    y = view.height() // 2
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPointF(view.width() * 0.3, y).toPoint())
    assert not outputs[-1].advance(2048).any()
    qtbot.mouseMove(view, QPointF(view.width() * 0.4, y).toPoint())
    place = window.workspace.sound.player.position_frames
    assert outputs[-1].advance(2048).any()
    outputs[-1].advance(8192)
    assert window.workspace.sound.player.position_frames == place > 0
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPointF(view.width() * 0.4, y).toPoint())
    outputs[-1].advance(2048)
    assert not window.workspace.sound.player.is_playing
    assert not outputs[-1].advance(2048).any()
