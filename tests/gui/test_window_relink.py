# SPDX-License-Identifier: Apache-2.0
"""Sessions whose audio moved or changed: they open, say so, and find it again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtWidgets import QFileDialog

from mixassist import api
from mixassist.gui.main_window import MainWindow


@pytest.fixture
def saved(stems: Path, tmp_path: Path) -> Path:
    """A session beside its stems, saved and hashed."""
    path = tmp_path / "Kept.mixassist"
    opened = api.open_source([stems])
    api.save(opened.session, path)
    opened.stems.close()
    return path


def answer_with(monkeypatch: pytest.MonkeyPatch, folder: Path) -> list[str]:
    asked: list[str] = []

    def choose(parent: object, title: str, *rest: object) -> str:
        asked.append(title)
        return str(folder)

    monkeypatch.setattr(QFileDialog, "getExistingDirectory", choose)
    return asked


def loudness_of(window: MainWindow, name: str) -> float:
    track = window.session.track_named(name)
    strip = next(s for s in window.workspace.sound.player.graph.strips if s.track_id == track.id)
    return float(np.abs(strip.samples).max()) if len(strip.samples) else 0.0


def test_audio_that_moved_is_told_found_and_plays(
    saved: Path, stems: Path, tmp_path: Path, make_window: Callable[..., MainWindow],
    wait_idle: Callable[[MainWindow], None], monkeypatch: pytest.MonkeyPatch, outputs: list,
) -> None:  # type: ignore[type-arg]  # fmt: skip
    elsewhere = tmp_path / "elsewhere" / "deep"
    elsewhere.mkdir(parents=True)
    shutil.move(stems / "Kick.wav", elsewhere / "Kick renamed.wav")
    window = make_window(saved)
    assert len(window.session.tracks) == 4
    assert len([text for text in window.messages.texts if "Kick.wav" in text]) == 1
    assert "missing" in window.messages.texts[0]
    assert loudness_of(window, "Kick") == 0.0
    assert loudness_of(window, "Bass") > 0.1
    relink = window.actions_by_name["relink"]
    assert relink.isEnabled()
    asked = answer_with(monkeypatch, tmp_path / "elsewhere")
    relink.trigger()
    wait_idle(window)
    assert len(asked) == 1
    assert not relink.isEnabled()
    assert window.messages.texts == ("1 file found; save the session to keep where it is.",)
    assert window.session.track_named("Kick").source.files[0].path == str(elsewhere / "Kick renamed.wav")
    assert loudness_of(window, "Kick") > 0.1
    assert window.waveforms.pyramid(window.session.track_named("Kick").id) is not None
    assert window.document.history == ()
    window.actions_by_name["play"].trigger()
    assert np.abs(outputs[-1].advance(20_000)).max() > 0.1


def test_what_is_found_stays_found_once_it_is_saved(
    saved: Path, stems: Path, tmp_path: Path, make_window: Callable[..., MainWindow],
    wait_idle: Callable[[MainWindow], None], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    moved = tmp_path / "moved"
    shutil.move(stems, moved)
    window = make_window(saved)
    assert len(window.messages.texts) == 4
    answer_with(monkeypatch, moved)
    window.actions_by_name["relink"].trigger()
    wait_idle(window)
    window.actions_by_name["save"].trigger()
    wait_idle(window)
    assert make_window(saved).messages.texts == ()


def test_a_search_in_the_wrong_place_leaves_the_message_and_the_action(
    saved: Path, stems: Path, tmp_path: Path, make_window: Callable[..., MainWindow],
    wait_idle: Callable[[MainWindow], None], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    (stems / "Bass.wav").unlink()
    (tmp_path / "empty").mkdir()
    window = make_window(saved)
    answer_with(monkeypatch, tmp_path / "empty")
    window.actions_by_name["relink"].trigger()
    wait_idle(window)
    assert [text for text in window.messages.texts if "Bass.wav" in text]
    assert window.actions_by_name["relink"].isEnabled()
    assert loudness_of(window, "Kick") > 0.1


def test_audio_of_another_content_is_told_and_the_right_one_found(
    saved: Path, stems: Path, tmp_path: Path, make_window: Callable[..., MainWindow],
    wait_idle: Callable[[MainWindow], None], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    archive = tmp_path / "archive"
    archive.mkdir()
    shutil.copy(stems / "Vocals.wav", archive / "Vocals.wav")
    other, rate = soundfile.read(stems / "Vocals.wav")
    soundfile.write(stems / "Vocals.wav", other * 0.01, rate, subtype="PCM_16")
    window = make_window(saved)
    told = [text for text in window.messages.texts if "Vocals.wav" in text]
    assert len(told) == 1
    assert "not the one this session was made with" in told[0]
    answer_with(monkeypatch, archive)
    window.actions_by_name["relink"].trigger()
    wait_idle(window)
    vocals = window.session.track_named("Vocals")
    assert vocals.source.files[0].path == str(archive / "Vocals.wav")
    assert loudness_of(window, "Vocals") > 0.1
    assert not window.actions_by_name["relink"].isEnabled()
