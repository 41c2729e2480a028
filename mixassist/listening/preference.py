# SPDX-License-Identifier: Apache-2.0
"""Blind preference: which of two is better, or neither; which one comes first is a coin flip each trial."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mixassist.listening.blind_test import FINISHED, BlindTest, TestSetup
from mixassist.listening.sealed import coin_flips
from mixassist.listening.statistics import sign_test
from mixassist.listening.words import preference_words

KEYS = ("1", "2")
ANSWERS = ("1", "2", "none")
DEFAULT_TRIALS = 12


class PreferenceTest(BlindTest):
    """A fixed number of trials; in each, `1` and `2` are the two versions in an order drawn beforehand."""

    test = "preference"

    def __init__(self, setup: TestSetup, trials: int = DEFAULT_TRIALS, **more: Any) -> None:
        if len(setup.labels) != 2 or trials < 1:
            raise ValueError("a preference compares two, at least once")
        self.most_trials = trials
        super().__init__(setup, coin_flips(trials), {"trials": trials}, **more)
        self._answers: list[str] = []

    def version_of(self, key: str) -> int:
        """Returns which version sounds under `1` or `2`: 0 or 1."""
        return KEYS.index(key) ^ self._sealed.order[self.number - 1]

    def answer(self, choice: str) -> None:
        """Takes `1`, `2` or `none`; raises as `AbxTest.answer`."""
        ANSWERS.index(choice)
        if len(self._answers) < self.most_trials:
            self._trial({"answer": choice})
            self._answers.append(choice)
        if len(self._answers) == self.most_trials:
            self._end(FINISHED)

    def _outcome_of(self, outcome: str) -> tuple[Mapping[str, Any], str]:
        labels = (self.setup.labels[0], self.setup.labels[1])
        return preference_result(labels, self._answers, self._sealed.order, self.most_trials, outcome)


def preference_result(
    labels: tuple[str, str], answers: list[str], order: list[int], trials: int, outcome: str
) -> tuple[dict[str, Any], str]:
    """Returns a preference result as plain values and in words; of an abandoned test without a p value."""
    chosen = [KEYS.index(a) ^ flip for a, flip in zip(answers, order, strict=False) if a != "none"]
    first, second, undecided = chosen.count(0), chosen.count(1), answers.count("none")
    counts = {"trials": len(answers), "first": first, "second": second, "none": undecided}
    if outcome != FINISHED:
        words = f"Abandoned after {len(answers)} of {trials} trials: no result."
        return {**counts, "p": None}, words
    return {**counts, "p": sign_test(first, second)}, preference_words(labels, first, second, undecided)
