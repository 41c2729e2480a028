# SPDX-License-Identifier: Apache-2.0
"""Sessions, tracks, names and snapshots as values."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixassist.domain.channel import Channel, Stages
from mixassist.domain.controls import Controls
from mixassist.domain.errors import MixAssistError
from mixassist.domain.instruments import INSTRUMENT, INSTRUMENTS
from mixassist.domain.session import SAMPLE_RATES_HZ, Session
from mixassist.domain.track import AudioFile, AudioSource, SourceSide, Track, clean_track_name, unique_track_name

from .conftest import MakeTrack


def _with(session: Session, track_id: str, **fields: object) -> Session:
    track = session.track(track_id)
    return session.with_track(track.with_channel(replace(track.channel, **fields)))  # type: ignore[arg-type]


@pytest.mark.parametrize("rate", SAMPLE_RATES_HZ)
def test_the_rates_a_session_runs_at(rate: int) -> None:
    assert Session(sample_rate_hz=rate).sample_rate_hz == rate


@pytest.mark.parametrize("rate", [0, -1, 8000, 44_101, 192_000])
def test_other_rates_are_refused(rate: int) -> None:
    with pytest.raises(MixAssistError, match=f"not {rate}"):
        Session(sample_rate_hz=rate)


def test_two_tracks_cannot_share_an_id(make_track: MakeTrack) -> None:
    with pytest.raises(ValueError, match="share an id"):
        Session(tracks=(make_track("a"), make_track("a", "Snare")))


def test_a_session_cannot_be_changed(session: Session) -> None:
    with pytest.raises(FrozenInstanceError):
        session.name = "Other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("mute", "solo", "audible"),
    [((0, 0, 0), (0, 0, 0), (1, 1, 1)), ((1, 0, 0), (0, 0, 0), (0, 1, 1)), ((0, 0, 0), (0, 1, 1), (0, 1, 1)),
     ((0, 1, 0), (0, 1, 0), (0, 0, 0)), ((1, 1, 1), (0, 0, 0), (0, 0, 0))],
)  # fmt: skip
def test_audible_is_not_muted_and_nothing_soloed_or_soloed(
    session: Session, mute: tuple[int, ...], solo: tuple[int, ...], audible: tuple[int, ...]
) -> None:
    for track, is_muted, is_soloed in zip(session.tracks, mute, solo, strict=True):
        session = _with(session, track.id, mute=bool(is_muted), solo=bool(is_soloed))
    assert tuple(int(session.is_audible(t)) for t in session.tracks) == audible
    assert session.any_solo == any(solo)


def test_length_is_where_the_last_track_ends_at_the_sessions_rate(session: Session, make_track: MakeTrack) -> None:
    assert Session().length_frames == 0
    assert session.length_frames == 7000
    assert session.with_added([make_track("x", "Pad", 8000, 48_000)]).length_frames == 7350


@pytest.mark.parametrize(
    ("controls", "halves"),
    [
        ({}, 0),
        ({"reverb_type": "hall"}, 0),
        ({"reverb_wet": 0.1}, 1),
        ({"reverb_wet": 0.1, "reverb_type": "hall"}, 6),
        ({"reverb_wet": 1.0, "reverb_type": "hall", "reverb_decay": 0.5}, 3),
        ({"reverb_wet": 0.1, "reverb_type": "plate"}, 4),
    ],
)
def test_a_session_lasts_until_its_reverbs_have_rung_out(
    make_track: MakeTrack, controls: dict[str, object], halves: int
) -> None:
    track = make_track("x", "Pad", 44_100, 44_100)
    session = Session(tracks=(replace(track, channel=track.channel.with_controls(controls)),))
    assert session.stems_frames == 44_100
    assert session.length_frames == 44_100 + halves * 22_050
    off = replace(session.tracks[0].channel, stages=Stages(reverb=False))
    assert replace(session, tracks=(replace(track, channel=off),)).length_frames == 44_100
    muted = replace(session.tracks[0].channel, mute=True)
    assert replace(session, tracks=(replace(track, channel=muted),)).length_frames == session.length_frames


def test_a_reverb_that_rings_out_before_the_end_makes_nothing_longer(make_track: MakeTrack) -> None:
    short, long = make_track("a", "Snare", 22_050, 44_100), make_track("b", "Bass", 88_200, 44_100)
    channel = short.channel.with_controls({"reverb_wet": 0.5, "reverb_type": "large_room"})
    session = Session(tracks=(replace(short, channel=channel), long))
    assert session.length_frames == session.stems_frames == 88_200
    odd = AudioFile("/a.wav", 1, 48_000, 1001, 1)
    assert AudioSource((SourceSide(odd),)).frames_at(44_100) == 920  # 919.67 rounded up


def test_a_pair_is_as_long_as_its_longer_side() -> None:
    left, right = (AudioFile(f"/{side}.wav", 1, 44_100, frames, 1) for side, frames in (("l", 10), ("r", 12)))
    pair = AudioSource((SourceSide(left), SourceSide(right)))
    assert (pair.frames_at(44_100), pair.channel_count, pair.files) == (12, 2, (left, right))
    stereo = AudioFile("/s.wav", 1, 44_100, 10, 2)
    assert AudioSource((SourceSide(stereo, 0), SourceSide(stereo, 1))).files == (stereo,)


@pytest.mark.parametrize("count", [0, 3])
def test_a_source_has_one_side_or_two(count: int) -> None:
    with pytest.raises(ValueError, match="one side or two"):
        AudioSource((SourceSide(AudioFile("/a.wav", 1, 44_100, 1, 8)),) * count)


def test_looking_tracks_up(session: Session) -> None:
    assert session.track("t2").name == "Bass"
    assert session.track_named("Bass").id == "t2"
    for look in (session.track, session.track_named):
        with pytest.raises(KeyError):
            look("nobody")


def test_with_track_replaces_the_track_of_that_id_only(session: Session, make_track: MakeTrack) -> None:
    changed = session.with_track(replace(session.track("t2"), start_frames=7))
    assert [t.start_frames for t in changed.tracks] == [0, 7, 5000]
    assert changed.tracks[0] is session.tracks[0]
    with pytest.raises(KeyError):
        session.with_track(make_track("nobody"))


def test_added_tracks_get_names_and_ids_of_their_own(session: Session, make_track: MakeTrack) -> None:
    grown = session.with_added([make_track("t1", "kick"), make_track("t1", "Kick"), make_track("", "a/b.c")])
    assert [t.name for t in grown.tracks] == ["Kick", "Bass", "Vocals", "kick 2", "Kick 3", "a_b_c"]
    assert len({t.id for t in grown.tracks}) == 6
    placed = session.with_added([make_track("x", "X"), make_track("y", "Y")], 1)
    assert [t.name for t in placed.tracks] == ["Kick", "X", "Y", "Bass", "Vocals"]


def test_a_new_track_never_takes_the_id_of_one_that_only_a_snapshot_remembers(
    session: Session, make_track: MakeTrack
) -> None:
    kept = _with(session, "t3", mute=True).taken_snapshot("Mine")
    shrunk = replace(kept, tracks=kept.tracks[:2])
    grown = shrunk.with_added([make_track("t3", "Strings")])
    recalled = grown.recalled_snapshot("Mine")
    assert not recalled.track_named("Strings").channel.mute


def test_a_snapshot_brings_controls_stages_and_mute_back_and_nothing_else(session: Session) -> None:
    kept = _with(session, "t1", controls=Controls({"pan": -0.5}), mute=True).taken_snapshot("A")
    moved = _with(kept, "t1", controls=Controls({"pan": 1.0}), mute=False, solo=True, colour="#123456")
    back = moved.recalled_snapshot("A").track("t1").channel
    assert (back.controls["pan"], back.mute, back.solo, back.colour) == (-0.5, True, True, "#123456")


def test_a_snapshot_of_the_same_name_replaces_the_old_one(session: Session) -> None:
    twice = session.taken_snapshot("A").taken_snapshot("B").taken_snapshot("A")
    assert [s.name for s in twice.snapshots] == ["B", "A"]


def test_a_snapshot_leaves_tracks_alone_that_it_does_not_know(session: Session, make_track: MakeTrack) -> None:
    grown = session.taken_snapshot("A").with_added([make_track("new", "New")])
    grown = _with(grown, "new", mute=True)
    assert grown.recalled_snapshot("A").track("new").channel.mute


def test_an_unknown_snapshot_is_an_error_with_its_name(session: Session) -> None:
    with pytest.raises(MixAssistError, match="Mine: there is no such snapshot"):
        session.recalled_snapshot("Mine")
    assert session.snapshot("Mine") is None


def test_a_session_with_snapshots_can_be_copied_and_sent_to_a_process(session: Session) -> None:
    kept = session.taken_snapshot("A")
    assert copy.deepcopy(kept) == kept
    assert pickle.loads(pickle.dumps(kept)) == kept
    with pytest.raises(TypeError):
        kept.snapshots[0].channels["t1"] = None  # type: ignore[index]


@pytest.mark.parametrize(
    ("name", "clean"),
    [("Kick", "Kick"), ("a/b\\c.d", "a_b_c_d"), ("  two   words ", "two words"), ("", "Track"), ("\0\x1b", "Track"),
     ("\ud800", "Track"), ("Gesäng ß", "Gesäng ß"), ("x" * 500, "x" * 120), ("..", "__")],
)  # fmt: skip
def test_clean_names(name: str, clean: str) -> None:
    assert clean_track_name(name) == clean


@given(st.text(max_size=300))
def test_a_clean_name_is_clean(name: str) -> None:
    clean = clean_track_name(name)
    assert clean_track_name(clean) == clean
    assert clean
    assert not set(clean) & set("./\\\0\n")
    clean.encode()


@given(st.lists(st.text(max_size=4), max_size=12))
def test_names_are_unique_whatever_their_case(names: list[str]) -> None:
    taken: set[str] = set()
    for name in names:
        taken.add(unique_track_name(name, taken))
    assert len({t.casefold() for t in taken}) == len(names)


def test_instruments_have_unique_keys_and_a_family() -> None:
    assert len(INSTRUMENT) == len(INSTRUMENTS)
    assert all(i.key.replace("_", "").islower() and i.label and i.family for i in INSTRUMENTS)


def test_a_channel_belongs_to_one_track_only(make_track: MakeTrack) -> None:
    one: Track = make_track()
    other = one.with_channel(Channel(mute=True))
    assert not one.channel.mute
    assert other.source is one.source
