# SPDX-License-Identifier: Apache-2.0
"""How long the window's event loop stands still while everything slow happens: 32 tracks × 5 minutes.

`MIXASSIST_BENCH_SECONDS` and `MIXASSIST_BENCH_TRACKS` choose another size. Beside the time on the wall it prints what
is left without the time in which the main thread waited for a core, and its own computing: on a machine that does other
things too, that is what the program itself is to blame for.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import torch  # isort: skip  # before Qt

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from mixassist.domain.channel import View
from mixassist.domain.commands import SetControls
from mixassist.gui.main_window import MainWindow
from mixassist.gui.process_setup import QuietCollector, share_the_processor
from mixassist.gui.settings import Settings
from mixassist.playback.outputs import NullOutput

RATE = 44_100
BEAT_MS = 5
LONG_MS = 40.0
_SCHEDULING = os.open("/proc/self/schedstat", os.O_RDONLY) if sys.platform.startswith("linux") else None
"""What the kernel knows of the main thread's waiting."""


class Heartbeat:
    """A timer that beats all the time, and an alarm that looks where the main thread is when it does not.

    The alarm is a signal, so that its handler runs in the main thread itself: walking the frames of a thread that
    runs crashes CPython 3.11.
    """

    def __init__(self) -> None:
        self.gaps_ms: list[float] = []
        self.own_ms: list[float] = []
        self.computing_ms: list[float] = []
        self.places: Counter[str] = Counter()
        self._last, self._last_cpu, self._last_queued = time.perf_counter(), time.thread_time(), _queued_s()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(BEAT_MS)
        signal.signal(signal.SIGALRM, self._look)
        signal.setitimer(signal.ITIMER_REAL, 0.015, 0.015)

    def _beat(self) -> None:
        now, cpu, queued = time.perf_counter(), time.thread_time(), _queued_s()
        gap_ms = max(1000 * (now - self._last) - BEAT_MS, 0.0)
        self.gaps_ms.append(gap_ms)
        self.own_ms.append(max(gap_ms - 1000 * (queued - self._last_queued), 0.0))
        self.computing_ms.append(1000 * (cpu - self._last_cpu))
        self._last, self._last_cpu, self._last_queued = now, cpu, queued

    def _look(self, number: int, frame: FrameType | None) -> None:
        if 1000 * (time.thread_time() - self._last_cpu) > LONG_MS / 2:
            self.places[" < ".join(_own_places(frame)[:4])] += 1

    def take(self, words: str) -> None:
        """Prints what was since the last call."""
        kinds = (
            ("stalls", self.gaps_ms),
            ("without waiting for a core", self.own_ms),
            ("computing", self.computing_ms),
        )
        told = [f"{name} {np.percentile(found, 99):.0f} / {max(found):.0f} ms" for name, found in kinds if found]
        print(f"{words:>10} (99 % / longest): {', '.join(told)} ({len(self.gaps_ms)} beats)")
        self.gaps_ms, self.own_ms, self.computing_ms = [], [], []

    def stop(self) -> None:
        """Ends both, and says where the main thread was when it stood still."""
        self._timer.stop()
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        for place, count in self.places.most_common(14):
            print(f"   {count:4d} × {place}")


def _own_places(frame: FrameType | None) -> list[str]:
    """Returns where in the program's own code a frame is, the innermost place first."""
    places = []
    while frame is not None:
        if "mixassist" in frame.f_code.co_filename:
            places.append(f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno} {frame.f_code.co_name}")
        frame = frame.f_back
    return places


def _queued_s() -> float:
    """Returns how long the main thread has been ready and waiting for a core, ever; 0 where that is not known."""
    return int(os.pread(_SCHEDULING, 100, 0).split()[1]) / 1e9 if _SCHEDULING is not None else 0.0


@pytest.fixture
def window(tmp_path: Path, qapp: QApplication) -> Iterator[MainWindow]:
    former, threads = sys.getswitchinterval(), torch.get_num_threads()
    share_the_processor()
    window = MainWindow(Settings(), lambda rate: (NullOutput(rate), None))
    window.show()
    collector = QuietCollector(window)
    yield window
    collector.stop()
    window.files.ask_unsaved = lambda: "discard"
    window.close()
    sys.setswitchinterval(former)
    torch.set_num_threads(threads)


def _stems(folder: Path, tracks: int, seconds: int) -> Path:
    folder.mkdir()
    rng = np.random.default_rng(0)
    minute = (0.1 * rng.standard_normal((60 * RATE, 1))).astype(np.float32)
    beat = np.exp(-4.0 * (np.arange(60 * RATE) / RATE % 0.5))[:, None].astype(np.float32)
    for number in range(tracks):
        with soundfile.SoundFile(folder / f"Track {number + 1:02d}.wav", "w", RATE, 1, "PCM_16") as file:
            for start in range(0, seconds, 60):
                piece = np.roll(minute, 997 * number + start) * beat
                file.write(piece[: min(60, seconds - start) * RATE])
    return folder


def _until(is_true: Callable[[], bool], limit_s: float = 1500.0) -> None:
    loop, timer, begin, came = QEventLoop(), QTimer(), time.monotonic(), []

    def look() -> None:
        if is_true():
            came.append(True)
        if came or time.monotonic() - begin > limit_s:
            loop.quit()

    timer.timeout.connect(look)
    timer.start(20)
    loop.exec()
    assert came


def _is_done(window: MainWindow, words: str) -> bool:
    return not any(task.words == words for task in window.workspace.tasks.tasks)


@pytest.mark.benchmark
@pytest.mark.timeout(3600)
def test_the_event_loop_goes_on(window: MainWindow, tmp_path: Path) -> None:
    seconds = int(os.environ.get("MIXASSIST_BENCH_SECONDS", "300"))
    tracks = int(os.environ.get("MIXASSIST_BENCH_TRACKS", "32"))
    stems = _stems(tmp_path / "Song", tracks, seconds)
    print(f"\n{tracks} tracks × {seconds} s")
    _until(lambda: window.workspace.tasks.is_idle)
    heart = Heartbeat()
    space = window.workspace

    def idle() -> bool:
        return window.is_idle and len(window.session.tracks) == tracks

    window.files.open_sources([str(stems)])
    _until(idle)
    heart.take("import")
    window.transport.toggle()
    space.automix("rules")
    _until(lambda: _is_done(window, "Automix"))
    heart.take("Automix")
    _until(idle)
    heart.take("render")
    values = {t.id: {"mid_gain_db": 5.0, "threshold_db": -30.0} for t in window.session.tracks}
    space.editor.execute(SetControls(values, "all"))
    _until(idle)
    heart.take("edits")
    space.save(tmp_path / "song.mixassist")
    _until(lambda: _is_done(window, "Saving"))
    heart.take("save")
    space.export(tmp_path / "mix.wav", View.WET, 24)
    _until(lambda: _is_done(window, "Exporting"))
    heart.take("export")
    window.files.open_sources([str(stems)])
    _until(lambda: space.path is None and idle())
    heart.take("open over")
    heart.stop()
    assert (tmp_path / "mix.wav").exists()
