# SPDX-License-Identifier: Apache-2.0
"""What nobody sees is brought up to date a little later: an edit of all tracks waits for no strip out of sight."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QTimer

MANY = 16
"""Where more strips than this change at once, those out of sight wait."""


class Later(QObject):
    """Calls `show(key)` for each key that was put in, some a turn of the event loop.

    Args:
        a_turn: how many in one turn.
    """

    def __init__(self, show: Callable[[str], None], a_turn: int, parent: QObject) -> None:
        super().__init__(parent)
        self._show, self._a_turn = show, a_turn
        self._keys: dict[str, None] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(lambda: self.do(self._a_turn))

    @property
    def is_done(self) -> bool:
        """Whether nothing waits."""
        return not self._keys

    def put(self, keys: Iterable[str]) -> None:
        """Lets these wait for a turn; what waits already keeps its place."""
        self._keys.update(dict.fromkeys(keys))
        if self._keys:
            self._timer.start()

    def drop(self, key: str) -> None:
        """Forgets a key: it is up to date, or gone."""
        self._keys.pop(key, None)
        if not self._keys:
            self._timer.stop()

    def do(self, most: int | None = None) -> None:
        """Does so many of them now, or all."""
        for key in list(self._keys)[:most]:
            self.drop(key)
            self._show(key)
