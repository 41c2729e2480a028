# SPDX-License-Identifier: Apache-2.0
"""Thousands of random deeds: no exception, no leak, and a document that its own history makes again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QFileDialog, QInputDialog, QWidget

from mixassist.domain.parameters import PARAMETERS
from mixassist.gui.main_window import MainWindow

from .leaks import settle
from .replay import Recorder
from .stress import NO_DEVICE, Actor

Counts = tuple[int, int]


@pytest.fixture(autouse=True)
def nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions of the system's kind are cancelled at once: an action that asks must bear that."""
    for kind, name, answer in (
        (QFileDialog, "getOpenFileName", ("", "")), (QFileDialog, "getOpenFileNames", ([], "")),
        (QFileDialog, "getSaveFileName", ("", "")), (QFileDialog, "getExistingDirectory", ""),
        (QInputDialog, "getText", ("", False)), (QColorDialog, "getColor", QColor()),
    ):  # fmt: skip
        monkeypatch.setattr(kind, name, lambda *_, given=answer, **__: given)


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    return Recorder(monkeypatch)


def counted(window: MainWindow) -> Counts:
    """Returns how many objects the window owns and how many of them are timers."""
    settle()
    return len(window.findChildren(QObject)), len(window.findChildren(QTimer))


def assert_replays(window: MainWindow, recorder: Recorder) -> None:
    """The calls, done again, give the same document; undone to the start and redone, it is the same again."""
    again, document = recorder.replayed(), window.document
    assert again.session == document.session
    assert again.history == document.history
    assert again.future == document.future
    place, now = len(document.history), document.session
    again.go_to(0)
    again.go_to(place + len(document.future))
    again.go_to(place)
    assert again.session == now


def assert_shows(window: MainWindow) -> None:
    """Every control shows the document's value."""
    widgets = {w.objectName(): w for w in window.console.findChildren(QWidget)}
    widgets |= {w.objectName(): w for w in window.channel.findChildren(QWidget)}
    for track in window.session.tracks:
        assert widgets[f"{track.name}.mute"].isChecked() == track.channel.mute  # type: ignore[attr-defined]
        for p in PARAMETERS:
            widget = widgets.get(f"{track.name}.{p.key}")
            if widget is not None and p.is_continuous:
                assert widget.number == track.channel.controls[p.key], f"{track.name}.{p.key}"  # type: ignore[attr-defined]


def assert_no_trouble(window: MainWindow) -> None:
    wrong = [m for m in window.messages._messages if m.kind == "error" and NO_DEVICE not in m.label.text()]
    assert not wrong, [m.label.text() for m in wrong]
    window.messages.clear()


def run(
    window: MainWindow, recorder: Recorder, stems: Path, steps: int, wait_idle: Callable[[MainWindow], None], seed: int
) -> None:
    recorder.document = window.document
    actor = Actor(window, stems, seed, wait_idle)
    start = stems / "start.mixassist"
    window.workspace.save(start)
    wait_idle(window)
    phases = max(steps // 500, 2)
    counts: list[Counts] = []
    threads = threading.active_count()
    for phase in range(phases):
        actor.open(start)
        counts.append(counted(window))
        for number in range(steps // phases):
            try:
                actor.step()
            except BaseException as error:
                error.add_note(f"seed {seed}, phase {phase}, step {number}; last deeds: {list(actor.done)}")
                raise
        wait_idle(window)
        window.workspace.editor.end_gesture()
        assert_shows(window)
        assert_replays(window, recorder)
        assert_no_trouble(window)
        assert threading.active_count() <= threads + 4
    actor.open(start)
    counts.append(counted(window))
    # What is made once and kept (a pool's threads, a menu, the page of a panel) may come; what grows each time may not.
    assert counts[-1][1] <= counts[1][1]
    assert counts[-1][0] <= counts[1][0] * 1.02


def test_some_hundred_random_deeds(
    window: MainWindow, recorder: Recorder, stems: Path, wait_idle: Callable[[MainWindow], None]
) -> None:
    run(window, recorder, stems, 300, wait_idle, seed=7)


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", [1])
def test_five_thousand_random_deeds(
    window: MainWindow, recorder: Recorder, stems: Path, wait_idle: Callable[[MainWindow], None], seed: int
) -> None:
    run(window, recorder, stems, 5000, wait_idle, seed)
