# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mixassist.domain.errors import MixAssistError
from mixassist.domain.instruments import INSTRUMENT
from mixassist.training.multitracks.kit import (
    KIT_INSTRUMENTS,
    KIT_NOTES,
    MICROPHONES,
    PAIRS,
    KitOptions,
    draw_kit_options,
    play_kit,
)
from mixassist.training.multitracks.notes import Note

RATE_HZ = 44_100
KICK, SNARE, CLAP, CLOSED, PEDAL, OPEN, CRASH = 36, 38, 39, 42, 44, 46, 49


def _hit(pitch: int, start_s: float = 0.0, velocity: int = 127) -> Note:
    return Note(start_s, start_s + 0.1, pitch, velocity)


def _lots(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def _rms_db(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(samples, dtype=np.float64)) + 1e-20))


def test_every_microphone_hears_every_drum(made_up_kit: Path) -> None:
    stems = play_kit([_hit(SNARE)], made_up_kit, _lots())
    assert list(stems) == list(MICROPHONES)
    levels = {name: _rms_db(stem) for name, stem in stems.items()}
    assert levels["Snare Top"] == pytest.approx(levels["Snare Bottom"], abs=0.1)
    assert levels["Snare Top"] - levels["Hat"] == pytest.approx(20.0, abs=0.1)
    assert all(stem.dtype == np.float32 and stem.shape == (round(4.1 * RATE_HZ), 1) for stem in stems.values())


def test_the_room_hears_it_later(made_up_kit: Path) -> None:
    stems = play_kit([_hit(KICK, 0.5)], made_up_kit, _lots())
    first = {name: int(np.flatnonzero(np.abs(stems[name]) > 1e-4)[0]) for name in ("Kick In", "Room L")}
    assert 22_050 <= first["Kick In"] < 22_055
    assert first["Room L"] - first["Kick In"] == pytest.approx(441, abs=25)


def test_harder_hits_are_louder(made_up_kit: Path) -> None:
    levels = []
    for velocity in (1, 32, 64, 96, 127):
        takes = [play_kit([_hit(SNARE, velocity=velocity)], made_up_kit, _lots(seed)) for seed in range(8)]
        levels.append(np.mean([_rms_db(take["Snare Top"]) for take in takes]))
    assert np.all(np.diff(levels) > 4.0)
    assert levels[-1] - levels[0] == pytest.approx(30.0, abs=1.5)


@pytest.mark.parametrize(("next_hat", "cut"), [(CLOSED, True), (PEDAL, True), (OPEN, True), (SNARE, False)])
def test_an_open_hi_hat_rings_until_the_hi_hat_is_played_again(made_up_kit: Path, next_hat: int, cut: bool) -> None:
    alone = play_kit([_hit(OPEN)], made_up_kit, _lots(), length_s=1.0)["Tom 2"]
    then = play_kit([_hit(OPEN), _hit(next_hat, 0.3, 1)], made_up_kit, _lots(), length_s=1.0)["Tom 2"]
    soft = play_kit([_hit(next_hat, 0.3, 1)], made_up_kit, _lots(), length_s=1.0)["Tom 2"]
    late = slice(round(0.4 * RATE_HZ), None)
    ring_db, left_db = _rms_db(alone[late]), _rms_db(then[late])
    assert (left_db < ring_db - 15.0) is cut
    assert left_db >= _rms_db(soft[late]) - 3.0


def test_claps_and_hand_drums_are_not_played(made_up_kit: Path) -> None:
    stems = play_kit([_hit(pitch) for pitch in (CLAP, 54, 56, 62, 70)], made_up_kit, _lots())
    assert not any(np.any(stem) for stem in stems.values())


def test_pairs_are_the_two_microphones_side_by_side(made_up_kit: Path) -> None:
    notes = [_hit(KICK), _hit(CRASH, 0.5)]
    mono = play_kit(notes, made_up_kit, _lots())
    stereo = play_kit(notes, made_up_kit, _lots(), options=KitOptions(frozenset(PAIRS)))
    assert len(stereo) == 11
    for pair, sides in PAIRS.items():
        assert np.array_equal(stereo[pair], np.hstack([mono[side] for side in sides]))


def test_microphones_that_nobody_put_up_are_missing_and_change_nothing_else(made_up_kit: Path) -> None:
    options = KitOptions(frozenset({"OH"}), frozenset({"Hat", "OH R", "Room L"}))
    full = play_kit([_hit(SNARE)], made_up_kit, _lots())
    some = play_kit([_hit(SNARE)], made_up_kit, _lots(), options=options)
    assert set(some) == set(MICROPHONES) - {"Hat", "OH L", "OH R", "Room L"}
    assert all(np.array_equal(some[name], full[name]) for name in some)


def test_drawn_options_always_keep_kick_snare_and_overheads() -> None:
    lots = _lots()
    for _ in range(200):
        options = draw_kit_options(lots)
        assert not options.left_out & {"Kick In", "Snare Top", "OH L", "OH R"}


def test_the_same_lots_give_the_same_samples(made_up_kit: Path) -> None:
    notes = [_hit(SNARE, 0.1 * k, 50 + k) for k in range(12)]
    one, two, other = (play_kit(notes, made_up_kit, _lots(seed))["OH L"] for seed in (5, 5, 6))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)


def test_the_names_belong_to_the_vocabulary() -> None:
    assert set(KIT_INSTRUMENTS) == set(MICROPHONES) | set(PAIRS)
    assert set(KIT_INSTRUMENTS.values()) <= INSTRUMENT.keys()


def test_a_folder_without_a_kit_and_a_kit_without_a_microphone(tmp_path: Path) -> None:
    with pytest.raises(MixAssistError, match="no samples of the drum kit"):
        play_kit([_hit(SNARE)], tmp_path, _lots())
    with pytest.raises(ValueError, match="no Cowbell"):
        KitOptions(left_out=frozenset({"Cowbell"}))


@pytest.mark.parametrize(
    ("pitch", "nearest"),
    [
        (KICK, "Kick In"),
        (SNARE, "Snare Top"),
        (50, "Tom 1"),
        (47, "Tom 2"),
        (45, "Tom 3"),
        (41, "Tom 4"),
        (CLOSED, "Hat"),
    ],
)
def test_real_drums_are_loudest_where_their_microphone_stands(shared_data: Path, pitch: int, nearest: str) -> None:
    stems = play_kit([_hit(pitch, velocity=110)], shared_data, _lots())
    close = {name: float(np.abs(stem).max()) for name, stem in stems.items() if not name.startswith("Room")}
    assert max(close, key=close.__getitem__) == nearest


def test_the_real_kit_has_all_its_articulations(shared_data: Path) -> None:
    folders = {path.name for path in (shared_data / "drums").iterdir() if path.is_dir()}
    assert {articulation for articulation, _ in KIT_NOTES.values()} == folders
