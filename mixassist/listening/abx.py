# SPDX-License-Identifier: Apache-2.0
"""ABX: is X the first or the second? The score is told at the end; training apart from it is not scored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mixassist.listening.blind_test import FINISHED, BlindTest, TestSetup
from mixassist.listening.designs import Design, fixed_design
from mixassist.listening.sealed import coin_flips
from mixassist.listening.words import abx_words

KEYS = ("A", "B", "X")
ANSWERS = ("A", "B")


class AbxTest(BlindTest):
    """A scored test. Each X is an independent coin flip; all are drawn, and committed to, before the first trial.

    Args:
        setup: two labels, A's and B's.
        design: when it ends and what passes; 16 trials by default.
    """

    test = "abx"

    def __init__(self, setup: TestSetup, design: Design | None = None, **more: Any) -> None:
        if len(setup.labels) != 2:
            raise ValueError("ABX compares two")
        self.design = design if design is not None else fixed_design()
        super().__init__(setup, coin_flips(self.design.trials), {"design": self.design.to_dict()}, **more)
        self._answers: list[int] = []

    @property
    def most_trials(self) -> int:
        """How many trials there are, at most."""
        return self.design.trials

    def version_of(self, key: str) -> int:
        """Returns which version sounds under a key: 0 or 1."""
        return self._sealed.order[self.number - 1] if key == "X" else ANSWERS.index(key)

    def answer(self, choice: str) -> None:
        """Takes the answer that X is `A` or `B`, and goes on to the next trial or ends.

        Raises:
            MixAssistError: the answer cannot be written; it does not count, and can be given again.
        """
        index = ANSWERS.index(choice)
        if not self._is_complete:
            self._trial({"answer": choice})
            self._answers.append(index)
        if self._is_complete:
            self._end(FINISHED)

    @property
    def _is_complete(self) -> bool:
        """Whether every answer is there; only the log's end may still be missing."""
        return self.design.has_ended(len(self._answers), self._right())

    def _right(self) -> int:
        return sum(a == x for a, x in zip(self._answers, self._sealed.order, strict=False))

    def _outcome_of(self, outcome: str) -> tuple[Mapping[str, Any], str]:
        return abx_result(self.design, len(self._answers), self._right(), outcome)


def abx_result(design: Design, done: int, right: int, outcome: str) -> tuple[dict[str, Any], str]:
    """Returns an ABX result as plain values and in words; of an abandoned test only how far it got."""
    if outcome != FINISHED:
        words = f"Abandoned after {done} of {design.trials} trials, {right} right: no result."
        return {"trials": done, "right": right, "p": None, "passed": None}, words
    p = design.p_value(done, right)
    passed = design.is_passed(done, right)
    return {"trials": done, "right": right, "p": p, "passed": passed}, abx_words(design, done, right)


class AbxTraining:
    """Trials that say at once whether they were right; nothing is counted, logged or kept."""

    def __init__(self) -> None:
        self.number = 1
        self._x = coin_flips(1)[0]

    def version_of(self, key: str) -> int:
        """Returns which version sounds under a key: 0 or 1."""
        return self._x if key == "X" else ANSWERS.index(key)

    def listened(self, key: str) -> None:
        """Nothing is noted in training."""

    def answer(self, choice: str) -> bool:
        """Returns whether X was that, and flips the coin again."""
        was_right = ANSWERS.index(choice) == self._x
        self._x = coin_flips(1)[0]
        self.number += 1
        return was_right
