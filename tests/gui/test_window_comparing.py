# SPDX-License-Identifier: Apache-2.0
"""Snapshots and a reference are heard as loud as the mix; the mix, its export and its measures stay as they are."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pytestqt.qtbot import QtBot

from mixassist import api
from mixassist.domain.commands import ApplyPrediction, SetControl
from mixassist.domain.controls import Controls
from mixassist.gui.main_window import MainWindow
from mixassist.playback.outputs import NullOutput
from mixassist.rendering.mixdown import measure_mix

from .conftest import RATE, tone

Wait = Callable[[MainWindow], None]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measures begin at once instead of after a second without edits."""
    monkeypatch.setattr("mixassist.gui.measuring._SETTLED_MS", 20)


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """A finished song: louder than the stems' mix and a little longer."""
    path = tmp_path / "Finished song.wav"
    soundfile.write(path, np.clip(3.0 * tone(1.7, 700.0, 0.4, 2), -1, 1), RATE, subtype="PCM_16")
    return path


def measured(qtbot: QtBot, window: MainWindow) -> float:
    """Waits until the mix as it stands is measured; returns its loudness."""
    found: list[float] = []
    window.measuring.measured.connect(lambda m: found.append(m.integrated_lufs) if m is not None else None)
    window.measuring.restart()
    qtbot.waitUntil(lambda: bool(found), timeout=20_000)
    return found[-1]


def heard_lufs(window: MainWindow) -> float:
    return measure_mix(window.workspace.sound.player.graph).integrated_lufs


def test_a_snapshot_is_heard_as_loud_as_mine(qtbot: QtBot, window: MainWindow, wait_idle: Wait) -> None:
    editor = window.workspace.editor
    editor.execute(ApplyPrediction({t.id: Controls({"fader_db": -12.0}) for t in window.session.tracks}, "rules"))
    wait_idle(window)
    mine = measured(qtbot, window)
    window.actions_by_name["slot_1"].trigger()  # 12 dB louder
    wait_idle(window)
    start = measured(qtbot, window)
    assert start == pytest.approx(mine + 12.0, abs=0.1)
    assert heard_lufs(window) == pytest.approx(mine, abs=0.1)
    assert window.console.mix_bar.match_words.text() == f"−{start - mine:.1f} dB"
    window.actions_by_name["match_levels"].trigger()
    assert heard_lufs(window) == pytest.approx(start, abs=0.1)
    assert window.console.mix_bar.match_words.text() == ""
    window.actions_by_name["match_levels"].trigger()
    window.actions_by_name["slot_3"].trigger()
    wait_idle(window)
    assert heard_lufs(window) == pytest.approx(mine, abs=0.1)
    assert window.console.mix_bar.match_words.text() == ""


def test_a_quieter_snapshot_is_turned_up_to_full_scale_at_most(
    qtbot: QtBot, window: MainWindow, wait_idle: Wait
) -> None:
    measured(qtbot, window)
    for track in window.session.tracks:
        window.workspace.editor.execute(SetControl(track.id, "fader_db", 6.0))
    mine = measured(qtbot, window)
    window.actions_by_name["slot_1"].trigger()
    wait_idle(window)
    measured(qtbot, window)
    after = measure_mix(window.workspace.sound.player.graph)
    assert after.integrated_lufs < mine  # both would clip: only as far as 0 dBTP
    assert after.true_peak_dbtp <= max(0.0, after.true_peak_dbtp - window.console_actions.comparing.gain_db) + 0.05


def test_a_reference_is_heard_in_the_mix_s_place_and_as_loud(
    qtbot: QtBot, window: MainWindow, wait_idle: Wait, song: Path, outputs: list[NullOutput]
) -> None:
    mine = measured(qtbot, window)
    window.console_actions.take_reference(song)
    wait_idle(window)
    assert window.session.reference is not None
    assert window.document.undo_label == "Reference Finished song"
    mix = window.workspace.sound.player.graph
    window.actions_by_name["listen_reference"].trigger()
    heard = window.workspace.sound.player.graph
    assert [s.track_id for s in heard.strips] == ["reference"]
    assert heard_lufs(window) == pytest.approx(mine, abs=0.1)
    assert window.console.mix_bar.reference.isChecked()
    assert window.console.mix_bar.reference.text() == "Finished song"
    window.transport.toggle()
    first = np.array(outputs[-1].advance(2000))
    assert np.abs(first[1500:]).max() > 0.01  # the song sounds, and playing goes on through the switch
    window.actions_by_name["listen_reference"].trigger()
    assert window.workspace.sound.player.is_playing
    assert [s.track_id for s in window.workspace.sound.player.graph.strips] == [s.track_id for s in mix.strips]


def test_the_reference_is_in_the_session_file_and_in_no_export(
    qtbot: QtBot,
    window: MainWindow,
    wait_idle: Wait,
    song: Path,
    tmp_path: Path,
    make_window: Callable[..., MainWindow],
) -> None:
    before = api.export_mix(window.session, window.workspace.sound.stems, tmp_path / "before.wav")
    window.console_actions.take_reference(song)
    wait_idle(window)
    window.actions_by_name["listen_reference"].trigger()
    window.workspace.save(tmp_path / "Song" / "with.mixassist")
    wait_idle(window)
    assert not window.document.is_modified
    window.workspace.export(tmp_path / "after.wav", window.session.view, 24)
    wait_idle(window)
    assert (tmp_path / "after.wav").read_bytes() == Path(before.path).read_bytes()
    again = make_window(tmp_path / "Song" / "with.mixassist")
    assert again.session.reference == window.session.reference
    qtbot.waitUntil(lambda: again.console_actions.comparing._reference is not None, timeout=20_000)


def test_taking_the_reference_away_brings_the_mix_back(window: MainWindow, wait_idle: Wait, song: Path) -> None:
    window.console_actions.take_reference(song)
    wait_idle(window)
    window.actions_by_name["listen_reference"].trigger()
    window.actions_by_name["remove_reference"].trigger()
    assert window.session.reference is None
    assert "reference" not in [s.track_id for s in window.workspace.sound.player.graph.strips]
    assert not window.actions_by_name["listen_reference"].isChecked()
    window.actions_by_name["undo"].trigger()
    wait_idle(window)
    assert window.session.reference is not None
    assert "reference" not in [s.track_id for s in window.workspace.sound.player.graph.strips]


def test_an_unreadable_reference_is_told_and_changes_nothing(
    window: MainWindow, wait_idle: Wait, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF\x10\0\0\0WAVE nothing")
    window.console_actions.take_reference(broken)
    wait_idle(window)
    assert window.session.reference is None
    assert window.document.history == ()
    assert "broken.wav" in window.messages.texts[-1]


def test_a_silent_snapshot_is_left_as_it_is(qtbot: QtBot, window: MainWindow, wait_idle: Wait) -> None:
    measured(qtbot, window)
    window.actions_by_name["slot_4"].trigger()
    for track in window.session.tracks:
        window.workspace.editor.execute(SetControl(track.id, "fader_db", -60.0))
    wait_idle(window)
    assert measured(qtbot, window) == -math.inf
    assert window.console_actions.comparing.gain_db == 0.0
