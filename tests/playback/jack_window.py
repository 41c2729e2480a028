# SPDX-License-Identifier: Apache-2.0
"""Drives the real window on a JACK server and writes down what happened; run as a script by the tests.

    python jack_window.py load|latency FOLDER SECONDS TRACKS

`load` plays a session while faders move, everything repaints and the network renders, then leaves everything alone
and writes the export beside the recording. `latency` moves a fader, then an equaliser band at the playhead, again and
again, and notes JACK's frame time of each edit and the sound that would have come without it.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import torch  # noqa: F401  # isort: skip  # before Qt

import numpy as np
import soundfile
from jack_recorder import FrameClock
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from mixassist import api
from mixassist.domain.commands import SetControl
from mixassist.gui.main_window import MainWindow
from mixassist.gui.process_setup import QuietCollector, share_the_processor
from mixassist.gui.settings import Settings
from mixassist.playback.outputs import open_output
from mixassist.rendering.play_graph import MixScratch, PlayGraph, mix_block

RATE = 44_100
STEADY_S = 12.0


def make_session(folder: Path, tracks: int, seconds: float) -> Path:
    """Writes stems and a session with every stage at work on every track; returns the session's file."""
    stems = folder / "Song"
    stems.mkdir()
    times = np.arange(round(seconds * RATE)) / RATE
    for number in range(tracks):
        rng = np.random.default_rng(number)
        beat = np.exp(-5.0 * ((times * (1.0 + 0.25 * (number % 4)) + 0.1 * number) % 1.0))
        tone = np.sin(2 * math.pi * 55.0 * (number + 1) * times)
        sides = 1 + number % 2
        noise = rng.standard_normal((len(times), sides)) * 0.3
        audio = 0.1 * (noise + tone[:, None]) * beat[:, None]
        soundfile.write(stems / f"Track {number + 1:02d}.wav", audio.astype(np.float32), RATE, subtype="FLOAT")
    opened = api.open_source([stems])
    types = ("small_room", "medium_room", "large_room", "hall", "plate")
    session = opened.session.with_channels(
        lambda t: t.channel.with_controls(
            {
                "low_shelf_gain_db": -3.0, "mid_gain_db": 4.0, "high_shelf_gain_db": 2.0, "threshold_db": -24.0,
                "ratio": 3.0, "release_ms": 200.0, "reverb_wet": 0.2, "fader_db": -9.0,
                "reverb_type": types[int(t.name.split()[-1]) % 5],
            }
        )
    )  # fmt: skip
    path = folder / "Song.mixassist"
    api.save(session, path)
    opened.stems.close()
    return path


class Driver:
    """A window on a session, a recorder, and steps that are taken one after another."""

    def __init__(self, folder: Path, seconds: float, tracks: int) -> None:
        self.folder, self.seconds = folder, seconds
        session = make_session(folder, tracks, seconds + STEADY_S + 30.0)
        self.window = MainWindow(Settings(), lambda rate: open_output("jack", rate))
        self.window.resize(1600, 900)
        self.window.show()
        self.collector = QuietCollector(self.window)
        self.window.files.open_sources([str(session)])
        self.facts: dict[str, object] = {}
        self.recorder: subprocess.Popen[str] | None = None

    @property
    def player(self):  # type: ignore[no-untyped-def]
        return self.window.workspace.sound.player

    def when(self, is_true: Callable[[], bool], then: Callable[[], None]) -> None:
        """Goes on once something is true."""
        timer = QTimer(self.window)

        def look() -> None:
            if is_true():
                timer.stop()
                then()

        timer.timeout.connect(look)
        timer.start(20)

    def start_recording(self) -> None:
        """Starts the device and the recorder; nothing is heard yet."""
        self.player.play()
        self.player.stop()
        script = Path(__file__).with_name("jack_recorder.py")
        command = [
            sys.executable,
            str(script),
            str(self.folder / "heard.npz"),
            str(self.seconds + 120.0),
            rf"\.P\.{os.getpid()}\.",
        ]
        self.recorder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.recorder.stdout is not None
        assert self.recorder.stdout.readline().strip() == "recording"
        self.facts["underruns_before"] = self.player.underruns

    def finish(self) -> None:
        """Stops everything and writes the facts down."""
        self.player.stop()
        self.facts["underruns"] = self.player.underruns
        self.facts["latency_frames"] = self.player.output.latency_frames
        assert self.recorder is not None and self.recorder.stdin is not None
        self.recorder.stdin.close()
        self.recorder.wait(60)
        (self.folder / "facts.json").write_text(json.dumps(self.facts))
        self.window.files.ask_unsaved = lambda: "discard"
        self.window.close()
        QApplication.quit()

    def is_ready(self) -> bool:
        """Whether the session is open and all of it rendered."""
        return self.player is not None and self.window.is_idle and bool(self.window.session.tracks)


