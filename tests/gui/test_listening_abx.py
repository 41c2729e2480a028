# SPDX-License-Identifier: Apache-2.0
"""ABX in the window: by keyboard alone, with nothing that gives X away, and nothing lost when the window closes."""

from __future__ import annotations

import json
import shutil
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from mixassist.gui.listening.page import ListeningPage
from mixassist.gui.main_window import MainWindow
from mixassist.listening import abx
from mixassist.listening.verification import verify_log
from mixassist.playback.outputs import NullOutput


def press(window: MainWindow, key: Qt.Key) -> None:
    QTest.keyClick(window.focusWidget() or window, key)


def begin(qtbot: QtBot, window: MainWindow) -> ListeningPage:
    """Opens ABX by its key and starts the test by Enter."""
    window.activateWindow()
    window.setFocus()
    qtbot.waitUntil(window.isActiveWindow)
    press(window, Qt.Key.Key_X)
    page = window.listening.page
    qtbot.waitUntil(page.isVisible)
    page.form.start.setFocus()
    press(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.conductor.run is not None, timeout=30_000)
    return page


def only_log(page: ListeningPage) -> Path:
    return next(Path(page.form.folder.text()).glob("*.jsonl"))


def x_of(page: ListeningPage) -> int:
    assert page.conductor.run is not None
    return page.conductor.run.version_of("X")


def test_a_complete_test_by_keyboard_alone(qtbot: QtBot, window: MainWindow, wait_idle: Callable) -> None:
    page = begin(qtbot, window)
    for trial in range(16):
        assert page.progress.text() == f"Trial {trial + 1} of 16"
        for key in (Qt.Key.Key_A, Qt.Key.Key_B, Qt.Key.Key_X):
            press(window, key)
            assert page.conductor.sound is not None
            assert page.conductor.sound.selected == chr(key)
            assert page.conductor.sound.is_playing
        press(window, Qt.Key.Key_2 if x_of(page) else Qt.Key.Key_1)
        press(window, Qt.Key.Key_Return)
    assert page.result.isVisible()
    assert page.result.words.text().startswith("A difference was heard: 16 of 16 right")
    found = verify_log(only_log(page))
    assert found.is_intact
    assert found.trials[0]["listens"] == {"A": 1, "B": 1, "X": 1}
    result = window.session.listening[-1]
    assert (result.outcome, result.log_sha256) == ("finished", found.fingerprint)
    assert window.document.is_modified
    wait_idle(window)
    assert not page.result.picture.pixmap().isNull()
    press(window, Qt.Key.Key_Return)
    assert not window.listening.is_open
    assert window.console.isVisible()


def test_space_loop_and_edges_by_key(
    qtbot: QtBot, window: MainWindow, outputs: list[NullOutput], wait_idle: Callable
) -> None:
    page = begin(qtbot, window)
    sound = page.conductor.sound
    assert sound is not None
    press(window, Qt.Key.Key_Space)
    assert sound.is_playing
    outputs[-1].advance(4410)
    press(window, Qt.Key.Key_L)
    assert sound.player.loop is None
    press(window, Qt.Key.Key_L)
    assert sound.player.loop == sound.region
    press(window, Qt.Key.Key_BracketLeft)
    wait_idle(window)
    assert sound.region[0] == 4410
    press(window, Qt.Key.Key_Space)
    assert not sound.is_playing
    regions = [json.loads(line) for line in only_log(page).read_text().splitlines()]
    assert regions[-1]["entry"] == "region"
    assert regions[-1]["region"]["start_s"] == 0.1
    assert regions[-1]["spread_lu"] <= 0.1
    page.conductor.abandon()
    assert verify_log(only_log(page)).is_intact


def test_enter_without_an_answer_does_nothing(qtbot: QtBot, window: MainWindow) -> None:
    page = begin(qtbot, window)
    press(window, Qt.Key.Key_Return)
    press(window, Qt.Key.Key_3)
    press(window, Qt.Key.Key_Return)
    assert page.conductor.run is not None
    assert page.conductor.run.test.number == 1
    page.conductor.abandon()


