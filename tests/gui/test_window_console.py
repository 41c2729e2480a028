# SPDX-License-Identifier: Apache-2.0
"""The console as a whole: amount, snapshots, groups, widths, colours, the choice of several strips, Alt-clicks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from mixassist.domain.channel import Stages
from mixassist.domain.commands import ApplyPrediction, SetChannelFields, SetControl
from mixassist.domain.controls import NEUTRAL, Controls, with_amount
from mixassist.domain.slots import present_slot
from mixassist.gui.console.strip import NARROW_WIDTH, WIDE_WIDTH, Strip
from mixassist.gui.main_window import MainWindow
from mixassist.gui.widgets.fader import Fader
from mixassist.gui.widgets.name_label import _LEADING_NUMBER, NameLabel, _halves, _numbered_word
from mixassist.gui.widgets.value_box import ValueBox

LEFT, ALT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier
PREDICTION = Controls({"fader_db": -6.0, "pan": 0.5, "polarity_inverted": True, "reverb_type": "hall", "ratio": 4.0})


def suggest(window: MainWindow) -> None:
    predictions = {t.id: PREDICTION for t in window.session.tracks}
    window.workspace.editor.execute(ApplyPrediction(predictions, "rules"))


def controls(window: MainWindow, name: str) -> Controls:
    return window.session.track_named(name).channel.controls


def strip_of(window: MainWindow, name: str) -> Strip:
    strip = window.findChild(QWidget, f"{name}.strip")
    assert isinstance(strip, Strip)
    return strip


def ids(window: MainWindow, *names: str) -> tuple[str, ...]:
    return tuple(window.session.track_named(name).id for name in names)


def group(window: MainWindow, *names: str, name: str = "Band") -> None:
    window.console.select(ids(window, names[0])[0])
    window.console.pick(ids(window, *names))
    window.console_actions.ask_name = lambda title, suggestion: name
    window.actions_by_name["group"].trigger()


def drag(widget: QWidget, start: QPoint, by: QPoint) -> None:
    QTest.mousePress(widget, LEFT, pos=start)
    QTest.mouseMove(widget, start + by / 2)
    QTest.mouseMove(widget, start + by)
    QTest.mouseRelease(widget, LEFT, pos=start + by)


def test_the_amount_moves_the_console_as_one_step(window: MainWindow) -> None:
    amount = window.findChild(ValueBox, "amount")
    assert not amount.isEnabled()  # nothing is predicted yet
    suggest(window)
    assert amount.isEnabled()
    assert amount.accessibleDescription() == "100 %"
    drag(amount, QPoint(70, 12), QPoint(0, 40))
    assert window.document.history == ("Automix", "Amount")
    session = window.session
    assert 0.0 < session.amount < 1.0
    assert controls(window, "Bass") == with_amount(NEUTRAL, PREDICTION, session.amount)
    assert amount.number == session.amount
    window.actions_by_name["undo"].trigger()
    assert controls(window, "Bass") == PREDICTION
    assert amount.number == 1.0


def test_a_typed_amount_leaves_locks_and_what_is_no_amount_is_told(window: MainWindow) -> None:
    suggest(window)
    bass = ids(window, "Bass")[0]
    window.workspace.editor.execute(SetChannelFields(bass, {"locks": frozenset({"pan"})}, "lock"))
    amount = window.findChild(ValueBox, "amount")
    assert amount.commit_text("0 %")
    assert controls(window, "Bass") == NEUTRAL.replaced({"pan": 0.5})
    assert controls(window, "Kick") == NEUTRAL
    assert not amount.commit_text("much")
    assert window.messages.texts[-1].startswith("Amount, 0 % … 150 %: ")
    assert amount.commit_text("200")
    assert window.session.amount == 1.5
    assert strip_of(window, "Bass").fader.ghost_place is not None


def test_one_message_says_what_is_no_number_until_a_good_value_comes(window: MainWindow) -> None:
    box = window.findChild(ValueBox, "Bass.fader_db.number")
    ratio = window.findChild(ValueBox, "Bass.ratio")
    assert not box.commit_text("loud")
    assert window.messages.texts == ('Fader, −60 … 12 dB: "loud" is no value; type a value such as -3 dB.',)
    assert not ratio.commit_text("4:x")
    assert len(window.messages.texts) == 1
    assert window.messages.texts[0].startswith("Ratio, 1 … 10:1: ")
    assert box.commit_text("99")
    assert controls(window, "Bass")["fader_db"] == 12.0
    assert window.messages.texts == ()
    assert not window.messages.isVisible()


def test_keys_1_to_5_go_through_the_snapshots(window: MainWindow, qtbot: QtBot) -> None:
    suggest(window)
    bass = ids(window, "Bass")[0]
    window.workspace.editor.execute(SetControl(bass, "fader_db", -20.0))
    window.setFocus()
    seen = []
    for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_4, Qt.Key.Key_3):
        QTest.keyClick(window, key)
        seen.append((present_slot(window.session), controls(window, "Bass")["fader_db"]))
        assert window.console.mix_bar.slots.segments[seen[-1][0]].isChecked()
    assert seen == [("Start", 0.0), ("Predicted", -6.0), ("A", -6.0), ("Mine", -20.0)]
    assert window.document.history[-4:] == ("Snapshot Start", "Snapshot Predicted", "Snapshot A", "Snapshot Mine")


def test_an_edit_of_a_fixed_snapshot_is_shown_as_mine(window: MainWindow) -> None:
    suggest(window)
    window.actions_by_name["slot_2"].trigger()
    window.workspace.editor.execute(SetControl(ids(window, "Bass")[0], "pan", -1.0))
    assert window.console.mix_bar.slots.segments["Mine"].isChecked()


def test_a_snapshot_that_is_not_there_yet_is_told(window: MainWindow) -> None:
    assert not window.actions_by_name["slot_2"].isEnabled()
    window.console_actions.go_to_slot("Predicted")
    assert "Automix" in window.messages.texts[-1]
    assert window.console.mix_bar.slots.segments["Mine"].isChecked()


def test_linked_faders_move_together_and_it_is_one_step(window: MainWindow) -> None:
    window.workspace.editor.execute(SetControl(ids(window, "Kick")[0], "fader_db", -10.0))
    group(window, "Bass", "Kick", name="Low end")
    fader = window.findChild(Fader, "Bass.fader_db")
    drag(fader, QPoint(24, 60), QPoint(0, 30))
    moved = float(controls(window, "Bass")["fader_db"])
    assert moved < 0.0
    assert controls(window, "Kick")["fader_db"] == pytest.approx(-10.0 + moved)
    assert controls(window, "Vocals")["fader_db"] == 0.0
    assert window.document.history[-2:] == ("Group Low end", "Low end: fader")
    window.actions_by_name["undo"].trigger()
    assert [controls(window, n)["fader_db"] for n in ("Bass", "Kick")] == [0.0, -10.0]


def test_a_typed_value_takes_the_group_along_and_the_way_back_does_not(window: MainWindow) -> None:
    suggest(window)
    group(window, "Bass", "Kick")
    assert window.findChild(ValueBox, "Bass.fader_db.number").commit_text("-9")
    assert controls(window, "Kick")["fader_db"] == -9.0
    QTest.mouseClick(window.findChild(Fader, "Bass.fader_db"), LEFT, ALT, QPoint(20, 60))
    assert [controls(window, n)["fader_db"] for n in ("Bass", "Kick")] == [-6.0, -9.0]


def test_the_keys_for_mute_and_solo_act_on_every_chosen_strip(window: MainWindow) -> None:
    window.console.select(ids(window, "Guitar")[0])
    window.actions_by_name["pick_all"].trigger()
    window.workspace.editor.toggle_mute(ids(window, "Kick")[0])
    window.actions_by_name["mute"].trigger()
    assert [t.channel.mute for t in window.session.tracks] == [True] * 4
    assert window.document.undo_label == "4 tracks: mute"
    window.document.undo()
    assert [t.name for t in window.session.tracks if t.channel.mute] == ["Kick"]
    window.actions_by_name["solo"].trigger()
    assert all(t.channel.solo for t in window.session.tracks)
    window.console.pick(ids(window, "Bass", "Kick"))
    window.actions_by_name["solo"].trigger()
    assert [t.name for t in window.session.tracks if t.channel.solo] == ["Vocals"]


def test_mute_and_solo_act_on_the_group(window: MainWindow) -> None:
    group(window, "Bass", "Kick", name="Low end")
    window.findChild(QAbstractButton, "Kick.mute").click()
    assert [t.channel.mute for t in window.session.tracks] == [True, False, True, False]
    assert window.document.undo_label == "Low end: mute"
    window.findChild(QAbstractButton, "Bass.solo").click()
    assert [t.channel.solo for t in window.session.tracks] == [True, False, True, False]
    QTest.mouseClick(
        window.findChild(QAbstractButton, "Vocals.solo"), LEFT, Qt.KeyboardModifier.ControlModifier
    )  # only this one
    assert [t.channel.solo for t in window.session.tracks] == [False, False, False, True]


def test_a_group_is_seen_on_its_strips_and_dissolved_from_the_menu(window: MainWindow) -> None:
    assert strip_of(window, "Bass").group.isHidden()
    group(window, "Bass", "Kick", name="Low end")
    tags = {name: strip_of(window, name).group for name in ("Bass", "Kick", "Vocals")}
    assert [tags[n].text() for n in tags] == ["Low end", "Low end", ""]
    assert not tags["Vocals"].isHidden()  # keeps its line, so that strips stand alike
    assert tags["Bass"].accessibleDescription() == "Low end"
    assert tags["Bass"].accessibleName() == "Bass, group"
    window.actions_by_name["ungroup"].trigger()
    assert {t.channel.group for t in window.session.tracks} == {""}
    assert tags["Vocals"].isHidden()
    window.actions_by_name["undo"].trigger()
    assert tags["Kick"].text() == "Low end"


def test_one_strip_is_no_group(window: MainWindow) -> None:
    window.actions_by_name["group"].trigger()
    assert "several strips" in window.messages.texts[-1]
    assert window.document.history == ()


def test_strips_are_chosen_with_control_and_shift(window: MainWindow) -> None:
    names = ("Bass", "Guitar", "Kick", "Vocals")

    def chosen() -> list[str]:
        return [window.session.track(i).name for i in window.console.picked_ids]

    QTest.mouseClick(strip_of(window, "Bass").title, LEFT)
    assert chosen() == ["Bass"]
    QTest.mouseClick(strip_of(window, "Kick").title, LEFT, Qt.KeyboardModifier.ControlModifier)
    assert chosen() == ["Bass", "Kick"]
    QTest.mouseClick(strip_of(window, "Kick").title, LEFT, Qt.KeyboardModifier.ControlModifier)
    assert chosen() == ["Bass"]
    QTest.mouseClick(strip_of(window, "Vocals").title, LEFT, Qt.KeyboardModifier.ShiftModifier)
    assert chosen() == list(names)
    QTest.mouseClick(strip_of(window, "Guitar").title, LEFT)
    assert chosen() == ["Guitar"]
    window.actions_by_name["pick_next"].trigger()
    assert chosen() == ["Guitar", "Kick"]


def test_strips_are_narrow_or_wide_one_or_all(window: MainWindow) -> None:
    assert strip_of(window, "Bass").width() == NARROW_WIDTH
    wide = window.actions_by_name["wide_strips"]
    wide.trigger()
    assert {strip_of(window, n).width() for n in ("Bass", "Kick")} == {WIDE_WIDTH}
    assert wide.isChecked()
    assert window.document.history == ("Wide strips",)
    wide.trigger()
    assert {strip_of(window, n).width() for n in ("Bass", "Kick")} == {NARROW_WIDTH}
    entry = menu_entry(window, "Bass", "Wide strip")
    entry.trigger()
    assert [strip_of(window, n).width() for n in ("Bass", "Kick")] == [WIDE_WIDTH, NARROW_WIDTH]


def menu_entry(window: MainWindow, track: str, *path: str) -> QAction:
    """Finds an entry of a strip's context menu by its words."""
    menu = window.tracks.menu_for(ids(window, track)[0])
    for words in path[:-1]:
        menu = next(a.menu() for a in menu.actions() if a.text() == words)
    return next(a for a in menu.actions() if a.text() == path[-1])