class Load(Driver):
    """Faders, repaints and renders for the seconds asked for; then a steady part to compare with the export."""

    def begin(self) -> None:
        self.start_recording()
        self._moves, self._until = 0, time.monotonic() + self.seconds
        self._mover = QTimer(self.window)
        self._mover.timeout.connect(self._move)
        self._mover.start(16)
        self.player.play()

    def _move(self) -> None:
        tracks, editor = self.window.session.tracks, self.window.workspace.editor
        self._moves += 1
        for offset in range(3):
            track = tracks[(self._moves // 60 + offset) % len(tracks)]
            level_db = -9.0 + 6.0 * math.sin(self._moves / 9 + offset)
            editor.execute(SetControl(track.id, "fader_db", level_db))
        if self._moves % 30 == 0:
            track = tracks[(self._moves // 30) % len(tracks)]
            editor.execute(SetControl(track.id, "mid_gain_db", 6.0 * math.sin(self._moves)))
        self.window.update()
        self.window.waveforms.viewport().update()
        if time.monotonic() > self._until:
            self._mover.stop()
            self.facts["moves"] = self._moves
            self.facts["underruns_under_load"] = self.player.underruns
            self.when(self.is_ready, self._steady)

    def _steady(self) -> None:
        if self.player.graph.length_frames - self.player.position_frames < (STEADY_S + 1.0) * RATE:
            self.player.seek(0)  # on a slow machine the last renders take their time
        self.facts["steady_from"] = self.player.position_frames + RATE // 2
        until = self.player.position_frames + round(STEADY_S * RATE)
        self.player.play()
        self.when(lambda: not self.player.is_playing or self.player.position_frames > until, self._export)

    def _export(self) -> None:
        self.facts["steady_until"] = self.player.heard_frames
        self.player.stop()
        session, stems = self.window.session, self.window.workspace.sound.stems
        api.export_mix(session, stems, self.folder / "export.wav", bit_depth=32)
        self.finish()


class Latency(Driver):
    """One edit after another while it plays, each with JACK's frame time and the sound that was."""

    KINDS = ("fader_db", "mid_gain_db") * 8

    def begin(self) -> None:
        self.clock = FrameClock()
        self.start_recording()
        self._edits: list[dict[str, object]] = []
        self._before: list[np.ndarray] = []
        self._number = 0
        self.player.play()
        QTimer.singleShot(1500, self.window, self._edit)

    def _edit(self) -> None:
        if self._number >= len(self.KINDS) or not self.player.is_playing:
            self.player.stop()
            self.facts["edits"] = self._edits
            for number, out in enumerate(self._before):
                np.save(self.folder / f"before-{number}.npy", out)
            self.clock.close()
            self.finish()
            return
        tracks, key = self.window.session.tracks, self.KINDS[self._number]
        track = tracks[(5 * self._number) % len(tracks)]
        before: PlayGraph = self.player.graph
        position = self.player.position_frames
        start = max(position - RATE, 0)
        out = np.zeros((3 * RATE, 2), np.float32)
        mix_block(before, start, out, MixScratch(len(out)))
        value = track.channel.controls.number(key) + (-9.0 if key == "fader_db" else 12.0)
        now = self.clock.now()
        self.window.workspace.editor.execute(SetControl(track.id, key, value))
        blocked = self.clock.now() - now
        self._edits.append({"key": key, "frame_time": now, "start": start, "blocked_frames": blocked})
        self._before.append(out)
        self._number += 1
        begin = time.monotonic()
        self.when(
            lambda: time.monotonic() - begin > 0.5 and self.is_ready(),
            lambda: QTimer.singleShot(1500, self.window, self._edit),
        )


def _give_up(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    traceback.print_exception(kind, error, where)
    os._exit(4)


def main() -> None:
    """Runs one of the two."""
    mode, folder, seconds, tracks = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
    share_the_processor()
    sys.excepthook = _give_up
    app = QApplication(sys.argv[:1])
    driver = {"load": Load, "latency": Latency}[mode](folder, seconds, tracks)
    driver.when(driver.is_ready, driver.begin)
    QTimer.singleShot(round((seconds + 400) * 1000), app, lambda: app.exit(3))
    sys.exit(app.exec())


if __name__ == "__main__":
    main()
