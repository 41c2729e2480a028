# SPDX-License-Identifier: Apache-2.0
"""Who stands on which side: counterparts by name, the user's own places, toms, and what is left to the sound."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from types import SimpleNamespace

import pytest

from mixassist.automix.inputs import TrackAudio
from mixassist.automix.rules_table import rules_table
from mixassist.automix.sides import placed
from mixassist.automix.song import Song, hear_song
from mixassist.automix.stereo import pans
from mixassist.automix.toms import tom_size
from mixassist.domain.controls import NEUTRAL

RATE_HZ = 44_100


@pytest.fixture
def tracks(sounds: SimpleNamespace):
    """Makes mono tracks by name; the earlier in the list, the lower they sound, all of one instrument alike else."""

    def make(names: Sequence[str], locked: Mapping[str, float] | None = None, low_hz: float = 250) -> list[TrackAudio]:
        made = []
        for index, name in enumerate(names):
            low = low_hz * 1.02**index
            channel = {}
            if locked and name in locked:
                channel = {"controls": NEUTRAL.replaced({"pan": locked[name]}), "locks": frozenset({"pan"})}
            made.append(sounds.track_audio(name, sounds.noise_band(low, 8 * low, 0.5, index), **channel))
        return made

    return make


def heard(inputs: Sequence[TrackAudio]) -> Song:
    return hear_song(inputs, RATE_HZ)


def both(inputs: Sequence[TrackAudio], reach: float = 0.5) -> list[dict[str, float]]:
    """Places by the network's distances and by the rules."""
    song = heard(inputs)
    levels = {p.id: 0.0 for p in song.parts}
    return [placed(song, {p.id: reach for p in song.parts}, levels), pans(song, levels)]


@pytest.mark.parametrize(
    ("names", "pairs"),
    [
        (["BG1", "BG2", "BGD1", "BGD2"], [("BG1", "BGD1"), ("BG2", "BGD2")]),
        (["EGtr1a", "EGtr2a", "EGtr2b", "EGtr1b"], [("EGtr1a", "EGtr1b"), ("EGtr2a", "EGtr2b")]),
        (["Gtr 2", "Gtr 3", "Gtr 1", "Gtr 4"], [("Gtr 1", "Gtr 2"), ("Gtr 3", "Gtr 4")]),
        (["OHR_07", "Room_07", "OHL_07"], [("OHL_07", "OHR_07")]),
        (["OrgODR CONS", "Organ", "OrgODL CONS"], [("OrgODL CONS", "OrgODR CONS")]),
        (["CrashR", "Ride", "China", "CrashL"], [("CrashL", "CrashR")]),
        (["Crash 2", "Ride", "Crash 1"], [("Crash 1", "Crash 2")]),
        (["Paul GTR R84", "Clean Gtr", "Dirty Gtr", "Paul GTR"], [("Paul GTR", "Paul GTR R84")]),
    ],
)
def test_names_pair_before_sounds_and_the_first_is_left(tracks, names, pairs) -> None:
    for places in both(tracks(names)):
        for left, right in pairs:
            assert places[left] < -0.1
            assert places[right] == pytest.approx(-places[left])


def test_a_pair_shares_its_distance(tracks) -> None:
    song = heard(tracks(["OH L", "BGD1", "BG1", "OH R"]))
    reach = {"OH L": 1.0, "OH R": 0.9, "BG1": 0.2, "BGD1": 0.6}
    places = placed(song, reach, dict.fromkeys(reach, 0.0))
    assert places == pytest.approx({"OH L": -0.95, "OH R": 0.95, "BG1": -0.5, "BGD1": 0.5}), "doubles stand further out"
    numbered = heard(tracks(["Gtr 1", "Gtr 2"]))
    assert placed(numbered, {"Gtr 1": 0.2, "Gtr 2": 0.6}, {"Gtr 1": 0.0, "Gtr 2": 0.0})["Gtr 2"] == pytest.approx(0.4)
    wide = placed(song, dict.fromkeys(reach, 0.95), dict.fromkeys(reach, 0.0))
    assert wide["BGD1"] == 1.0, "and no further than the side"


