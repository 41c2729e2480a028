# SPDX-License-Identifier: Apache-2.0
"""When an ABX test may end: exact levels, and no way to gain from stopping early."""

from __future__ import annotations

from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mixassist.domain.errors import MixAssistError
from mixassist.listening.designs import Design, design_from_dict, fixed_design, pass_mark, sequential_design
from mixassist.listening.simulated import (
    ALWAYS_HEARS,
    GUESSES,
    SimulatedListener,
    listener_at,
    simulate,
    simulate_peeking,
)

SESSIONS = 10_000


def test_sixteen_trials_are_passed_at_twelve_with_p_of_038() -> None:
    design = fixed_design()
    assert (design.looks, design.marks) == ((16,), (12,))
    assert design.p_value(16, 12) == pytest.approx(0.0384, abs=5e-5)
    assert design.false_alarm_rate == design.p_value(16, 12)


@pytest.mark.parametrize(
    ("trials", "mark"),
    # Roessler, Pangborn, Sidel and Stone, Journal of Food Science 43 (1978): paired difference, one-tailed, 5 %.
    [(7, 7), (8, 7), (9, 8), (10, 9), (12, 10), (16, 12), (20, 15), (24, 17), (25, 18), (30, 20), (40, 26), (50, 32)],
)
def test_marks_are_those_of_the_published_table(trials: int, mark: int) -> None:
    assert pass_mark(trials) == mark


@pytest.mark.parametrize("trials", [5, 16, 40])
@pytest.mark.parametrize("share", [0.5, 0.6, 0.75, 0.95])
def test_the_power_of_a_fixed_test_is_the_binomial_sum(trials: int, share: float) -> None:
    design = fixed_design(trials)
    expected = sum(comb(trials, k) * share**k * (1 - share) ** (trials - k) for k in range(design.marks[0], trials + 1))
    assert design.power(share) == pytest.approx(expected, rel=1e-12)


@settings(max_examples=40, deadline=None)
@given(
    looks=st.lists(st.integers(1, 4), min_size=1, max_size=4).map(lambda steps: tuple(np.cumsum(steps).tolist())),
    marks=st.lists(st.integers(1, 17), min_size=4, max_size=4),
    share=st.sampled_from([0.5, 0.8]),
)
def test_probabilities_agree_with_every_sequence_counted_one_by_one(
    looks: tuple[int, ...], marks: list[int], share: float
) -> None:
    design = Design(looks, tuple(marks[: len(looks)]))
    if design.trials > 10:
        return
    total = 0.0
    for outcome in product((0, 1), repeat=design.trials):
        sums = np.cumsum(outcome)
        if any(sums[n - 1] >= m for n, m in zip(design.looks, design.marks, strict=True)):
            total += share ** int(sums[-1]) * (1 - share) ** (design.trials - int(sums[-1]))
    assert design.power(share) == pytest.approx(total, abs=1e-12)


@pytest.mark.parametrize(("trials", "looks"), [(16, 2), (24, 3), (32, 4), (40, 5), (60, 10), (30, 30)])
def test_a_sequential_design_keeps_its_level_exactly(trials: int, looks: int) -> None:
    design = sequential_design(trials, looks)
    assert design.false_alarm_rate <= 0.05
    # Each look alone must be stricter than a fixed test, and the last must still be reachable.
    assert all(m >= pass_mark(n) for n, m in zip(design.looks, design.marks, strict=True))
    assert design.marks[-1] <= design.looks[-1]


def test_the_next_laxer_sequential_design_would_break_the_level() -> None:
    design = sequential_design(32, 4)
    steps = sorted({float(stats.binom.sf(k - 1, n, 0.5)) for n in design.looks for k in range(n // 2, n + 1)})
    nominal = max(float(stats.binom.sf(m - 1, n, 0.5)) for n, m in zip(design.looks, design.marks, strict=True))
    laxer = next(s for s in steps if s > nominal and s > 1.0001 * nominal)
    assert Design(design.looks, tuple(pass_mark(n, laxer) for n in design.looks)).false_alarm_rate > 0.05


def test_p_values_of_a_sequential_design_order_its_results() -> None:
    design = sequential_design(32, 4)
    first, last = design.looks[0], design.looks[-1]
    assert design.p_value(first, first) == pytest.approx(0.5**first)
    assert design.p_value(last, design.marks[-1]) == pytest.approx(design.false_alarm_rate)
    assert design.p_value(last, design.marks[-1] - 1) > 0.05
    assert design.p_value(last, 0) == pytest.approx(1.0)
    with pytest.raises(ValueError, match="no look after 9"):
        design.p_value(9, 9)


@pytest.mark.parametrize("design", [fixed_design(), fixed_design(40), sequential_design(), sequential_design(60, 10)])
@pytest.mark.parametrize("detects", [0.0, 0.3, 0.6, 1.0])
def test_ten_thousand_sessions_agree_with_the_formula(design: Design, detects: float) -> None:
    listener = SimulatedListener(detects)
    passed = simulate(design, listener, SESSIONS, seed=11).mean()
    expected = design.power(listener.right_share)
    error = np.sqrt(max(expected * (1 - expected), 1e-12) / SESSIONS)
    assert passed == pytest.approx(expected, abs=4 * error + 1e-9)


@pytest.mark.parametrize("design", [fixed_design(), sequential_design(), sequential_design(60, 10)])
def test_who_guesses_passes_at_most_as_often_as_stated(design: Design) -> None:
    rate = simulate(design, GUESSES, SESSIONS, seed=5).mean()
    assert rate <= 0.05
    assert simulate(design, ALWAYS_HEARS, SESSIONS, seed=5).all()


def test_why_nobody_may_stop_when_it_looks_good() -> None:
    rate = simulate_peeking(30, 0.05, SESSIONS, seed=3).mean()
    assert 0.11 < rate < 0.15


def test_a_listener_with_a_threshold_hears_half_at_it() -> None:
    assert listener_at(3.0, 3.0).detects == 0.5
    assert listener_at(3.0, 3.0).right_share == 0.75
    assert listener_at(9.0, 3.0).detects > 0.99
    rates = [simulate(fixed_design(), listener_at(x, 3.0), SESSIONS).mean() for x in (0.0, 2.0, 4.0, 8.0)]
    assert rates == sorted(rates)


@pytest.mark.parametrize("trials", [0, 4, 201])
def test_tests_that_can_show_nothing_are_refused(trials: int) -> None:
    with pytest.raises(MixAssistError, match="trials cannot show anything"):
        fixed_design(trials)
    with pytest.raises(MixAssistError):
        sequential_design(trials, 2)


def test_a_design_comes_back_from_a_log_and_a_forged_one_does_not() -> None:
    design = sequential_design()
    assert design_from_dict(design.to_dict()) == design
    for change in ({"looks": [8, 8]}, {"marks": [1.5]}, {"level": 2.0}, {"looks": [10**9], "marks": [1]}):
        with pytest.raises((ValueError, TypeError)):
            design_from_dict({**fixed_design().to_dict(), **change})