def test_escape_asks_twice_and_logs_an_abandoned_test(qtbot: QtBot, window: MainWindow) -> None:
    page = begin(qtbot, window)
    press(window, Qt.Key.Key_1)
    press(window, Qt.Key.Key_Return)
    press(window, Qt.Key.Key_Escape)
    assert page.conductor.run is not None
    press(window, Qt.Key.Key_Escape)
    assert page.conductor.run is None
    found = verify_log(only_log(page))
    assert (found.outcome, len(found.trials), found.is_intact) == ("abandoned", 1, True)
    assert window.session.listening[-1].outcome == "abandoned"


def test_closing_the_window_loses_no_finished_trial(qtbot: QtBot, window: MainWindow) -> None:
    page = begin(qtbot, window)
    path = only_log(page)
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_2):
        press(window, key)
        press(window, Qt.Key.Key_Return)
        assert len(verify_log(path).trials) == page.conductor.run.test.number - 1  # type: ignore[union-attr]
    window.files.ask_unsaved = lambda: "discard"
    window.close()
    found = verify_log(path)
    assert (found.outcome, found.is_intact) == ("abandoned", True)
    assert [t["answer"] for t in found.trials] == ["A", "B", "B"]


def test_during_a_test_nothing_else_can_be_seen_or_done(qtbot: QtBot, window: MainWindow) -> None:
    before = window.session
    page = begin(qtbot, window)
    hidden = (window.menuBar(), window.transport_bar, window.statusBar(), window.console, window.channel)
    assert not any(widget.isVisible() for widget in hidden)
    assert not window._ticker.isActive() or window.tick() is None
    enabled = [name for name, action in window.actions_by_name.items() if action.isEnabled()]
    assert enabled == ["quit"]
    for key in "CDEFGHIJKMNOPQSTUVWYZ4567890":
        press(window, Qt.Key(ord(key)))
    for key in (Qt.Key.Key_F1, Qt.Key.Key_F6, Qt.Key.Key_Left, Qt.Key.Key_Tab, Qt.Key.Key_Delete):
        press(window, key)
    assert window.session is before
    assert page.conductor.run is not None
    assert page.conductor.chosen == ""
    assert not any(w.isVisible() for w in QApplication.topLevelWidgets() if w is not window)
    page.conductor.abandon()
    page.close_page()
    assert window.menuBar().isVisible()
    assert window.actions_by_name["automix"].isEnabled()


def test_the_mix_plays_as_before_afterwards(
    qtbot: QtBot, window: MainWindow, outputs: list[NullOutput], wait_idle: Callable
) -> None:
    player = window.workspace.sound.player
    graph = player.graph
    page = begin(qtbot, window)
    assert player.graph is not graph
    window.workspace.sound.update(window.session)  # a render that becomes ready must not be heard now
    assert [s.track_id for s in player.graph.strips] == ["version"]
    page.close_page()
    wait_idle(window)
    assert [s.track_id for s in player.graph.strips] == [t.id for t in window.session.tracks]
    assert (player.is_playing, player.loop, player.position_frames) == (False, None, 0)


def test_training_says_at_once_and_writes_nothing(qtbot: QtBot, window: MainWindow) -> None:
    window.listening.abx()
    page = window.listening.page
    page.form.training.click()
    qtbot.waitUntil(lambda: page.conductor.run is not None, timeout=30_000)
    window.activateWindow()
    page.setFocus()
    press(window, Qt.Key.Key_2 if x_of(page) else Qt.Key.Key_1)
    press(window, Qt.Key.Key_Return)
    assert page.panel is not None
    assert page.panel.feedback.text() == "Right."
    assert "not scored" in page.progress.text()
    press(window, Qt.Key.Key_Escape)
    assert page.conductor.run is None
    assert not Path(page.form.folder.text()).exists()
    assert window.session.listening == ()


