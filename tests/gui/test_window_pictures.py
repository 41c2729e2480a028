# SPDX-License-Identifier: Apache-2.0
"""The pictures in the window, on signals whose picture is known."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from mixassist.domain.commands import SetControl
from mixassist.gui.main_window import MainWindow
from mixassist.gui.theme import theme_of
from mixassist.gui.views.colour_bar import levels_to_label
from mixassist.gui.views.colour_maps import difference_colours, level_colours
from mixassist.gui.views.mel_row import MelRow, mean_text
from mixassist.playback.outputs import NullOutput

RATE = 44_100


def settle(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: window.is_idle, timeout=60_000)


def levels(row: MelRow, share: float) -> np.ndarray:
    """Returns what the row shows at a height, away from the ends of the audio."""
    length = row.axis.length_frames
    found = [row.level_at(frame, share) for frame in np.linspace(0.2 * length, 0.8 * length, 9)]
    assert all(f is not None for f in found)
    return np.array([f[1] for f in found if f is not None])


def share_of(row: MelRow, frequency_hz: float) -> float:
    bands = row.image.picture.grid.bands  # type: ignore[union-attr]
    return (float(bands.at(frequency_hz)) + 0.5) / bands.count


@pytest.fixture
def tone_window(make_window: Callable[..., MainWindow], tmp_path: Path, qtbot: QtBot) -> MainWindow:
    """A window on 1 kHz that is at −20 dBFS on both sides of the mix, and quiet noise; pictures shown."""
    folder = tmp_path / "Tone"
    folder.mkdir()
    time = np.arange(3 * RATE) / RATE
    # A stem in the centre is 3 dB down on each side.
    soundfile.write(folder / "Tone.wav", 0.1 * math.sqrt(2) * np.sin(2 * np.pi * 1000 * time), RATE, subtype="FLOAT")
    noise = np.random.default_rng(3).standard_normal((3 * RATE, 2)) * 1e-3
    soundfile.write(folder / "Noise.wav", noise, RATE, subtype="FLOAT")
    window = make_window(folder)
    window.pictures.toggle()
    settle(qtbot, window)
    return window


def test_a_sine_of_minus_20_dbfs_lights_its_band_at_minus_20_db(tone_window: MainWindow) -> None:
    row = tone_window.pictures.desk.panel.mel_rows[1]  # type: ignore[union-attr]
    assert row.title == "Wet"
    at_tone = levels(row, share_of(row, 1000.0))
    assert at_tone == pytest.approx(-20.0, abs=0.1)
    assert levels(row, share_of(row, 8000.0)).max() < -50.0
    frequency_hz, _ = row.level_at(RATE, share_of(row, 1000.0))  # type: ignore[misc]
    assert frequency_hz == pytest.approx(1000.0, rel=1e-3)
    # The pixel has the colour that the scale beside it gives for −20 dB.
    image = row.image
    assert image is not None
    y = round((1.0 - share_of(row, 1000.0)) * image.image.height() - 0.5)
    pixel = image.image.pixelColor(image.image.width() // 2, y)
    wanted = QColor.fromRgb(int(level_colours()[round((-20.0 + 80.0) / 80.0 * 255)]))
    assert abs(pixel.lightness() - wanted.lightness()) <= 6
    row.cursor_place.look(row, float(RATE), share_of(row, 1000.0))
    words = tone_window.pictures.desk.panel.readout.text()  # type: ignore[union-attr]
    assert "0:01.000" in words
    assert "1 kHz" in words
    assert "−20.0 dB" in words
    # What is read goes with the row that it is read from.
    tone_window.pictures.show_pair()
    assert tone_window.pictures.desk.panel.readout.text() == ""  # type: ignore[union-attr]


def test_a_picture_that_becomes_narrower_is_computed_at_the_step_that_it_is_drawn_at(
    tone_window: MainWindow, qtbot: QtBot
) -> None:
    desk = tone_window.pictures.desk
    row = desk.panel.mel_rows[0]  # type: ignore[union-attr]
    for share in (0.8, 0.55):  # on both sides of a doubling of the step
        tone_window.resize(round(1600 * share), 900)
        settle(qtbot, tone_window)
        start_s, end_s, columns = desk.mel._range  # type: ignore[union-attr]
        assert columns == round(row.body().width() * row.devicePixelRatioF())
        grid = desk.mel.look.grid(desk.mel.look.level_for((end_s - start_s) / columns))  # type: ignore[union-attr]
        assert row.image is not None
        assert row.image.picture.grid == grid
        assert row.image.picture.known.all()


def test_a_gain_of_minus_6_db_shows_minus_6_everywhere(tone_window: MainWindow, qtbot: QtBot) -> None:
    for track in tone_window.session.tracks:
        tone_window.workspace.editor.execute(SetControl(track.id, "input_gain_db", -6.0))
    tone_window.pictures.show_differences()
    settle(qtbot, tone_window)
    row = tone_window.pictures.desk.panel.mel_rows[0]  # type: ignore[union-attr]
    assert row.title == "Wet − Dry"
    assert row.mean_difference_db() == pytest.approx(6.0, abs=0.05)
    tone_window.pictures.choose("matched", True)
    settle(qtbot, tone_window)
    assert row.mean_difference_db() == pytest.approx(0.0, abs=0.05)
    tone_window.pictures.choose("matched", False)
    settle(qtbot, tone_window)
    for share in np.linspace(0.01, 0.99, 25):
        assert levels(row, share) == pytest.approx(-6.0, abs=0.05)
    cells = row.image.picture.decibels  # type: ignore[union-attr]
    # Where both lie below −100 dB, as in the last column, there is nothing to tell apart.
    assert ((np.abs(cells + 6.0) < 0.05) | (cells == 0.0)).all()
    assert (cells == 0.0).mean() < 0.01


def test_a_small_difference_is_seen_beside_a_large_one_and_each_scale_is_told(
    tone_window: MainWindow, qtbot: QtBot
) -> None:
    for track in tone_window.session.tracks:
        tone_window.workspace.editor.execute(SetControl(track.id, "input_gain_db", -9.0))
    pictures = tone_window.pictures
    pictures.show_differences()
    settle(qtbot, tone_window)
    panel = pictures.desk.panel  # type: ignore[union-attr]
    row, bar = panel.mel_rows[0], panel.colours
    assert panel.bar.difference_range_db.currentText() == "Fit each"
    assert row.ends_db == (-12.0, 12.0)
    assert _is_coloured(row, -9.0 / 12.0)
    assert "±12 dB" in row.header_words()
    assert "9.0 dB in the mean" in row.header_words()
    for track in tone_window.session.tracks:
        tone_window.workspace.editor.execute(SetControl(track.id, "input_gain_db", -0.4))
    settle(qtbot, tone_window)
    assert row.ends_db == (-0.5, 0.5)
    assert _is_coloured(row, -0.4 / 0.5)
    # The scale lies beside its row, and only rows that show something have one.
    assert [place[2:] for place in bar.scales()] == [(-0.5, 0.5)]
    assert bar.scales()[0][:2] == (row.y() - bar.y(), row.y() - bar.y() + row.height())
    assert bar.accessibleName() == "Wet − Dry: Colours from −0.5 to 0.5 dB"
    # One range for all, chosen by hand: one scale for all.
    pictures.choose("difference_range_db", 6)
    settle(qtbot, tone_window)
    assert row.ends_db == (-6.0, 6.0)
    assert [place[2:] for place in bar.scales()] == [(-6.0, 6.0)]
    assert bar.scales()[0][1] == panel.mel_rows[2].y() - bar.y() + panel.mel_rows[2].height()
    assert _is_coloured(row, -0.4 / 6.0)


def _is_coloured(row: MelRow, share: float) -> bool:
    """Whether the middle of a row has the colour of a difference that is such a share of the range."""
    image = row.image.image  # type: ignore[union-attr]
    found = image.pixelColor(image.width() // 2, image.height() // 2)
    colours = difference_colours(theme_of(row).panel)
    wanted = QColor.fromRgb(int(colours[round((share + 1.0) / 2.0 * (len(colours) - 1))]))
    return max(abs(a - b) for a, b in zip(found.getRgb(), wanted.getRgb(), strict=True)) <= 4


@pytest.mark.parametrize(
    ("ends", "height", "wanted"),
    [
        ((-12.0, 12.0), 280, [-12, -10, -8, -6, -4, -2, 0, 2, 4, 6, 8, 10, 12]),
        ((-12.0, 12.0), 80, [-12, -6, 0, 6, 12]),
        ((-0.5, 0.5), 70, [-0.5, 0, 0.5]), ((-0.5, 0.5), 80, [-0.5, -0.25, 0, 0.25, 0.5]),
        ((-3.0, 3.0), 30, [-3, 0, 3]), ((-1.0, 1.0), 90, [-1, -0.5, 0, 0.5, 1]),
        ((-48.0, 48.0), 90, [-48, -24, 0, 24, 48]),
    ],
)  # fmt: skip
def test_a_scale_of_differences_names_both_its_ends(
    ends: tuple[float, float], height: float, wanted: list[float]
) -> None:
    assert levels_to_label(*ends, height, True) == wanted


def test_small_means_are_told_in_few_letters() -> None:
    assert [mean_text(v) for v in (0.0, 0.001, 0.0213, 0.994, 0.996, 1.64, 12.0)] == [
        "0.00 dB", "< 0.01 dB", "0.02 dB", "0.99 dB", "1.0 dB", "1.6 dB", "12.0 dB",
    ]  # fmt: skip


def test_equal_sounds_null_to_nothing_and_the_null_is_silent(
    tone_window: MainWindow, qtbot: QtBot, outputs: list[NullOutput]
) -> None:
    pictures = tone_window.pictures
    pictures.show_pair()
    pictures.choose("first", "wet")
    pictures.choose("second", "dry")
    settle(qtbot, tone_window)
    desk = pictures.desk
    assert desk is not None
    assert "−∞ dB re A" in desk.panel.bar.null_level.text()
    assert desk.panel.wave_rows[1].levels_at(RATE) == (0.0,)
    assert max(desk.panel.wave_rows[0].levels_at(RATE)) > 0.09
    pictures.toggle_null()
    settle(qtbot, tone_window)
    assert pictures.hears_null()
    tone_window.actions_by_name["play"].trigger()
    assert np.abs(outputs[-1].advance(RATE // 2)).max() == 0.0
    # Whatever else is looked at, what sounds is said, with its level and the way back.
    pictures.show_spectrograms()
    settle(qtbot, tone_window)
    bar = desk.panel.bar
    assert bar.pair_row.isVisibleTo(bar) and "−∞ dB re A" in bar.null_level.text()
    pictures.toggle_null()
    assert not bar.pair_row.isVisibleTo(bar)
    outputs[-1].advance(RATE // 4)
    assert np.abs(outputs[-1].advance(RATE // 4)).max() > 0.05


def test_the_null_of_a_changed_gain_sounds_at_its_level_and_level_match_takes_it_away(
    tone_window: MainWindow, qtbot: QtBot, outputs: list[NullOutput]
) -> None:
    for track in tone_window.session.tracks:
        tone_window.workspace.editor.execute(SetControl(track.id, "input_gain_db", -6.0))
    pictures = tone_window.pictures
    pictures.show_pair()
    pictures.choose("first", "dry")
    pictures.choose("second", "wet")
    pictures.toggle_null()
    settle(qtbot, tone_window)
    remains = 1.0 - 10 ** (-6 / 20)
    assert f"{20 * math.log10(remains):.1f}".replace("-", "−") + " dB re A" in pictures.desk.panel.bar.null_level.text()  # type: ignore[union-attr]
    tone_window.actions_by_name["play"].trigger()
    outputs[-1].advance(RATE // 4)
    heard = np.abs(outputs[-1].advance(RATE // 2)).max()
    assert heard == pytest.approx(0.1 * remains, rel=0.1)
    pictures.toggle_matched()
    settle(qtbot, tone_window)
    outputs[-1].advance(RATE // 4)
    assert np.abs(outputs[-1].advance(RATE // 4)).max() < 1e-4


def test_a_moved_control_refreshes_the_picture(tone_window: MainWindow, qtbot: QtBot) -> None:
    row = tone_window.pictures.desk.panel.mel_rows[1]  # type: ignore[union-attr]
    track = tone_window.session.track_named("Tone")
    tone_window.workspace.editor.execute(SetControl(track.id, "mid_gain_db", 12.0))
    qtbot.waitUntil(lambda: levels(row, share_of(row, 1000.0)).min() > -9.0, timeout=30_000)
    settle(qtbot, tone_window)
    assert levels(row, share_of(row, 1000.0)) == pytest.approx(-8.0, abs=0.15)
    dry = tone_window.pictures.desk.panel.mel_rows[0]  # type: ignore[union-attr]
    assert levels(dry, share_of(dry, 1000.0)) == pytest.approx(-20.0, abs=0.1)


def test_a_channel_is_seen_alone_and_follows_the_selection(tone_window: MainWindow, qtbot: QtBot) -> None:
    tone_window.pictures.toggle_scope()
    tone_window.console.select(tone_window.session.track_named("Noise").id)
    settle(qtbot, tone_window)
    row = tone_window.pictures.desk.panel.mel_rows[1]  # type: ignore[union-attr]
    assert levels(row, share_of(row, 1000.0)).max() < -50.0
    tone_window.console.select(tone_window.session.track_named("Tone").id)
    settle(qtbot, tone_window)
    assert levels(row, share_of(row, 1000.0)) == pytest.approx(-20.0, abs=0.1)


def test_a_window_is_not_idle_before_the_rows_know_of_every_tile(tone_window: MainWindow, qtbot: QtBot) -> None:
    mel = tone_window.pictures.desk.mel  # type: ignore[union-attr]
    row = tone_window.pictures.desk.panel.mel_rows[1]  # type: ignore[union-attr]
    before = mel.edition(row.first)
    # Two tiles one after the other, the later one from work that was cancelled: some time passes until it is told.
    for _ in range(2):
        mel._drawn.emit(row.first)
    QCoreApplication.sendPostedEvents(mel)
    assert (mel.edition(row.first), tone_window.is_idle) == (before + 1, False)
    settle(qtbot, tone_window)
    assert mel.edition(row.first) == before + 2
    assert row.is_drawn


@pytest.mark.parametrize("field", ["scale", "resolution"])
def test_every_axis_and_resolution_is_calibrated(tone_window: MainWindow, qtbot: QtBot, field: str) -> None:
    row = tone_window.pictures.desk.panel.mel_rows[1]  # type: ignore[union-attr]
    step = {"scale": tone_window.pictures.next_scale, "resolution": tone_window.pictures.next_resolution}[field]
    for _ in range(3):
        step()
        settle(qtbot, tone_window)
        assert levels(row, share_of(row, 1000.0)) == pytest.approx(-20.0, abs=0.2)


def test_zooming_and_panning_show_the_same_levels(tone_window: MainWindow, qtbot: QtBot) -> None:
    row = tone_window.pictures.desk.panel.mel_rows[1]  # type: ignore[union-attr]
    axis = tone_window.time_line.axis
    for start, span in ((RATE, RATE), (RATE, 2000), (RATE, 60), (0.5 * RATE, 2 * RATE)):
        axis.see(start, span)
        settle(qtbot, tone_window)
        found = row.level_at(axis.start + axis.span / 2, share_of(row, 1000.0))
        assert found is not None
        assert found[1] == pytest.approx(-20.0, abs=0.2)


def test_without_a_network_the_model_row_says_so(tone_window: MainWindow) -> None:
    row = tone_window.pictures.desk.panel.mel_rows[2]  # type: ignore[union-attr]
    assert "no trained network" in row.state_words
    assert row.image is None


@pytest.mark.parametrize("kind", ["silence", "one sample", "not numbers"])
def test_strange_audio_is_shown_or_explained(
    make_window: Callable[..., MainWindow], tmp_path: Path, qtbot: QtBot, kind: str
) -> None:
    audio = {
        "silence": np.zeros(RATE), "one sample": np.ones(1) * 0.5,
        "not numbers": np.where(np.arange(RATE) == RATE // 2, np.nan, 0.1),
    }[kind]  # fmt: skip
    folder = tmp_path / "Odd"
    folder.mkdir()
    soundfile.write(folder / "Odd.wav", audio, RATE, subtype="FLOAT")
    window = make_window(folder, show_pictures=True)
    for show in (window.pictures.show_spectrograms, window.pictures.show_differences, window.pictures.show_pair):
        show()
        settle(qtbot, window)
        assert not window.grab().isNull()
    window.time_line.zoom_samples()
    settle(qtbot, window)
    pictures = window.pictures.desk
    assert pictures is not None
    assert not pictures.sounds.failures
    if kind == "silence":
        window.pictures.show_spectrograms()
        settle(qtbot, window)
        row = pictures.panel.mel_rows[0]
        row.cursor_place.look(row, 100.0, 0.5)
        assert "−∞ dB" in row.reading()


def test_choices_are_remembered_and_broken_ones_are_not_taken(make_window: Callable[..., MainWindow]) -> None:
    window = make_window(pictures={"kind": ["pair"], "scale": ["log"], "range_db": ["7"], "of_mix": ["x"]})
    choice = window.pictures.choice
    assert (choice.kind, choice.scale, choice.range_db, choice.of_mix) == ("pair", "log", 80, True)
    window.pictures.choose("range_db", 120)
    assert window.settings.pictures["range_db"] == ["120"]


def test_numbers_stand_beside_the_pictures_and_explain_themselves(tone_window: MainWindow, qtbot: QtBot) -> None:
    tone_window.pictures.choose("numbers", True)
    tone_window.pictures.choose("second", "dry")
    settle(qtbot, tone_window)
    desk = tone_window.pictures.desk
    assert desk is not None
    table = desk.numbers.table
    rows = {table.topLevelItem(i).text(0): table.topLevelItem(i) for i in range(table.topLevelItemCount())}
    assert rows["RMS"].text(1) == rows["RMS"].text(2) == "−23.0 dB"
    assert rows["Null depth"].text(1) == "−∞ dB"
    assert rows["Correlation"].text(1) == rows["Correlation"].text(2) == "1.00"
    for row in rows.values():
        assert "Source: " in row.toolTip(0)
        assert len(row.toolTip(1).splitlines()) == 3
    assert "finished music" in desk.numbers.sentence.text()
    assert desk.numbers.goniometer.correlation == pytest.approx(1.0, abs=1e-3)
    assert desk.numbers.goniometer.accessibleName() == "Goniometer, A Wet"
    tone_window.time_line.axis.select(0, RATE)
    settle(qtbot, tone_window)
    assert "selection" in desk.numbers.state.text()


def test_portraits_show_the_equaliser_of_the_selected_channel(tone_window: MainWindow, qtbot: QtBot) -> None:
    track = tone_window.session.track_named("Tone")
    tone_window.console.select(track.id)
    for key, value in (("mid_gain_db", 9.0), ("mid_freq_hz", 1000.0), ("threshold_db", -30.0), ("ratio", 4.0)):
        tone_window.workspace.editor.execute(SetControl(track.id, key, value))
    tone_window.pictures.show_portraits()
    settle(qtbot, tone_window)
    desk = tone_window.pictures.desk
    assert desk is not None
    panel = desk.portraits
    assert [c.name for c in panel.magnitude.curves] == ["Wet"]
    level = panel.magnitude.curves[0]
    assert float(np.interp(1000.0, level.x, level.y)) == pytest.approx(9.0, abs=0.2)
    assert float(np.interp(30.0, level.x, level.y)) == pytest.approx(0.0, abs=0.3)
    curve = panel.curve.curves[0]
    assert float(np.interp(-10.0, curve.x, curve.y)) == pytest.approx(-25.0, abs=0.5)
    assert "9.0 dB" in panel.magnitude.reading_at(
        panel.magnitude.body().left() + float(panel.magnitude.x_axis.share(1000.0)) * panel.magnitude.body().width()
    )


@pytest.mark.slow
def test_the_report_is_written_from_the_menu(tone_window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    tone_window.pictures.write_report(tmp_path / "report")
    settle(qtbot, tone_window)
    assert (tmp_path / "report" / "index.html").exists()
    assert (tmp_path / "report" / "metrics.json").exists()
    assert any("index.html" in text for text in tone_window.messages.texts)
