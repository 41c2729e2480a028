# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from mixassist.domain.errors import MixAssistError
from mixassist.training.multitracks.sampling import (
    MAX_LIFT_DB,
    attack_level_db,
    choose_dynamic,
    fade_out,
    lay,
    read_sample,
)

_LEVELS_DB = [-30.0, -24.0, -20.0, -14.0]


@pytest.mark.parametrize(("velocity", "wanted_db"), [(1, -30.0), (43, -24.0), (64, -22.0), (85, -20.0), (127, -14.0)])
def test_loudness_follows_velocity_whichever_dynamic_is_drawn(velocity: int, wanted_db: float) -> None:
    lots = np.random.default_rng(1)
    drawn = [choose_dynamic(_LEVELS_DB, velocity, lots) for _ in range(50)]
    assert all(_LEVELS_DB[index] + gain_db == pytest.approx(wanted_db) for index, gain_db in drawn)


def test_between_two_dynamics_both_are_drawn_the_nearer_one_more_often() -> None:
    lots = np.random.default_rng(2)
    drawn = [choose_dynamic(_LEVELS_DB, 54, lots)[0] for _ in range(400)]  # a quarter of the way from 1 to 2
    assert set(drawn) == {1, 2}
    assert 200 < drawn.count(1) < 370


def test_a_sample_is_not_raised_beyond_its_noise() -> None:
    lots = np.random.default_rng(3)
    assert max(choose_dynamic([-60.0, -10.0], 120, lots)[1] for _ in range(300)) == MAX_LIFT_DB


def test_a_single_dynamic_serves_every_velocity() -> None:
    assert choose_dynamic([-20.0], 127, np.random.default_rng(4)) == (0, 0.0)


@pytest.mark.parametrize(
    ("start", "expected"),
    [(-2, [3, 4, 0, 0]), (1, [0, 1, 2, 3]), (3, [0, 0, 0, 1]), (4, [0, 0, 0, 0]), (-4, [0, 0, 0, 0]), (-9, [0] * 4)],
)
def test_laying_keeps_within_the_part(start: int, expected: list[int]) -> None:
    part = np.zeros(4, dtype=np.float32)
    lay(part, np.array([1, 2, 3, 4], dtype=np.float32), start, 1.0)
    assert part.tolist() == expected


def test_fade_ends_in_silence_and_leaves_the_start_alone() -> None:
    sample = np.ones((2, 44_100), dtype=np.float32)
    faded = fade_out(sample, 22_050, 0.1)
    assert faded.shape == (2, 22_050)
    assert np.all(faded[:, : 22_050 - 4410] == 1.0)
    assert np.all(np.abs(faded[:, -1]) < 1e-6)
    assert np.all(sample == 1.0)


def test_level_is_that_of_the_loudest_tenth_of_a_second() -> None:
    sample = np.zeros(44_100)
    sample[10_000:20_000] = 0.1
    assert attack_level_db(sample) == pytest.approx(-20.0, abs=0.01)
    assert attack_level_db(np.stack([sample, sample])) == pytest.approx(-17.0, abs=0.02)


def test_files_that_are_no_samples(tmp_path: Path) -> None:
    with pytest.raises(MixAssistError, match="cannot be read"):
        read_sample(tmp_path / "missing.ogg")
    soundfile.write(tmp_path / "slow.wav", np.zeros(100), 22_050)
    with pytest.raises(MixAssistError, match="22050 Hz"):
        read_sample(tmp_path / "slow.wav")
