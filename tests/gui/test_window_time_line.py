# SPDX-License-Identifier: Apache-2.0
"""Overview, waveforms, selection and loop in the window."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from mixassist.domain.commands import SetControl
from mixassist.gui.main_window import MainWindow
from mixassist.gui.views.waveform_view import HEADER_WIDTH, MIX_ID
from mixassist.playback.outputs import NullOutput


def wheel(widget: QWidget, x: float, y: float, notches: float, keys: Qt.KeyboardModifier) -> None:
    place = QPointF(x, y)
    event = QWheelEvent(
        place, widget.mapToGlobal(place), QPoint(), QPoint(0, round(120 * notches)), Qt.MouseButton.NoButton, keys,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def test_the_mix_is_drawn_and_follows_a_fader(window: MainWindow, wait_idle: Callable[[MainWindow], None]) -> None:
    wait_idle(window)
    length = window.session.length_frames
    before = window.waveforms.pyramid(MIX_ID).window(0, length, 1)[1].max()  # type: ignore[union-attr]
    for track in window.session.tracks:
        window.workspace.editor.execute(SetControl(track.id, "fader_db", -20.0))
    wait_idle(window)
    after = window.waveforms.pyramid(MIX_ID).window(0, length, 1)[1].max()  # type: ignore[union-attr]
    assert after == pytest.approx(0.1 * before, rel=1e-3)


def test_the_wheel_zooms_around_the_mouse_and_pans(window: MainWindow) -> None:
    view, axis = window.waveforms, window.time_line.axis
    place = view.viewport().width() * 0.6
    frame = view.frame_at(place)
    for _ in range(6):
        wheel(view.viewport(), place, 60, 1, Qt.KeyboardModifier.ControlModifier)
    assert axis.span < 0.4 * window.session.length_frames
    assert abs(view.frame_at(place) - frame) <= 2
    start = axis.start
    wheel(view.viewport(), place, 60, -1, Qt.KeyboardModifier.NoModifier)
    assert axis.start > start
    assert axis.span < 0.4 * window.session.length_frames


def test_a_drag_on_the_ruler_selects_and_the_loop_goes_round_it(
    qtbot: QtBot, window: MainWindow, outputs: list[NullOutput]
) -> None:
    view, axis = window.waveforms, window.time_line.axis
    left = HEADER_WIDTH + 100
    qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(left, 8))
    qtbot.mouseMove(view.viewport(), QPoint(left + 120, 8))
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(left + 120, 8))
    assert axis.selection is not None
    first, last = axis.selection
    assert abs(first - view.frame_at(left)) < 100
    player = window.workspace.sound.player
    assert player.loop is None
    window.actions_by_name["loop_selection"].trigger()
    assert player.loop == (first, last)
    assert window.actions_by_name["loop"].isChecked()
    window.actions_by_name["play"].trigger()
    outputs[-1].advance(3 * (last - first))
    assert first <= player.position_frames <= last
    window.actions_by_name["loop"].trigger()
    assert player.loop is None
    window.actions_by_name["select_none"].trigger()
    assert axis.selection is None
    window.actions_by_name["loop"].trigger()
    assert player.loop == (0, window.session.length_frames)


def test_brackets_select_from_and_to_the_playhead(window: MainWindow) -> None:
    window.transport.seek(10_000)
    window.actions_by_name["select_from"].trigger()
    window.transport.seek(30_000)
    window.actions_by_name["select_to"].trigger()
    assert window.time_line.axis.selection == (10_000, 30_000)
    window.actions_by_name["zoom_selection"].trigger()
    assert window.time_line.axis.start < 10_000
    assert window.time_line.axis.span < 25_000


def test_another_session_begins_without_selection_and_loop(
    window: MainWindow, wait_idle: Callable[[MainWindow], None]
) -> None:
    window.time_line.axis.select(0, 1000)
    window.time_line.axis.set_looping(True)
    window.actions_by_name["new"].trigger()
    assert window.time_line.axis.selection is None
    assert not window.actions_by_name["loop"].isChecked()


def test_the_overview_moves_what_is_seen(qtbot: QtBot, window: MainWindow) -> None:
    axis, bar = window.time_line.axis, window.time_line.overview
    axis.see(0, 0.2 * axis.length_frames)
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=QPoint(bar.width() - 40, bar.height() // 2))
    assert axis.start > 0.7 * axis.length_frames
    start = axis.start
    qtbot.keyClick(bar, Qt.Key.Key_PageDown)
    qtbot.keyClick(bar, Qt.Key.Key_Home)
    assert axis.start < start
    assert bar.accessibleName().startswith("Overview")


def test_a_lane_tells_level_and_gain_reduction_under_the_mouse(
    qtbot: QtBot, window: MainWindow, wait_idle: Callable[[MainWindow], None]
) -> None:
    kick = window.session.track_named("Kick")
    window.workspace.editor.execute(SetControl(kick.id, "threshold_db", -40.0))
    window.workspace.editor.execute(SetControl(kick.id, "ratio", 8.0))
    qtbot.waitUntil(lambda: window.facts_of_strips.reduction.result(kick.id) is not None, timeout=20_000)
    wait_idle(window)
    view = window.waveforms
    window.time_line.axis.see(0, 24)
    place = [t.name for t in window.session.tracks].index("Kick")
    y = 22 + (place + 0.5) * view._lane_height()
    x = view._x_of(12) + 0.01
    sample = abs(float(window.workspace.sound.pyramid(kick.source).samples[12, 0]))
    words = view.words_at(y, x)
    assert f"{20 * np.log10(sample):.1f}".replace("-", "−") + " dBFS" in words
    assert "gain reduction" in words
