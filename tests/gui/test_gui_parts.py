# SPDX-License-Identifier: Apache-2.0
"""The window's small parts: settings, theme, actions, time, meters, pictures."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QSettings, QStandardPaths
from PySide6.QtGui import QAction, QColor
from PySide6.QtWidgets import QFileDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot

from mixassist.domain.controls import NEUTRAL, Controls
from mixassist.domain.instruments import INSTRUMENTS
from mixassist.gui import curves
from mixassist.gui.actions import ACTIONS, MENUS, PANELS
from mixassist.gui.conditions import CONDITIONS
from mixassist.gui.handlers.files import export_choice
from mixassist.gui.key_map import KeyMap, portable
from mixassist.gui.main_window import MainWindow
from mixassist.gui.meter_scale import deflection, to_db
from mixassist.gui.paint import ink_on
from mixassist.gui.settings import Settings, load_settings
from mixassist.gui.theme import DARK, LIGHT, Theme
from mixassist.gui.views.lane_image import lane_image
from mixassist.gui.views.time_ruler import ruler_step_s, time_text
from mixassist.gui.widgets.level_meter import LevelMeter
from mixassist.gui.widgets.message_bar import MessageBar, as_sentence
from mixassist.playback.meters import Needle


def luminance(colour: QColor) -> float:
    parts = [
        c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4
        for c in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(first: QColor, second: QColor) -> float:
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda t: t.name)
@pytest.mark.parametrize("ground", ["window", "panel", "raised", "sunken", "hover"])
def test_text_can_be_read_on_every_ground(theme: Theme, ground: str) -> None:
    assert contrast(theme.colour("text"), theme.colour(ground)) >= 4.5
    if ground != "hover":
        assert contrast(theme.colour("dim"), theme.colour(ground)) >= 4.5
    if ground in ("panel", "sunken"):
        assert contrast(theme.colour("accent"), theme.colour(ground)) >= 4.0


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda t: t.name)
def test_every_small_word_of_the_window_can_be_read(
    theme: Theme, make_window: Callable[..., MainWindow], stems: Path
) -> None:
    window = make_window(stems, theme=theme.name)
    window.actions_by_name["see_spectra"].trigger()
    labels = [label for label in window.findChildren(QLabel) if label.text()]
    told = {label.text() for label in labels}
    assert {"five fixed bands", "Q 0.71"} <= told
    for label in labels:
        label.ensurePolished()
        ink = label.palette().color(label.foregroundRole())
        assert min(contrast(ink, theme.colour(g)) for g in ("window", "panel")) >= 4.5, label.text()


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda t: t.name)
@pytest.mark.parametrize("role", ["mute", "solo", "lock", "warning", "accent"])
def test_lit_lamps_can_be_read(theme: Theme, role: str) -> None:
    lamp = theme.colour(role)
    assert contrast(ink_on(lamp), lamp) >= 4.5
    if role == "warning":  # written in words, too
        assert contrast(lamp, theme.colour("panel")) >= 4.5


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda t: t.name)
def test_names_can_be_read_on_every_family_colour(theme: Theme) -> None:
    for instrument in INSTRUMENTS:
        colour = theme.family_colour(instrument.key)
        assert contrast(ink_on(colour), colour) >= 4.5


def test_settings_come_back(tmp_path: Path) -> None:
    settings = Settings(theme="light")
    settings.add_recent(tmp_path / "a.mixassist")
    settings.add_recent(tmp_path / "b.mixassist")
    settings.add_recent(tmp_path / "a.mixassist")
    settings.save()
    again = load_settings()
    assert again == settings
    assert [Path(r).name for r in again.recents] == ["a.mixassist", "b.mixassist"]


def test_names_and_keys_of_actions_are_unique() -> None:
    names = [spec.name for spec in ACTIONS]
    assert len(set(names)) == len(names)
    assert KeyMap({}).conflicts() == {}
    assert all(portable(key) for spec in ACTIONS for key in spec.keys)
    assert all(spec.tip for spec in ACTIONS)
    assert all(spec.menu in (*MENUS, *PANELS) for spec in ACTIONS)
    assert all(need in CONDITIONS for spec in ACTIONS for need in spec.needs)


def test_every_action_is_in_the_window_by_its_name(make_window: Callable[..., MainWindow]) -> None:
    window = make_window()
    for spec in window.action_set.specs:
        action = window.findChild(QAction, f"action.{spec.name}")
        assert action is not None
        assert action.isEnabled() or spec.needs
        assert action.isEnabled() == (spec.name not in window.action_set.lacking())
    for name in ("undo", "redo", "export", "automix", "play", "save"):
        assert not window.actions_by_name[name].isEnabled()


@pytest.mark.parametrize("name", ["keys", "import_report", "about"])
def test_sheets_open_and_close(qtbot: QtBot, make_window: Callable[..., MainWindow], name: str) -> None:
    window = make_window()
    window.actions_by_name[name].trigger()
    sheets = [w for w in window.findChildren(QWidget) if w.objectName().startswith("sheet.")]
    assert len(sheets) == 1
    sheets[0].close()
    qtbot.waitUntil(lambda: not [w for w in window.findChildren(QWidget) if w.objectName().startswith("sheet.")])


def test_the_theme_changes_at_once(make_window: Callable[..., MainWindow]) -> None:
    window = make_window(theme="dark")
    dark = window.grab().toImage().pixelColor(4, 400)
    window.actions_by_name["theme_light"].trigger()
    assert window.grab().toImage().pixelColor(4, 400).lightness() > 180 > 60 > dark.lightness()
    window.actions_by_name["theme_dark"].trigger()


@pytest.mark.parametrize(
    ("seconds", "decimals", "text"),
    [(0, 3, "0:00.000"), (61.2345, 3, "1:01.234"), (59.9996, 3, "1:00.000"), (3600, 0, "60:00"), (7.25, 1, "0:07.2")],
)
def test_times_are_written_as_minutes_and_seconds(seconds: float, decimals: int, text: str) -> None:
    assert time_text(seconds, decimals) == text


def test_ruler_labels_never_touch() -> None:
    for zoom in np.geomspace(1e-5, 20.0, 60):
        assert ruler_step_s(zoom) >= min(zoom * 78.0, 3600)


@pytest.mark.parametrize(
    ("level_db", "share"),
    [(0, 1.0), (6, 1.0), (-10, 0.75), (-20, 0.5), (-30, 0.3), (-40, 0.15), (-50, 0.075), (-60, 0.025), (-70, 0.0)],
)
def test_the_meter_follows_iec_60268_18(level_db: float, share: float) -> None:
    assert deflection(level_db) == pytest.approx(share)


def test_the_meter_shows_a_needle_and_a_click_resets_it(qtbot: QtBot) -> None:
    meter = LevelMeter()
    qtbot.addWidget(meter)
    meter.resize(16, 200)
    needle = Needle()
    needle.move(0.01, (1.5, 0.5), (1.0, 1.0), 441)
    meter.show_needle(needle)
    assert meter.is_clipped
    assert meter.top_db == pytest.approx(to_db(1.5))
    meter.click()
    assert not meter.is_clipped
    assert meter.top_db == -90.0


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("there is no sound device. Everything else works: try it.",
         "There is no sound device. Everything else works: try it."),
        ("kick.wav: it is empty. Take another one.", "kick.wav: it is empty. Take another one."),
        ("Written: mix.wav", "Written: mix.wav"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_message_is_a_sentence_or_begins_with_its_subject(text: str, shown: str) -> None:
    assert as_sentence(text) == shown


def test_messages_are_shown_once_and_closed(qtbot: QtBot) -> None:
    bar = MessageBar()
    qtbot.addWidget(bar)
    for text in ("one", "two", "one", "three", "four", "five"):
        bar.show_message(text)
    assert bar.texts == ("Two", "Three", "Four", "Five")
    bar.clear()
    assert bar.texts == ()
    assert bar.isHidden()


def test_the_equaliser_picture_is_the_console_s_response() -> None:
    controls = Controls({"mid_gain_db": 6.0, "mid_freq_hz": 1000.0, "mid_q": 2.0})
    response = curves.equalizer_db(controls, 44_100, 2001)
    at_1k = int(np.argmin(np.abs(curves.frequencies_hz(2001) - 1000.0)))
    assert response[at_1k] == pytest.approx(6.0, abs=0.01)
    assert abs(response[0]) < 0.1
    assert curves.equalizer_is_neutral(NEUTRAL)
    assert not curves.equalizer_is_neutral(controls)


def test_the_pictures_of_a_strip_are_remembered_while_its_fader_moves() -> None:
    controls = Controls({"mid_gain_db": 6.0, "threshold_db": -20.0})
    moved = controls.replaced({"fader_db": -7.0, "pan": 0.5})
    assert curves.equalizer_db(moved, 44_100, 48) is curves.equalizer_db(controls, 44_100, 48)
    assert curves.compressor_db(moved, -60.0, 13) is curves.compressor_db(controls, -60.0, 13)
    changed = controls.replaced({"mid_gain_db": 5.0, "ratio": 4.0})
    assert curves.equalizer_db(changed, 44_100, 48).max() < curves.equalizer_db(controls, 44_100, 48).max() - 0.5
    assert curves.compressor_db(changed, -60.0, 13)[-1] < curves.compressor_db(controls, -60.0, 13)[-1] - 1.0


def test_the_compressor_picture_bends_at_the_threshold() -> None:
    controls = Controls({"threshold_db": -20.0, "ratio": 4.0, "makeup_gain_db": 3.0})
    output = curves.compressor_db(controls, -60.0, 61)
    assert output[0] == pytest.approx(-57.0)
    assert output[40] == pytest.approx(-17.0)
    assert output[60] == pytest.approx(-20.0 + 20.0 / 4.0 + 3.0)


def test_a_lane_picture_is_as_high_as_its_wave() -> None:
    lows, highs = np.array([0.0, -1.0, -0.1]), np.array([0.0, 1.0, 0.1])
    image = lane_image(lows, highs, 40, QColor("#ff8000"))
    heights = [sum(image.pixelColor(x, y).alpha() for y in range(40)) / 255 for x in range(3)]
    assert heights[0] == pytest.approx(1.0, abs=0.05)
    assert heights[1] == pytest.approx(40.0, abs=0.1)
    assert heights[2] == pytest.approx(1.0 + 39.0 * 0.1**0.62, abs=0.3)
    assert math.isclose(image.pixelColor(1, 20).hue(), QColor("#ff8000").hue(), abs_tol=3)


@pytest.mark.parametrize(
    ("name", "kind", "path", "depth"),
    [
        ("mix", "WAV 16 bit (*.wav)", "mix.wav", 16), ("mix.wav", "WAV 32 bit float (*.wav)", "mix.wav", 32),
        ("mix.flac", "WAV 16 bit (*.wav)", "mix.flac", 24), ("mix.mp3", "", "mix.mp3", None),
        ("mix.wav", "", "mix.wav", 24),
    ],
)  # fmt: skip
def test_the_name_decides_the_kind_of_export(name: str, kind: str, path: str, depth: int | None) -> None:
    assert export_choice(name, kind) == (Path(path), depth)


def test_qts_own_settings_lie_in_the_home_of_the_tests(qtbot: QtBot) -> None:
    home = Path.home()
    assert home.name.startswith("mixassist-tests-home-")
    dialog = QFileDialog()
    qtbot.addWidget(dialog)
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.show()
    dialog.done(0)
    settings = QSettings(QSettings.Scope.UserScope, "QtProject")
    settings.sync()
    assert Path(settings.fileName()).is_relative_to(home)
    for kind in (QStandardPaths.StandardLocation.ConfigLocation, QStandardPaths.StandardLocation.GenericCacheLocation):
        assert Path(QStandardPaths.writableLocation(kind)).is_relative_to(home)


def test_a_wait_counts_turns_and_not_the_clock(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1_000_000, 100))
    monkeypatch.setattr("time.time", lambda: float(next(clock)))
    turns = iter(range(100))
    qtbot.waitUntil(lambda: next(turns) >= 5, timeout=100)
    with pytest.raises(TimeoutError, match="3 turns"):
        qtbot.waitUntil(lambda: False, timeout=30)
