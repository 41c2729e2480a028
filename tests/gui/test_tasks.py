# SPDX-License-Identifier: Apache-2.0
"""Work in the background: its results, failures and cancels, and in which order it is done."""

from __future__ import annotations

import threading
from collections.abc import Callable

from pytestqt.qtbot import QtBot

from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress
from mixassist.gui.tasks import TaskRunner


def test_a_task_gives_back_its_result(qtbot: QtBot) -> None:
    runner = TaskRunner()
    got: list[object] = []
    runner.run_task("counting", lambda progress, cancel: 42, got.append)
    qtbot.waitUntil(lambda: runner.is_idle)
    assert got == [42]
    runner.close()


def test_the_list_of_tasks_changes_only_when_one_begins_or_ends(qtbot: QtBot) -> None:
    runner = TaskRunner()
    story: list[str] = []
    runner.list_changed.connect(lambda: story.append(f"{len(runner.tasks)} under way"))
    runner.changed.connect(lambda: story.append("moved"))

    def work(progress: Callable[[float, str], None], cancel: object) -> None:
        progress(1.0, "once")
        progress(1.0, "twice")

    runner.run_task("moving", work)
    qtbot.waitUntil(lambda: runner.is_idle)
    assert [words for words in story if words != "moved"] == ["1 under way", "0 under way"]
    assert story.count("moved") == 4
    runner.close()


def test_a_task_that_fails_is_told_once(qtbot: QtBot) -> None:
    runner = TaskRunner()
    told: list[str] = []

    def work(progress: object, cancel: object) -> None:
        raise MixAssistError("broken", subject="a.wav")

    runner.run_task("failing", work, on_error=lambda error: told.append(str(error)))
    qtbot.waitUntil(lambda: runner.is_idle)
    assert told == ["a.wav: broken."]
    runner.close()


def test_a_bug_in_a_task_reaches_the_exception_hook(qtbot: QtBot) -> None:
    runner = TaskRunner()
    with qtbot.captureExceptions() as caught:
        runner.run_task("dividing", lambda progress, cancel: 1 // 0)
        qtbot.waitUntil(lambda: runner.is_idle)
    assert [kind for kind, _, _ in caught] == [ZeroDivisionError]
    runner.close()


def test_a_cancelled_task_gives_no_result(qtbot: QtBot) -> None:
    runner = TaskRunner()
    story: list[str] = []

    def work(progress: Callable[[float, str], None], cancel) -> None:  # type: ignore[no-untyped-def]
        while True:
            cancel.check()

    task = runner.run_task("turning", work, lambda _: story.append("result"), on_cancelled=lambda: story.append("end"))
    task.cancel()
    qtbot.waitUntil(lambda: runner.is_idle)
    assert story == ["end"]
    runner.close()


def test_what_nobody_waits_for_begins_behind_what_is_wanted_soon(qtbot: QtBot) -> None:
    runner = TaskRunner()
    runner._holding.setInterval(60_000)
    order: list[str] = []
    go = threading.Event()

    def wanted(progress: Progress, cancel: CancelToken) -> None:
        assert go.wait(5.0)
        order.append("soon")

    runner.run_task("soon", wanted, quiet=True, soon=True)
    runner.run_task("later", lambda progress, cancel: order.append("later"), quiet=True)
    runner.run_task("asked for", lambda progress, cancel: order.append("asked for"))
    qtbot.waitUntil(lambda: order == ["asked for"])
    go.set()
    qtbot.waitUntil(lambda: runner.is_idle)
    assert order == ["asked for", "soon", "later"]
    runner.close()


def test_patient_work_goes_one_at_a_time_behind_what_is_wanted_soon(qtbot: QtBot) -> None:
    runner = TaskRunner()
    runner._patience.setInterval(60_000)
    order: list[str] = []
    soon, first = threading.Event(), threading.Event()

    def work(name: str, go: threading.Event | None = None) -> Callable[[Progress, CancelToken], None]:
        def run(progress: Progress, cancel: CancelToken) -> None:
            assert go is None or go.wait(5.0)
            cancel.check()
            order.append(name)

        return run

    runner.run_task("soon", work("soon", soon), quiet=True, soon=True)
    for name, go in (("first", first), ("dropped", None), ("second", None)):
        task = runner.run_task(name, work(name, go), quiet=True, patient=True)
        if name == "dropped":
            task.cancel()
    qtbot.wait(20)
    assert order == []
    soon.set()
    qtbot.waitUntil(lambda: [t.words for t in runner.tasks] == ["first", "second"])
    assert order == ["soon"]
    first.set()
    qtbot.waitUntil(lambda: runner.is_idle)
    assert order == ["soon", "first", "second"]
    runner.close()


def test_patience_has_an_end(qtbot: QtBot) -> None:
    runner = TaskRunner()
    runner._patience.setInterval(10)
    go, order = threading.Event(), []
    runner.run_task("soon", lambda progress, cancel: go.wait(5.0), quiet=True, soon=True)
    for name in ("first", "second"):
        runner.run_task(name, lambda progress, cancel, name=name: order.append(name), quiet=True, patient=True)
    qtbot.waitUntil(lambda: order == ["first", "second"])
    go.set()
    qtbot.waitUntil(lambda: runner.is_idle)
    runner.close()
