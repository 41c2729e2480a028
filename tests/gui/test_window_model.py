# SPDX-License-Identifier: Apache-2.0
"""The model view in the window, its distance from the console beside each strip, and the gain reduction."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from mixassist import api
from mixassist.analysis.metrics import error_to_signal_ratio, mean_absolute_error
from mixassist.api.honesty import Honesty, channel_honesty
from mixassist.api.reduction import channel_reduction_db
from mixassist.domain.channel import View
from mixassist.domain.commands import SetControls
from mixassist.domain.errors import MixAssistError
from mixassist.gui.main_window import MainWindow
from mixassist.gui.widgets.honesty_label import HonestyLabel, honesty_text
from mixassist.rendering.renderers import renderer_for
from mixassist.rendering.strips import reader_of

BUSY = {"mid_gain_db": 6.0, "threshold_db": -30.0, "ratio": 4.0}


def process(window: MainWindow, name: str, **values: object) -> None:
    track = window.session.track_named(name)
    window.workspace.editor.execute(SetControls({track.id: {**BUSY, **values}}, f"{name}: test"))


def settled(qtbot: QtBot, window: MainWindow) -> None:
    facts = window.facts_of_strips
    qtbot.waitUntil(lambda: facts.honesty.is_settled and facts.reduction.is_settled, timeout=60_000)


def views_found(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: View.MODEL in window.views_at_hand(), timeout=20_000)


def test_without_a_network_the_model_is_off_and_no_strip_speaks_of_it(window: MainWindow) -> None:
    assert not window.findChild(QWidget, "view.model").isEnabled()
    assert not window.actions_by_name["view_model"].isEnabled()
    process(window, "Bass")
    assert window.facts_of_strips.honesty.is_settled
    assert not window.findChild(QWidget, "Bass.honesty").isVisibleTo(window)
    assert window.messages.texts == ()


def test_with_a_network_the_model_is_heard_and_v_goes_round(
    small_model: Path, qtbot: QtBot, wait_idle: Callable[[MainWindow], None], window: MainWindow
) -> None:
    process(window, "Bass")
    assert window.findChild(QWidget, "view.model").isEnabled()
    window.findChild(QWidget, "view.model").click()
    assert window.session.view is View.MODEL
    wait_idle(window)
    bass = window.session.track_named("Bass")
    playing = next(s for s in window.workspace.sound.player.graph.strips if s.track_id == bass.id)
    stem = window.workspace.sound.stems.stem(bass.source, 44_100)
    recipe = renderer_for(View.MODEL).recipe(bass.channel, 44_100, stem.channels)
    expected = np.concatenate([b for _, b in recipe.process.stream(reader_of(stem.strip_samples), stem.frames)])
    assert np.array_equal(playing.samples[: stem.frames], expected)
    window.waveforms.setFocus()
    seen = []
    for _ in range(3):
        QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_V)
        seen.append(window.session.view)
    assert seen == [View.DRY, View.WET, View.MODEL]
    assert window.document.history == ("Bass: test",)


def test_a_session_saved_in_the_model_view_opens_in_it(
    small_model: Path, models: Path, window: MainWindow, make_window: Callable[..., MainWindow], tmp_path: Path
) -> None:
    window.edits.set_view(View.MODEL)
    path = tmp_path / "Modelled.mixassist"
    api.save(window.session, path)
    again = make_window(path)
    assert again.session.view is View.MODEL
    assert again.findChild(QWidget, "view.model").isChecked()
    assert not again.document.is_modified


def test_a_session_in_the_model_view_without_a_network_is_heard_wet_with_one_message(
    window: MainWindow, make_window: Callable[..., MainWindow], tmp_path: Path
) -> None:
    from dataclasses import replace

    path = tmp_path / "Modelled.mixassist"
    api.save(replace(window.session, view=View.MODEL), path)
    again = make_window(path)
    assert again.session.view is View.WET
    assert len(again.messages.texts) == 1
    assert "no trained network" in again.messages.texts[0]


def test_damaged_weights_are_one_message_and_wet_still_works(
    small_model: Path, make_window: Callable[..., MainWindow], stems: Path, wait_idle: Callable[[MainWindow], None]
) -> None:
    small_model.write_bytes(b"no weights")
    window = make_window(stems)
    assert len(window.messages.texts) == 1
    assert small_model.name in window.messages.texts[0]
    assert not window.findChild(QWidget, "view.model").isEnabled()
    process(window, "Bass")
    wait_idle(window)
    assert window.session.view is View.WET
    assert not window.workspace.sound.rendering_ids()
    assert len(window.messages.texts) == 1


def test_honesty_is_the_distance_of_the_two_renders(small_model: Path, qtbot: QtBot, window: MainWindow) -> None:
    views_found(qtbot, window)
    process(window, "Guitar")
    session, stems = window.session, window.workspace.sound.stems
    guitar = session.track_named("Guitar")
    honesty = channel_honesty(session, stems, guitar.id)
    stem = stems.stem(guitar.source, 44_100)
    renders = [
        recipe.gain * recipe.process.piece(reader_of(stem.strip_samples), 0, stem.frames)
        for recipe in (renderer_for(v).recipe(guitar.channel, 44_100, 2) for v in (View.WET, View.MODEL))
    ]
    assert honesty is not None
    assert honesty.esr == pytest.approx(error_to_signal_ratio(*renders), rel=1e-6)
    assert honesty.mae == pytest.approx(mean_absolute_error(*renders), rel=1e-6)
    assert honesty.stft > 0.0
    assert honesty.esr_db == pytest.approx(10 * np.log10(honesty.esr))


def test_the_loudest_seconds_are_compared(small_model: Path, qtbot: QtBot, window: MainWindow) -> None:
    from mixassist.api.honesty import _loudest_start

    samples = np.full((44_100 * 4, 1), 0.01, np.float32)
    samples[44_100 * 2 : 44_100 * 3] = 0.5

    class Stem:
        sample_rate_hz = 44_100

        def __init__(self) -> None:
            self.notes: dict[str, dict[str, int]] = {}

        def read_note(self, name: str) -> dict[str, int] | None:
            return self.notes.get(name)

        def write_note(self, name: str, value: dict[str, int]) -> None:
            self.notes[name] = value

    stem = Stem()
    assert _loudest_start(stem, samples, 44_100, None) == 44_100 * 2  # type: ignore[arg-type]
    assert _loudest_start(stem, samples * 0, 44_100, None) == 44_100 * 2  # type: ignore[arg-type]
    assert _loudest_start(Stem(), samples[:100], 100, None) == 0  # type: ignore[arg-type]


def test_without_a_network_there_is_no_honesty(window: MainWindow) -> None:
    process(window, "Bass")
    with pytest.raises(MixAssistError, match="no trained network"):
        channel_honesty(window.session, window.workspace.sound.stems, window.session.tracks[0].id)


def test_strips_say_how_honest_the_model_is_and_follow_edits(
    small_model: Path, qtbot: QtBot, window: MainWindow
) -> None:
    views_found(qtbot, window)
    label = window.findChild(QWidget, "Bass.honesty")
    assert label.text() == ""
    process(window, "Bass")
    settled(qtbot, window)
    first = window.facts_of_strips.honesty.result(window.session.track_named("Bass").id)
    assert label.isVisibleTo(window)
    assert label.text() == honesty_text(first)
    assert "multi-resolution STFT" in label.toolTip()
    assert label.accessibleName().startswith("Bass, ")
    assert window.findChild(QWidget, "Vocals.honesty").text() == ""
    process(window, "Bass", mid_gain_db=-12.0)
    assert not label.isEnabled()
    settled(qtbot, window)
    assert label.isEnabled()
    assert window.facts_of_strips.honesty.result(window.session.track_named("Bass").id) != first
    window.workspace.document.undo()
    window.workspace.document.undo()
    assert label.text() == ""


@pytest.mark.parametrize(
    ("esr", "text"), [(10**-2.4, "model −24 dB"), (1.0, "model 0 dB"), (0.96, "model 0 dB"), (0.0, "model = wet")]
)
def test_honesty_in_few_words(esr: float, text: str) -> None:
    assert honesty_text(Honesty(esr, 0.1, 0.2)) == text


def test_a_model_far_off_is_said_to_be(qtbot: QtBot) -> None:
    label = HonestyLabel()
    qtbot.addWidget(label)
    label.show_honesty(Honesty(0.5, 0.1, 0.2))
    assert "trust the wet view" in label.toolTip()
    label.show_honesty(Honesty(0.001, 0.1, 0.2))
    assert "trust the wet view" not in label.toolTip()


def test_gain_reduction_follows_the_playhead(
    qtbot: QtBot, wait_idle: Callable[[MainWindow], None], window: MainWindow, outputs: list
) -> None:  # type: ignore[type-arg]
    thumbnail = window.findChild(QWidget, "Kick.compressor_curve")
    assert thumbnail.reduction_db is None
    process(window, "Kick")
    settled(qtbot, window)
    wait_idle(window)
    kick = window.session.track_named("Kick")
    blocks = channel_reduction_db(window.session, window.workspace.sound.stems, kick.id)
    assert blocks.max() > 3.0
    window.tick()
    assert thumbnail.reduction_db == 0.0
    window.actions_by_name["play"].trigger()
    player = window.workspace.sound.player
    seen = []
    for _ in range(20):
        outputs[-1].advance(1_024)
        window.tick()
        at = player.heard_frames // 512
        assert thumbnail.reduction_db == pytest.approx(float(blocks[max(at - 2, 0) : at + 1].max()), abs=0.5)
        seen.append(thumbnail.reduction_db)
    assert max(seen) > 3.0
    window.edits.set_view(View.DRY)
    window.tick()
    assert thumbnail.reduction_db == 0.0
    process(window, "Kick", threshold_db=0.0)
    settled(qtbot, window)
    window.tick()
    assert thumbnail.reduction_db is None
