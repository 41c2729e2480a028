# SPDX-License-Identifier: Apache-2.0
"""Every job can be cancelled at any moment, and nothing of it is left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mixassist import api
from mixassist.domain.channel import View
from mixassist.domain.progress import CancelToken
from mixassist.gui.main_window import MainWindow
from mixassist.gui.tasks import Task
from mixassist.playback.outputs import NullOutput

RATE = 44_100
_TONE = (0.3 * np.sin(np.arange(RATE) / 40.0)).astype(np.float32)
MOMENTS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97)


@pytest.fixture
def cancel_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[float, str], None]:
    """Cancels the next jobs of that name as soon as they say they have come so far."""

    def arm(moment: float, words: str) -> None:
        report = Task._report

        def noting(self: Task, fraction: float, what: str) -> None:
            if fraction >= moment and self.words == words:
                self.cancel()
            report(self, fraction, what)

        monkeypatch.setattr(Task, "_report", noting)

    return arm


def _files(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


def _unfinished(tmp_path: Path) -> list[str]:
    """Returns renders and decoded stems that nobody finished."""
    cache = tmp_path / "cache"
    stems = [p for p in cache.glob("stems/*.f32") if not (p.parent / f"{p.name.partition('-')[0]}.json").exists()]
    return [p.name for p in (*cache.rglob("*.partial"), *cache.rglob("*.tmp"), *stems)]


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_cancelled_export_leaves_no_file(window: MainWindow, tmp_path: Path, cancel_at, wait_idle, moment: float):
    out = tmp_path / "out"
    out.mkdir()
    cancel_at(moment, "Exporting")
    before = window.session
    window.workspace.export(out / "mix.wav", View.WET, 24)
    wait_idle(window)
    assert _files(out) == set()
    assert _unfinished(tmp_path) == []
    assert window.session == before
    assert not any("Written" in text for text in window.messages.texts)


def test_an_export_that_is_done_counts_even_if_cancel_comes_then(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wait_idle
):
    export_mix = api.export_mix

    def cancelled_too_late(*args: object, cancel: CancelToken, **more: object) -> object:
        report = export_mix(*args, cancel=cancel, **more)  # type: ignore[arg-type]
        cancel.cancel()
        return report

    monkeypatch.setattr(api, "export_mix", cancelled_too_late)
    window.workspace.export(tmp_path / "mix.wav", View.WET, 24)
    wait_idle(window)
    assert (tmp_path / "mix.wav").exists()
    assert any("Written" in text for text in window.messages.texts)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_cancelled_automix_changes_nothing(window: MainWindow, tmp_path: Path, cancel_at, wait_idle, moment: float):
    before, label = window.session, window.document.undo_label
    cancel_at(moment, "Automix")
    window.workspace.automix("rules")
    wait_idle(window)
    assert window.session == before
    assert window.document.undo_label == label
    assert _unfinished(tmp_path) == []
    assert window.actions_by_name["automix"].isEnabled()


@pytest.mark.parametrize("moment", (0.0, 0.5, 0.89))
def test_a_cancelled_save_leaves_what_was_there(
    window: MainWindow, tmp_path: Path, cancel_at, wait_idle, moment: float
):
    path = tmp_path / "kept.mixassist"
    path.write_text("old")
    before = _files(tmp_path)
    cancel_at(moment, "Saving")
    window.workspace.save(path)
    wait_idle(window)
    assert path.read_text() == "old"
    assert _files(tmp_path) == before
    assert window.workspace.path is None


@pytest.mark.parametrize("moment", (0.0, 0.4, 0.99, 1.0))
def test_cancelled_opening_leaves_what_is_open(
    window: MainWindow, tmp_path: Path, outputs: list[NullOutput], cancel_at, wait_idle, moment: float
):
    other = tmp_path / "Other"
    other.mkdir()
    for name in ("A", "B", "C"):
        soundfile.write(other / f"{name}.wav", _TONE, RATE)
    before = window.session
    playing = window.workspace.sound.player.output
    cancel_at(moment, "Opening")
    window.files.open_sources([str(other)])
    wait_idle(window)
    assert window.session == before
    assert window.workspace.sound.player.output is playing
    assert _unfinished(tmp_path) == []
    assert all(output is playing or output._thread is None for output in outputs)


@pytest.mark.parametrize("moment", (0.0, 0.5, 1.0))
def test_a_cancelled_import_adds_no_track(window: MainWindow, tmp_path: Path, cancel_at, wait_idle, moment: float):
    soundfile.write(tmp_path / "More.wav", _TONE, RATE)
    before = window.session
    cancel_at(moment, "Importing")
    window.workspace.import_audio([str(tmp_path / "More.wav")])
    wait_idle(window)
    assert window.session == before
    assert _unfinished(tmp_path) == []


def test_what_came_too_late_is_closed_when_the_window_goes(make_window, stems: Path, tmp_path: Path):
    window = make_window()
    window.files.open_sources([str(stems)])
    window.files.ask_unsaved = lambda: "discard"
    window.close()
    assert _unfinished(tmp_path) == []
