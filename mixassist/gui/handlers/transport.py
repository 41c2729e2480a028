# SPDX-License-Identifier: Apache-2.0
"""Transport menu: play, stop, seek."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from mixassist.domain.errors import MixAssistError

if TYPE_CHECKING:
    from mixassist.gui.main_window import MainWindow


class TransportActions(QObject):
    """Acts on the player, if there is one."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._workspace = window.workspace

    def toggle(self) -> None:
        """Plays or stops."""
        player = self._workspace.sound.player
        if player is None:
            return
        try:
            if player.is_playing:
                player.stop()
            else:
                player.play()
        except MixAssistError as error:
            self._workspace.message.emit(str(error), "error")
        self._window.tick()

    def seek(self, frame: int) -> None:
        """Goes to a frame."""
        player = self._workspace.sound.player
        if player is not None:
            player.seek(min(max(frame, 0), self._workspace.session.length_frames))
            self._window.tick()

    def scrub(self, frame: int) -> None:
        """Follows a dragged playhead: a moment of each place sounds."""
        player = self._workspace.sound.player
        if player is None:
            return
        try:
            player.scrub(frame)
        except MixAssistError as error:
            self._workspace.message.emit(str(error), "error")
        self._window.tick()

    def end_scrub(self) -> None:
        """The playhead is let go."""
        player = self._workspace.sound.player
        if player is not None:
            player.end_scrub()
            self._window.tick()

    def _move(self, seconds: float) -> None:
        player = self._workspace.sound.player
        if player is not None:
            self.seek(player.position_frames + round(seconds * self._workspace.session.sample_rate_hz))

    def to_start(self) -> None:
        """Goes to the start."""
        self.seek(0)

    def back(self) -> None:
        """Seeks back 1 s."""
        self._move(-1.0)

    def forward(self) -> None:
        """Seeks on 1 s."""
        self._move(1.0)

    def back_fine(self) -> None:
        """Seeks back 0.1 s."""
        self._move(-0.1)

    def forward_fine(self) -> None:
        """Seeks on 0.1 s."""
        self._move(0.1)
