# SPDX-License-Identifier: Apache-2.0
"""How fast the pictures come: 24 tracks of five minutes, rendered already, in a window that is never shown on a screen.

`MIXASSIST_BENCH_MINUTES` makes the session shorter.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(3600)]

RATE, TRACKS = 44_100, 24
MINUTES = float(os.environ.get("MIXASSIST_BENCH_MINUTES", "5"))

_SCRIPT = """
import os, sys, time
from pathlib import Path

import torch
import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from mixassist import api
from mixassist.domain.channel import View
from mixassist.domain.commands import SetControl
from mixassist.gui.main_window import MainWindow
from mixassist.gui.process_setup import QuietCollector, share_the_processor
from mixassist.gui.settings import Settings
from mixassist.playback.outputs import NullOutput

share_the_processor()  # as the program does: a busy thread keeps no other waiting for long
app = QApplication([])

def spin(until, most_s=1800.0):
    begun = time.perf_counter()
    while not until():
        app.processEvents()
        time.sleep(0.001)
        if time.perf_counter() - begun > most_s:
            print("  (gave up waiting)", flush=True)
            break
    return time.perf_counter() - begun

def say(words, value):
    print(f"  {words:<62}{value}", flush=True)

def busy_s():
    with open("/proc/stat") as file:
        spent = file.readline().split()[1:]
    return sum(int(spent[i]) for i in (0, 1, 2, 5, 6)) / os.sysconf("SC_CLK_TCK")

class Others:
    # How many cores other programs took since this was made: figures are worth what the machine left.

    def __init__(self):
        self.begun = (time.perf_counter(), busy_s() - time.process_time()) if os.path.exists("/proc/stat") else None

    def __str__(self):
        if self.begun is None:
            return ""
        taken = (busy_s() - time.process_time() - self.begun[1]) / (time.perf_counter() - self.begun[0])
        return f" (others took {max(taken, 0.0):.1f} cores)"

opened = api.open_source([sys.argv[1]])
session = opened.session
for number, track in enumerate(session.tracks):
    values = {"mid_gain_db": float(number % 5 - 2), "threshold_db": -24.0, "ratio": 2.0, "pan": (number % 9 - 4) / 4}
    session = session.with_track(track.with_channel(track.channel.with_controls(values)))
views = [v for v in (View.DRY, View.WET, View.MODEL) if v in api.available_views()]
for view in views:
    begun = time.perf_counter()
    api.sound_of(session, opened.stems, api.Subject(view))
    say(f"beforehand: {view} of all tracks rendered", f"{time.perf_counter() - begun:.1f} s")
saved = Path(sys.argv[1]).parent / "session.mixassist"
api.save(session, saved)
opened.stems.close()

window = MainWindow(Settings(), lambda rate: (NullOutput(rate, paced=True), None))
collector = QuietCollector(window)
window.resize(1920, 1080)
window.show()
window.files.open_sources([str(saved)])
spin(lambda: window.session.tracks and window.is_idle)
pictures, axis = window.pictures, window.time_line.axis

others = Others()
begun = time.perf_counter()
pictures.show_spectrograms()
pictures.choose("numbers", False)
desk = pictures.desk
rows = desk.panel.mel_rows[: len(views)]
def drawn(row):
    return row.image is not None and bool(row.image.picture.known.any())
def exact(row):
    return row.image is not None and row.image.picture.is_exact and desk.sounds.is_current(row.first)
spin(lambda: any(drawn(row) for row in rows))
say("first picture after choosing it (goal 1 s)", f"{time.perf_counter() - begun:.2f} s")
spin(lambda: all(drawn(row) for row in rows))
say("first pictures of all views", f"{time.perf_counter() - begun:.2f} s")
spin(lambda: any(exact(row) for row in rows))
say("full detail of the mix in the first view (goal 5 s)", f"{time.perf_counter() - begun:.2f} s")
spin(lambda: all(exact(row) for row in rows))
say("full detail of the mix in all views", f"{time.perf_counter() - begun:.2f} s{others}")

def frames(move, count):
    spent, worked = [], 0.0
    for number in range(count):
        move(number)
        before = time.thread_time()
        begun = time.perf_counter()
        for row in rows:
            row.repaint()
        window.waveforms.viewport().repaint()
        spent.append(time.perf_counter() - begun)
        worked += time.thread_time() - before
        app.processEvents()
    spent = np.sort(spent) * 1000.0
    late = spent[int(0.95 * count)]
    rate, cpu = 1000.0 / spent.mean(), 1000.0 * worked / count
    return f"{spent.mean():.1f} ms a frame, {late:.1f} at 95 % ({rate:.0f} frames a second; {cpu:.1f} ms of computing)"

