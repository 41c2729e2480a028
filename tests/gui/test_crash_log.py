# SPDX-License-Identifier: Apache-2.0
"""Unexpected errors of every thread: the sheet, the log file, and what a crash of the process leaves behind."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from mixassist.gui.app import offer_crash_log, show_crash
from mixassist.gui.fault_log import FaultLog, facts, last_steps, log_directory
from mixassist.gui.main_window import MainWindow


@pytest.fixture
def faults(tmp_path: Path, qapp: object) -> Iterator[FaultLog]:
    log = FaultLog(tmp_path)
    log.install()
    yield log
    log.close()


def _raised(error: Exception) -> Exception:
    try:
        raise error
    except Exception as caught:
        return caught


def test_an_error_of_the_window_s_thread_is_told_and_written_down(
    faults: FaultLog, capsys: pytest.CaptureFixture[str]
) -> None:
    told: list[str] = []
    faults.found.connect(told.append)
    error = _raised(ZeroDivisionError("a bug"))
    sys.excepthook(type(error), error, error.__traceback__)
    assert len(told) == 1
    assert told[0].endswith("ZeroDivisionError: a bug\n")
    assert "ZeroDivisionError: a bug" in faults.file.read_text()
    assert "ZeroDivisionError: a bug" in capsys.readouterr().err


def test_an_error_of_another_thread_reaches_the_window_s(qtbot: QtBot, faults: FaultLog) -> None:
    told: list[tuple[str, str]] = []
    faults.found.connect(lambda text: told.append((text, threading.current_thread().name)))
    thread = threading.Thread(target=lambda: 1 // 0)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(told))
    assert "ZeroDivisionError" in told[0][0]
    assert told[0][1] == threading.main_thread().name


def test_hooks_are_given_back(tmp_path: Path, qapp: object) -> None:
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    log = FaultLog(tmp_path)
    log.install()
    assert sys.excepthook != before[0]
    log.close()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before
    assert not list(tmp_path.glob("crash-*"))


def test_a_folder_that_cannot_be_written_keeps_nobody_from_working(tmp_path: Path, qapp: object) -> None:
    (tmp_path / "file").write_text("")
    log = FaultLog(tmp_path / "file" / "below")
    log.install()
    log.close()


def test_what_a_dead_process_left_behind_is_found_once(tmp_path: Path, qapp: object) -> None:
    script = (
        "import faulthandler, sys, os\n"
        "from pathlib import Path\n"
        "from mixassist.gui.fault_log import FaultLog\n"
        f"log = FaultLog(Path({str(tmp_path)!r}))\n"
        "log.install()\n"
        "os.abort()\n"
    )
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, timeout=120, check=False)
    assert done.returncode != 0
    log = FaultLog(tmp_path)
    log.install()
    assert "Aborted" in log.previous_crash
    log.close()
    again = FaultLog(tmp_path)
    again.install()
    assert again.previous_crash == ""
    again.close()


def test_the_sheet_collects_counts_copies_and_saves(window: MainWindow, tmp_path: Path) -> None:
    window.findChild(QWidget, "Bass.fader_db").edit(-3.0)
    show_crash(window, "Traceback …\nZeroDivisionError: one\n", tmp_path / "mixassist.log")
    show_crash(window, "Traceback …\nZeroDivisionError: one\n")
    show_crash(window, "Traceback …\nKeyError: two\n")
    sheets = [w for w in window.findChildren(QWidget) if w.objectName() == "sheet.crash"]
    assert len(sheets) == 1
    sheet = sheets[0]
    log = sheet.text.toPlainText()
    assert log.startswith(facts())
    assert "Bass: fader" in log
    assert "(seen 2 times)" in log
    assert log.count("ZeroDivisionError: one") == 1
    assert "KeyError: two" in log
    sheet.findChild(QPushButton, "crash.copy").click()
    assert QGuiApplication.clipboard().text() == sheet.log()
    sheet.save(tmp_path / "sent.txt")
    assert (tmp_path / "sent.txt").read_text() == sheet.log()
    sheet.save(tmp_path / "nowhere" / "sent.txt")
    assert "folder does not exist" in sheet.place.text()
    sheet.close()


def test_the_log_takes_no_recordings_place(window: MainWindow, stems: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    show_crash(window, "KeyError\n")
    sheet = window.findChild(QWidget, "sheet.crash")
    before = (stems / "Kick.wav").read_bytes()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(stems / "Kick.wav"), ""))
    sheet.findChild(QPushButton, "crash.save").click()
    assert (stems / "Kick.wav").read_bytes() == before
    assert (stems / "Kick.wav.txt").read_text() == sheet.log()
    sheet.close()


def test_unsaved_work_is_kept_when_something_goes_wrong(
    window: MainWindow, wait_idle: Callable[[MainWindow], None]
) -> None:
    window.findChild(QWidget, "Bass.fader_db").edit(-3.0)
    show_crash(window, "KeyError\n")
    wait_idle(window)
    assert len(window.recovery.files()) == 1
    window.findChild(QWidget, "sheet.crash").close()


def test_a_crash_of_last_time_is_offered(make_window: Callable[..., MainWindow]) -> None:
    window = make_window()
    offer_crash_log(window, "Fatal Python error: Segmentation fault")
    button = next(b for b in window.messages.findChildren(QPushButton) if b.text() == "Show the log")
    button.click()
    sheet = window.findChild(QWidget, "sheet.crash")
    assert "Segmentation fault" in sheet.text.toPlainText()
    sheet.close()


def test_the_log_lies_beside_the_autosaves(tmp_path: Path) -> None:
    assert log_directory() == tmp_path / "state"
    assert last_steps([]) == ""
    assert last_steps(map(str, range(20))).splitlines()[1:] == [f"  {n}" for n in range(8, 20)]
