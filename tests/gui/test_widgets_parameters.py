# SPDX-License-Identifier: Apache-2.0
"""Controls: drags, wheels, keys, typed values, ghosts; each widget shows a value and emits edits."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from mixassist.domain.parameters import PARAMETER, PARAMETERS
from mixassist.gui.widgets.choice_box import ChoiceBox
from mixassist.gui.widgets.fader import Fader
from mixassist.gui.widgets.pan_slider import PanSlider
from mixassist.gui.widgets.parameter_slider import ParameterSlider
from mixassist.gui.widgets.toggle_button import ToggleButton
from mixassist.gui.widgets.value_box import ValueBox

CONTINUOUS = [p.key for p in PARAMETERS if p.is_continuous]


def shown(qtbot: QtBot, widget: QWidget, width: int = 80, height: int = 24) -> QWidget:
    qtbot.addWidget(widget)
    widget.resize(width, height)
    widget.show()
    return widget


def echoing(widget: ParameterSlider) -> list[float]:
    """Plays the document's part: what is asked for is shown."""
    asked: list[float] = []
    for signal in (widget.edited, widget.nudged):
        signal.connect(asked.append)
        signal.connect(lambda value: widget.show_value(value))
    return asked


def turn(widget: QWidget, notches: int, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> bool:
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle, QPointF(widget.mapToGlobal(middle.toPoint())), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def drag(widget: QWidget, start: QPoint, end: QPoint, modifiers: Qt.KeyboardModifier) -> None:
    """A mouse move with keys held; QTest's own mouse move holds none."""
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    event = QMouseEvent(QEvent.Type.MouseMove, QPointF(end), QPointF(widget.mapToGlobal(end)), none, left, modifiers)
    QApplication.sendEvent(widget, event)


@pytest.mark.parametrize("key", CONTINUOUS)
def test_every_control_shows_and_emits_within_its_range(qtbot: QtBot, key: str) -> None:
    p = PARAMETER[key]
    box = shown(qtbot, ValueBox(p))
    asked = echoing(box)
    for value in (p.minimum, p.maximum, float(p.default)):
        box.show_value(value)
        assert box.number == value
        assert box.accessibleDescription() == box.text()
        assert box.value() == round(value * 10**p.decimals)
    assert asked == []
    box.edit(p.maximum * 10 + 1)
    assert asked == [p.maximum]
    assert not box.grab().isNull()


def test_showing_emits_nothing_and_a_script_that_moves_the_slider_edits(qtbot: QtBot) -> None:
    fader = shown(qtbot, Fader(), 48, 200)
    asked = echoing(fader)
    fader.show_value(-6.0, -3.0, True)
    assert asked == []
    fader.setValue(-125)
    assert asked == [-12.5]


def test_a_drag_is_relative_and_fine_with_control(qtbot: QtBot) -> None:
    fader = shown(qtbot, Fader(), 48, 226)
    asked = echoing(fader)
    press, step = QPoint(24, 200), QPoint(0, -50)
    QTest.mousePress(fader, Qt.MouseButton.LeftButton, pos=press)
    assert asked == []  # a press beside the cap moves nothing
    QTest.mouseMove(fader, press + step)
    start, coarse = PARAMETER["fader_db"].normalised(0.0), fader.place
    assert coarse - start == pytest.approx(50 / fader.travel_pixels())
    drag(fader, press + step, press + 2 * step, Qt.KeyboardModifier.ControlModifier)
    QTest.mouseRelease(fader, Qt.MouseButton.LeftButton, pos=press + 2 * step)
    assert fader.place - coarse == pytest.approx(0.1 * 50 / fader.travel_pixels())


def test_one_press_and_release_is_one_gesture(qtbot: QtBot) -> None:
    pan = shown(qtbot, PanSlider(), 90, 26)
    story: list[str] = []
    pan.gesture_started.connect(lambda: story.append("start"))
    pan.edited.connect(lambda _: story.append("edit"))
    pan.gesture_ended.connect(lambda: story.append("end"))
    QTest.mousePress(pan, Qt.MouseButton.LeftButton, pos=QPoint(45, 20))
    QTest.mouseMove(pan, QPoint(60, 20))
    QTest.mouseRelease(pan, Qt.MouseButton.LeftButton, pos=QPoint(60, 20))
    assert story == ["start", "edit", "end"]


def test_double_click_resets_and_alt_click_asks_for_the_prediction(qtbot: QtBot) -> None:
    fader = shown(qtbot, Fader(), 48, 226)
    fader.show_value(-12.0, -4.0)
    asked = echoing(fader)
    wanted: list[bool] = []
    fader.prediction_wanted.connect(lambda: wanted.append(True))
    QTest.mouseDClick(fader, Qt.MouseButton.LeftButton, pos=QPoint(24, 100))
    assert asked == [0.0]
    QTest.mouseClick(fader, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier, QPoint(24, 100))
    assert wanted == [True]


def test_the_wheel_acts_only_with_the_focus(qtbot: QtBot) -> None:
    fader = shown(qtbot, Fader(), 48, 226)
    asked = echoing(fader)
    fader.clearFocus()
    assert not turn(fader, 1)
    assert asked == []
    fader.setFocus()
    qtbot.waitUntil(fader.hasFocus)
    assert turn(fader, 1)
    assert turn(fader, -1, Qt.KeyboardModifier.ControlModifier)
    assert asked == pytest.approx([1.0, 0.9])


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("fader_db", "-3", -3.0), ("fader_db", "-inf", -60.0), ("mid_freq_hz", "2k", 2000.0),
        ("attack_ms", "30ms", 30.0), ("pan", "L30", -0.3), ("ratio", "4:1", 4.0), ("reverb_wet", "25 %", 0.25),
    ],
)  # fmt: skip
def test_values_are_typed_with_units(qtbot: QtBot, key: str, text: str, value: float) -> None:
    box = shown(qtbot, ValueBox(PARAMETER[key]))
    asked = echoing(box)
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Return)
    entry = box.findChild(QWidget)
    assert entry.isVisible()
    entry.setText(text)
    QTest.keyClick(entry, Qt.Key.Key_Return)
    assert asked == pytest.approx([value])
    assert not entry.isVisible()