def test_two_sides_of_one_recording_stand_far_out(tracks) -> None:
    """Whatever distance is wished for, also where a single part of the instrument would stay in the middle."""
    for names in (["Keys L", "Keys R", "Pad"], ["Drums L", "Drums R", "Gtr"], ["Room Left", "Room Right", "Snare"]):
        for places in both(tracks(names), reach=0.0):
            assert places[names[0]] == -places[names[1]] <= -0.9
    for places in both(tracks(["Bass L", "Bass R", "Gtr"]), reach=0.0):
        assert places["Bass L"] == places["Bass R"] == 0.0


def test_rules_follow_marks_without_a_separator_as_they_follow_others(tracks) -> None:
    (_, glued), (_, apart) = both(tracks(["OHL", "OHR"])), both(tracks(["OH L", "OH R"]))
    spread = rules_table()["overhead"].pan_spread
    assert list(glued.values()) == list(apart.values()) == [-spread, spread]


def test_a_single_mark_is_seen_behind_takes_and_edits(tracks) -> None:
    for places in both(tracks(["Gtr R CONS_01", "Clean Gtr", "Dirty Gtr"])):
        assert places["Gtr R CONS_01"] > 0.1


def test_what_names_do_not_tell_pairs_by_sound_in_turn(tracks) -> None:
    low_to_high = ["Clean Gtr", "Dirty Gtr", "Fuzz Gtr", "Crunch Gtr"]
    for places in both(tracks(low_to_high)):
        assert [places[n] > 0.0 for n in low_to_high] == [False, True, True, False]
        assert places["Clean Gtr"] == -places["Dirty Gtr"]
        assert places["Fuzz Gtr"] == -places["Crunch Gtr"]


def test_numbers_of_unknown_tracks_mean_nothing(tracks) -> None:
    song = heard(tracks(["Audio 1", "Audio 3", "Audio 2", "Audio 4"]))
    places = placed(song, {p.id: 0.5 for p in song.parts}, {p.id: 0.0 for p in song.parts})
    assert places["Audio 1"] == -places["Audio 3"]


@pytest.mark.parametrize(
    ("locked", "names", "wanted"),
    [
        ({"BGD1": -0.8}, ["BG1", "BG2", "BGD1", "BGD2"], {"BG1": 0.8, "BGD1": -0.8}),
        ({"OH L": 0.7}, ["OH L", "OH R"], {"OH R": -0.7}),
        ({"EGtr1a": 0.3}, ["EGtr1a", "Gtr Solo", "EGtr1b"], {"EGtr1b": -0.3}),
        ({"Crash 2": -0.5}, ["Crash 1", "Crash 2"], {"Crash 1": 0.5}),
    ],
)
def test_a_locked_part_is_mirrored_by_its_counterpart(tracks, locked, names, wanted) -> None:
    for places in both(tracks(names, locked)):
        assert {name: places[name] for name in wanted} == wanted


def test_what_is_locked_in_the_middle_is_no_counterpart(tracks) -> None:
    for places in both(tracks(["Gtr 2", "Gtr 1", "Gtr 3"], {"Gtr 1": 0.0})):
        assert places["Gtr 1"] == 0.0
        assert places["Gtr 2"] == pytest.approx(-places["Gtr 3"])
        assert abs(places["Gtr 2"]) > 0.1


def test_microphones_of_one_drum_do_not_mirror_a_lock(tracks) -> None:
    for places in both(tracks(["Sn", "SnBot"], {"Sn": 0.3}), reach=0.0):
        assert places == {"Sn": 0.3, "SnBot": 0.0}


def test_the_lead_stays_while_its_doubles_spread(sounds: SimpleNamespace) -> None:
    voice = sounds.noise_band(250, 3000, 2.0, 1)
    doubles = [sounds.noise_band(250, 3000, 2.0, seed) for seed in (2, 3)]
    for double in doubles:
        double[:RATE_HZ] = 0.0
    inputs = [
        sounds.track_audio(name, audio)
        for name, audio in zip(["VoxA", "VoxAD1", "VoxAD2"], [voice, *doubles], strict=True)
    ]
    song = heard(inputs)
    assert {p.instrument for p in song.parts} == {"lead_vocal"}
    for places in both(inputs):
        assert places["VoxA"] == 0.0
        assert places["VoxAD1"] == pytest.approx(-places["VoxAD2"])
        assert places["VoxAD1"] < -0.1


