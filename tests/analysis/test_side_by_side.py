# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import threading

import pytest

from mixassist.analysis import side_by_side
from mixassist.analysis.side_by_side import take_side_by_side
from mixassist.domain.errors import Cancelled
from mixassist.domain.progress import CancelToken


def test_every_step_is_taken_once() -> None:
    taken: list[int] = []
    done: list[int] = []
    take_side_by_side([(n, lambda _, n=n: taken.append(n)) for n in range(100)], done.append)  # type: ignore[misc]
    assert sorted(taken) == sorted(done) == list(range(100))


def test_two_steps_run_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_by_side, "_WORKERS", 2)
    both = threading.Barrier(2)
    take_side_by_side([(n, lambda _: both.wait(30.0)) for n in range(2)], lambda _: None)


def test_an_error_ends_the_work_and_comes_through() -> None:
    def fail(cancel: CancelToken | None) -> None:
        raise ValueError("no")

    done: list[str] = []
    with pytest.raises(ValueError, match="no"):
        take_side_by_side([("bad", fail), *[("good", lambda _: None)] * 1000], done.append)
    assert "bad" not in done


def test_cancelled_work_begins_no_step() -> None:
    cancel = CancelToken()
    cancel.cancel()

    def step(token: CancelToken | None) -> None:
        assert token is not None
        token.check()

    done: list[int] = []
    with pytest.raises(Cancelled):
        take_side_by_side([(n, step) for n in range(10)], done.append, cancel)
    assert not done
