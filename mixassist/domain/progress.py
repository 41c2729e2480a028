# SPDX-License-Identifier: Apache-2.0
"""How long work reports its progress and learns that it was cancelled."""

from __future__ import annotations

import threading
from collections.abc import Callable

from mixassist.domain.errors import Cancelled

Progress = Callable[[float, str], None]
"""Called with the share done, 0 … 1, and a few words on what is being done. Any thread may call it."""


def no_progress(fraction: float, what: str) -> None:
    """Reports to nobody."""


class CancelToken:
    """Asks work in another thread to stop at its next chunk border."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Asks the work to stop; returns at once."""
        self._event.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody asked the work to stop."""
        return self._event.is_set()

    def check(self) -> None:
        """Raises `Cancelled` if somebody asked the work to stop."""
        if self._event.is_set():
            raise Cancelled


def scaled(progress: Progress, start: float, end: float) -> Progress:
    """Maps a sub-task's 0 … 1 onto `start` … `end` of the whole."""
    return lambda fraction, what: progress(start + (end - start) * fraction, what)
