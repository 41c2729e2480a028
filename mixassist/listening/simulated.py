# SPDX-License-Identifier: Apache-2.0
"""Listeners for tests of the tests: one always hears, one guesses, one hears with a given probability."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mixassist.listening.designs import Design


@dataclass(frozen=True)
class SimulatedListener:
    """Hears the difference in a share of the trials and guesses in the others (high-threshold model).

    Attributes:
        detects: probability of hearing it in one trial: 1 always hears, 0 guesses.
    """

    detects: float

    @property
    def right_share(self) -> float:
        """Probability of a right answer: what is heard, and half of the rest."""
        return self.detects + (1.0 - self.detects) / 2.0

    def answer(self, x: str, rng: np.random.Generator) -> str:
        """Returns the answer to one trial in which X was `x`."""
        return x if rng.random() < self.detects else ("A", "B")[int(rng.integers(2))]


ALWAYS_HEARS = SimulatedListener(1.0)
GUESSES = SimulatedListener(0.0)


def listener_at(level_db: float, threshold_db: float, slope_per_db: float = 1.0) -> SimulatedListener:
    """Returns a listener with a threshold: the difference is heard in half of the trials at `threshold_db`.

    The psychometric function is logistic in the size of the difference; `slope_per_db` is its steepness.
    """
    return SimulatedListener(float(1.0 / (1.0 + np.exp(-slope_per_db * (level_db - threshold_db)))))


def simulate(design: Design, listener: SimulatedListener, sessions: int, seed: int = 0) -> np.ndarray:
    """Returns for each of many sessions whether it was passed, all sessions at once.

    Both the coin and the listener are drawn trial by trial, as in a real session.
    """
    rng = np.random.default_rng(seed)
    x = rng.integers(2, size=(sessions, design.trials))
    heard = rng.random((sessions, design.trials)) < listener.detects
    answers = np.where(heard, x, rng.integers(2, size=x.shape))
    right = np.cumsum(answers == x, axis=1)
    passed = np.zeros(sessions, bool)
    for look, mark in zip(design.looks, design.marks, strict=True):
        passed |= right[:, look - 1] >= mark  # a session passed at an earlier look stays passed
    return passed


def simulate_peeking(trials: int, level: float, sessions: int, seed: int = 0) -> np.ndarray:
    """Returns how often a guesser would pass who may stop as soon as the running p looks good: why nobody may."""
    from scipy import stats

    rng = np.random.default_rng(seed)
    right = np.cumsum(rng.integers(2, size=(sessions, trials)), axis=1)
    counts = np.arange(1, trials + 1)
    return (stats.binom.sf(right - 1, counts[None, :], 0.5) <= level).any(axis=1)


def play_abx(test: object, listener: SimulatedListener, rng: np.random.Generator, peek: Callable[[], str]) -> None:
    """Answers a real test to its end; `peek` tells the listener's ears which X sounds."""
    while not test.has_ended:  # type: ignore[attr-defined]
        for key in ("A", "B", "X"):
            test.listened(key)  # type: ignore[attr-defined]
        test.answer(listener.answer(peek(), rng))  # type: ignore[attr-defined]
