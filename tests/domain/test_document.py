# SPDX-License-Identifier: Apache-2.0
"""Undo, redo, gestures, macros and listeners."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from mixassist.domain import commands as c
from mixassist.domain.channel import View
from mixassist.domain.controls import Controls
from mixassist.domain.document import Document
from mixassist.domain.errors import ControlError
from mixassist.domain.session import Session

from .conftest import MakeTrack


def _pan(value: float, track_id: str = "t1") -> c.SetControl:
    return c.SetControl(track_id, "pan", value)


def _pan_of(document: Document, track_id: str = "t1") -> object:
    return document.session.track(track_id).channel.controls["pan"]


@pytest.fixture
def document(session: Session) -> Document:
    return Document(session)


def test_a_new_document_has_nothing_to_undo() -> None:
    document = Document()
    assert (document.session, document.undo_label, document.redo_label) == (Session(), None, None)
    assert not document.undo()
    assert not document.redo()
    assert not document.is_modified


def test_undo_and_redo_name_their_action_and_go_both_ways(document: Document, session: Session) -> None:
    document.execute(_pan(0.5))
    document.execute(c.SetControl("t3", "low_shelf_gain_db", 2.0))
    edited = document.session
    assert document.history == ("Kick: pan", "Vocals: low shelf gain")
    assert document.undo_label == "Vocals: low shelf gain"
    assert document.undo()
    assert (document.undo_label, document.redo_label) == ("Kick: pan", "Vocals: low shelf gain")
    assert document.undo()
    assert document.session == session
    assert document.redo()
    assert document.redo()
    assert document.session == edited
    assert not document.redo()


def test_a_new_edit_forgets_what_was_undone(document: Document) -> None:
    document.execute(_pan(0.5))
    document.undo()
    document.execute(_pan(-0.5))
    assert document.redo_label is None


def test_an_edit_that_changes_nothing_leaves_no_step_and_keeps_redo(document: Document) -> None:
    document.execute(_pan(0.5))
    document.undo()
    document.execute(_pan(0.0))
    assert document.history == ()
    assert document.redo_label == "Kick: pan"


def test_a_refused_edit_changes_nothing(document: Document, session: Session) -> None:
    with pytest.raises(ControlError):
        document.execute(_pan(3.0))
    with pytest.raises(KeyError):
        document.execute(_pan(0.5, "nobody"))
    assert (document.session, document.history) == (session, ())


def test_modified_compares_with_what_was_saved(document: Document) -> None:
    document.execute(_pan(0.5))
    assert document.is_modified
    document.mark_saved()
    assert not document.is_modified
    document.undo()
    assert document.is_modified
    document.redo()
    assert not document.is_modified


def test_one_gesture_is_one_step_a_control(document: Document, session: Session) -> None:
    with document.gesture():
        for value in (0.1, 0.2, 0.3):
            document.execute(_pan(value))
        for value in (-1.0, -2.0):
            document.execute(c.SetControl("t1", "fader_db", value))
    assert document.history == ("Kick: pan", "Kick: fader")
    document.undo()
    assert _pan_of(document) == 0.3
    document.undo()
    assert document.session == session


def test_without_a_gesture_and_between_gestures_nothing_merges(document: Document) -> None:
    document.execute(_pan(0.1))
    document.execute(_pan(0.2))
    for value in (0.3, 0.4):
        with document.gesture():
            document.execute(_pan(value))
    assert len(document.history) == 4


def test_a_drag_back_to_its_start_leaves_no_step(document: Document) -> None:
    document.execute(_pan(0.5, "t2"))
    with document.gesture():
        document.execute(_pan(0.9))
        document.execute(c.SetSolo(frozenset({"t1"})))
        document.execute(_pan(0.0))
    assert document.history == ("Bass: pan",)


def test_a_gesture_inside_a_gesture_ends_with_the_outer_one(document: Document) -> None:
    with document.gesture():
        document.execute(_pan(0.1))
        with document.gesture():
            document.execute(_pan(0.2))
        document.execute(_pan(0.3))
    assert document.history == ("Kick: pan",)


def test_undo_in_the_middle_of_a_drag_ends_it(document: Document) -> None:
    document.begin_gesture()
    document.execute(_pan(0.5))
    document.undo()
    document.execute(_pan(0.7))
    document.execute(_pan(0.8))
    document.end_gesture()
    assert document.history == ("Kick: pan", "Kick: pan")
    document.end_gesture()


def test_a_macro_is_one_step(document: Document, session: Session) -> None:
    with document.macro("Reset"):
        document.execute(_pan(0.5))
        with document.macro("inner"):
            document.execute(_pan(0.5, "t2"))
            document.execute(c.RemoveTracks(("t3",)))
    assert document.history == ("Reset",)
    document.undo()
    assert document.session == session
    document.redo()
    assert len(document.session.tracks) == 2


def test_an_exception_in_a_macro_takes_it_all_back_and_keeps_redo(document: Document) -> None:
    document.execute(_pan(0.1))
    document.execute(_pan(0.2))
    document.undo()
    before = document.session
    with pytest.raises(ControlError), document.macro("Broken"):
        document.execute(_pan(0.5, "t2"))
        document.execute(_pan(7.0))
    assert (document.session, document.history) == (before, ("Kick: pan",))
    document.redo()
    assert _pan_of(document) == 0.2


def test_a_broken_macro_inside_another_takes_back_its_own_part_only(document: Document) -> None:
    with document.macro("Outer"):
        document.execute(_pan(0.5))
        with pytest.raises(ControlError), document.macro("Inner"):
            document.execute(_pan(0.5, "t2"))
            document.execute(_pan(7.0))
        document.execute(_pan(0.25, "t3"))
    assert document.history == ("Outer",)
    assert [_pan_of(document, t) for t in ("t1", "t2", "t3")] == [0.5, 0.0, 0.25]


def test_an_empty_macro_and_one_that_changes_nothing_leave_no_step(document: Document) -> None:
    with document.macro("Nothing"):
        pass
    with document.macro("To and fro"):
        document.execute(_pan(0.5))
        document.execute(_pan(0.0))
    assert document.history == ()


def test_a_macro_within_a_gesture_stays_its_own_step(document: Document) -> None:
    with document.gesture():
        document.execute(_pan(0.1))
        with document.macro("Macro"):
            document.execute(_pan(0.2))
        document.execute(_pan(0.3))
        with pytest.raises(ControlError), document.macro("Broken"):
            document.execute(_pan(0.4))
            document.execute(_pan(9.0))
        document.execute(_pan(0.5))
    assert document.history == ("Kick: pan", "Macro", "Kick: pan", "Kick: pan")
    for expected in (0.3, 0.2, 0.1, 0.0):
        document.undo()
        assert _pan_of(document) == expected


def test_undo_and_redo_refuse_inside_a_macro(document: Document) -> None:
    for act in (document.undo, document.redo, lambda: document.replace_session(Session())):
        with pytest.raises(RuntimeError, match="macro"), document.macro("M"):
            act()


def test_solo_survives_undo_and_redo_and_is_no_step(document: Document) -> None:
    document.execute(_pan(0.5))
    document.execute(c.SetSolo(frozenset({"t2"})))
    assert document.history == ("Kick: pan",)
    for move in (document.undo, document.redo):
        move()
        assert [t.channel.solo for t in document.session.tracks] == [False, True, False]


def test_a_removed_track_comes_back_with_its_solo(document: Document) -> None:
    document.execute(c.SetSolo(frozenset({"t2"})))
    document.execute(c.RemoveTracks(("t2",)))
    document.undo()
    assert document.session.track("t2").channel.solo


def test_applying_a_suggestion_is_one_step(document: Document, session: Session) -> None:
    document.execute(c.ApplyPrediction({t.id: Controls({"pan": 0.5}) for t in session.tracks}, "rules"))
    assert document.history == ("Automix",)
    document.undo()
    assert document.session == session


@pytest.mark.parametrize("in_gesture", [False, True])
def test_history_is_limited_to_its_newest_steps(session: Session, in_gesture: bool) -> None:
    document = Document(session)
    if in_gesture:
        document.begin_gesture()
    for index in range(1100):
        document.execute(c.SetControl("t1", ("pan", "reverb_wet")[index % 2], 0.0005 * (index + 1)))
    document.end_gesture()
    assert len(document.history) == 1000
    steps = 0
    while document.undo():
        steps += 1
    assert steps == 1000
    assert _pan_of(document) == pytest.approx(0.0005 * 99)


def test_a_macro_at_the_limit_still_is_one_step(session: Session) -> None:
    document = Document(session, max_steps=5)
    for value in (0.1, 0.2, 0.3, 0.4, 0.5):
        document.execute(_pan(value))
    with document.macro("Many"):
        for value in (0.1, 0.2, 0.3, 0.4):
            document.execute(_pan(value, "t2"))
    assert document.history == ("Kick: pan",) * 4 + ("Many",)
    with pytest.raises(ControlError), document.macro("Broken"):
        for value in (0.5, 0.6, 7.0):
            document.execute(_pan(value, "t2"))
    assert document.history == ("Kick: pan",) * 4 + ("Many",)
    assert _pan_of(document, "t2") == 0.4
    document.undo()
    assert (_pan_of(document), _pan_of(document, "t2")) == (0.5, 0.0)


def test_listeners_hear_before_and_now_until_they_stop(document: Document, session: Session) -> None:
    heard: list[tuple[Session, Session]] = []
    stop = document.listen(lambda before, now: heard.append((before, now)))
    document.execute(_pan(0.5))
    document.execute(_pan(0.5))
    document.undo()
    edited = session.with_track(session.track("t1").with_channel(replace(session.track("t1").channel)))
    assert [now for _, now in heard] == [heard[0][1], edited]
    assert heard[0][0] == session
    stop()
    stop()
    document.redo()
    assert len(heard) == 2


def test_another_session_clears_history_and_counts_as_saved(document: Document) -> None:
    document.execute(_pan(0.5))
    document.replace_session(Session("Other"))
    assert (document.session.name, document.history, document.is_modified) == ("Other", (), False)
    assert not document.undo()


def test_facts_reach_the_whole_history_without_a_step(document: Document, make_track: MakeTrack) -> None:
    document.execute(_pan(0.5))
    document.mark_saved()
    document.execute(_pan(0.6))
    document.undo()
    source = make_track("t1", "Kick", 77).source

    def change(session: Session) -> Session:
        return session.with_track(replace(session.track("t1"), source=source))

    document.update_facts(change)
    assert document.history == ("Kick: pan",)
    assert not document.is_modified
    for move in (document.redo, document.undo, document.undo):
        move()
        assert document.session.track("t1").source == source


def test_facts_found_elsewhere_make_the_file_on_disk_out_of_date(session: Session) -> None:
    document = Document(session)
    document.update_facts(lambda state: replace(state, name="found"))
    assert not document.is_modified
    document.mark_unsaved()
    assert document.is_modified and document.history == ()
    document.update_facts(lambda state: replace(state, name="found again"))
    assert document.is_modified
    document.mark_saved()
    assert not document.is_modified


def test_the_history_is_walked_in_one_leap(document: Document, session: Session) -> None:
    track = session.tracks[0]
    states = [session]
    for value in (-3.0, -6.0, -9.0):
        states.append(document.execute(c.SetControl(track.id, "fader_db", value)))
    document.mark_saved()
    assert document.saved_place == 3
    assert document.go_to(1)
    assert document.session == states[1]
    assert len(document.history) == 1
    assert len(document.future) == 2
    assert document.saved_place == 3
    assert document.go_to(3)
    assert document.session == states[3]
    assert not document.go_to(3)
    assert not document.go_to(4)
    assert not document.go_to(-1)
    document.go_to(0)
    document.execute(c.SetControl(track.id, "fader_db", 1.0))
    assert document.future == ()
    assert document.saved_place is None


def test_a_leap_keeps_the_solo_that_a_track_left_with(document: Document, session: Session) -> None:
    track = session.tracks[0]
    document.execute(c.SetControl(track.id, "fader_db", -3.0))
    document.execute(c.SetSolo(frozenset({track.id})))
    document.execute(c.RemoveTracks((track.id,)))
    document.go_to(0)
    assert document.session.track(track.id).channel.solo


def test_the_view_stays_when_steps_are_undone_and_redone(document: Document) -> None:
    document.execute(_pan(0.5))
    heard = replace(document.session, view=View.DRY)
    document.execute(_Listen(View.DRY))
    assert document.session == heard
    document.undo()
    assert document.session.view is View.DRY
    document.execute(_Listen(View.MODEL))
    document.redo()
    assert document.session.view is View.MODEL
    assert document.session == replace(heard, view=View.MODEL)


@dataclass(frozen=True)
class _Listen:
    view: View
    merge_key: str = ""
    undoable: bool = False

    def label(self, session: Session) -> str:
        return "View"

    def apply(self, session: Session) -> Session:
        return replace(session, view=self.view)
