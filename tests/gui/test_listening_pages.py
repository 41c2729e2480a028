# SPDX-License-Identifier: Apache-2.0
"""Preference, multi-stimulus page and opinion score in the window, and setting them up."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from mixassist.gui.listening.multi_panel import MultiPanel
from mixassist.gui.listening.page import ListeningPage
from mixassist.gui.main_window import MainWindow
from mixassist.gui.widgets.push_button import PushButton
from mixassist.listening.verification import verify_log
from mixassist.playback.outputs import NullOutput

from .conftest import RATE, tone


def press(window: MainWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(window.focusWidget() or window, key, modifiers)


def begin(qtbot: QtBot, window: MainWindow, test: str, versions: int = 3) -> ListeningPage:
    """Sets a test of the session's first versions up and starts it."""
    window.activateWindow()
    window.listening.open(test)
    page = window.listening.page
    for source in page.form.several.sources[:versions]:
        page.form.several.choose(source)
    page.form.listener.setText("Ada")
    page.form.start.click()
    qtbot.waitUntil(lambda: page.conductor.run is not None, timeout=30_000)
    return page


def log_of(page: ListeningPage) -> Path:
    return max(Path(page.form.folder.text()).glob("*.jsonl"), key=lambda p: p.stat().st_mtime_ns)


def test_a_preference_by_keyboard_alone(qtbot: QtBot, window: MainWindow) -> None:
    page = begin(qtbot, window, "preference")
    for trial in range(12):
        press(window, Qt.Key.Key_A)
        press(window, Qt.Key.Key_B)
        press(window, Qt.Key.Key_3 if trial % 3 == 0 else Qt.Key.Key_1)
        press(window, Qt.Key.Key_Return)
    found = verify_log(log_of(page))
    assert (found.is_intact, found.outcome) == (True, "finished")
    assert found.end["result"]["none"] == 4
    assert window.session.listening[-1].test == "preference"