def sizes_of(*names: str) -> list[str]:
    return sorted(names, key=tom_size)


@pytest.mark.parametrize(
    "high_to_low",
    [
        ["Tom1 CONS", "Tom2 CONS", "FlTom CONS"],
        ["T1_16", "T2_16"],
        ["Rack_15", "Floor_15"],
        ["Tom", "Flr Tom"],
        ["Tom 1", "Tom 2", "Tom 3", "Tom 4"],
        ["Hi Tom", "Mid Tom", "Lo Tom", "Floor Tom"],
        ["Tom 12", "Tom 14", "Tom 16"],
        ["Rack Tom 1 421", "Rack Tom 2 421", "Floor Tom 421"],
        ["Hängetom", "Standtom"],
    ],
)
def test_toms_from_high_to_low_by_their_names(high_to_low) -> None:
    assert sizes_of(*reversed(high_to_low)) == high_to_low


def test_toms_stand_as_the_drummer_sees_them(tracks) -> None:
    # The floor tom sounds highest here, so that names and sound disagree.
    inputs = tracks(["Tom 1", "Tom 2", "Floor"], low_hz=90)
    by_network, by_rules = both(inputs)
    assert by_network == {"Tom 1": -0.5, "Tom 2": 0.25, "Floor": 0.5}
    assert by_rules["Tom 1"] == -by_rules["Floor"] < -0.3
    assert by_rules["Tom 2"] == pytest.approx(0.0)


def test_toms_keep_their_order_whatever_their_distances(tracks) -> None:
    song = heard(tracks(["Tom 1", "Tom 2", "Tom 3", "Floor"], low_hz=90))
    reach = {"Tom 1": 0.2, "Tom 2": 0.6, "Tom 3": 0.7, "Floor": 0.4}
    places = placed(song, reach, dict.fromkeys(reach, 0.0))
    assert places == {"Tom 1": -0.6, "Tom 2": -0.2, "Tom 3": 0.4, "Floor": 0.7}


def test_toms_without_telling_names_go_by_sound(tracks) -> None:
    for places in both(tracks(["Tom", "Toms"], low_hz=90)):
        assert places["Toms"] < -0.3
        assert places["Tom"] > 0.3


def test_microphones_of_one_tom_stay_together(tracks) -> None:
    for places in both(tracks(["Tom1 Top", "Floor Top", "Floor Bot", "Tom1 Bot"], low_hz=90)):
        assert places["Tom1 Top"] == places["Tom1 Bot"] < 0.0
        assert places["Floor Top"] == places["Floor Bot"] > 0.0


def test_toms_turn_round_with_one_that_the_user_placed(tracks) -> None:
    for places in both(tracks(["Tom 1", "Tom 2", "Floor"], {"Floor": -0.6}, low_hz=90)):
        assert places["Floor"] == -0.6
        assert places["Tom 1"] > 0.3
        assert places["Tom 2"] <= 0.0


def test_order_of_a_hundred_tracks_changes_nothing(tracks) -> None:
    kinds = ("BG{}", "BGD{}", "Gtr {}", "Keys{}a", "Keys{}b", "Tom {}", "Perc {}_01", "OH{}L", "OH{}R", "Ahs")
    names = [kind.format(n) for n in range(1, 11) for kind in kinds]
    inputs = tracks(names)
    # Ten tracks are called `Ahs`, as sessions may have it; they differ in id and sound.
    for index, item in enumerate(inputs):
        object.__setattr__(item.track, "id", f"t{index}")
    shuffled = inputs.copy()
    random.Random(2).shuffle(shuffled)
    one, other = both(inputs), both(shuffled)
    assert one == other
    by_name = {i.track.name: one[0][i.track.id] for i in inputs}
    for n in range(1, 11):
        assert by_name[f"BG{n}"] == -by_name[f"BGD{n}"] < 0.0
        assert by_name[f"OH{n}L"] == -by_name[f"OH{n}R"] < 0.0
    voices = [one[0][i.track.id] for i in inputs if i.track.name == "Ahs"]
    assert sum(voices) == pytest.approx(0.0)
    assert all(abs(v) > 0.1 for v in voices)