def test_a_strip_takes_another_colour_and_its_instrument_s_back(window: MainWindow) -> None:
    menu_entry(window, "Bass", "Colour", "Teal").trigger()
    assert window.session.track_named("Bass").channel.colour == "#45cdbd"
    assert window.document.undo_label == "Colour"
    menu_entry(window, "Bass", "Colour", "By instrument").trigger()
    assert window.session.track_named("Bass").channel.colour == ""


def test_joining_and_leaving_a_group_from_the_menu(window: MainWindow) -> None:
    group(window, "Bass", "Kick", name="Low end")
    window.console.select(ids(window, "Vocals")[0])
    menu_entry(window, "Vocals", "Group", "Join Low end").trigger()
    assert [t.channel.group for t in window.session.tracks] == ["Low end", "", "Low end", "Low end"]
    menu_entry(window, "Vocals", "Group", "Leave the group").trigger()
    assert [t.channel.group for t in window.session.tracks] == ["Low end", "", "Low end", ""]


@pytest.mark.parametrize("key", ["polarity_inverted", "reverb_type", "pan", "fader_db"])
def test_alt_click_goes_back_to_the_prediction_on_every_kind_of_control(window: MainWindow, key: str) -> None:
    suggest(window)
    bass = ids(window, "Bass")[0]
    window.workspace.editor.execute(SetControl(bass, key, NEUTRAL[key]))
    widget = window.findChild(QWidget, f"Bass.{key}")
    QTest.mouseClick(widget, LEFT, ALT, QPoint(widget.width() // 2, widget.height() // 2))
    assert controls(window, "Bass")[key] == PREDICTION[key]
    assert window.document.undo_label == "Back to the prediction"


def test_a_moved_switch_shows_its_ghost(window: MainWindow) -> None:
    suggest(window)
    polarity = strip_of(window, "Bass").polarity
    assert not polarity.has_ghost
    window.workspace.editor.execute(SetControl(ids(window, "Bass")[0], "polarity_inverted", False))
    assert polarity.has_ghost


def test_peak_numbers_show_the_highest_peak_and_a_click_resets(
    window: MainWindow, outputs: list, make_window: Callable[..., MainWindow]
) -> None:
    window.transport.toggle()
    for _ in range(30):
        outputs[-1].advance(1024)
    window.tick()
    strip = strip_of(window, "Kick")
    assert strip.peak.text() == f"{strip.meter.top_db:.1f}".replace("-", "−")
    assert "dBFS" in strip.peak.accessibleDescription()
    strip.peak.click()
    assert strip.peak.text() == "−∞"


def test_d_takes_a_strip_s_processing_out_and_back_in_as_it_was(window: MainWindow) -> None:
    window.console.select(ids(window, "Kick")[0])
    before = Stages(equalizer=True, compressor=False, reverb=True)
    window.workspace.editor.execute(SetChannelFields(ids(window, "Kick")[0], {"stages": before}, "stages"))
    window.setFocus()
    seen = []
    for _ in range(2):
        QTest.keyClick(window, Qt.Key.Key_D)
        seen.append(window.session.track_named("Kick").channel.stages)
    assert seen == [Stages(False, False, False), before]
    assert window.document.history[-2:] == ("Kick: dry", "Kick: wet")


@pytest.mark.parametrize(("width", "shown"), [(1280, True), (900, False)])
def test_the_bar_makes_room_in_a_narrow_window(window: MainWindow, qtbot: QtBot, width: int, shown: bool) -> None:
    window.resize(width, 720)
    bar = window.console.mix_bar
    qtbot.waitUntil(lambda: bar.wide.isVisible() is shown)
    assert window.width() <= max(width, 930)
    assert bar.slots.isVisible()
    assert bar.amount.geometry().right() <= bar.width()


def test_everything_can_be_reached_in_a_low_window(
    window: MainWindow, wait_idle: Callable[[MainWindow], None], qtbot: QtBot
) -> None:
    window.resize(960, 505)  # 1920 × 1080 at 200 %, less the title bar
    wait_idle(window)
    assert window.height() == 505
    console, row = window.console, window.console.row
    foot = console.mapTo(window, QPoint(0, console.height())).y()
    assert foot <= window.statusBar().y()
    assert row.verticalScrollBar().maximum() > 0
    fader = window.findChild(QWidget, "Bass.fader_db")
    row.ensureWidgetVisible(fader)
    assert fader.visibleRegion().boundingRect().height() > 40
    assert console.master.gain.visibleRegion().boundingRect().height() == console.master.gain.height()
    qtbot.waitUntil(lambda: console.master.meter.height() >= 60)
    assert console.master.loudness.isHidden()
    window.resize(1280, 720)
    wait_idle(window)
    assert row.verticalScrollBar().maximum() == 0
    assert not console.master.loudness.isHidden()


def test_group_and_wide_stay_beside_an_open_history(
    window: MainWindow, wait_idle: Callable[[MainWindow], None]
) -> None:
    window.resize(1280, 720)
    window.settings.show_history = True
    wait_idle(window)
    bar = window.console.mix_bar
    for button in (bar.group, bar.wide):
        assert button.isVisible()
        assert button.visibleRegion().boundingRect() == button.rect()
    assert bar.slots.geometry().right() < bar.match.geometry().left()


def test_a_name_without_spaces_is_written_on_two_lines_too(qtbot: QtBot) -> None:
    wrapped, busy = NameLabel(), NameLabel()
    for label in (wrapped, busy):
        qtbot.addWidget(label)
        label.resize(60, 36)
    wrapped.show_name("20_LeadVoxLong", "#aa3366")
    busy.show_name("20_LeadVoxLong", "#aa3366", "", busy=True)

    def ink_below(label: NameLabel) -> bool:
        image = label.grab().toImage()
        colours = {image.pixel(x, y) for x in range(4, 56) for y in range(22, 34)}
        return len(colours) > 8

    assert ink_below(wrapped)
    assert not ink_below(busy)


def test_names_too_long_for_a_strip_are_parted_or_shortened(qtbot: QtBot) -> None:
    assert _halves("03 Snare Bottom", lambda text: len(text) < 10) == ("03 Snare", "Bottom")
    assert _halves("Contrabassoon solo", lambda text: len(text) < 5) == ("Contrabassoon", "solo")
    short = lambda text: len(text) <= 8  # noqa: E731
    assert _halves("20_LeadVox", short) == ("20_Lead", "Vox")
    assert _halves("11_GTR1_DI", short) == ("11_GTR1_", "DI")
    assert _halves("Vox-Double-L", short) == ("Vox-", "Double-L")
    assert _halves("12_Basson", short) == ("12_", "Basson")
    assert _halves("Contrabassoon", short) == ("Contraba", "ssoon")
    assert _numbered_word("03 Snare Bottom") == "03 Snare"
    assert _numbered_word("Snare Bottom") == "Snare"
    assert [_LEADING_NUMBER.sub("", n) for n in ("03 Kick", "808", "12-Pad", "7 8")] == ["Kick", "808", "Pad", "7 8"]
