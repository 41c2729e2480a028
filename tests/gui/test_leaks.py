# SPDX-License-Identifier: Apache-2.0
"""The watch for leaks finds what it is there for, and nothing that ended in order."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QRunnable, QThread, QThreadPool, QTimer

from .leaks import LeakWatch


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch, qapp: object) -> Iterator[LeakWatch]:
    with monkeypatch.context() as patched:
        watch = LeakWatch()
        watch.watch(patched)
        yield watch


def test_a_timer_left_running_is_named_by_the_line_that_started_it(watch: LeakWatch) -> None:
    timer = QTimer()
    timer.start(10_000)
    found = watch.leaks()
    timer.stop()
    assert len(found) == 1
    assert "test_leaks.py" in found[0]
    assert "test_a_timer_left_running" in found[0]
    assert watch.leaks() == []


def test_a_thread_left_running_is_named(watch: LeakWatch) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait, name="forgotten")
    thread.start()
    found = watch.leaks()
    stop.set()
    thread.join()
    assert len(found) == 1
    assert "forgotten" in found[0]
    assert "test_leaks.py" in found[0]


def test_a_pool_and_a_qt_thread_left_at_work_are_named(watch: LeakWatch) -> None:
    stop = threading.Event()

    class Job(QRunnable):
        def run(self) -> None:
            stop.wait()

    pool, thread = QThreadPool(), QThread()
    pool.start(Job())
    thread.start()
    found = watch.leaks()
    stop.set()
    pool.waitForDone()
    thread.quit()
    thread.wait()
    assert {line.split(" started at")[0] for line in found} == {"a pool", "a Qt thread"}


def test_what_ends_in_order_is_no_leak(watch: LeakWatch) -> None:
    owner = QObject()
    QTimer(owner).start(10_000)
    owner.deleteLater()
    thread = threading.Thread(target=lambda: None)
    thread.start()
    pool = QThreadPool()
    pool.start(lambda: None)
    pool.waitForDone()
    assert watch.leaks() == []
