# SPDX-License-Identifier: Apache-2.0
"""Every edit: what it changes, what it leaves, what undo calls it."""

from __future__ import annotations

import pytest

from mixassist.domain import commands as c
from mixassist.domain.channel import Stages
from mixassist.domain.controls import NEUTRAL, Controls
from mixassist.domain.errors import ControlError, MixAssistError
from mixassist.domain.session import Master, Session
from mixassist.domain.track import AudioFile, AudioSource, SourceSide

from .conftest import MakeTrack


def _labels(session: Session, make_track: MakeTrack) -> list[tuple[c.Command, str]]:
    new = make_track("n", "Pad")
    return [
        (c.SetControl("t3", "low_shelf_gain_db", 1.0), "Vocals: low shelf gain"),
        (c.SetControl("t1", "low_mid_q", 1.0), "Kick: low mid Q"),
        (c.SetControls({"t1": {"pan": 0.5}, "t2": {"pan": -0.5}}, "Spread"), "Spread"),
        (c.SetChannelFields("t1", {"mute": True}, "mute"), "Kick: mute"),
        (c.set_stage(session, "t1", "reverb", False), "Kick: reverb off"),
        (c.SetSolo(frozenset({"t1"})), "Solo"),
        (c.ApplyPrediction({"t1": Controls({"pan": 0.1})}, "rules"), "Automix"),
        (c.AddTracks((new,)), "Add Pad"),
        (c.AddTracks((new, new)), "Add 2 tracks"),
        (c.AddTracks((make_track("n", "Bass"),)), "Add Bass 2"),
        (c.RemoveTracks(("t2",)), "Remove Bass"),
        (c.RemoveTracks(("t1", "t2")), "Remove 2 tracks"),
        (c.RenameTrack("t2", "Sub/bass"), "Rename Bass to Sub_bass"),
        (c.RenameTrack("t2", "Kick"), "Rename Bass to Kick 2"),
        (c.MoveTrack("t2", 0), "Move Bass"),
        (c.ReplaceSource("t2", new.source), "Replace audio of Bass"),
        (c.SetMaster(Master(gain_db=-2.0)), "Master"),
        (c.SetMaster(Master(ceiling_dbtp=-2.0), "Ceiling"), "Ceiling"),
        (c.TakeSnapshot("Mine"), "Keep snapshot Mine"),
    ]


def test_labels_and_purity_of_every_edit(session: Session, make_track: MakeTrack) -> None:
    for command, words in _labels(session, make_track):
        before = session
        assert command.label(session) == words
        assert command.apply(session) != session
        assert session == before
        assert isinstance(command, c.Command)
        assert command.undoable is not isinstance(command, c.SetSolo)


def test_only_drags_merge_and_only_with_themselves() -> None:
    assert c.SetControl("a", "pan", 0.1).merge_key == c.SetControl("a", "pan", 0.9).merge_key
    keys = {
        c.SetControl("a", "pan", 0).merge_key,
        c.SetControl("b", "pan", 0).merge_key,
        c.SetControl("a", "fader_db", 0).merge_key,
        c.SetControls({}, "Node").merge_key,
        c.SetMaster(Master()).merge_key,
        c.SetMaster(Master(), "Ceiling").merge_key,
    }
    assert len(keys) == 6
    assert c.MoveTrack("a", 0).merge_key == c.TakeSnapshot("x").merge_key == ""


def test_set_control_changes_one_value_of_one_track(session: Session) -> None:
    changed = c.SetControl("t2", "pan", 0.25).apply(session)
    assert changed.track("t2").channel.controls == NEUTRAL.replaced({"pan": 0.25})
    assert changed.tracks[0] is session.tracks[0]


@pytest.mark.parametrize(("key", "value"), [("pan", 2.0), ("volume", 1.0), ("fader_db", float("nan"))])
def test_values_outside_the_table_are_refused(session: Session, key: str, value: float) -> None:
    with pytest.raises(ControlError):
        c.SetControl("t1", key, value).apply(session)
    with pytest.raises(ControlError):
        c.SetControls({"t1": {"pan": 0.1}, "t2": {key: value}}, "x").apply(session)


def test_unknown_tracks_are_key_errors(session: Session, make_track: MakeTrack) -> None:
    source = make_track().source
    for command in (
        c.SetControl("x", "pan", 0.0),
        c.SetControls({"x": {"pan": 0.0}}, "w"),
        c.SetChannelFields("x", {"mute": True}, "m"),
        c.RenameTrack("x", "y"),
        c.MoveTrack("x", 0),
        c.ReplaceSource("x", source),
    ):
        with pytest.raises(KeyError):
            command.apply(session)


def test_channel_fields_are_those_that_undo_may_touch(session: Session) -> None:
    fields = {"mute": True, "locks": frozenset({"pan"}), "instrument": "bass", "group": "g", "colour": "#fff"}
    channel = c.SetChannelFields("t1", fields, "several").apply(session).track("t1").channel
    assert {key: getattr(channel, key) for key in fields} == fields
    for field in ("solo", "controls", "prediction", "nonsense"):
        with pytest.raises(ValueError, match=field):
            c.SetChannelFields("t1", {field: True}, "x").apply(session)


