# SPDX-License-Identifier: Apache-2.0
"""When an ABX test ends and when it is passed; chosen before the first trial, and never changed afterwards.

Stopping as soon as a running p value looks good multiplies the false alarms. A test therefore has a fixed number of
trials, or looks at its score at places fixed beforehand, with marks that share out the stated level among the looks.
All probabilities here are exact sums over the binomial distribution: nothing is approximated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from scipy import stats

from mixassist.domain.errors import MixAssistError

DEFAULT_TRIALS = 16
LEVEL = 0.05
"""The stated false-alarm rate: how often somebody who hears nothing may pass."""
MOST_TRIALS = 200
FEWEST_TRIALS = 5
"""With fewer trials not even a perfect score is below 5 %."""


@dataclass(frozen=True)
class Design:
    """Looks at the score after `looks` trials; at look i the test is passed with `marks[i]` right answers or more.

    One look is the plain test with a fixed number of trials. A mark above its look cannot be reached: no pass there.

    Attributes:
        looks: numbers of trials, rising; the last one ends the test.
        marks: right answers needed at each look.
        level: the stated false-alarm rate.
    """

    looks: tuple[int, ...]
    marks: tuple[int, ...]
    level: float = LEVEL

    def __post_init__(self) -> None:
        rising = all(a < b for a, b in pairwise(self.looks))
        if not self.looks or len(self.looks) != len(self.marks) or not rising or self.looks[0] < 1:
            raise ValueError(f"no design: looks {self.looks}, marks {self.marks}")

    @property
    def trials(self) -> int:
        """The most trials there can be."""
        return self.looks[-1]

    @property
    def is_sequential(self) -> bool:
        """Whether the test may end before its last trial."""
        return len(self.looks) > 1

    def has_ended(self, done: int, correct: int) -> bool:
        """Whether the test is over after `done` trials: passed at a look, or at its last trial."""
        return done >= self.trials or self.is_passed(done, correct)

    def is_passed(self, done: int, correct: int) -> bool:
        """Whether the score passes the look after `done` trials; False where there is no look."""
        return done in self.looks and correct >= self.marks[self.looks.index(done)]

    def power(self, right_share: float) -> float:
        """Returns how probable a pass is for somebody who answers right with probability `right_share`."""
        return float(sum(self._crossings(right_share)))

    @cached_property
    def false_alarm_rate(self) -> float:
        """How probable a pass is for somebody who guesses; at most `level`."""
        return self.power(0.5)

    def p_value(self, done: int, correct: int) -> float:
        """Returns how probable a result at least this good is for somebody who guesses.

        A pass at an earlier look counts as better than any later result (stage-wise ordering: Armitage 1957; Jennison
        and Turnbull, *Group Sequential Methods*, 2000, ch. 8). For a fixed number of trials it is the binomial p.

        Raises:
            ValueError: the test does not end there.
        """
        if done not in self.looks:
            raise ValueError(f"no look after {done} trials")
        index = self.looks.index(done)
        before = sum(self._crossings(0.5)[:index])
        return float(min(before + self._states(0.5)[index][max(correct, 0) :].sum(), 1.0))

    def to_dict(self) -> dict[str, Any]:
        """Returns plain values for a log."""
        return {"looks": list(self.looks), "marks": list(self.marks), "level": self.level}

    def _states(self, right_share: float) -> list[np.ndarray]:
        """Returns at each look the probabilities of 0 … n right answers together with no pass before."""
        going_on = np.ones(1)
        done, states = 0, []
        for look, mark in zip(self.looks, self.marks, strict=True):
            steps = look - done
            going_on = np.convolve(going_on, stats.binom.pmf(np.arange(steps + 1), steps, right_share))
            states.append(going_on.copy())
            going_on[max(mark, 0) :] = 0.0
            done = look
        return states

    def _crossings(self, right_share: float) -> list[float]:
        """Returns the probability of passing at each look and not before."""
        marks = (max(mark, 0) for mark in self.marks)
        return [float(state[mark:].sum()) for mark, state in zip(marks, self._states(right_share), strict=True)]


def fixed_design(trials: int = DEFAULT_TRIALS, level: float = LEVEL) -> Design:
    """Returns the test of a fixed number of trials: passed with the fewest right answers that have p ≤ `level`.

    Raises:
        MixAssistError: so few trials that nobody could pass, or too many to sit through.
    """
    _check(trials, level)
    return Design((trials,), (pass_mark(trials, level),), level)


def sequential_design(trials: int = 32, looks: int = 4, level: float = LEVEL) -> Design:
    """Returns a group-sequential test: `looks` evenly spaced looks, the last after `trials`.

    Every look has the same nominal level (Pocock, Biometrika 1977): the highest one at which somebody who guesses
    passes at any look with at most `level`. It is found by bisection on the exact probability.

    Raises:
        MixAssistError: as `fixed_design`, or more looks than trials.
    """
    _check(trials, level)
    if not 1 <= looks <= trials:
        raise MixAssistError(f"{looks} looks do not fit {trials} trials", remedy=f"Use 1 … {trials}.")
    places = tuple(sorted({round(trials * (i + 1) / looks) for i in range(looks)} - {0}))
    low, high = 0.0, level
    for _ in range(60):
        middle = (low + high) / 2
        fits = _with_nominal(places, middle, level).false_alarm_rate <= level
        low, high = (middle, high) if fits else (low, middle)
    design = _with_nominal(places, low, level)
    if design.power(1.0) < 1.0:
        raise MixAssistError(f"{trials} trials in {looks} looks cannot be passed", remedy="Use more trials.")
    return design


def pass_mark(trials: int, level: float = LEVEL) -> int:
    """Returns the fewest right answers with a binomial p of at most `level`; `trials` + 1 where there are none."""
    marks = np.arange(trials + 2)
    return int(marks[stats.binom.sf(marks - 1, trials, 0.5) <= level][0])


def design_from_dict(values: Mapping[str, Any]) -> Design:
    """Returns a design that a log holds; raises ValueError or KeyError for what is none."""
    looks, marks, level = values["looks"], values["marks"], values["level"]
    whole = all(type(v) is int for v in (*looks, *marks))
    if not whole or not isinstance(level, float) or not 0.0 < level < 1.0 or max(looks, default=0) > MOST_TRIALS:
        raise ValueError("no design")
    return Design(tuple(looks), tuple(marks), level)


def _with_nominal(looks: tuple[int, ...], nominal: float, level: float) -> Design:
    return Design(looks, tuple(pass_mark(n, nominal) for n in looks), level)


def _check(trials: int, level: float) -> None:
    if not FEWEST_TRIALS <= trials <= MOST_TRIALS or pass_mark(trials, level) > trials:
        raise MixAssistError(
            f"{trials} trials cannot show anything at a level of {level:g}",
            remedy=f"Use {FEWEST_TRIALS} … {MOST_TRIALS}.",
        )
