# SPDX-License-Identifier: Apache-2.0
"""What the window writes: the mix as the API writes it, warned of where it clips, never over a recording."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QWidget

from mixassist import api
from mixassist.gui.main_window import MainWindow
from mixassist.gui.widgets.message_bar import Message


def act(window: MainWindow, name: str) -> None:
    action = window.findChild(QAction, f"action.{name}")
    assert action is not None, name
    assert action.isEnabled(), name
    action.trigger()


def test_the_export_is_what_the_api_writes(
    wait_idle: Callable[[MainWindow], None], window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.findChild(QWidget, "Vocals.fader_db").edit(-7.0)
    window.findChild(QWidget, "Guitar.pan").edit(-0.6)
    window.findChild(QWidget, "Kick.mid_gain_db").edit(6.0)
    wait_idle(window)
    ours, theirs = tmp_path / "ours.wav", tmp_path / "theirs.wav"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(ours), "WAV 24 bit (*.wav)"))
    act(window, "export")
    wait_idle(window)
    api.export_mix(window.session, window.workspace.sound.stems, theirs, bit_depth=24)
    assert ours.read_bytes() == theirs.read_bytes()
    assert any("ours.wav" in text for text in window.messages.texts)


def test_an_export_that_cannot_be_written_is_a_message(
    wait_idle: Callable[[MainWindow], None], window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "nowhere" / "mix.wav"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(target), ""))
    act(window, "export")
    wait_idle(window)
    assert len(window.messages.texts) == 1
    assert "nowhere" in window.messages.texts[0]
    assert not target.parent.exists()


def test_an_export_that_clips_is_warned_of(
    wait_idle: Callable[[MainWindow], None], window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.findChild(QWidget, "Master.gain_db").edit(20.0)
    wait_idle(window)
    for name, kind, words in (
        ("hot.wav", "WAV 24 bit (*.wav)", "clipped. What passed full scale is cut off. "),
        ("float.wav", "WAV 32 bit float (*.wav)", "The true peak passes"),
    ):  # fmt: skip
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, n=name, k=kind, **_: (str(tmp_path / n), k))
        act(window, "export")
        wait_idle(window)
        shown = window.messages.findChildren(Message)[-1]
        assert shown.kind == "warning"
        assert name in shown.label.text()
        assert words in shown.label.text()


@pytest.mark.parametrize("action", ["export", "export_parameters"])
def test_a_recording_of_the_session_cannot_be_written_over(
    wait_idle: Callable[[MainWindow], None], window: MainWindow, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    files = [Path(t.source.files[0].path) for t in window.session.tracks]
    before = [f.read_bytes() for f in files]
    window.console.select(window.session.tracks[0].id)
    act(window, "remove")
    wait_idle(window)
    for file in files[:2]:  # the first is of a track that an undo brings back
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, file=file, **k: (str(file), ""))
        act(window, action)
        wait_idle(window)
        assert "writing here would overwrite a file that the mix is made from" in window.messages.texts[-1]
        assert file.name in window.messages.texts[-1]
    assert [f.read_bytes() for f in files] == before