def test_text_that_is_no_value_is_refused_with_a_sentence(qtbot: QtBot) -> None:
    box = shown(qtbot, ValueBox(PARAMETER["ratio"]))
    asked = echoing(box)
    told: list[str] = []
    box.refused.connect(told.append)
    assert not box.commit_text("loud")
    assert asked == []
    assert len(told) == 1
    assert told[0].startswith("Ratio, 1 … 10:1: ")


def test_escape_gives_up_typing(qtbot: QtBot) -> None:
    box = shown(qtbot, ValueBox(PARAMETER["ratio"]))
    asked = echoing(box)
    box.start_typing()
    entry = box.findChild(QWidget)
    entry.setText("4")
    QTest.keyClick(entry, Qt.Key.Key_Escape)
    assert asked == []
    assert not entry.isVisible()


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (Qt.Key.Key_Up, 1.0), (Qt.Key.Key_Down, -1.0), (Qt.Key.Key_Home, -60.0), (Qt.Key.Key_End, 12.0),
        (Qt.Key.Key_PageDown, -5.0),
    ],
)  # fmt: skip
def test_keys_move_a_control(qtbot: QtBot, key: Qt.Key, expected: float) -> None:
    fader = shown(qtbot, Fader(), 48, 226)
    asked = echoing(fader)
    QTest.keyClick(fader, key)
    assert asked == [expected]


def test_the_ghost_shows_only_what_was_moved_away_from_the_prediction(qtbot: QtBot) -> None:
    fader = shown(qtbot, Fader(), 48, 226)
    assert fader.ghost_place is None
    fader.show_value(-6.0, -6.0)
    assert fader.ghost_place is None
    with_out = fader.grab().toImage()
    fader.show_value(-6.0, 3.0)
    assert fader.ghost_place == pytest.approx(PARAMETER["fader_db"].normalised(3.0))
    assert fader.grab().toImage() != with_out


def test_a_choice_is_shown_silently_and_picked_aloud(qtbot: QtBot) -> None:
    box = shown(qtbot, ChoiceBox(PARAMETER["reverb_type"]))
    picked: list[str] = []
    box.edited.connect(picked.append)
    box.show_value("plate", "hall", True)
    assert (box.choice, picked) == ("plate", [])
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Up)
    assert picked == ["hall"]


def test_enter_presses_a_toggle(qtbot: QtBot) -> None:
    button = shown(qtbot, ToggleButton("M", "mute"))
    clicks: list[bool] = []
    button.clicked.connect(lambda on: clicks.append(on))
    QTest.keyClick(button, Qt.Key.Key_Return)
    assert clicks == [True]
    button.show_on(False)
    assert clicks == [True]
