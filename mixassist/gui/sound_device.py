# SPDX-License-Identifier: Apache-2.0
"""Which sound device plays: chosen, changed while it plays, and replaced when it goes away."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress
from mixassist.gui.settings import Settings
from mixassist.gui.sound import OutputOpener, Sound
from mixassist.gui.tasks import Task, TaskRunner

NO_SOUND = "none"
"""The setting that stands for no sound at all; "" stands for the system's default device."""


def chosen_output(settings: Settings) -> OutputOpener:
    """Returns an opener of the device that the settings name, else of the default one, else of a silent clock."""

    def opener(sample_rate_hz: int) -> tuple[Any, str | None]:
        from mixassist.playback.outputs import open_output

        return open_output(settings.device, sample_rate_hz)

    return opener


class SoundDevice(QObject):
    """Knows the devices and changes the one in use; opening one may take a second, so it is a task.

    Attributes:
        devices: what can be chosen, as far as it is known; None before anybody has looked.
    """

    changed = Signal()
    """Another device is in use, or others can be chosen."""
    message = Signal(str, str)

    def __init__(self, sound: Sound, tasks: TaskRunner, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sound, self._tasks, self._settings = sound, tasks, settings
        self.devices: tuple[Any, ...] | None = None
        self._task: Task | None = None
        self._in_use = settings.device
        settings.listen("device", self._follow)
        settings.listen("render_cache_gb", self._limit)
        self._limit(settings.render_cache_gb)

    @property
    def key(self) -> str:
        """What is chosen: a device's key, "" for the default, or `NO_SOUND`."""
        return self._settings.device

    def look(self) -> None:
        """Lists the devices, in the background."""

        def work(progress: Progress, cancel: CancelToken) -> Any:
            from mixassist.playback.outputs import list_devices

            return list_devices()

        self._run(self.tr("Looking for sound devices"), work, self._take_devices)

    def look_again(self) -> None:
        """Also finds what was connected since the program began; the sound pauses for that."""
        key, player = self._in_use, self._sound.player

        def work(progress: Progress, cancel: CancelToken) -> Any:
            from mixassist.playback.outputs import NullOutput, list_devices, open_output

            if player is None:
                return list_devices(look_again=True)
            rate = player.output.sample_rate_hz
            player.set_output(NullOutput(rate))
            found = list_devices(look_again=True)
            player.set_output(open_output(key, rate)[0])
            return found

        self._run(self.tr("Looking for sound devices"), work, self._take_devices)

    def _limit(self, gigabytes: float) -> None:
        self._sound.render_cache_gb = gigabytes

    def _follow(self, key: str) -> None:
        if key != self._in_use:
            self.choose(key)

    def choose(self, key: str) -> None:
        """Plays on another device from now on; when that does not open, the former one goes on and that is told."""
        player, former = self._sound.player, self._in_use
        if player is None:
            self._in_use = self._settings.device = key
            self.changed.emit()
            return

        def work(progress: Progress, cancel: CancelToken) -> Any:
            from mixassist.playback.outputs import list_devices, open_exactly, open_output

            rate = player.output.sample_rate_hz
            player.change_output(lambda: open_exactly(key, rate), lambda: open_output(former, rate)[0])
            return list_devices()

        def take(devices: Any) -> None:
            self._in_use = self._settings.device = key
            self._take_devices(devices)

        self._run(self.tr("Opening the sound device"), work, take)

    def check(self) -> None:
        """Goes on elsewhere when the device in use went away; to be called now and then."""
        player = self._sound.player
        if player is None or self._task is not None or not player.output.is_lost:
            return
        lost = player.output.name

        def work(progress: Progress, cancel: CancelToken) -> Any:
            from mixassist.playback.outputs import NullOutput, open_output

            rate = player.output.sample_rate_hz
            player.change_output(lambda: open_output("", rate)[0], lambda: NullOutput(rate))
            return player.output.name

        def take(name: str) -> None:
            self._task = None
            self.message.emit(self.tr("{0} went away. Playing on: {1}.").format(lost, name), "warning")
            self.changed.emit()

        self._run(self.tr("Opening the sound device"), work, take)

    def _run(self, words: str, work: Any, take: Any) -> None:
        if self._task is None:
            self._task = self._tasks.run_task(words, work, take, self._refused, self._ended, quiet=True)

    def _take_devices(self, devices: tuple[Any, ...]) -> None:
        self._task = None
        self.devices = tuple(devices)
        self.changed.emit()

    def _refused(self, error: MixAssistError) -> None:
        self._task = None
        self._settings.device = self._in_use
        player = self._sound.player
        words = str(error)
        if player is not None:
            words += " " + self.tr("Playing on: {0}.").format(player.output.name)
        self.message.emit(words, "error")
        self.changed.emit()

    def _ended(self) -> None:
        self._task = None
