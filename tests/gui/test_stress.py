# SPDX-License-Identifier: Apache-2.0
"""Thousands of random deeds: no exception, no leak, and a document that its own history makes again."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QFileDialog, QInputDialog, QWidget

from mixassist.domain.parameters import PARAMETERS
from mixassist.gui.main_window import MainWindow

from .leaks import settle
from .replay import Recorder
from .stress import NO_DEVICE, Actor

Counts = Counter[str]
"""How many objects of each kind a window owns."""
_NEW_HEIGHTS = 1 / 3
"""What is made once and kept (a pool's threads, a menu, the page of a panel) reaches a new height once or twice; what
leaks does so in nearly every phase."""
_GROWTH = 1.02


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
    """Counts what the window owns, timers and all, once nothing waits to be deleted."""
    settle()
    return Counter(type(found).__name__ for found in window.findChildren(QObject))


def assert_no_growth(counts: list[Counts]) -> None:
    """Neither timers nor all objects together may grow from phase to phase. The first phase makes what is kept."""
    later = counts[1:]
    kinds = str({k: [c[k] for c in later] for k in sorted(set().union(*later)) if later[-1][k] > later[0][k]})
    for name, numbers in (("timers", [c["QTimer"] for c in later]), ("objects", [c.total() for c in later])):
        heights = sum(number > max(numbers[:place]) for place, number in enumerate(numbers) if place)
        assert heights <= max(1.0, _NEW_HEIGHTS * (len(numbers) - 1)), f"{name} {numbers}: {kinds}"
        assert numbers[-1] <= _GROWTH * numbers[0], f"{name} {numbers}: {kinds}"


def test_a_leak_is_told_from_what_is_made_once() -> None:
    page = [Counter(QWidget=n, QTimer=9) for n in (900, 1000, 1000, 1018, 1018, 1018, 1016, 1018, 1018)]
    assert_no_growth(page)
    for leak in (1, 2, 20):
        with pytest.raises(AssertionError, match="objects"):
            assert_no_growth([Counter(QWidget=1000 + leak * n, QTimer=9) for n in range(10)])
    with pytest.raises(AssertionError, match="timers"):
        assert_no_growth([Counter(QWidget=1000 - n, QTimer=9 + n) for n in range(10)])
    with pytest.raises(AssertionError, match="objects"):
        assert_no_growth([Counter(QWidget=n) for n in (1000, 1000, 1200)])


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
        actor.put_away()
        assert_shows(window)
        assert_replays(window, recorder)
        assert_no_trouble(window)
        assert threading.active_count() <= threads + 4
    actor.open(start)
    counts.append(counted(window))
    print(", ".join(str(found.total()) for found in counts))
    assert_no_growth(counts)


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
