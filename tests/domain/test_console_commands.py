# SPDX-License-Identifier: Apache-2.0
"""Amount, snapshots to go to and fro between, linked strips: what each edit changes and what it leaves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixassist.domain import commands as c
from mixassist.domain import console_commands as cc
from mixassist.domain.controls import NEUTRAL, Controls, with_amount
from mixassist.domain.document import Document
from mixassist.domain.errors import MixAssistError
from mixassist.domain.session import Reference, Session
from mixassist.domain.slots import MINE, PREDICTED, START, in_slot, present_slot, slot_state

from .conftest import MakeTrack

PREDICTION = Controls(
    {"fader_db": -8.0, "pan": 0.4, "mid_gain_db": 4.0, "mid_freq_hz": 3000.0, "polarity_inverted": True,
     "reverb_type": "hall", "ratio": 4.0}
)  # fmt: skip


@pytest.fixture
def mixed(session: Session) -> Session:
    predictions = {"t1": PREDICTION, "t2": PREDICTION.replaced({"pan": -0.4})}
    return c.ApplyPrediction(predictions, "rules").apply(session)


@given(amount=st.floats(0.0, 1.5), way=st.lists(st.floats(0.0, 1.5), max_size=3))
def test_the_amount_goes_through_the_prediction_in_parameter_space(amount: float, way: list[float]) -> None:
    from mixassist.domain.track import AudioFile, AudioSource, SourceSide, Track

    track = Track("t1", "Kick", AudioSource((SourceSide(AudioFile("/a.wav", 9, 44_100, 9, 1)),)))
    session = c.ApplyPrediction({"t1": PREDICTION}, "rules").apply(Session("S", tracks=(track,)))
    for stop in (*way, amount):
        session = cc.SetAmount(stop).apply(session)
    assert session.track("t1").channel.controls == with_amount(NEUTRAL, PREDICTION, amount)
    assert session.track("t1").channel.prediction == PREDICTION
    assert cc.SetAmount(1.0).apply(session).track("t1").channel.controls == PREDICTION


def test_the_amount_leaves_locked_controls_and_what_was_set_by_hand(mixed: Session) -> None:
    mixed = c.SetChannelFields("t1", {"locks": frozenset({"pan"})}, "lock").apply(mixed)
    mixed = c.SetControl("t1", "fader_db", -3.0).apply(mixed)
    less = cc.SetAmount(0.0).apply(mixed)
    controls = less.track("t1").channel.controls
    assert controls == NEUTRAL.replaced({"pan": 0.4, "fader_db": -3.0})
    assert less.track("t2").channel.controls == NEUTRAL
    assert less.track("t3") is mixed.track("t3")  # nothing was predicted for it
    assert less.amount == 0.0


def test_a_drag_of_the_amount_is_one_step(mixed: Session) -> None:
    document = Document(mixed)
    with document.gesture():
        for amount in (0.9, 0.5, 0.7):
            document.execute(cc.SetAmount(amount))
    assert document.history == ("Amount",)
    document.undo()
    assert document.session == mixed


@pytest.mark.parametrize("amount", [-0.1, 1.51, float("nan")])
def test_other_amounts_are_refused(mixed: Session, amount: float) -> None:
    with pytest.raises(MixAssistError, match="between 0 and 150"):
        cc.SetAmount(amount).apply(mixed)


def test_a_new_suggestion_and_the_way_back_are_the_whole_amount(mixed: Session) -> None:
    half = cc.SetAmount(0.5).apply(mixed)
    assert c.ApplyPrediction({"t1": PREDICTION}, "rules").apply(half).amount == 1.0
    assert c.BackToPrediction().apply(half) == mixed
    assert c.BackToPrediction(("t1",)).apply(half).amount == 0.5


def test_start_is_how_the_tracks_stood_before_the_first_suggestion(session: Session) -> None:
    touched = c.SetControl("t1", "pan", -1.0).apply(session)
    mixed = c.ApplyPrediction({"t1": PREDICTION}, "rules").apply(touched)
    again = c.ApplyPrediction({"t1": PREDICTION.replaced({"pan": 0.0})}, "rules").apply(mixed)
    assert cc.GoToSlot(START).apply(again).track("t1").channel.controls == touched.track("t1").channel.controls


def test_without_a_kept_start_it_is_the_neutral_console(mixed: Session) -> None:
    from dataclasses import replace

    start = in_slot(replace(mixed, snapshots=()), START)
    assert all(t.channel.controls == NEUTRAL for t in start.tracks)


def test_to_and_fro_keeps_what_was_done_in_each(mixed: Session) -> None:
    mine = c.SetControl("t3", "fader_db", -20.0).apply(mixed)
    predicted = cc.GoToSlot(PREDICTED).apply(mine)
    assert (present_slot(mine), present_slot(predicted)) == (MINE, PREDICTED)
    in_a = cc.GoToSlot("A").apply(predicted)  # empty so far: a copy
    assert in_a.tracks == predicted.tracks
    in_a = c.SetControl("t1", "fader_db", 1.0).apply(in_a)
    back = cc.GoToSlot(MINE).apply(in_a)
    assert back.tracks == mine.tracks
    assert cc.GoToSlot("A").apply(back).track("t1").channel.controls["fader_db"] == 1.0


def test_an_edit_of_a_fixed_snapshot_belongs_to_mine(mixed: Session) -> None:
    start = cc.GoToSlot(START).apply(mixed)
    edited = c.SetControl("t1", "pan", 1.0).apply(start)
    assert present_slot(edited) == MINE
    again = cc.GoToSlot(START).apply(edited)
    assert again.tracks == start.tracks
    assert cc.GoToSlot(MINE).apply(again).track("t1").channel.controls["pan"] == 1.0


def test_snapshots_take_the_amount_along(mixed: Session) -> None:
    half = cc.SetAmount(0.5).apply(mixed)
    predicted = cc.GoToSlot(PREDICTED).apply(half)
    assert (predicted.amount, predicted.track("t1").channel.controls) == (1.0, PREDICTION)
    assert cc.GoToSlot(MINE).apply(predicted).tracks == half.tracks
    assert cc.GoToSlot(MINE).apply(predicted).amount == 0.5


def test_predicted_leaves_locked_controls(mixed: Session) -> None:
    locked = c.SetChannelFields("t1", {"locks": frozenset({"pan"})}, "lock").apply(mixed)
    locked = c.SetControl("t1", "pan", -1.0).apply(locked)
    state = slot_state(locked, PREDICTED)
    assert state is not None
    assert state.channels["t1"].controls == PREDICTION.replaced({"pan": -1.0})


def test_snapshots_that_are_not_there_are_told(session: Session, mixed: Session) -> None:
    with pytest.raises(MixAssistError, match="nothing was predicted"):
        cc.GoToSlot(PREDICTED).apply(session)
    with pytest.raises(MixAssistError, match="no such snapshot"):
        cc.GoToSlot("Z").apply(session)
    with pytest.raises(MixAssistError, match="fixed"):
        cc.KeepInSlot(START).apply(mixed)


def test_going_to_a_snapshot_is_one_step_with_its_name(mixed: Session) -> None:
    document = Document(mixed)
    document.execute(cc.GoToSlot("B"))
    document.execute(cc.GoToSlot(START))
    assert document.history == ("Snapshot B", "Snapshot Start")
    document.undo()
    document.undo()
    assert document.session == mixed


def test_a_group_is_made_renamed_and_dissolved(session: Session) -> None:
    grouped = cc.SetGroup(("t1", "t3"), " Rhythm  section ").apply(session)
    assert [t.channel.group for t in grouped.tracks] == ["Rhythm section", "", "Rhythm section"]
    assert cc.linked_ids(grouped, "t3") == ("t1", "t3")
    assert cc.linked_ids(grouped, "t2") == ("t2",)
    assert cc.group_names(grouped) == ("Rhythm section",)
    renamed = cc.RenameGroup("Rhythm section", "Low end").apply(grouped)
    assert cc.group_names(renamed) == ("Low end",)
    assert cc.SetGroup(("t1",), "").apply(renamed).tracks == session.tracks  # nobody is left alone in a group
    assert cc.SetGroup(("t1", "t3"), "").label(renamed) == "Dissolve Low end"
    with pytest.raises(MixAssistError, match="name"):
        cc.RenameGroup("Low end", " ").apply(renamed)


def test_linked_faders_move_by_the_same_decibels(session: Session) -> None:
    start = {"t1": 0.0, "t2": -20.0, "t3": -60.0}
    values = cc.linked_fader_move(session, "t1", -6.0, start).values
    assert {i: v["fader_db"] for i, v in values.items()} == {"t1": -6.0, "t2": -26.0, "t3": -60.0}


def test_a_linked_fader_that_ran_into_an_end_comes_back_to_its_place(session: Session) -> None:
    start = {"t1": 0.0, "t2": 10.0}
    up = cc.linked_fader_move(session, "t1", 12.0, start).apply(session)
    assert up.track("t2").channel.controls["fader_db"] == 12.0
    back = cc.linked_fader_move(session, "t1", 0.0, start).apply(up)
    assert back.track("t2").channel.controls["fader_db"] == 10.0
    down = cc.linked_fader_move(session, "t1", -60.0, start).apply(session)
    assert down.track("t2").channel.controls["fader_db"] == -50.0


def test_a_closed_fader_opens_alone(session: Session) -> None:
    values = cc.linked_fader_move(session, "t1", -10.0, {"t1": -60.0, "t2": -5.0}).values
    assert {i: v["fader_db"] for i, v in values.items()} == {"t1": -10.0, "t2": -5.0}


def test_labels_of_the_console_s_edits(session: Session, make_track: MakeTrack) -> None:
    song = Reference("Song", make_track("x", "Song").source)
    for command, words in (
        (cc.SetGroup(("t1", "t2"), "Drums"), "Group Drums"),
        (cc.SetMutes(("t1", "t2"), True, "Drums"), "Drums: mute"),
        (cc.SetMutes(("t1", "t2"), True), "2 tracks: mute"),
        (cc.SetWidths(True), "Wide strips"),
        (cc.SetWidths(True, ("t1",)), "Kick: wide strip"),
        (cc.SetReference(song), "Reference Song"),
        (cc.KeepInSlot("A"), "Keep snapshot A"),
    ):
        before = session
        assert command.label(session) == words
        assert command.apply(session) != session
        assert session == before
        assert command.undoable
        assert isinstance(command, c.Command)
    assert cc.SetReference(None).label(session) == "Remove the reference"
