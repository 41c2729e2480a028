# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import gc
from collections.abc import Callable, Iterator

import pytest

from mixassist.gui import process_setup
from mixassist.gui.main_window import MainWindow
from mixassist.gui.process_setup import QuietCollector
from mixassist.playback.outputs import NullOutput


class Knot:
    """Refers to itself, so that only the collector frees it."""

    gone = 0

    def __init__(self) -> None:
        self.self = self

    def __del__(self) -> None:
        Knot.gone += 1


@pytest.fixture
def collector(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> Iterator[QuietCollector]:
    """A collector that does not wait for garbage to pile up; what is there is past its young generations."""
    monkeypatch.setattr(process_setup, "_WORTH_IT", 0)
    monkeypatch.setattr(Knot, "gone", 0)
    made = QuietCollector(window)
    Knot()
    gc.collect(1)
    yield made
    made.stop()


def old_knot() -> None:
    """Leaves a knot that only a full collection finds."""
    knot = Knot()
    gc.collect(0)
    gc.collect(1)
    del knot


def test_old_garbage_goes_when_nothing_plays(collector: QuietCollector) -> None:
    gone = Knot.gone
    old_knot()
    gc.collect(1)
    assert Knot.gone == gone
    collector.look()  # the session is new to it, so somebody may be at work
    collector.look()
    assert Knot.gone == gone + 1


def test_nothing_is_looked_through_while_it_plays(
    collector: QuietCollector, window: MainWindow, outputs: list[NullOutput], wait_idle: Callable[[MainWindow], None]
) -> None:
    window.transport.toggle()
    outputs[-1].advance(4800)
    wait_idle(window)
    gone = Knot.gone
    old_knot()
    for _ in range(3):
        collector.look()
    assert Knot.gone == gone
    window.transport.toggle()
    outputs[-1].advance(4800)
    collector.look()
    assert Knot.gone == gone + 1


def test_python_collects_as_before_in_the_end(window: MainWindow) -> None:
    before = gc.get_threshold()
    collector = QuietCollector(window)
    assert gc.get_threshold() != before
    assert gc.get_freeze_count() > 0
    collector.stop()
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
