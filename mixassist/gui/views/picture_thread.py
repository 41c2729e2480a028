# SPDX-License-Identifier: Apache-2.0
"""Draws pictures beside the window's thread: for each place only the newest wish counts."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Hashable
from typing import Any

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal

Draw = Callable[[], Any]
Take = Callable[[Any], None]


class _Round(QRunnable):
    def __init__(self, draw_all: Callable[[], None]) -> None:
        super().__init__()
        self._draw_all = draw_all

    def run(self) -> None:
        self._draw_all()


class PictureThread(QObject):
    """One thread that draws what is asked for, each wish within milliseconds; long work belongs into tasks.

    A wish for a place replaces an older one that has not begun. Results are taken in the window's thread.
    """

    _drawn = Signal(object, object, object)
    settled = Signal()
    """Nothing is left to draw."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._lock = threading.Lock()
        self._wishes: dict[Hashable, tuple[Draw, Take]] = {}
        self._is_running = False
        self._pending = 0
        self._is_closed = False
        self._drawn.connect(self._take, Qt.ConnectionType.QueuedConnection)

    @property
    def is_idle(self) -> bool:
        """Whether everything asked for has been drawn and taken."""
        return self._pending == 0

    def draw(self, place: Hashable, draw: Draw, take: Take) -> None:
        """Has `draw()` called beside the window and `take(result)` in its thread."""
        with self._lock:
            if self._is_closed:
                return
            if place not in self._wishes:
                self._pending += 1
            self._wishes[place] = (draw, take)
            if self._is_running:
                return
            self._is_running = True
        self._pool.start(_Round(self._draw_all))

    def forget(self, place: Hashable) -> None:
        """Drops a wish that has not begun."""
        with self._lock:
            if self._wishes.pop(place, None) is not None:
                self._pending -= 1

    def close(self) -> None:
        """Drops all wishes and waits for the one being drawn."""
        with self._lock:
            self._is_closed = True
            self._wishes.clear()
            self._pending = 0
        self._pool.waitForDone()

    def _draw_all(self) -> None:
        while True:
            with self._lock:
                if not self._wishes:
                    self._is_running = False
                    return
                place = next(iter(self._wishes))
                draw, take = self._wishes.pop(place)
            try:
                result, error = draw(), None
            except Exception as problem:
                result, error = None, problem
            self._drawn.emit(take, result, error)

    def _take(self, take: Take, result: Any, error: Exception | None) -> None:
        if self._is_closed:
            return
        self._pending -= 1
        if error is not None:
            sys.excepthook(type(error), error, error.__traceback__)
        else:
            take(result)
        if self._pending == 0:
            self.settled.emit()
