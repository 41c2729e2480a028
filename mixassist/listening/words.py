# SPDX-License-Identifier: Apache-2.0
"""Results in words that claim no more than was shown.

A test that is not passed says "no difference shown": how alike two things are is not what it measures.
"""

from __future__ import annotations

import math

from mixassist.listening.designs import Design
from mixassist.listening.statistics import Interval, ScaleComparison, sign_test, wilson_interval

TYPICAL_SHARE = 0.75
"""Share of right answers for which the power is told: half of the differences heard, the rest guessed."""


def p_words(p: float) -> str:
    """Returns a p value as it is printed: three decimals at most, never 0."""
    if math.isnan(p):
        return "p unknown"
    if p < 0.001:
        return "p < .001"
    return f"p = {p:.3f}".replace("0.", ".", 1) if p < 0.9995 else "p = 1"


def abx_words(design: Design, done: int, right: int) -> str:
    """Returns the result of a finished ABX test."""
    p = design.p_value(done, right)
    share = wilson_interval(right, done)
    interval = f"{percent(share.low)} … {percent(share.high)}"
    score = f"{right} of {done} right, {p_words(p)}, 95 % interval of the share {interval}"
    if design.is_passed(done, right):
        return f"A difference was heard: {score}."
    chance = percent(design.power(TYPICAL_SHARE))
    return (
        f"No difference shown: {score}. Somebody right in {percent(TYPICAL_SHARE)} of the trials would have passed "
        f"this test with a chance of {chance}."
    )


def preference_words(labels: tuple[str, str], first: int, second: int, undecided: int, listeners: int = 1) -> str:
    """Returns the result of a preference test; answers of several listeners together speak of these listeners."""
    p = sign_test(first, second)
    counts = (
        f"{labels[0]} preferred {first} times, {labels[1]} {second} times, no preference {undecided} times; "
        f"sign test {p_words(p)}"
    )
    if p <= 0.05:
        better = labels[0] if first > second else labels[1]
        who = f" by these {listeners} listeners, all answers together" if listeners > 1 else ""
        return f"{better} was preferred{who}: {counts}."
    return f"No preference shown: {counts}."


def scale_words(found: ScaleComparison, listeners: int, ratings: int) -> str:
    """Returns what a comparison of ratings shows."""
    who = f"{ratings} ratings by {listeners} listener{'' if listeners == 1 else 's'}"
    test = f"Kruskal–Wallis H = {found.h:.2f}, {p_words(found.p)}"
    if found.p > 0.05:
        return f"No difference between the versions shown: {test}, {who}."
    apart = [f"{d.first} and {d.second}" for d in found.pairs if d.p_holm <= 0.05]
    pairs = f"apart by Conover's test with Holm's correction: {'; '.join(apart)}" if apart else "no single pair apart"
    return f"The versions were rated differently: {test}, {who}; {pairs}."


def interval_words(interval: Interval, decimals: int = 2) -> str:
    """Returns an estimate with its interval, or alone where there is none."""
    if math.isnan(interval.estimate):
        return "–"
    text = f"{interval.estimate:.{decimals}f}"
    if math.isnan(interval.low):
        return text
    return f"{text} [{interval.low:.{decimals}f}, {interval.high:.{decimals}f}]"


def percent(share: float) -> str:
    """Returns a share as whole percent."""
    return f"{100 * share:.0f} %"
