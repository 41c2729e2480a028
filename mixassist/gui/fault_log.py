# SPDX-License-Identifier: Apache-2.0
"""What went wrong, kept for whoever has to mend it: a log file, the facts around it, and hooks for every thread."""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import os
import platform
import sys
import threading
import time
import traceback
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Any

from PySide6.QtCore import QMessageLogContext, QObject, Qt, QtMsgType, Signal, qInstallMessageHandler, qVersion

from mixassist.interchange.autosave import recovery_directory

_LIBRARIES = ("PySide6_Essentials", "torch", "torchaudio", "numpy", "soundfile", "sounddevice", "pyqtgraph")
_LOG_BYTES = 500_000
_OLD_S = 7 * 24 * 3600.0
_LEVELS = {
    QtMsgType.QtWarningMsg: logging.WARNING, QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}  # fmt: skip

log = logging.getLogger("mixassist")


def log_directory() -> Path:
    """Returns the folder of the log, beside that of the autosaves."""
    return recovery_directory().parent


def facts() -> str:
    """Returns versions and system as lines: what a report of a fault has to say first."""
    lines = [f"MixAssist {_version('mixassist')}", f"Python {platform.python_version()} on {platform.platform()}"]
    lines.append(f"Qt {qVersion()}; " + ", ".join(f"{name} {_version(name)}" for name in _LIBRARIES))
    return "\n".join(lines)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "–"


def fault_text(kind: type[BaseException], error: BaseException | None, where: TracebackType | None) -> str:
    """Returns an unexpected error as Python writes it."""
    return "".join(traceback.format_exception(kind, error, where))


def last_steps(labels: Iterable[str], count: int = 12) -> str:
    """Returns the last steps of a history, as lines."""
    found = list(labels)[-count:]
    return "\n".join(("Last steps:", *(f"  {label}" for label in found))) if found else ""


class FaultLog(QObject):
    """Takes unexpected errors of all threads, writes them down and tells the window's thread.

    Args:
        directory: where the log lies; `log_directory()` by default.
    """

    found = Signal(str)
    """An unexpected error, as text; arrives in the thread this lives in."""
    _from_thread = Signal(str)

    def __init__(self, directory: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.file = (directory or log_directory()) / "mixassist.log"
        self._crash_file = self.file.with_name(f"crash-{os.getpid()}.txt")
        self._handler: logging.Handler | None = None
        self._crash_stream: Any = None
        self._before: tuple[Any, Any, Any] | None = None
        self.previous_crash = ""
        self._from_thread.connect(self.found, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Begins to listen; what a crash of the whole process left behind last time is in `previous_crash`."""
        self._open_files()
        self._before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        sys.excepthook = self.take
        threading.excepthook = lambda a: self.take(a.exc_type, a.exc_value, a.exc_traceback)
        sys.unraisablehook = lambda a: self.note(fault_text(a.exc_type, a.exc_value, a.exc_traceback))
        qInstallMessageHandler(self._take_qt_message)
        log.info("started: %s", facts().replace("\n", "; "))

    def close(self) -> None:
        """Gives the hooks back and closes the files: an orderly end."""
        if self._before is not None:
            sys.excepthook, threading.excepthook, sys.unraisablehook = self._before
            self._before = None
            qInstallMessageHandler(None)
        if self._handler is not None:
            log.info("ended")
            log.removeHandler(self._handler)
            self._handler.close()
            self._handler = None
        if self._crash_stream is not None:
            faulthandler.disable()
            self._crash_stream.close()
            self._crash_stream = None
            self._crash_file.unlink(missing_ok=True)

    def _open_files(self) -> None:
        try:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.previous_crash = _taken_crashes(self.file.parent)
            handler = logging.handlers.RotatingFileHandler(
                self.file, maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8"
            )
            handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
            log.addHandler(handler)
            log.setLevel(logging.INFO)
            self._handler = handler
            self._crash_stream = self._crash_file.open("w", encoding="utf-8")
            faulthandler.enable(self._crash_stream)
        except OSError:
            return  # a log that cannot be written must not keep anybody from working

    def note(self, text: str) -> None:
        """Writes something down without telling anybody."""
        log.error(text)
        sys.stderr.write(text if text.endswith("\n") else text + "\n")

    def take(self, kind: type[BaseException], error: BaseException | None, where: TracebackType | None) -> None:
        """Takes an unexpected error, from whichever thread."""
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error or kind(), where)
            return
        text = fault_text(kind, error, where)
        self.note(text)
        if threading.current_thread() is threading.main_thread():
            self.found.emit(text)
        else:
            self._from_thread.emit(text)

    def _take_qt_message(self, kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        level = _LEVELS.get(kind)
        if level is not None:
            log.log(level, "Qt: %s", message)
            sys.stderr.write(f"{message}\n")


def _taken_crashes(folder: Path) -> str:
    """Returns what crashes of whole processes left behind, and takes it away; an empty file may still be in use."""
    told = []
    for file in sorted(folder.glob("crash-*.txt")):
        facts_of_file = file.stat()
        if facts_of_file.st_size:
            told.append(file.read_text(encoding="utf-8", errors="replace")[:_LOG_BYTES])
        if facts_of_file.st_size or time.time() - facts_of_file.st_mtime > _OLD_S:
            file.unlink()
    return "\n".join(told)
