# SPDX-License-Identifier: Apache-2.0
"""Stems worked on several at a time: results in order, whatever is ready first, and an end when told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from mixassist.automix import side_by_side, staging
from mixassist.automix.inputs import TrackAudio
from mixassist.automix.methods import predict
from mixassist.automix.side_by_side import for_each
from mixassist.domain.errors import Cancelled
from mixassist.domain.progress import CancelToken

RATE_HZ = 44_100


@pytest.mark.parametrize("workers", [1, 3])
def test_results_come_in_the_order_given(workers: int) -> None:
    told: list[tuple[int, str]] = []
    found = for_each(["a", "b", "c", "d"], str.upper, lambda i, item: told.append((i, item)), workers=workers)
    assert found == ["A", "B", "C", "D"]
    assert told == [(0, "a"), (1, "b"), (2, "c"), (3, "d")]
    assert for_each([], str.upper, lambda i, item: None, workers=workers) == []


def test_workers_do_work_at_the_same_time() -> None:
    both = threading.Barrier(2, timeout=60.0)
    assert for_each([1, 2], lambda item: both.wait() >= 0, lambda i, item: None, workers=2) == [True, True]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failure_is_passed_on(workers: int) -> None:
    with pytest.raises(ZeroDivisionError):
        for_each([1, 0, 2], lambda item: 1 // item, lambda i, item: None, workers=workers)


@pytest.mark.parametrize("workers", [1, 2])
def test_cancelling_leaves_the_rest_alone(workers: int) -> None:
    cancel, done = CancelToken(), []
    waiting = threading.Event()

    def work(item: int) -> None:
        if item:
            waiting.wait(60.0)
        done.append(item)

    def begin(index: int, item: int) -> None:
        if index == 1:
            cancel.cancel()
            waiting.set()

    with pytest.raises(Cancelled):
        for_each(list(range(50)), work, begin, cancel, workers)
    assert len(done) <= 3


def test_predictions_are_the_same_with_any_number_of_workers(
    make_band: Callable[..., list[TrackAudio]], sounds: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = [*make_band(), sounds.track_audio("Tambourine", sounds.hits(5000, 16000, 0.05, 0.25, 0.6, 9))]
    found = []
    for workers in (1, 4):
        for room in (side_by_side, staging):
            monkeypatch.setattr(room, "spare_workers", lambda workers=workers: workers)
        before = torch.get_num_threads()
        found.append(predict("controller", inputs, RATE_HZ).controls)
        assert torch.get_num_threads() == before
    assert found[0].keys() == found[1].keys()
    for key, one in found[0].items():
        other = found[1][key]
        for name, value in one.items():
            if isinstance(value, float):
                assert np.isclose(value, other.number(name), atol=1e-5), (key, name)
            else:
                assert value == other[name]
