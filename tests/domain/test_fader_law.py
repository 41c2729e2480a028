# SPDX-License-Identifier: Apache-2.0
"""The fader's travel against the formula of the design."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mixassist.domain.fader_law import fader_factor, fader_gain_db, fader_position


def formula(gain_db: float) -> float:
    g = 10 ** (gain_db / 20)
    p = ((6 * math.log(2 * g / 3.981) / math.log(2) + 192) / 198) ** 8
    return (p - 0.0273) / 0.9727


@given(st.floats(-59.9, 12))
def test_position_is_the_formula(gain_db: float) -> None:
    assert fader_position(gain_db) == pytest.approx(min(formula(gain_db), 1.0), abs=1e-9)


@pytest.mark.parametrize(
    ("gain_db", "position"),
    [(12.0, 1.0), (0.0, 0.5965), (-60.0, 0.0), (-200.0, 0.0), (-math.inf, 0.0), (40.0, 1.0)],
)
def test_known_places(gain_db: float, position: float) -> None:
    assert fader_position(gain_db) == pytest.approx(position, abs=1e-3)


def test_the_ends_are_exact() -> None:
    assert (fader_position(-60.0), fader_position(12.0)) == (0.0, 1.0)
    assert (fader_gain_db(0.0), fader_gain_db(1.0)) == (-60.0, 12.0)
    assert (fader_gain_db(-1.0), fader_gain_db(2.0)) == (-60.0, 12.0)


def test_the_bottom_is_true_silence_and_unity_is_one() -> None:
    assert fader_factor(-60.0) == fader_factor(-1000.0) == 0.0
    assert fader_factor(0.0) == 1.0
    assert fader_factor(-59.9) > 0
    assert fader_factor(20.0) == pytest.approx(10.0)


@given(st.floats(0, 1))
def test_gain_is_the_inverse_of_position(position: float) -> None:
    assert fader_position(fader_gain_db(position)) == pytest.approx(position, abs=3e-5)


@given(st.floats(-80, 20), st.floats(0, 10))
def test_the_travel_never_falls(gain_db: float, more: float) -> None:
    assert fader_position(gain_db) <= fader_position(gain_db + more)


def test_the_ticks_people_read_are_far_enough_apart() -> None:
    ticks = [12, 6, 3, 0, -3, -6, -10, -15, -20, -30, -40, -60]
    places = [fader_position(t) for t in ticks]
    assert places == sorted(places, reverse=True)
    assert min(a - b for a, b in itertools.pairwise(places)) > 0.02
