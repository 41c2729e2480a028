# SPDX-License-Identifier: Apache-2.0
"""The editors: nodes and handles that drag, ghosts, spectrum, history and decay curve against the console's own DSP."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from mixassist.domain.commands import ApplyPrediction, SetControl, SetControls, set_stage
from mixassist.domain.controls import NEUTRAL, Controls
from mixassist.domain.parameters import BANDS, PARAMETER
from mixassist.dsp.reverb import impulse_response
from mixassist.gui import curves
from mixassist.gui.editors.compressor_curve import CompressorCurve
from mixassist.gui.editors.equalizer_curve import COUNT, EqualizerCurve
from mixassist.gui.editors.reverb_curve import ReverbCurve
from mixassist.gui.main_window import MainWindow
from mixassist.gui.widgets.log_slider import LogSlider
from mixassist.playback.outputs import NullOutput

LEFT, ALT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier
RATE = 44_100


@pytest.fixture
def curve(qtbot: QtBot) -> EqualizerCurve:
    widget = EqualizerCurve()
    qtbot.addWidget(widget)
    widget.resize(320, 160)
    widget.show()
    return widget


def point(place: QPointF) -> QPoint:
    return place.toPoint()


def drag(widget: QWidget, start: QPoint, by: QPoint) -> None:
    QTest.mousePress(widget, LEFT, pos=start)
    for pos in (start + by / 2, start + by):
        event = QMouseEvent(
            QEvent.Type.MouseMove, QPointF(pos), QPointF(widget.mapToGlobal(pos)), Qt.MouseButton.NoButton, LEFT,
            Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(widget, event)
    QTest.mouseRelease(widget, LEFT, pos=start + by)


def test_the_spectrum_shows_a_tone_where_it_is_and_as_loud_as_it_is() -> None:
    time = np.arange(RATE) / RATE
    tone = np.sin(2 * np.pi * 1000.0 * time)[:, None].astype(np.float32)
    found = curves.spectrum_db(tone, RATE, COUNT)
    peak = int(found.argmax())
    assert curves.frequencies_hz(COUNT)[peak] == pytest.approx(1000.0, rel=0.06)
    # The band around 1 kHz is wider than the window's main lobe: its mean lies below the tone's own level.
    assert -14.0 < found[peak] < 0.5
    louder = curves.spectrum_db(tone, RATE, COUNT, gain_db=6.0)
    assert louder[peak] - found[peak] == pytest.approx(6.0)
    assert found[10] < -60.0


def test_pink_noise_looks_level() -> None:
    rng = np.random.default_rng(4)
    spectrum = rng.standard_normal(2**17 + 1) + 1j * rng.standard_normal(2**17 + 1)
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    noise = np.fft.irfft(spectrum)[:, None]
    found = curves.spectrum_db(noise / np.abs(noise).max(), RATE, COUNT)
    middle = found[30:115]  # 100 Hz … 10 kHz
    assert np.ptp(np.convolve(middle, np.ones(9) / 9, "valid")) < 3.5


def test_silence_and_short_stretches_have_a_spectrum_too() -> None:
    assert (curves.spectrum_db(np.zeros((1, 1)), RATE, COUNT) == curves.SPECTRUM_FLOOR_DB).all()
    assert np.isfinite(curves.spectrum_db(np.ones((100, 2)), RATE, COUNT)).all()


@pytest.mark.parametrize(("kind", "decay"), [("small_room", 1.0), ("plate", 0.5)])
def test_the_decay_curve_is_that_of_the_console_s_response(kind: str, decay: float) -> None:
    times, level_db = curves.reverb_decay_db(kind, decay, RATE, 160)
    energy = (impulse_response(kind, RATE, decay).numpy() ** 2).sum(0)
    for place in (0, 40, 100):
        at = round(times[place] * RATE)
        assert level_db[place] == pytest.approx(10 * np.log10(energy[at:].sum() / energy.sum()), abs=1e-6)
    assert level_db[0] == 0.0
    assert (np.diff(level_db) <= 0.0).all()
    nominal = {"small_room": 0.4, "plate": 1.8}[kind] * decay
    assert curves.decay_time_s(times, level_db) == pytest.approx(nominal, rel=0.3)


def test_a_node_drags_frequency_and_gain_and_the_scale_stays(curve: EqualizerCurve) -> None:
    told: list[dict] = []
    curve.bands_edited.connect(lambda values, words: told.append(values))
    before = curve.range_db
    curve.bands_edited.connect(lambda values, words: curve.show_controls(NEUTRAL.replaced(values), None, True, RATE))
    drag(curve, point(curve.node_at("mid")), QPoint(20, -30))
    assert before == 6.0
    last = told[-1]
    assert last["mid_gain_db"] > 1.0
    assert last["mid_freq_hz"] > 1000.0
    assert curve.range_db in (6.0, 12.0)


def test_the_range_fits_or_is_chosen(curve: EqualizerCurve) -> None:
    seen = []
    for gain in (0.0, 5.0, 5.5, 11.0, 16.0, 24.0):
        curve.show_controls(Controls({"mid_gain_db": gain}), None, True, RATE)
        seen.append(curve.range_db)
    assert seen == [6.0, 6.0, 12.0, 18.0, 24.0, 24.0]
    picked: list[str] = []
    curve.range_picked.connect(picked.append)
    curve.range_picked.connect(lambda choice: curve.show_choices("after", choice))
    for _ in range(5):
        curve.range_button.click()
    assert picked == ["6", "12", "18", "24", "auto"]
    curve.show_choices("after", "6")
    assert curve.range_db == 6.0
    assert curve.node_at("mid").y() >= curve._area().top()  # waits at the edge
    assert curve.range_button.accessibleDescription() == "±6 dB"


def test_no_node_lies_under_the_buttons_in_the_corners(curve: EqualizerCurve) -> None:
    curve.resize(240, 110)
    corners = {"high_shelf_freq_hz": 20_000.0, "low_shelf_freq_hz": 20.0}
    for choice in ("auto", "6"):
        curve.show_choices("off", choice)
        top = {f"{band}_gain_db": 20.4 for band in BANDS}
        curve.show_controls(NEUTRAL.replaced(top | corners), None, True, 44_100)
        for band in BANDS:
            node = curve.node_at(band)
            for button in (curve.range_button, curve.spectrum_button):
                radius = 6.5 if choice == "auto" else 0.0
                assert node.y() - radius >= button.geometry().bottom(), band


def test_the_wheel_over_a_node_turns_its_q_and_double_click_resets_it(curve: EqualizerCurve) -> None:
    curve.show_controls(Controls({"mid_gain_db": 4.0}), None, True, RATE)
    nudged: list[dict] = []
    edited: list[dict] = []
    curve.bands_nudged.connect(lambda values, words: nudged.append(values))
    curve.bands_edited.connect(lambda values, words: edited.append(values))
    place = curve.node_at("mid")
    event = QWheelEvent(
        place, QPointF(curve.mapToGlobal(place.toPoint())), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(curve, event)
    assert nudged[0]["mid_q"] > 0.7
    QTest.mouseDClick(curve, LEFT, pos=point(place))
    assert edited[-1] == {k: PARAMETER[k].default for k in ("mid_gain_db", "mid_freq_hz", "mid_q")}


def test_alt_click_on_a_node_asks_for_the_band_s_prediction(curve: EqualizerCurve) -> None:
    asked: list[tuple] = []
    curve.prediction_wanted.connect(asked.append)
    QTest.mouseClick(curve, LEFT, ALT, point(curve.node_at("low_mid")))
    assert asked == [("low_mid_gain_db", "low_mid_freq_hz", "low_mid_q")]


def test_a_moved_node_leaves_its_ghost(curve: EqualizerCurve) -> None:
    ghost = Controls({"mid_gain_db": -5.0})
    curve.show_controls(ghost, ghost, True, RATE)
    still = curve.grab().toImage()
    curve.show_controls(NEUTRAL, ghost, True, RATE)
    moved = curve.grab().toImage()
    place = point(curve.node_at("mid", ghost))
    spots = [place + QPoint(x, y) for x in range(-5, 6) for y in range(-5, 6)]
    assert any(still.pixelColor(p) != moved.pixelColor(p) for p in spots)
    assert any(moved.pixelColor(p).blue() > moved.pixelColor(p).green() + 40 for p in spots)  # violet


@pytest.fixture
def compressor(qtbot: QtBot) -> CompressorCurve:
    widget = CompressorCurve()
    qtbot.addWidget(widget)
    widget.resize(140, 140)
    widget.show_controls(Controls({"threshold_db": -30.0, "ratio": 4.0}), None, True)
    widget.show()
    return widget


@pytest.mark.parametrize(("handle", "moved"), [("threshold_db", {"threshold_db"}), ("ratio", {"ratio"})])
def test_each_handle_of_the_compressor_moves_its_own_value(
    compressor: CompressorCurve, handle: str, moved: set[str]
) -> None:
    told: list[dict] = []
    compressor.edited.connect(lambda values, words: told.append(values))
    drag(compressor, point(compressor.handle_at(handle)), QPoint(-12, 12))
    assert set().union(*told) == moved
    for values in told:
        for key, value in values.items():
            assert PARAMETER[key].checked(value) != {"threshold_db": -30.0, "ratio": 4.0}[key]


def test_elsewhere_both_move_and_alt_click_takes_back(compressor: CompressorCurve) -> None:
    told: list[dict] = []
    asked: list[tuple] = []
    compressor.edited.connect(lambda values, words: told.append(values))
    compressor.prediction_wanted.connect(asked.append)
    drag(compressor, QPoint(20, 30), QPoint(10, 10))
    assert set().union(*told) == {"threshold_db", "ratio"}
    QTest.mouseClick(compressor, LEFT, ALT, point(compressor.handle_at("ratio")))
    QTest.mouseClick(compressor, LEFT, ALT, QPoint(20, 20))
    assert asked == [("ratio",), ("threshold_db", "ratio")]
    QTest.mouseDClick(compressor, LEFT, pos=point(compressor.handle_at("threshold_db")))
    assert told[-1] == {"threshold_db": 0.0}


def test_times_stand_on_logarithmic_sliders(qtbot: QtBot) -> None:
    slider = LogSlider(PARAMETER["attack_ms"], (0.1, 1.0, 10.0), caption="Attack")
    qtbot.addWidget(slider)
    slider.resize(150, 26)
    slider.show()
    slider.edited.connect(slider.show_value)
    slider.show_value(1.0)
    knob = QPoint(round(slider._x_of(slider.place)), slider.height() - 6)
    decade = (slider._x_of(PARAMETER["attack_ms"].normalised(10.0)) - knob.x()) / 1.0
    drag(slider, knob, QPoint(round(decade), 0))
    assert slider.number == pytest.approx(10.0, rel=0.1)
    QTest.mouseDClick(slider, LEFT, pos=QPoint(75, 6))
    assert slider.findChild(QWidget).isVisible()  # the number types


def test_reverb_shows_its_decay_time(qtbot: QtBot) -> None:
    widget = ReverbCurve()
    qtbot.addWidget(widget)
    assert widget.decay_time_s is None
    widget.show_controls(Controls({"reverb_wet": 0.5}), Controls({"reverb_wet": 0.5, "reverb_decay": 0.5}), True)
    curve = curves.reverb_decay_db("small_room", 1.0, RATE, 160)
    widget.show_curves(curve, curves.reverb_decay_db("small_room", 0.5, RATE, 160))
    assert widget.decay_time_s == pytest.approx(0.4, rel=0.3)
    assert "decays in" in widget.accessibleDescription()
    assert not widget.grab().isNull()


def test_the_panel_shows_spectrum_history_and_decay_of_the_selected_track(
    qtbot: QtBot, window: MainWindow, outputs: list[NullOutput], wait_idle: Callable[[MainWindow], None]
) -> None:
    kick = window.session.track_named("Kick").id
    squashed = {"threshold_db": -40.0, "ratio": 8.0, "attack_ms": 0.1, "mid_gain_db": 12.0, "reverb_type": "hall"}
    window.workspace.editor.execute(SetControls({kick: squashed}, "Squash"))
    window.console.select(kick)
    reduction = window.facts_of_strips.reduction
    qtbot.waitUntil(lambda: reduction.result(kick) is not None and len(reduction.result(kick)) > 0, timeout=20_000)
    window.transport.toggle()
    for _ in range(20):
        outputs[-1].advance(1024)
    window.tick()
    panel = window.channel.panels[kick]
    after = panel.equalizer_curve._spectrum_db
    assert after is not None
    assert after.max() > -40.0
    assert panel.compressor_history.reduction_db.max() > 6.0
    window.transport.toggle()
    window.channel.choose("before", "auto")
    before = panel.equalizer_curve._spectrum_db
    window.channel.choose("after", "auto")
    gain = curves.equalizer_db(window.session.track(kick).channel.controls, RATE, COUNT)
    np.testing.assert_allclose(panel.equalizer_curve._spectrum_db - before, gain, atol=1e-9)
    window.channel.choose("off", "auto")
    assert panel.equalizer_curve._spectrum_db is None
    qtbot.waitUntil(lambda: (window.tick(), panel.reverb_curve.decay_time_s is not None)[1], timeout=20_000)
    assert panel.reverb_curve.decay_time_s == pytest.approx(2.6, rel=0.3)
    wait_idle(window)


def test_alt_click_in_the_editors_goes_back_to_the_prediction(window: MainWindow) -> None:
    bass = window.session.track_named("Bass").id
    prediction = Controls({"mid_gain_db": 5.0, "threshold_db": -20.0, "ratio": 3.0})
    window.workspace.editor.execute(ApplyPrediction({bass: prediction}, "rules"))
    for key, value in (("mid_gain_db", -3.0), ("threshold_db", -50.0)):
        window.workspace.editor.execute(SetControl(bass, key, value))
    panel = window.channel.panels[bass]
    QTest.mouseClick(panel.equalizer_curve, LEFT, ALT, point(panel.equalizer_curve.node_at("mid")))
    QTest.mouseClick(panel.compressor_curve, LEFT, ALT, point(panel.compressor_curve.handle_at("threshold_db")))
    assert window.session.track(bass).channel.controls == prediction


def test_pictures_say_what_they_show(window: MainWindow) -> None:
    kick = window.session.track_named("Kick").id
    strip, panel = window.console.strips[kick], window.channel.panels[kick]
    assert strip.equalizer.accessibleDescription() == "flat"
    assert strip.compressor.accessibleDescription() == "at rest"
    values = {"mid_gain_db": 4.0, "threshold_db": -30.0, "ratio": 5.0, "makeup_gain_db": 2.0}
    window.workspace.editor.execute(SetControls({kick: values}, "Edit"))
    window.workspace.editor.execute(set_stage(window.session, kick, "compressor", False))
    for widget in (strip.equalizer, panel.equalizer_curve):
        assert widget.accessibleDescription() == "mid 4.0 dB at 1.00 kHz"
    for widget in (strip.compressor, panel.compressor_curve):
        assert widget.accessibleDescription() == "off; 5.00:1 above −30.0 dB; 2.0 dB"
    assert strip.equalizer.accessibleName() == "Kick, equalizer curve"
