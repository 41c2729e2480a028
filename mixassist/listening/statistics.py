# SPDX-License-Identifier: Apache-2.0
"""The statistics of listening tests: SciPy's where SciPy has them, the rest after the papers named."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import stats

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """An estimate with its confidence interval; the bounds are NaN where there is too little to tell."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class PairDifference:
    """One comparison after a Kruskal–Wallis test: two versions, the p value and the one corrected by Holm."""

    first: str
    second: str
    p: float
    p_holm: float


@dataclass(frozen=True)
class ScaleComparison:
    """Whether ratings of several versions differ.

    Attributes:
        h, p: Kruskal–Wallis.
        friedman_p: Friedman's test over listeners who rated every version; NaN with fewer than three of them.
        pairs: Conover's test, every pair.
    """

    h: float
    p: float
    friedman_p: float
    pairs: tuple[PairDifference, ...]


def binomial_p(right: int, trials: int) -> float:
    """Returns the exact one-sided p value: how probable so many right answers or more are by guessing."""
    return float(stats.binomtest(right, trials, 0.5, alternative="greater").pvalue) if trials else 1.0


def wilson_interval(right: int, trials: int, confidence: float = CONFIDENCE) -> Interval:
    """Returns the share of right answers with Wilson's score interval (JASA 1927)."""
    if not trials:
        return Interval(math.nan, math.nan, math.nan)
    bounds = stats.binomtest(right, trials).proportion_ci(confidence, method="wilson")
    return Interval(right / trials, float(bounds.low), float(bounds.high))


def sign_test(first: int, second: int) -> float:
    """Returns the exact two-sided p value of a preference; answers without a preference are left out beforehand."""
    return float(stats.binomtest(first, first + second, 0.5).pvalue) if first + second else 1.0


def sign_test_power(decided: int, first_share: float, level: float = 0.05) -> float:
    """Returns how probable p ≤ `level` is when the first is preferred with probability `first_share`."""
    counts = np.arange(decided + 1)
    rejected = np.array([sign_test(int(k), decided - int(k)) <= level for k in counts])
    return float(stats.binom.pmf(counts, decided, first_share)[rejected].sum())


def mean_opinion(scores: Sequence[float], confidence: float = CONFIDENCE) -> Interval:
    """Returns the mean of independent scores with Student's interval."""
    values = np.asarray(scores, np.float64)
    if len(values) < 2:
        return Interval(float(values.mean()) if len(values) else math.nan, math.nan, math.nan)
    half = stats.t.ppf((1 + confidence) / 2, len(values) - 1) * stats.sem(values)
    return Interval(float(values.mean()), float(values.mean() - half), float(values.mean() + half))


def holm(p_values: Sequence[float]) -> list[float]:
    """Returns p values corrected for their number, in the same order (Holm, Scandinavian J. of Statistics 1979)."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    corrected, highest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min((len(p_values) - rank) * p_values[index], 1.0))
        corrected[index] = highest
    return corrected


def kruskal_wallis(groups: Sequence[Sequence[float]]) -> tuple[float, float]:
    """Returns H, corrected for ties, and p; (0, 1) when all ratings are equal or there are not two groups."""
    kept = [np.asarray(g, np.float64) for g in groups if len(g)]
    if len(kept) < 2 or len(np.unique(np.concatenate(kept))) < 2:
        return 0.0, 1.0
    found = stats.kruskal(*kept)
    return float(found.statistic), float(found.pvalue)


def conover(groups: Mapping[str, Sequence[float]]) -> tuple[PairDifference, ...]:
    """Compares every pair of groups by Conover's test after Kruskal–Wallis, corrected by Holm.

    t = |R̄i − R̄j| / √(S² · (N − 1 − H)/(N − k) · (1/ni + 1/nj)) with N − k degrees of freedom, where R are the ranks of
    all ratings together, S² = (ΣR² − N(N + 1)²/4)/(N − 1), and H is corrected for ties (Conover, *Practical
    Nonparametric Statistics*, 3rd ed. 1999, ch. 5.2; Conover and Iman 1979).
    """
    kept = {name: np.asarray(g, np.float64) for name, g in groups.items() if len(g)}
    total, count = sum(len(g) for g in kept.values()), len(kept)
    if count < 2:
        return ()
    ranks = stats.rankdata(np.concatenate(list(kept.values())))
    h, _ = kruskal_wallis([g.tolist() for g in kept.values()])
    s_squared = (float(np.dot(ranks, ranks)) - total * (total + 1) ** 2 / 4) / (total - 1)
    freedom = total - count
    spread = s_squared * (total - 1 - h) / freedom if freedom > 0 else math.nan
    means, sizes, start = {}, {}, 0
    for name, values in kept.items():
        means[name], sizes[name] = float(ranks[start : start + len(values)].mean()), len(values)
        start += len(values)
    pairs = list(combinations(kept, 2))
    p_values = [_conover_p(means[a] - means[b], spread * (1 / sizes[a] + 1 / sizes[b]), freedom) for a, b in pairs]
    return tuple(
        PairDifference(a, b, p, corrected) for (a, b), p, corrected in zip(pairs, p_values, holm(p_values), strict=True)
    )


def _conover_p(difference: float, variance: float, freedom: int) -> float:
    if difference == 0.0 or not math.isfinite(variance):
        return 1.0
    if variance <= 1e-12:  # every group of one rank, all apart
        return 0.0
    return float(2 * stats.t.sf(abs(difference) / math.sqrt(variance), freedom))


def compare_scales(ratings: Mapping[str, Mapping[str, Sequence[float]]]) -> ScaleComparison:
    """Tests whether versions are rated differently.

    Args:
        ratings: version → listener → that listener's ratings of it.
    """
    groups = {version: [r for rs in by.values() for r in rs] for version, by in ratings.items()}
    h, p = kruskal_wallis(list(groups.values()))
    return ScaleComparison(h, p, friedman_p(ratings), conover(groups))


def friedman_p(ratings: Mapping[str, Mapping[str, Sequence[float]]]) -> float:
    """Returns Friedman's p over the listeners who rated every version, each by their mean; NaN for too few.

    Ratings of one listener belong together, which Kruskal–Wallis does not know: it stands beside it for that reason.
    """
    shared = set.intersection(*(set(by) for by in ratings.values())) if ratings else set()
    if len(ratings) < 3 or len(shared) < 3:
        return math.nan
    table = [[float(np.mean(by[listener])) for listener in sorted(shared)] for by in ratings.values()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # all ratings tied: 0/0, and so NaN
        return float(stats.friedmanchisquare(*table).pvalue)
