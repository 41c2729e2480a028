# SPDX-License-Identifier: Apache-2.0
"""Opinion scores: one version at a time, 1 (bad) … 5 (excellent), with a screening question and attention checks.

After the listening test of Kandpal, Nieto and Jin (*Music Enhancement via Image Translation and Vocoding*, ICASSP 2022,
section 5.1): first the listener finds, among five samples, the one that is the same as the reference, the other four
having passed a small effect each; among the questions four in thirty are checks with a known answer, and a listener who
misses one is not counted. Low anchor: the reference under white noise at 0 dB. High anchor: the reference itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mixassist.listening.blind_test import FINISHED, SCREENED_OUT, BlindTest, TestSetup
from mixassist.listening.sealed import shuffled
from mixassist.listening.statistics import mean_opinion
from mixassist.listening.words import interval_words

SCALE: tuple[tuple[int, str], ...] = ((1, "Bad"), (2, "Poor"), (3, "Fair"), (4, "Good"), (5, "Excellent"))
"""The absolute category scale of ITU-T P.800."""
SCREENING_SAMPLES = 5
LOW_CHECK_AT_MOST = 2
HIGH_CHECK_AT_LEAST = 3
DEFAULT_ROUNDS = 3
_CHECKS_PER_QUESTION = 4 / 30
NOISE_LABEL = "low anchor (0 dB noise)"

VERSION, LOW_CHECK, HIGH_CHECK = "version", "low check", "high check"


class OpinionTest(BlindTest):
    """One listener's questions. What sounds is told by `item_of`: a kind and a version's number.

    The last label is the low anchor's; the first is the reference's, which is the high anchor.

    Args:
        setup: the versions' labels; the low anchor is added behind them.
        rounds: how often each version is judged.
        with_screening: ask the screening question first.
    """

    test = "opinion"

    def __init__(
        self, setup: TestSetup, rounds: int = DEFAULT_ROUNDS, with_screening: bool = True, **more: Any
    ) -> None:
        self.versions = len(setup.labels)
        if self.versions < 1 or rounds < 1:
            raise ValueError("an opinion test needs a version and a round")
        questions = opinion_questions(self.versions, rounds)
        self.most_trials = len(questions)
        screening = shuffled(range(SCREENING_SAMPLES)) if with_screening else []
        rules = {
            "rounds": rounds,
            "screening": with_screening,
            "low_check_at_most": LOW_CHECK_AT_MOST,
            "high_check_at_least": HIGH_CHECK_AT_LEAST,
        }
        super().__init__(setup, {"questions": shuffled(questions), "screening": screening}, rules, **more)
        self.is_screening = with_screening
        self._scores: list[int] = []

    def sample_of(self, place: int) -> int:
        """Returns which of the five samples sounds at a place of the screening question; 0 is the reference itself."""
        return self._sealed.order["screening"][place]

    def version_of_question(self) -> int:
        """Returns which version the present question plays; the low anchor's number is that of the versions."""
        return self._sealed.order["questions"][self.number - 1][1]

    def answer_screening(self, place: int) -> bool:
        """Takes the place of the sample that is the same; returns whether the test goes on."""
        if not self.is_screening:
            raise ValueError("there is no screening question now")
        chosen = self.sample_of(place)
        self._write("screening", {"answer": place, "listens": dict(sorted(self._listens.items()))})
        self._listens.clear()
        self._began = self._clock()
        self.is_screening = False
        if chosen != 0:
            self._end(SCREENED_OUT)
        return chosen == 0

    def answer(self, score: int) -> None:
        """Takes a score, 1 … 5; raises as `AbxTest.answer`."""
        if score not in dict(SCALE) or self.is_screening:
            raise ValueError(f"{score} cannot be answered now")
        if len(self._scores) < self.most_trials:
            self._trial({"answer": score})
            self._scores.append(score)
        if len(self._scores) == self.most_trials:
            self._end(FINISHED)

    def _outcome_of(self, outcome: str) -> tuple[Mapping[str, Any], str]:
        labels = (*self.setup.labels, NOISE_LABEL)
        return opinion_result(labels, self._scores, self._sealed.order["questions"], self.most_trials, outcome)


def opinion_questions(versions: int, rounds: int) -> list[tuple[str, int]]:
    """Returns all questions, unshuffled: every version and the low anchor each round, and the attention checks."""
    asked = [(VERSION, v) for _ in range(rounds) for v in range(versions + 1)]
    pairs = max(1, round(len(asked) * _CHECKS_PER_QUESTION / 2))
    return asked + [(LOW_CHECK, versions), (HIGH_CHECK, 0)] * pairs


def opinion_result(
    labels: Sequence[str], scores: Sequence[int], questions: Sequence[Sequence[Any]], most: int, outcome: str
) -> tuple[dict[str, Any], str]:
    """Returns the scores by version, whether the attention checks were passed, and the words."""
    by_version: list[list[int]] = [[] for _ in labels]
    missed = 0
    for score, (kind, version) in zip(scores, questions, strict=False):
        if kind == VERSION:
            by_version[version].append(score)
        else:
            missed += score > LOW_CHECK_AT_MOST if kind == LOW_CHECK else score < HIGH_CHECK_AT_LEAST
    attentive = missed == 0
    result = {"scores": by_version, "missed_checks": missed, "counts": outcome == FINISHED and attentive}
    if outcome == SCREENED_OUT:
        return result, "The screening question was missed: this listener is not counted."
    if outcome != FINISHED:
        return result, f"Abandoned after {len(scores)} of {most} questions: no result."
    if not attentive:
        return result, f"{missed} attention check{'s' if missed > 1 else ''} missed: this listener is not counted."
    means = [f"{label} {interval_words(mean_opinion(s))}" for label, s in zip(labels, by_version, strict=True)]
    return result, "Mean opinion of one listener, with 95 % interval: " + ", ".join(means) + "."
