# SPDX-License-Identifier: Apache-2.0
"""What a frame of the console costs with 64 tracks beside one with 8: scrolling by a notch, and moving the meters.

Prints processor time; asserts none.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from mixassist.domain.channel import Channel
from mixassist.domain.controls import Controls
from mixassist.domain.session import Session
from mixassist.domain.track import AudioFile, AudioSource, SourceSide, Track
from mixassist.gui.main_window import MainWindow
from mixassist.gui.settings import Settings
from mixassist.playback.meters import MeterReader, Needle
from mixassist.playback.outputs import NullOutput

SCROLL_PIXELS, FRAMES = 40, 120


def _session(count: int) -> Session:
    file = AudioFile("/nowhere.wav", 100, 44_100, 44_100 * 60, 1)
    instruments = ("kick", "bass", "lead_vocal")

    def track(number: int) -> Track:
        controls = Controls({"mid_gain_db": float(number % 7 - 3), "threshold_db": -20.0})
        channel = Channel(controls, Controls({"pan": 0.2}), instrument=instruments[number % 3])
        return Track(f"t{number}", f"Track {number}", AudioSource((SourceSide(file),)), channel=channel)

    return Session("Many", 44_100, tuple(track(n) for n in range(count)))


@pytest.fixture
def windows(qapp: QApplication) -> Iterator[list[MainWindow]]:
    made: list[MainWindow] = []
    yield made
    for window in made:
        window.files.ask_unsaved = lambda: "discard"
        window.close()


def _window(count: int, windows: list[MainWindow], app: QApplication) -> tuple[MainWindow, float]:
    window = MainWindow(Settings(theme="dark"), lambda rate: (NullOutput(rate, paced=False), None))
    windows.append(window)
    window.resize(1920, 1080)
    window.show()
    begin = time.process_time()
    window.document.replace_session(_session(count))
    while not window.console.is_complete:
        app.processEvents()
    return window, time.process_time() - begin


def _scrolled(window: MainWindow, app: QApplication) -> list[float]:
    bar = window.console.row.horizontalScrollBar()
    spent = []
    for frame in range(FRAMES):
        begin = time.process_time()
        bar.setValue(frame * SCROLL_PIXELS % max(bar.maximum(), 1))
        app.processEvents()
        spent.append(time.process_time() - begin)
    return spent


def _metered(window: MainWindow, app: QApplication) -> list[float]:
    reader, chance = MeterReader(), np.random.default_rng(0)
    reader.strips = {t.id: Needle() for t in window.session.tracks}
    spent = []
    for _ in range(FRAMES):
        for needle in reader.strips.values():
            left, right = chance.uniform(0.0, 0.9, 2)
            needle.move(0.033, (left, right), (20.0, 20.0), 1470)
        begin = time.process_time()
        window.console.show_levels(reader)
        app.processEvents()
        spent.append(time.process_time() - begin)
    return spent


@pytest.mark.benchmark
def test_frames_of_a_large_console(qapp: QApplication, windows: list[MainWindow]) -> None:
    for count in (8, 64):
        window, built_s = _window(count, windows, qapp)
        for words, spent in (("scroll by 40 px", _scrolled(window, qapp)), ("meters", _metered(window, qapp))):
            middle, late, most = np.quantile(spent, (0.5, 0.99, 1.0)) * 1000.0
            print(
                f"\n{count} tracks, {words}: {middle:.1f} ms median, {late:.1f} ms p99, {most:.1f} ms at most", end=""
            )
        print(f"\n{count} tracks built in {built_s:.2f} s of processor time, a few strips a turn", end="")
        assert len(window.console.strips) == count