@pytest.mark.parametrize("stage", ["equalizer", "compressor", "reverb"])
def test_stages_switch_one_by_one(session: Session, stage: str) -> None:
    changed = c.set_stage(session, "t1", stage, False).apply(session)
    assert changed.track("t1").channel.stages == Stages(**{stage: False})
    with pytest.raises(TypeError):
        c.set_stage(session, "t1", "limiter", True)


def test_solo_is_exactly_these(session: Session) -> None:
    soloed = c.SetSolo(frozenset({"t1", "t3", "gone"})).apply(session)
    assert [t.channel.solo for t in soloed.tracks] == [True, False, True]
    assert not c.SetSolo(frozenset()).apply(soloed).any_solo


def test_a_prediction_respects_locks_and_leaves_other_tracks(session: Session) -> None:
    locked = c.SetChannelFields("t1", {"locks": frozenset({"pan"})}, "lock").apply(session)
    suggestion = Controls({"pan": 0.5, "fader_db": -6.0})
    mixed = c.ApplyPrediction({"t1": suggestion, "gone": suggestion}, "rules", master=Master(-3.0)).apply(locked)
    channel = mixed.track("t1").channel
    assert (channel.controls["pan"], channel.controls["fader_db"], channel.prediction) == (0.0, -6.0, suggestion)
    assert mixed.track("t2") == session.track("t2")
    assert (mixed.method, mixed.master.gain_db) == ("rules", -3.0)
    assert c.ApplyPrediction({}, "rules").apply(session).master == session.master


def test_back_to_the_prediction_by_control_strip_and_session(session: Session) -> None:
    suggestion = Controls({"pan": 0.5, "fader_db": -6.0})
    mixed = c.ApplyPrediction({"t1": suggestion, "t2": suggestion}, "rules").apply(session)
    moves = {t: {"pan": -1.0, "fader_db": 3.0} for t in ("t1", "t2", "t3")}
    moved = c.SetControls(moves, "w").apply(mixed)
    one = c.BackToPrediction(("t1",), ("pan",)).apply(moved)
    assert one.track("t1").channel.controls == Controls({"pan": 0.5, "fader_db": 3.0})
    strip = c.BackToPrediction(("t1",)).apply(moved)
    assert strip.track("t1").channel.controls == suggestion
    assert strip.track("t2") == moved.track("t2")
    everything = c.BackToPrediction().apply(moved)
    assert [everything.track(t).channel.controls for t in ("t1", "t2")] == [suggestion] * 2
    assert everything.track("t3") == moved.track("t3")
    assert c.BackToPrediction().label(moved) == "Back to the prediction"


def test_tracks_come_go_move_and_are_renamed(session: Session, make_track: MakeTrack) -> None:
    def names(command: c.Command) -> list[str]:
        return [t.name for t in command.apply(session).tracks]

    assert names(c.AddTracks((make_track("n", "Bass"),), 0)) == ["Bass 2", "Kick", "Bass", "Vocals"]
    assert names(c.RemoveTracks(("t1", "gone"))) == ["Bass", "Vocals"]
    assert names(c.RenameTrack("t3", "Kick")) == ["Kick", "Bass", "Kick 2"]
    assert names(c.RenameTrack("t3", "vocals")) == ["Kick", "Bass", "vocals"]
    assert names(c.MoveTrack("t1", 99)) == ["Bass", "Vocals", "Kick"]
    assert names(c.MoveTrack("t3", -4)) == ["Vocals", "Kick", "Bass"]


def test_no_track_takes_the_master_s_name(session: Session, make_track: MakeTrack) -> None:
    added = c.AddTracks((make_track("n", "Master"), make_track("m", "master"))).apply(session)
    assert [t.name for t in added.tracks[3:]] == ["Master 2", "master 3"]
    assert c.AddTracks((make_track("n", "Master"),)).label(session) == "Add Master 2"
    assert c.RenameTrack("t1", "MASTER").apply(session).track("t1").name == "MASTER 2"
    assert c.RenameTrack("t1", "Master bus").apply(session).track("t1").name == "Master bus"


def test_other_audio_keeps_the_strip(session: Session) -> None:
    moved = c.SetControl("t1", "pan", 0.5).apply(session)
    source = AudioSource((SourceSide(AudioFile("/new.wav", 9, 48_000, 5, 1)),))
    replaced = c.ReplaceSource("t1", source, 12).apply(moved).track("t1")
    assert (replaced.source, replaced.start_frames, replaced.name) == (source, 12, "Kick")
    assert replaced.channel == moved.track("t1").channel


def test_snapshots_are_kept_and_recalled(session: Session) -> None:
    kept = c.TakeSnapshot("A").apply(c.SetControl("t1", "pan", 0.5).apply(session))
    moved = c.SetControl("t1", "pan", -0.5).apply(kept)
    assert c.RecallSnapshot("A").apply(moved).track("t1").channel.controls["pan"] == 0.5
    assert c.RecallSnapshot("A").label(moved) == "Recall snapshot A"
    with pytest.raises(MixAssistError, match="no such snapshot"):
        c.RecallSnapshot("B").apply(moved)
