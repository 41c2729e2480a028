# SPDX-License-Identifier: Apache-2.0
"""Waiting for a window, for screenshots and scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

if TYPE_CHECKING:
    from mixassist.gui.main_window import MainWindow


def on_idle(window: MainWindow, call: Callable[[], object]) -> None:
    """Calls once when the window has nothing left to read, render or write; for screenshots and scripts."""
    timer = QTimer(window)

    def look() -> None:
        if window.is_idle:
            timer.stop()
            timer.deleteLater()
            call()

    timer.timeout.connect(look)
    timer.start(30)