def test_a_page_of_markers_by_keyboard(qtbot: QtBot, window: MainWindow) -> None:
    page = begin(qtbot, window, "multi-stimulus")
    panel = page.panel
    assert isinstance(panel, MultiPanel)
    press(window, Qt.Key.Key_Return)
    assert page.conductor.run is not None  # nothing is placed yet
    for number in (1, 2, 3):
        press(window, Qt.Key(Qt.Key.Key_0 + number))
        marker = panel.axis.markers[str(number)]
        assert marker.hasFocus()
        assert marker.is_sounding
        press(window, Qt.Key.Key_Home)
        for _ in range(number):
            press(window, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
        assert marker.value() == 100 * number
    panel.comments["2"].setFocus()
    for letter in "boxy 2":
        QTest.keyClick(panel.comments["2"], letter)
    press(window, Qt.Key.Key_Return)  # Enter belongs to the comment
    assert panel.comments["2"].text() == "boxy 2"
    assert page.conductor.run is not None
    panel.confirm.click()
    found = verify_log(log_of(page))
    assert found.is_intact
    assert found.trials[0]["ratings"] == {"1": 0.1, "2": 0.2, "3": 0.3}
    assert found.trials[0]["comments"]["2"] == "boxy 2"


def test_a_marker_is_dragged_along_the_axis(qtbot: QtBot, window: MainWindow) -> None:
    page = begin(qtbot, window, "multi-stimulus", 2)
    assert isinstance(page.panel, MultiPanel)
    marker = page.panel.axis.markers["1"]
    start = marker.rect().center()
    QTest.mousePress(marker, Qt.MouseButton.LeftButton, pos=start)
    target = marker.mapFromParent(page.panel.axis.rect().center())
    target.setY(start.y())
    QTest.mouseMove(marker, target)
    QTest.mouseRelease(marker, Qt.MouseButton.LeftButton, pos=start)
    assert page.conductor.sound is not None
    assert page.conductor.sound.selected == "1"
    assert marker.is_placed
    assert marker.value() == pytest.approx(500, abs=30)
    page.conductor.abandon()


def test_an_opinion_test_with_its_screening_by_keyboard(qtbot: QtBot, window: MainWindow) -> None:
    page = begin(qtbot, window, "opinion", 2)
    run = page.conductor.run
    assert run is not None
    press(window, Qt.Key.Key_R)
    right = [run.test.sample_of(place) for place in range(5)].index(0)
    press(window, Qt.Key(Qt.Key.Key_1 + right))
    press(window, Qt.Key.Key_Return)
    while page.conductor.run is not None:
        version = page.conductor.run.test.version_of_question()
        press(window, Qt.Key.Key_A)
        press(window, (Qt.Key.Key_5, Qt.Key.Key_4, Qt.Key.Key_1)[version])
        press(window, Qt.Key.Key_Return)
    found = verify_log(log_of(page))
    assert (found.is_intact, found.end["result"]["counts"]) == (True, True)
    assert found.end["result"]["scores"] == [[5, 5, 5], [4, 4, 4], [1, 1, 1]]


def test_the_wrong_sample_ends_the_test(qtbot: QtBot, window: MainWindow) -> None:
    page = begin(qtbot, window, "opinion", 1)
    assert page.conductor.run is not None
    test = page.conductor.run.test
    wrong = next(place for place in range(5) if test.sample_of(place) != 0)
    press(window, Qt.Key(Qt.Key.Key_1 + wrong))
    press(window, Qt.Key.Key_Return)
    assert page.conductor.run is None
    assert window.session.listening[-1].outcome == "screened out"


def test_two_files_are_compared_without_a_session(
    qtbot: QtBot, make_window: Callable[..., MainWindow], tmp_path: Path, outputs: list[NullOutput]
) -> None:
    for name, hz in (("a", 220.0), ("b", 330.0)):
        soundfile.write(tmp_path / f"{name}.wav", tone(2.0, hz, 0.4), RATE)
    window = make_window()
    window.listening.abx()
    page = window.listening.page
    page.form.start.click()
    qtbot.waitUntil(lambda: bool(page.form.problem.text()) and not page.conductor.is_preparing)
    assert page.form.problem.text().startswith("There is nothing to compare")
    for picker, name in zip(page.form.pair, "ab", strict=True):
        picker.add_files([str(tmp_path / f"{name}.wav")])
    page.form.end_s.setValue(2.0)
    page.form.start.click()
    qtbot.waitUntil(lambda: page.conductor.run is not None, timeout=30_000)
    page.conductor.hear("B")
    assert abs(outputs[-1].advance(2048)).max() > 0.0
    page.close_page()
    assert window.session.listening == ()
    assert verify_log(log_of(page)).labels == ("a.wav", "b.wav")


def test_a_file_that_cannot_be_read_is_said_on_the_page(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "broken.wav").write_bytes(b"no audio")
    window.listening.preference()
    page = window.listening.page
    page.form.pair[0].add_files([str(tmp_path / "broken.wav")])
    page.form.start.click()
    qtbot.waitUntil(lambda: "broken.wav" in page.form.problem.text(), timeout=30_000)
    assert page.form.start.isEnabled()
    assert page.conductor.run is None


def test_a_folder_that_cannot_be_written_is_said_before_the_first_trial(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    window.listening.abx()
    page = window.listening.page
    page.form.folder.setText(str(tmp_path / "file"))
    page.form.start.click()
    qtbot.waitUntil(lambda: str(tmp_path / "file") in page.form.problem.text(), timeout=30_000)
    assert page.conductor.run is None


def test_a_report_is_written_from_the_result(qtbot: QtBot, window: MainWindow, wait_idle: Callable) -> None:
    page = begin(qtbot, window, "multi-stimulus", 2)
    page.conductor.abandon()
    page.result.report_wanted.emit()
    wait_idle(window)
    assert (Path(page.form.folder.text()) / "listening-report.html").is_file()
    assert "listening-report.html" in window.messages.texts[-1]


def test_setting_up_works_by_keyboard_and_shows_earlier_tests(qtbot: QtBot, window: MainWindow) -> None:
    page = begin(qtbot, window, "preference")
    page.conductor.abandon()
    page.result.again_wanted.emit()
    assert page.form.earlier.count() == 1
    assert "Abandoned after 0 of 12 trials" in page.form.earlier.item(0).text()
    page.form.show_test("opinion")
    page.form.screening.setFocus()
    press(window, Qt.Key.Key_Space)  # the tick's, not the transport's: no test is under way
    assert not page.form.choice().with_screening
    press(window, Qt.Key.Key_Escape)
    assert not window.listening.is_open


_ANSWERED_THRICE = """
import sys, time
from pathlib import Path
from mixassist.listening.abx import AbxTest
from mixassist.listening.blind_test import TestSetup
test = AbxTest(TestSetup(("wet", "dry"), Path(sys.argv[1]), listener="Ada", title="My song"))
for _ in range(3):
    test.answer("AB"[test.version_of("X")])
print("ready", flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL")
def test_a_test_that_a_crash_ended_is_told_with_what_came_of_it(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = window.listening.log_folder()
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-c", _ANSWERED_THRICE, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.kill()
        process.wait()
    window.listening.abx()
    (told,) = [text for text in window.messages.texts if "in the middle of a blind test" in text]
    assert "(ABX test: My song, Ada, " in told
    assert told.endswith("Abandoned after 3 of 16 trials, 3 right: no result.")
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    button = next(b for b in window.messages.findChildren(PushButton) if b.text() == "Show its log")
    button.click()
    assert opened == [str(folder)]
    # It is told once.
    window.listening.close()
    window.listening.abx()
    assert told not in window.messages.texts
