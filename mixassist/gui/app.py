# SPDX-License-Identifier: Apache-2.0
"""Starts the application: one QApplication, one window, unexpected errors into a sheet and the log."""

from __future__ import annotations

import torch  # noqa: F401  # isort: skip  # before Qt: on Windows the other order fails to load torch's libraries

import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from mixassist.gui.fault_log import FaultLog
from mixassist.gui.main_window import MainWindow
from mixassist.gui.process_setup import QuietCollector, share_the_processor


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
    share_the_processor()
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("MixAssist")
    app.setApplicationDisplayName("MixAssist")
    app.setDesktopFileName("mixassist")
    faults = FaultLog()
    faults.install()
    window = open_window(source)
    collector = QuietCollector(window)
    faults.found.connect(lambda text: show_crash(window, text, faults.file))
    window.recovery.offer()
    if faults.previous_crash:
        offer_crash_log(window, faults.previous_crash)
    signal.signal(signal.SIGINT, lambda *_: window.close())
    # Python sees Ctrl-C only when it runs; Qt's loop alone would sleep on.
    waker = QTimer()
    waker.timeout.connect(lambda: None)
    waker.start(250)
    try:
        return app.exec()
    finally:
        collector.stop()
        faults.close()


def show_crash(window: MainWindow, text: str, log_file: Path | None = None) -> None:
    """Shows an unexpected error with a log that can be copied; the session stays open and unsaved work is kept."""
    from mixassist.gui.fault_log import facts, last_steps
    from mixassist.gui.panels.crash_sheet import CrashSheet

    if not isValid(window):
        return
    sheet = next((c for c in window.children() if isinstance(c, CrashSheet) and c.isVisible()), None)
    if sheet is None:
        window.recovery.keep()
        head = "\n".join((facts(), last_steps(window.document.history)))
        sheet = CrashSheet(head, log_file, window)
        sheet.open()
    sheet.add_fault(text)


def offer_crash_log(window: MainWindow, text: str) -> None:
    """Says that the process crashed the last time, and shows what it left behind to whom wants to see it."""
    from mixassist.gui.fault_log import facts
    from mixassist.gui.panels.crash_sheet import CrashSheet

    def show() -> None:
        sheet = CrashSheet(facts(), None, window)
        sheet.add_fault(text)
        sheet.open()

    words = window.tr("MixAssist crashed the last time. The log helps to mend that, if you send it along.")
    window.messages.show_message(words, "warning", (window.tr("Show the log"), show))