class Paints(QObject):
    """Notes which widgets are painted."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.names.add(f"{type(watched).__name__} {watched.objectName()}")
        return False


def words_of(window: MainWindow) -> list[tuple[object, ...]]:
    """Everything that a screen reader, a tool tip or a script can read in the window."""
    found = []
    page = window.listening.page
    for widget in window.findChildren(QWidget):
        if not (widget.isVisible() or page.isAncestorOf(widget)):
            continue  # the mix is measured behind the scenes, in its own time
        text = widget.text() if isinstance(widget, QLabel) or hasattr(widget, "text") else ""
        found.append((
            type(widget).__name__, widget.objectName(), text, widget.accessibleName(), widget.accessibleDescription(),
            widget.toolTip(), widget.statusTip(), widget.isVisible(), widget.isEnabled(), widget.hasFocus(),
            widget.geometry().getRect(), bool(getattr(widget, "isChecked", bool)()),
        ))  # fmt: skip
    actions = [(a.objectName(), a.text(), a.toolTip(), a.isEnabled()) for a in window.actions()]
    return [*found, ("actions", *actions), ("title", window.windowTitle())]


_WORK = ("mix_block", "_add_strip", "_paint", "_mix", "_mix_piece", "_start_ramp", "set_graph", "fill", "deal", "graph")
_SOUND_PATH = ("*/playback/mixer.py", "*/playback/transport.py", "*/rendering/play_graph.py", "*/gui/listening/*.py")
_OF_THE_MOMENT = ("at", "seconds", "hash", "previous", "commitment", "id")


def observed(
    qtbot: QtBot, window: MainWindow, output_of: Callable[[], NullOutput], flips: int, monkeypatch: pytest.MonkeyPatch
) -> Iterator[object]:
    """Walks through some trials with X always the same version, and yields all that can be observed on the way."""
    monkeypatch.setattr(abx, "coin_flips", lambda count: [flips] * count)
    page = begin(qtbot, window)
    page._ticker.stop()  # the playhead's repaints come by the clock, so they are asked for by hand here
    assert x_of(page) == flips
    calls: list[str] = []
    paints = Paints()
    QApplication.instance().installEventFilter(paints)
    keys = (Qt.Key.Key_A, Qt.Key.Key_X, Qt.Key.Key_B, Qt.Key.Key_X, Qt.Key.Key_A, Qt.Key.Key_X, Qt.Key.Key_1)
    for _ in range(3):
        for key in (*keys, Qt.Key.Key_Return):
            calls.clear()
            sys.setprofile(lambda frame, event, arg: calls.append(frame.f_code.co_name) if event == "call" else None)
            try:
                press(window, key)
                output_of().advance(2048)
            finally:
                sys.setprofile(None)
            page._tick()
            QApplication.processEvents()
            work = [c for c in calls if c in _WORK]
            image = window.grab().toImage()
            yield key.name, bytes(image.constBits()), words_of(window), work
    log = [json.loads(line) for line in only_log(page).read_text().splitlines()]
    QApplication.instance().removeEventFilter(paints)
    yield [{k: v for k, v in entry.items() if k not in _OF_THE_MOMENT} for entry in log], sorted(paints.names)
    page.conductor.abandon()


def test_nothing_that_can_be_observed_tells_what_x_is(
    qtbot: QtBot, make_window: Callable[..., MainWindow], stems: Path, outputs: list[NullOutput],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The same pictures, words, paints, mixing work and log lines, step by step, whether X is A or B."""
    runs = []
    for flips in (0, 1):
        window = make_window(stems)
        runs.append(list(observed(qtbot, window, lambda: outputs[-1], flips, monkeypatch)))
        shutil.rmtree(window.listening.log_folder())
        window.files.ask_unsaved = lambda: "discard"
        window.close()
    assert len(runs[0]) == len(runs[1]) == 25
    for a, b in zip(*runs, strict=True):
        parts = ("key", "pixels", "words", "work") if isinstance(a[0], str) else ("log", "painted widgets")
        for what, first, second in zip(parts, a, b, strict=True):
            assert first == second, f"{what} after {a[0]}"


def test_memory_does_not_tell_what_x_is(
    qtbot: QtBot, make_window: Callable[..., MainWindow], stems: Path, outputs: list[NullOutput],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Selecting and playing X takes the memory of A and that of B, within what two runs of the same differ by."""
    taken = {}
    for flips in (0, 1):
        monkeypatch.setattr(abx, "coin_flips", lambda count, flips=flips: [flips] * count)
        window = make_window(stems)
        page = begin(qtbot, window)
        for key in ("A", "B", "X"):
            page.conductor.hear(key)
            outputs[-1].advance(4096)
        for key in ("A", "X"):
            page.conductor.hear("B")
            outputs[-1].advance(4096)
            tracemalloc.start()
            page.conductor.hear(key)
            outputs[-1].advance(8192)
            snapshot = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, f) for f in _SOUND_PATH])
            tracemalloc.stop()
            taken[flips, key] = sum(trace.size for trace in snapshot.traces)
        page.conductor.abandon()
        window.files.ask_unsaved = lambda: "discard"
        window.close()
    assert max(taken.values()) - min(taken.values()) < 4096, taken