whole = axis.whole_span
axis.see(0.3 * whole, 0.1 * whole)
spin(lambda: window.is_idle)
say("panning, three spectrograms and all lanes (goal 33 ms)", frames(lambda n: axis.pan(0.01 * axis.span), 150))
axis.see_whole()
spin(lambda: window.is_idle)
say("zooming in and out", frames(lambda n: axis.zoom(1.1 if n < 75 else 1 / 1.1, 0.4 * whole), 150))
spin(lambda: window.is_idle)

gaps, last = [], [time.perf_counter()]
def beat():
    now = time.perf_counter()
    gaps.append(now - last[0])
    last[0] = now
timer = QTimer()
timer.timeout.connect(beat)
track = window.session.tracks[5].id
window.workspace.sound.player.play()
for words, start, span in (("10 s are seen", 0.4 * whole, 10 * 44100), ("the whole song is seen", 0.0, whole)):
    axis.see(start, span)
    spin(lambda: window.is_idle)
    gaps.clear()
    last[0] = time.perf_counter()
    timer.start(10)
    changed = [row for row in rows if row.first.view is not View.DRY]
    for value in (9.0, -9.0, 6.0):
        others = Others()
        begun = time.perf_counter()
        window.workspace.editor.execute(SetControl(track, "high_mid_gain_db", value + span / 1e9))
        editions = [desk.mel.edition(row.first) for row in changed]
        def newer():
            return [desk.mel.edition(r.first) != e and r.is_drawn for r, e in zip(changed, editions)]
        spin(lambda: any(newer()), 60.0)
        first_s = time.perf_counter() - begun
        spin(lambda: all(newer()), 60.0)
        all_s = time.perf_counter() - begun
        found = f"{first_s:.2f} s the first, {all_s:.2f} s wet and model{others}"
        say(f"a control moves, {words}: newer pictures (goal 0.5 s)", found)
        spin(lambda: desk.sounds.is_settled and desk.mel.is_settled and all(row.is_drawn for row in rows), 60.0)
        say(f"  exact, wet and model", f"{time.perf_counter() - begun:.2f} s")
        spin(lambda: window.is_idle, 600.0)
    timer.stop()
    say(f"  the window's longest pause meanwhile", f"{1000 * max(gaps):.0f} ms")
say("underruns of the sound meanwhile", window.workspace.sound.player.underruns)

levels = sum(level.nbytes for t in window.session.tracks for level in window.waveforms.pyramid(t.id)._levels)
images = sum(row.image.image.sizeInBytes() for row in rows if row.image is not None)
drawn_lanes = [lane.picture.image for lane in window.waveforms._lanes._lanes.values() if lane.picture]
lanes = sum(image.sizeInBytes() for image in drawn_lanes if image is not None)
held = desk.mel.tiles.held_bytes + levels + images + lanes
say("memory of the pictures (goal 500 MB)", f"{held / 1e6:.0f} MB: tiles {desk.mel.tiles.held_bytes / 1e6:.0f}, "
    f"waveforms {levels / 1e6:.0f}, images {(images + lanes) / 1e6:.0f}")
window.files.ask_unsaved = lambda: "discard"
window.close()
collector.stop()
"""


def _stems(folder: Path) -> None:
    """One file under 24 names: every name is decoded for itself, and the disk holds it once."""
    rng = np.random.default_rng(0)
    first = folder / "track 01.wav"
    frames = round(MINUTES * 60 * RATE)
    time = np.arange(frames) / RATE
    wave = 0.1 * np.sin(2 * np.pi * 220 * time) * np.exp(-4.0 * (time % 0.5)) + 0.01 * rng.standard_normal(frames)
    soundfile.write(first, wave, RATE, subtype="PCM_16")
    for number in range(2, TRACKS + 1):
        os.link(first, folder / f"track {number:02}.wav")


def test_pictures_of_a_long_session(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "stems"
    folder.mkdir()
    names = {f"MIXASSIST_{name}_DIR": str(tmp_path / name.lower()) for name in ("CACHE", "CONFIG", "STATE")}
    environment = {**os.environ, **names, "QT_QPA_PLATFORM": "offscreen"}
    try:
        _stems(folder)
        with capsys.disabled():
            print(f"\nPictures of {TRACKS} tracks of {MINUTES:g} minutes:", flush=True)
            command = [sys.executable, "-c", _SCRIPT, str(folder)]
            done = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        shutil.rmtree(tmp_path)  # some gigabytes, which pytest would keep for days
    assert done.returncode == 0, done.stderr[-3000:]
