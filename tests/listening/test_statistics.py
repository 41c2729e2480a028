# SPDX-License-Identifier: Apache-2.0
"""The statistics against closed forms, published tables and formulas written a second time."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mixassist.listening.statistics import (
    binomial_p,
    compare_scales,
    conover,
    friedman_p,
    holm,
    kruskal_wallis,
    mean_opinion,
    sign_test,
    sign_test_power,
    wilson_interval,
)


@pytest.mark.parametrize(("right", "trials"), [(12, 16), (0, 16), (16, 16), (9, 10), (1, 1), (55, 100)])
def test_the_binomial_p_is_the_sum_of_its_terms(right: int, trials: int) -> None:
    expected = sum(math.comb(trials, k) for k in range(right, trials + 1)) / 2**trials
    assert binomial_p(right, trials) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("right", "trials"), [(12, 16), (0, 16), (16, 16), (5, 10), (81, 263), (1, 29)])
def test_wilson_s_interval_is_his_formula(right: int, trials: int) -> None:
    z = stats.norm.ppf(0.975)
    share = right / trials
    centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    found = wilson_interval(right, trials)
    assert (found.low, found.high) == pytest.approx((centre - half, centre + half), abs=1e-12)


@pytest.mark.parametrize(
    ("right", "trials", "low", "high"),
    # Newcombe, Statistics in Medicine 1998, table I, method 3 (score without continuity correction).
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_s_interval_is_that_of_newcombe_s_table(right: int, trials: int, low: float, high: float) -> None:
    found = wilson_interval(right, trials)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("first", "second", "p"), [(10, 0, 2 / 1024), (9, 1, 22 / 1024), (8, 2, 112 / 1024), (5, 5, 1.0), (0, 0, 1.0)]
)
def test_the_sign_test_counts_both_tails(first: int, second: int, p: float) -> None:
    assert sign_test(first, second) == pytest.approx(p)
    assert sign_test(second, first) == pytest.approx(p)


def test_the_sign_test_s_power_agrees_with_a_simulation() -> None:
    counts = np.random.default_rng(1).binomial(12, 0.85, 10_000)
    passes = np.array([sign_test(k, 12 - k) <= 0.05 for k in range(13)])
    rate = passes[counts].mean()
    assert sign_test_power(12, 0.85) == pytest.approx(rate, abs=0.02)
    assert sign_test_power(12, 0.5) <= 0.05


def test_the_opinion_interval_is_student_s() -> None:
    scores = [4, 5, 3, 4, 4, 2, 5, 4]
    half = 2.364624 * np.std(scores, ddof=1) / math.sqrt(8)  # t table: 7 degrees of freedom, 97.5 %
    found = mean_opinion(scores)
    assert (found.estimate, found.low, found.high) == pytest.approx((3.875, 3.875 - half, 3.875 + half), abs=1e-6)
    assert math.isnan(mean_opinion([3]).low)
    assert math.isnan(mean_opinion([]).estimate)


def test_holm_s_correction_by_hand() -> None:
    # 0.01·4, 0.02·3, max(0.06, 0.03·2), max(0.06, 0.04·1)
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([0.6, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


@settings(max_examples=50)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_rejects_exactly_what_the_step_down_procedure_rejects(p_values: list[float]) -> None:
    level = 0.05
    rejected: set[int] = set()
    for rank, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        if (len(p_values) - rank) * p_values[index] > level:
            break
        rejected.add(index)
    assert {i for i, p in enumerate(holm(p_values)) if p <= level} == rejected


# Conover, Practical Nonparametric Statistics (3rd ed. 1999), example 1 of section 5.2: yields of corn by four methods.
CORN = {
    "1": [83, 91, 94, 89, 89, 96, 91, 92, 90],
    "2": [91, 90, 81, 83, 84, 83, 88, 91, 89, 84],
    "3": [101, 100, 91, 93, 96, 95, 94],
    "4": [78, 82, 81, 77, 79, 81, 80, 81],
}


def test_kruskal_wallis_on_conover_s_corn() -> None:
    h, p = kruskal_wallis(list(CORN.values()))
    assert h == pytest.approx(25.63, abs=0.005)  # the book's T
    assert p < 0.001


def test_conover_s_test_on_his_own_example_finds_every_pair_apart() -> None:
    pairs = {(d.first, d.second): d for d in conover(CORN)}
    assert len(pairs) == 6
    assert all(d.p < 0.05 for d in pairs.values())  # the book: all methods differ from one another
    assert min(pairs.values(), key=lambda d: d.p).first == "3"
    assert min(pairs.values(), key=lambda d: d.p).second == "4"


def conover_again(groups: dict[str, list[float]]) -> dict[tuple[str, str], float]:
    """The formula written a second time, from sums of squares within groups instead of from H."""
    everything = stats.rankdata(np.concatenate(list(groups.values())))
    ends = np.cumsum([len(g) for g in groups.values()])
    ranks = {name: everything[end - len(groups[name]) : end] for name, end in zip(groups, ends, strict=True)}
    total = sum(len(r) for r in ranks.values())
    # S²(N−1−H) is the variation within the groups, as H = (N−1)·between/total.
    within = sum(float(((r - r.mean()) ** 2).sum()) for r in ranks.values())
    freedom = total - len(ranks)
    found = {}
    for a, b in combinations(ranks, 2):
        width = math.sqrt(within / freedom * (1 / len(ranks[a]) + 1 / len(ranks[b])))
        t = abs(ranks[a].mean() - ranks[b].mean()) / width
        found[a, b] = 2 * (1 - stats.t.cdf(t, freedom))
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(1, 5), min_size=2, max_size=8), min_size=2, max_size=5))
def test_conover_agrees_with_the_t_test_on_ranks_written_differently(values: list[list[int]]) -> None:
    groups = {str(i): [float(v) for v in g] for i, g in enumerate(values)}
    everything = np.concatenate(list(groups.values()))
    if len(np.unique(everything)) < 2 or all(len(set(g)) == 1 for g in groups.values()):
        return
    expected = conover_again(groups)
    for d in conover(groups):
        assert d.p == pytest.approx(expected[d.first, d.second], abs=1e-9)


def test_degenerate_ratings_make_no_difference_and_no_error() -> None:
    assert kruskal_wallis([[3, 3], [3, 3]]) == (0.0, 1.0)
    assert all(d.p == 1.0 for d in conover({"a": [3, 3], "b": [3, 3]}))
    assert conover({"a": [1, 1, 1], "b": [5, 5, 5]})[0].p == 0.0
    assert conover({"a": [1]}) == ()
    assert conover({"a": [1], "b": [2]})[0].p == 1.0


def test_kruskal_wallis_keeps_its_level_over_many_tests_without_a_difference() -> None:
    rng = np.random.default_rng(2)
    p_values = [kruskal_wallis(rng.integers(1, 6, (4, 20)).tolist())[1] for _ in range(1000)]
    assert np.mean(np.array(p_values) <= 0.05) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 1000)


def test_ratings_of_the_same_listeners_are_also_tested_as_such() -> None:
    ratings = {v: {str(n): [base + 0.1 * n] for n in range(6)} for v, base in (("a", 0.0), ("b", 0.02), ("c", 0.04))}
    found = compare_scales(ratings)
    assert found.p > 0.5  # swamped by the listeners' own levels
    assert found.friedman_p == pytest.approx(math.exp(-6))  # all six rank them alike: chi² of 12 with 2 degrees
    assert math.isnan(friedman_p({"a": {"x": [1.0]}, "b": {"x": [2.0]}}))
