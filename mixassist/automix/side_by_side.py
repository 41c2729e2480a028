# SPDX-License-Identifier: Apache-2.0
"""Does the same to many stems, several at a time where there are cores to spare, with results in the order given."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from mixassist.domain.progress import CancelToken
from mixassist.rendering.strips import one_torch_thread

Item = TypeVar("Item")
Result = TypeVar("Result")

_MOST_WORKERS = 8


def spare_workers() -> int:
    """Returns how many stems are worked on at a time: one core in two is left to sound and window, eight at most."""
    return max(1, min((os.cpu_count() or 2) // 2, _MOST_WORKERS))


def for_each(
    items: Sequence[Item],
    work: Callable[[Item], Result],
    begin: Callable[[int, Item], None],
    cancel: CancelToken | None = None,
    workers: int | None = None,
) -> list[Result]:
    """Returns `work` of every item, in the order of the items; the same whatever the number of workers.

    Args:
        begin: told of every item, in order, before its result is waited for.
        workers: threads, `spare_workers()` by default; as many stems are in memory at a time.

    Raises:
        Cancelled: `cancel` was set; items not yet begun are left alone.
    """
    count = min(spare_workers() if workers is None else workers, len(items))

    def unless_cancelled(item: Item) -> Result:
        if cancel is not None:
            cancel.check()
        return work(item)

    if count <= 1:
        found = []
        for index, item in enumerate(items):
            begin(index, item)
            found.append(unless_cancelled(item))
        return found
    with one_torch_thread(), ThreadPoolExecutor(count, "stems") as pool:
        waiting = [pool.submit(unless_cancelled, item) for item in items]
        try:
            found = []
            for index, (item, future) in enumerate(zip(items, waiting, strict=True)):
                begin(index, item)
                found.append(future.result())
            return found
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
