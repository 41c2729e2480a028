# SPDX-License-Identifier: Apache-2.0
"""Finds what a test leaves running, timers, threads and pools, and names the line that started it."""

from __future__ import annotations

import gc
import sys
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QThread, QThreadPool, QTimer
from shiboken6 import isValid

_GRACE_TURNS = 300
"""So many turns of the event loop, 10 ms and more each, a thread that was told to end may take.

Nothing is waited for that is not on its way out.
"""
_DEPTH = 60

Starts = weakref.WeakKeyDictionary[Any, str]


def started_at() -> str:
    """Returns the lines outside Qt and this file that led here, the innermost first."""
    frame, lines = sys._getframe(2), []
    for _ in range(_DEPTH):
        if frame is None or len(lines) == 3:
            break
        file = Path(frame.f_code.co_filename)
        if "mixassist" in file.parts or ("tests" in file.parts and file.name != "leaks.py"):
            lines.append(f"{file.name}:{frame.f_lineno} in {frame.f_code.co_name}")
        frame = frame.f_back
    return " ← ".join(lines) or "an unknown place"


class LeakWatch:
    """Notes every start of a timer, thread or pool while it is on; `leaks` tells which of them still run."""

    def __init__(self) -> None:
        self._timers, self._threads, self._pools, self._qthreads = Starts(), Starts(), Starts(), Starts()
        self._before = set(threading.enumerate())

    def watch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Begins to note."""
        for kind, starts in (
            (QTimer, self._timers), (threading.Thread, self._threads), (QThreadPool, self._pools),
            (QThread, self._qthreads),
        ):  # fmt: skip
            monkeypatch.setattr(kind, "start", _noting(kind.start, starts))

    def leaks(self) -> list[str]:
        """Returns a line for everything that still runs; what is on its way out is waited for."""
        settle()
        for _ in range(_GRACE_TURNS):
            if not self._found():
                break
            QCoreApplication.processEvents()
            time.sleep(0.01)
        return self._found()

    def _found(self) -> list[str]:
        lines = [f"a timer started at {where} is still active" for where in _of(self._timers, QTimer.isActive)]
        lines += [f"a Qt thread started at {where} still runs" for where in _of(self._qthreads, QThread.isRunning)]
        lines += [f"a pool started at {where} is still at work" for where in _of(self._pools, _is_at_work)]
        for thread in threading.enumerate():
            # Qt's own threads show up as dummies once they have run some Python.
            if thread not in self._before and not isinstance(thread, threading._DummyThread):
                lines.append(f"thread {thread.name} started at {self._threads.get(thread, '?')} still runs")
        return lines


def settle() -> None:
    """Lets go what waits to be deleted."""
    gc.collect()
    for _ in range(2):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        QCoreApplication.processEvents()


def _noting(start: Callable[..., Any], starts: Starts) -> Callable[..., Any]:
    def noted(self: Any, *args: Any, **more: Any) -> Any:
        starts[self] = started_at()
        return start(self, *args, **more)

    return noted


def _of(starts: Starts, is_on: Callable[[Any], bool]) -> list[str]:
    return [where for thing, where in list(starts.items()) if isValid(thing) and is_on(thing)]


def _is_at_work(pool: QThreadPool) -> bool:
    return pool.activeThreadCount() > 0
