# SPDX-License-Identifier: Apache-2.0
"""Background work takes turns, so that no more of it runs at a time than there are cores to spare.

Three threads that compute on two cores are worse than one behind the other: the window has to win Python's global lock
back from a thread that itself waits for a core. Work gives its turn up between two chunks, a few hundredths of a second
each.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

WANTED, IDLE = 0, 4
"""Somebody waits for it; nobody does. So many others that came later go before it."""
_MOST_S = 1.0
"""Nobody waits longer for a turn: whoever has one may itself wait for something that this thread holds."""


class Turns:
    """Lets some threads run at a time, in the order in which they came.

    Args:
        at_once: how many; by default all cores but one, which stays free for sound and window.
        most_s: nobody waits longer than this for a turn.
    """

    def __init__(self, at_once: int | None = None, most_s: float = _MOST_S) -> None:
        self._most_s = most_s
        self._at_once = at_once if at_once is not None else max(1, (os.cpu_count() or 2) - 1)
        self._free = self._at_once
        self._changed = threading.Condition()
        self._waiting: list[tuple[int, int]] = []
        self._given = 0
        self._arrived = 0
        self._mine = threading.local()

    @property
    def waiting(self) -> int:
        """How many wait for a turn."""
        return len(self._waiting)

    def share(self, wanted: int) -> int:
        """Returns how many threads work may start: as many as it wants, or in its turn no more than there are turns."""
        return wanted if getattr(self._mine, "rank", None) is None else min(wanted, self._at_once)

    @contextmanager
    def turn(self, rank: int = WANTED) -> Iterator[None]:
        """Has a turn inside the `with`; `pass_on` gives it to whoever waits, now and then."""
        self._take(rank)
        self._mine.rank = rank
        try:
            yield
        finally:
            self._mine.rank = None
            self._give()

    def pass_on(self) -> None:
        """Lets others go first where some wait; does nothing in a thread that has no turn."""
        rank = getattr(self._mine, "rank", None)
        if rank is None or not self._waiting:
            return
        self._give()
        self._take(rank)

    def _take(self, rank: int) -> None:
        with self._changed:
            self._arrived += 1
            ticket = (self._given + rank, self._arrived)
            self._waiting.append(ticket)
            self._changed.wait_for(lambda: self._free > 0 and min(self._waiting) == ticket, self._most_s)
            self._waiting.remove(ticket)
            self._free -= 1
            self._given += 1
            self._changed.notify_all()

    def _give(self) -> None:
        with self._changed:
            self._free += 1
            self._changed.notify_all()


turns = Turns()
"""The turns of this process."""
