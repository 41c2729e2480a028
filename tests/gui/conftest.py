# SPDX-License-Identifier: Apache-2.0
"""Windows on the offscreen platform, with a clock instead of a sound card and folders of their own."""

from __future__ import annotations

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import torch  # isort: skip  # before Qt, as the application does

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from mixassist.domain.channel import View
from mixassist.gui.main_window import MainWindow
from mixassist.gui.settings import Settings
from mixassist.networks.checkpoint import save_weights
from mixassist.networks.staged import StagedNetwork
from mixassist.playback.outputs import NullOutput
from mixassist.rendering import renderers
from mixassist.rendering.model_renderer import WEIGHTS_NAME

from .leaks import LeakWatch

RATE = 44_100


_TURN_MS = 10


class TurnsBot(QtBot):
    """Waits for so many turns of the event loop and not for a time by the clock.

    A process that is stopped for a minute, or gets a core now and then only, has not waited in vain.
    """

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = 5000) -> None:
        """Returns when the callback does with None or True, raises after `timeout` ms' worth of turns."""
        problem: AssertionError | None = None
        for _ in range(timeout // _TURN_MS + 1):
            try:
                if callback() in (None, True):
                    return
            except AssertionError as error:
                problem = error
            self.wait(_TURN_MS)
        raise TimeoutError(f"in vain for {timeout // _TURN_MS} turns of the event loop") from problem


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> QtBot:
    """Takes the place of pytest-qt's."""
    return TurnsBot(request)


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keeps settings, cache and autosaves of a test to itself."""
    for name in ("CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"MIXASSIST_{name}_DIR", str(tmp_path / name.lower()))


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of models that belongs to the test, empty at first; see `small_model`."""
    folder = tmp_path / "models"
    folder.mkdir()
    known = {view: r for view, r in renderers._RENDERERS.items() if view is not View.MODEL}
    monkeypatch.setattr(renderers, "_RENDERERS", known)
    monkeypatch.setattr(renderers, "models_directory", lambda: folder)
    return folder


@pytest.fixture
def small_model(models: Path) -> Path:
    """Puts a small random network where the shipped one would be; returns its file."""
    options = {"filter_width": 8, "gain_width": 8, "space_seconds": 0.3, "space_knots": 6}
    torch.manual_seed(5)
    save_weights(models / WEIGHTS_NAME, "staged", options, StagedNetwork(**options))
    return models / WEIGHTS_NAME


@pytest.fixture(autouse=True)
def no_leaks(qapp: object) -> Iterator[None]:
    """Fails a test that leaves a thread, a pool at work or a running timer behind, and names who started it."""
    watch = LeakWatch()
    with pytest.MonkeyPatch.context() as patched:
        watch.watch(patched)
        yield
    found = watch.leaks()
    assert not found, "left behind: " + "; ".join(found)


def tone(seconds: float, hz: float, level: float, sides: int = 1) -> np.ndarray:
    """A decaying, repeated note: something to hear for meters, mixers and compressors."""
    time = np.arange(round(seconds * RATE)) / RATE
    wave = level * np.sin(2 * np.pi * hz * time) * np.exp(-3.0 * (time % 0.5))
    noise = 0.02 * level * np.random.default_rng(int(hz)).standard_normal(len(wave))
    return np.stack([wave + noise * (side + 1) for side in range(sides)], axis=1).astype(np.float32)


@pytest.fixture
def stems(tmp_path: Path) -> Path:
    """A folder with four short stems, mono and stereo."""
    folder = tmp_path / "Song"
    folder.mkdir()
    for name, hz, level, sides in (
        ("Bass", 80.0, 0.5, 1), ("Guitar", 330.0, 0.3, 2), ("Kick", 55.0, 0.8, 1), ("Vocals", 440.0, 0.4, 1),
    ):  # fmt: skip
        soundfile.write(folder / f"{name}.wav", tone(1.2, hz, level, sides), RATE, subtype="PCM_16")
    return folder


@pytest.fixture
def outputs() -> list[NullOutput]:
    """The outputs that windows of this test opened, newest last."""
    return []


@pytest.fixture
def make_window(qtbot: QtBot, outputs: list[NullOutput]) -> Iterator[Callable[..., MainWindow]]:
    """Makes windows that play on a clock driven by hand, and closes them afterwards."""
    made: list[MainWindow] = []

    def opener(rate: int) -> tuple[NullOutput, str | None]:
        outputs.append(NullOutput(rate, paced=False))
        return outputs[-1], None

    def make(source: Path | None = None, **settings: object) -> MainWindow:
        window = MainWindow(Settings(**settings), opener)  # type: ignore[arg-type]
        made.append(window)
        window.show()
        if source is not None:
            window.files.open_sources([str(source)])
            _wait_idle(qtbot, window)
        return window

    yield make
    for window in made:
        if not isValid(window):
            continue
        window.files.ask_unsaved = lambda: "discard"
        timers = window.findChildren(QTimer)
        window.close()
        assert not [t for t in timers if t.isActive() and not t.isSingleShot()]


@pytest.fixture
def wait_idle(qtbot: QtBot) -> Callable[[MainWindow], None]:
    """Waits until a window has read, rendered and written all it has to."""
    return lambda window: _wait_idle(qtbot, window)


def _wait_idle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: window.is_idle, timeout=60_000)


@pytest.fixture
def window(make_window: Callable[..., MainWindow], stems: Path) -> MainWindow:
    """A window on the four stems, everything read and drawn."""
    return make_window(stems)
