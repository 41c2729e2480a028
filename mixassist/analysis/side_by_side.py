# SPDX-License-Identifier: Apache-2.0
"""Takes the steps of some long work in order, some at a time."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from mixassist.domain.progress import CancelToken
from mixassist.rendering.strips import one_torch_thread

_WORKERS = max(1, min((os.cpu_count() or 2) - 1, 4))
"""One core stays free for sound and window."""


def take_side_by_side(
    steps: Iterable[tuple[Any, Callable[[CancelToken | None], object]]],
    done: Callable[[Any], None],
    cancel: CancelToken | None = None,
) -> None:
    """Takes every step and calls `done(name)` after each, in the thread that took it.

    Args:
        steps: (name, step), the most urgent first.

    Raises:
        Cancelled: as the token asks.
        Exception: what a step raised first; no further step is begun.
    """
    left, lock, failed = iter(steps), threading.Lock(), threading.Event()

    def work() -> None:
        while not failed.is_set():
            with lock:
                found = next(left, None)
            if found is None:
                return
            name, step = found
            try:
                step(cancel)
            except BaseException:
                failed.set()
                raise
            done(name)

    # Inside, so that the threads begin with one torch thread each.
    with one_torch_thread(), ThreadPoolExecutor(_WORKERS, "side by side") as pool:
        for future in [pool.submit(work) for _ in range(_WORKERS)]:
            future.result()
