# SPDX-License-Identifier: Apache-2.0
"""Tests as the page shows them: names to hear, answers to give, words of the moment. Nothing here is a widget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QCoreApplication

from mixassist.api.listening import (
    OPINION_SCALE,
    SCREENING_SAMPLES,
    AbxTest,
    AbxTraining,
    MultiStimulusTest,
    OpinionTest,
    PreferenceTest,
)

Named = tuple[tuple[str, str], ...]
"""Keys with the words that belong to them."""


@dataclass(eq=False)
class Run:
    """One test under way.

    Attributes:
        test: the test, or the training.
        title: what is asked.
        hears, answers: what can be heard and answered now, by key.
        version_of: which version sounds under a name.
        take: gives an answer to the test; returns words about it, which only training has.
        answers_hear: answers are names that can be heard, so choosing one plays it.
    """

    test: Any
    title: str
    hears: Named
    answers: Named
    version_of: Callable[[str], int]
    take: Callable[[str], str]
    answers_hear: bool = False
    is_training: bool = False
    markers: tuple[str, ...] = field(default=())

    @property
    def has_ended(self) -> bool:
        """Whether there is nothing more to answer; training never ends by itself."""
        return not self.is_training and bool(self.test.has_ended)

    @property
    def progress_words(self) -> str:
        """Which trial this is."""
        if self.is_training:
            return _tr("Training, not scored · trial {0}").format(self.test.number)
        if self.markers or self.answers_hear:
            return ""
        return _tr("Trial {0} of {1}").format(min(self.test.number, self.test.most_trials), self.test.most_trials)


def abx_run(test: AbxTest) -> Run:
    """Returns a scored ABX test."""
    return _abx(test, lambda key: _quietly(test.answer, key), is_training=False)


def training_run() -> Run:
    """Returns ABX training: says after each answer whether it was right."""
    training = AbxTraining()
    return _abx(training, lambda key: _tr("Right.") if training.answer(key) else _tr("Wrong."), is_training=True)


def _abx(test: Any, take: Callable[[str], str], is_training: bool) -> Run:
    letters = {"1": "A", "2": "B"}
    title = _tr("Is X the same as A or the same as B?")
    return Run(
        test,
        title,
        (("A", "A"), ("B", "B"), ("X", "X")),
        (("1", _tr("X is A")), ("2", _tr("X is B"))),
        test.version_of,
        lambda key: take(letters[key]),
        is_training=is_training,
    )


def preference_run(test: PreferenceTest) -> Run:
    """Returns a blind preference; A and B are dealt anew in every trial."""
    names = {"A": "1", "B": "2"}
    answers = {"1": "1", "2": "2", "3": "none"}
    return Run(
        test,
        _tr("Which do you prefer? A and B are dealt anew in every trial."),
        (("A", "A"), ("B", "B")),
        (("1", _tr("I prefer A")), ("2", _tr("I prefer B")), ("3", _tr("No preference"))),
        lambda key: test.version_of(names[key]),
        lambda key: _quietly(test.answer, answers[key]),
    )


def screening_run(test: OpinionTest) -> Run:
    """Returns the screening question in front of an opinion test."""
    first = test.versions + 1  # behind the versions and the low anchor: the reference, then the four effects
    samples = tuple((str(n + 1), str(n + 1)) for n in range(SCREENING_SAMPLES))
    return Run(
        test,
        _tr("Before you begin: which of the five is the same as the reference R?"),
        (("R", "R"), *samples),
        tuple((key, _tr("{0} is the same").format(key)) for key, _ in samples),
        lambda key: first if key == "R" else first + test.sample_of(int(key) - 1),
        lambda key: _quietly(test.answer_screening, int(key) - 1),
        answers_hear=True,
    )


def opinion_run(test: OpinionTest) -> Run:
    """Returns the questions of an opinion test."""
    return Run(
        test,
        _tr("How good does this sound?"),
        (("A", _tr("Listen")),),
        tuple((str(score), _tr(words)) for score, words in OPINION_SCALE),
        lambda key: test.version_of_question(),
        lambda key: _quietly(test.answer, int(key)),
    )


def multi_run(test: MultiStimulusTest) -> Run:
    """Returns a multi-stimulus page."""
    title = _tr("Place every version between bad and good. All of them play in step.")
    named = tuple((key, key) for key in test.keys)
    return Run(test, title, named, (), test.version_of, lambda key: _quietly(test.confirm), markers=test.keys)


def _quietly(do: Callable[..., object], *what: object) -> str:
    """Gives an answer; a scored test says nothing about it."""
    do(*what)
    return ""


def _tr(text: str) -> str:
    return QCoreApplication.translate("listening", text)
