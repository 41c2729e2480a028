# SPDX-License-Identifier: Apache-2.0
"""The sound device at the foot of the window: its name, how often it ran dry, and a menu to choose another."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from mixassist.gui.sound_device import NO_SOUND, SoundDevice
from mixassist.gui.widgets.enter_presses import EnterPresses


class DeviceMenu(QMenu):
    """Lists the devices, those of each host interface together; fills itself when it opens."""

    def __init__(self, device: SoundDevice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._device = device
        self.setTitle(self.tr("Sound &device"))
        self.setObjectName("menu.device")
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._open)
        device.changed.connect(self.fill)
        self.fill()

    def _open(self) -> None:
        if self._device.devices is None:
            self._device.look()
        self.fill()

    def fill(self) -> None:
        """Shows what can be chosen and what is."""
        self.clear()
        self._choice(self.tr("System default"), "")
        devices = sorted(self._device.devices or (), key=lambda d: (d.host, d.name))
        for _, members in groupby(devices, key=lambda d: d.host):
            self.addSeparator()
            for device in members:
                self._choice(f"{device.name} ({device.host})", device.key)
        known = {"", NO_SOUND, *(d.key for d in devices)}
        if self._device.key not in known:
            self.addSeparator()
            self._choice(self.tr("{0} (not connected)").format(self._device.key), self._device.key)
        self.addSeparator()
        self._choice(self.tr("No sound"), NO_SOUND)
        self.addSeparator()
        if self._device.devices is None:
            self.addAction(self.tr("Looking for devices…")).setEnabled(False)
        else:
            again = self.addAction(self.tr("Look for devices again"))
            again.triggered.connect(self._device.look_again)

    def _choice(self, words: str, key: str) -> None:
        action = self.addAction(words.replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(key == self._device.key)
        action.setObjectName(f"device.{key or 'default'}")
        action.triggered.connect(lambda: self._device.choose(key))


class DeviceButton(EnterPresses, QToolButton):
    """Names the device in use and counts its underruns; opens the menu."""

    def __init__(self, device: SoundDevice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("device")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMenu(DeviceMenu(device, self))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self._shown: tuple[object, ...] = ()
        self.show_player(None, "")

    def show_player(self, player: Any, words: str) -> None:
        """Shows the output of a player.

        Args:
            words: a sentence about the device, for the tool tip.
        """
        name = "" if player is None else str(player.output.name)
        underruns = 0 if player is None else int(player.underruns)
        latency_ms = 0 if player is None else 1000 * player.output.latency_frames / player.output.sample_rate_hz
        shown = (name, underruns, words, round(latency_ms))
        if shown == self._shown:
            return
        self._shown = shown
        short = name.rsplit(", ", 1)[0]
        text = self.tr("Default device") if name in ("", "Default device") else short
        if player is not None and name != "No sound":
            text += " · " + (self.tr("no dropouts") if not underruns else self.tr("dropouts: {0}").format(underruns))
        self.setText(text)
        lines = (
            words or self.tr("Where the sound goes; press to choose another device."),
            self.tr("Dropouts since the session was opened: {0}").format(underruns),
            *((self.tr("An edit is heard after {0} ms").format(round(latency_ms)),) if latency_ms else ()),
        )
        self.setToolTip("\n".join(lines))
        self.setAccessibleName(self.tr("Sound device"))
        self.setAccessibleDescription(text)
