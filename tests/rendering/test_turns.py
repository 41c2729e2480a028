# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from mixassist.rendering.turns import IDLE, WANTED, Turns


def _in_turn(turns: Turns, work: Callable[[], None], rank: int = WANTED) -> None:
    with turns.turn(rank):
        work()


@pytest.mark.parametrize("at_once", [1, 2])
def test_no_more_run_than_there_are_turns(at_once: int) -> None:
    turns, inside, most, lock = Turns(at_once, 60.0), [0], [0], threading.Lock()

    def work() -> None:
        for _ in range(200):
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            with lock:
                inside[0] -= 1
            turns.pass_on()

    threads = [threading.Thread(target=_in_turn, args=(turns, work)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= most[0] <= at_once


def test_who_came_first_goes_first_and_what_nobody_waits_for_lets_others_go_before_it() -> None:
    turns, log = Turns(1, 60.0), []
    threads = []
    with turns.turn():
        for name, rank in (("idle", IDLE), ("first", WANTED), ("second", WANTED)):
            waiting = turns.waiting
            thread = threading.Thread(target=_in_turn, args=(turns, lambda name=name: log.append(name), rank))
            thread.start()
            threads.append(thread)
            while turns.waiting == waiting:
                threading.Event().wait(0.001)
    for thread in threads:
        thread.join()
    assert log == ["first", "second", "idle"]


def test_idle_work_gets_its_turn_between_others_that_never_stop_asking() -> None:
    turns, done = Turns(1, 60.0), threading.Event()
    with turns.turn():
        thread = threading.Thread(target=_in_turn, args=(turns, done.set, IDLE))
        thread.start()
        while not turns.waiting:
            threading.Event().wait(0.001)
        passed = 0
        while not done.is_set():
            turns.pass_on()
            passed += 1
    thread.join()
    assert passed <= IDLE + 2


def test_a_turn_that_never_ends_holds_nobody_up_for_good() -> None:
    turns, done = Turns(1, 0.01), threading.Event()
    with turns.turn():
        thread = threading.Thread(target=_in_turn, args=(turns, done.set))
        thread.start()
        assert done.wait(60.0)
    thread.join()
    with turns.turn():
        assert turns.share(2) == 1


def test_work_outside_a_turn_goes_on_as_it_likes() -> None:
    turns = Turns(1)
    turns.pass_on()
    assert turns.share(2) == 2
    with turns.turn():
        assert turns.share(2) == 1
    assert turns.share(2) == 2
