# SPDX-License-Identifier: Apache-2.0
"""Starts the application: one QApplication, one window, unexpected errors into a sheet and the log."""

from __future__ import annotations

import torch  # isort: skip  # before Qt: on Windows the other order fails to load torch's libraries

import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from mixassist.gui.main_window import MainWindow


def open_window(source: str | Path | Sequence[str | Path] | None = None) -> MainWindow:
    """Opens a window, shown and loading; needs a running QApplication.

    Args:
        source: a session, a folder of stems, audio files, or None for the start page.
    """
    window = MainWindow()
    window.show()
    window.setFocus()
    if source is not None:
        names = [source] if isinstance(source, (str, Path)) else list(source)
        if names:
            window.files.open_sources([str(name) for name in names])
    return window


def run(source: str | Path | Sequence[str | Path] | None = None) -> int:
    """Runs the application until its window closes; returns the exit status."""
    # One core stays free for sound and window.
    torch.set_num_threads(max(1, (torch.get_num_threads() or 2) - 1))
    sys.setswitchinterval(0.0005)  # lets the sound thread in between the window's Python
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("MixAssist")
    app.setApplicationDisplayName("MixAssist")
    app.setDesktopFileName("mixassist")
    window = open_window(source)
    window.recovery.offer()
    sys.excepthook = lambda kind, error, where: show_crash(window, kind, error, where)
    signal.signal(signal.SIGINT, lambda *_: window.close())
    # Python sees Ctrl-C only when it runs; Qt's loop alone would sleep on.
    waker = QTimer()
    waker.timeout.connect(lambda: None)
    waker.start(250)
    return app.exec()


def show_crash(
    window: MainWindow, kind: type[BaseException], error: BaseException, where: TracebackType | None
) -> None:
    """Shows an unexpected error with a log that can be copied; the session stays open."""
    from mixassist.gui.panels.sheets import CrashSheet

    log = "".join(traceback.format_exception(kind, error, where))
    sys.stderr.write(log)
    CrashSheet(log, window).open()
