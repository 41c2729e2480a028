# SPDX-License-Identifier: Apache-2.0
"""Sets the process up for sound beside a window: whoever computes must let the sound's thread in at once.

The sound's thread needs Python's global lock for half a millisecond every ten. A full collection of cyclic garbage
holds that lock for as long as it takes to look at every object there is: 160 ms were measured, as long as the device's
buffer lasts.
"""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

import torch
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

if TYPE_CHECKING:
    from mixassist.gui.main_window import MainWindow

SWITCH_INTERVAL_S = 0.0005
"""How long a thread may run Python while another one waits for the lock."""
_LOOK_MS = 2000
_WORTH_IT = 20
"""Collections of the middle generation since the last full one, from which on a full one is worth its time."""
_MOST = 400
"""So many, about three million new objects, and it happens whatever plays: memory must not grow without end."""


def share_the_processor() -> None:
    """Leaves one core to sound and window, and lets the sound's thread in between the window's Python."""
    torch.set_num_threads(max(1, (torch.get_num_threads() or 2) - 1))
    sys.setswitchinterval(SWITCH_INTERVAL_S)


class QuietCollector(QObject):
    """Puts full collections of garbage off to moments in which nothing plays, is under way or being moved.

    What is there when it is made, the modules and the window, is never looked at again. Young garbage goes as ever.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._seen: object = None
        self._former = gc.get_threshold()
        gc.freeze()
        gc.set_threshold(self._former[0], self._former[1], _MOST)
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Collects if it is worth it and nobody would notice."""
        space = self._window.workspace
        seen, self._seen = self._seen, space.session
        if seen is not space.session or QApplication.mouseButtons() != Qt.MouseButton.NoButton:
            return
        is_playing = space.sound.player is not None and space.sound.player.is_playing
        if gc.get_count()[2] >= _WORTH_IT and not is_playing and self._window.is_idle:
            gc.collect()

    def stop(self) -> None:
        """Collects as Python does again; may be called when the window is gone."""
        if isValid(self._timer):
            self._timer.stop()
        gc.set_threshold(*self._former)
        gc.unfreeze()
