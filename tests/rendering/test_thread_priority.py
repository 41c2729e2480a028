# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from mixassist.rendering.thread_priority import put_this_thread_behind

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux gives threads priorities")


def test_only_the_thread_that_asks_and_those_it_starts_go_behind():
    ours = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    found: list[int] = []

    def note() -> None:
        found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    def work() -> None:
        put_this_thread_behind()
        note()
        child = threading.Thread(target=note)
        child.start()
        child.join()

    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    assert found == [max(ours, 5)] * 2
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == ours


def test_a_thread_in_a_hurry_either_gets_its_way_or_is_told_so():
    ask = (
        "import os, threading\n"
        "from mixassist.rendering.thread_priority import hurry_this_thread\n"
        "def work(): print(hurry_this_thread() == bool(os.sched_getscheduler(0) & os.SCHED_RR))\n"
        "thread = threading.Thread(target=work); thread.start(); thread.join()\n"
        "print(os.sched_getscheduler(0) == os.SCHED_OTHER)"
    )
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["True", "True"], done.stderr
