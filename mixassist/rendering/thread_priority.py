# SPDX-License-Identifier: Apache-2.0
"""Which thread gets a core first: the sound's before the window's, and what is done in the background last.

On Linux a thread has a priority of its own; elsewhere the system's sound interface already calls from an urgent thread,
and these functions do nothing.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading

_URGENCY = 5
"""Of 1 to 99 for real-time threads: below a sound server's own, which mostly take 10 and more."""
_BACKGROUND_NICENESS = 5
"""A third of the share of an ordinary thread; more would let whoever holds the interpreter wait too long for a core."""


def hurry_this_thread() -> bool:
    """Lets this thread run as soon as it can, as sound needs; returns whether the system allowed that.

    Distributions that are set up for sound allow it (`rtprio` for the group `audio`).
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(_URGENCY))
    except OSError:
        return False
    return True


def put_this_thread_before() -> None:
    """Lets this thread go before ordinary ones, where the system allows it: for short work that somebody waits for."""
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), -_BACKGROUND_NICENESS)


def put_this_thread_behind() -> None:
    """Lets this thread, and threads that it starts, wait for those of the window and the sound."""
    if sys.platform.startswith("linux"):
        own = threading.get_native_id()
        if os.getpriority(os.PRIO_PROCESS, own) < _BACKGROUND_NICENESS:
            os.setpriority(os.PRIO_PROCESS, own, _BACKGROUND_NICENESS)
