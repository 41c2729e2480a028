# SPDX-License-Identifier: Apache-2.0
"""The master's loudness: live values equal the meter's, rows say how the mix stands to its target."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from mixassist.audio.loudness import momentary_lufs, short_term_lufs
from mixassist.domain.session import Master
from mixassist.gui.live_loudness import LiveLoudness
from mixassist.gui.main_window import MainWindow
from mixassist.gui.widgets.loudness_panel import LoudnessPanel
from mixassist.rendering.level_match import reference_graph

RATE = 44_100


def graph_of(seconds: float):  # type: ignore[no-untyped-def]
    noise = np.random.default_rng(2).standard_normal((round(seconds * RATE), 2)).astype(np.float32)
    swell = np.linspace(0.02, 0.2, len(noise), dtype=np.float32)[:, None]
    return noise * swell, reference_graph(noise * swell, RATE)


def test_what_is_heard_measures_as_a_meter_measures_it() -> None:
    audio, graph = graph_of(4.0)
    live = LiveLoudness()
    for position in range(0, 4 * RATE + 1, 1470):  # 30 looks a second
        live.follow(graph, position, True)
    assert live.momentary_lufs == pytest.approx(float(momentary_lufs(audio, RATE)[-1]), abs=0.3)
    assert live.short_term_lufs == pytest.approx(float(short_term_lufs(audio, RATE)[-1]), abs=0.05)


def test_a_jump_begins_anew_and_a_stop_keeps_the_last_values() -> None:
    _, graph = graph_of(6.0)
    live = LiveLoudness()
    for position in range(0, 2 * RATE, 1470):
        live.follow(graph, position, True)
    value = live.momentary_lufs
    assert value is not None
    assert live.short_term_lufs is None  # not 3 s yet
    assert not live.follow(graph, 2 * RATE, False)
    assert live.momentary_lufs == value
    live.follow(graph, 5 * RATE, True)
    assert live.momentary_lufs is None


@pytest.mark.parametrize(
    ("lufs", "peak", "target", "roles", "words"),
    [
        (-14.2, -1.5, -14.0, ("accent", "text"), "on target"),
        (-10.0, 0.2, -14.0, ("warning", "warning"), "4.0 LU above the target"),
        (-20.0, -1.0, -14.0, ("text", "text"), "6.0 LU below the target"),
        (-20.0, -1.0, None, ("text", "text"), ""),
    ],
)
def test_the_rows_say_how_the_mix_stands_to_its_target(
    qtbot: QtBot, lufs: float, peak: float, target: float | None, roles: tuple[str, str], words: str
) -> None:
    panel = LoudnessPanel()
    qtbot.addWidget(panel)
    panel.show_master(Master(0.0, target, -1.0))
    panel.show_measures(SimpleNamespace(integrated_lufs=lufs, true_peak_dbtp=peak, loudness_range_lu=5.25))
    panel.show_live(-13.04, None)
    assert [number for _, number, _, _ in panel.rows] == [
        "−13.0", "–", f"{lufs:.1f}".replace("-", "−"), "5.2", f"{peak:.1f}".replace("-", "−")
    ]  # fmt: skip
    assert (panel.rows[2][3], panel.rows[4][3]) == roles
    assert words in panel.accessibleDescription()
    assert not panel.grab().isNull()


def test_the_solo_lamp_blinks_while_something_is_soloed_and_clears_all(window: MainWindow) -> None:
    lamp = window.findChild(QAbstractButton, "Master.solo")
    window.findChild(QAbstractButton, "Bass.solo").click()
    shades = set()
    for _ in range(31):
        window.tick()
        shades.add(lamp.grab().toImage().pixelColor(3, 10).name())
    assert len(shades) == 2
    lamp.click()
    assert not window.session.any_solo
    assert not lamp.isChecked()
