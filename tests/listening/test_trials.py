# SPDX-License-Identifier: Apache-2.0
"""The tests themselves: coins that are fair, scores that stay hidden, checks that are kept."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from scipy import stats

from mixassist.domain.errors import MixAssistError
from mixassist.listening.abx import AbxTest, AbxTraining
from mixassist.listening.blind_test import TestSetup
from mixassist.listening.designs import sequential_design
from mixassist.listening.multi_stimulus import MultiStimulusTest
from mixassist.listening.opinion import HIGH_CHECK, LOW_CHECK, VERSION, OpinionTest, opinion_questions
from mixassist.listening.preference import PreferenceTest
from mixassist.listening.sealed import coin_flips, shuffled
from mixassist.listening.simulated import GUESSES, SimulatedListener
from mixassist.listening.verification import verify_log

from .conftest import finished_abx, finished_opinion, finished_page, finished_preference, passed_screening


def test_coins_are_fair_and_each_flip_is_its_own() -> None:
    flips = np.array(coin_flips(20_000))
    assert stats.binomtest(int(flips.sum()), len(flips)).pvalue > 1e-6
    same = int((flips[1:] == flips[:-1]).sum())
    assert stats.binomtest(same, len(flips) - 1).pvalue > 1e-6


def test_every_order_of_a_shuffle_is_equally_probable() -> None:
    counts = Counter(tuple(shuffled(range(3))) for _ in range(6000))
    assert len(counts) == 6
    assert stats.chisquare(list(counts.values())).pvalue > 1e-6


def test_nothing_of_a_score_can_be_learnt_before_the_end(setup: TestSetup) -> None:
    test = AbxTest(setup)
    for _ in range(15):
        test.answer("A")
        assert (test.result, test.words, test.outcome) == ({}, "", "")
        with pytest.raises(ValueError, match="still runs"):
            test.summary()
    test.answer("A")
    assert test.result["trials"] == 16


def test_there_is_no_seventeenth_trial(setup: TestSetup) -> None:
    test = finished_abx(setup)
    assert len(verify_log(test.log_path).trials) == 16
    with pytest.raises(ValueError, match="closed"):
        test.answer("A")


def test_words_never_call_two_versions_identical(setup: TestSetup) -> None:
    test = finished_abx(setup, GUESSES, seed=1)
    while test.result["passed"]:  # one guesser in 26 passes
        test = finished_abx(setup, GUESSES, seed=2)
    assert test.words.startswith("No difference shown: ")
    assert "identical" not in test.words
    assert "same" not in test.words
    assert "63 %" in test.words


def test_a_sequential_test_ends_at_a_look_and_not_before(setup: TestSetup) -> None:
    test = AbxTest(setup, sequential_design(32, 4))
    while not test.has_ended:
        test.answer("AB"[test.version_of("X")])
    assert test.result["trials"] == 8
    assert verify_log(test.log_path).faults == ()
    unsure = AbxTest(setup, sequential_design(32, 4))
    while not unsure.has_ended:
        unsure.answer("BA"[unsure.version_of("X")])
    assert (unsure.result["trials"], unsure.result["right"]) == (32, 0)


def test_guessers_who_sit_through_real_tests_pass_as_seldom_as_stated(setup: TestSetup) -> None:
    passes = sum(finished_abx(setup, GUESSES, seed=seed).result["passed"] for seed in range(24))
    assert stats.binomtest(passes, 24, 0.0384, alternative="greater").pvalue > 1e-4
    hears = [finished_abx(setup, SimulatedListener(0.8), seed=s).result["passed"] for s in range(6)]
    assert sum(hears) > 3


def test_training_tells_at_once_and_keeps_nothing(setup: TestSetup) -> None:
    training = AbxTraining()
    for _ in range(20):
        x = "AB"[training.version_of("X")]
        assert training.answer(x)
    x = "AB"[training.version_of("X")]
    assert not training.answer({"A": "B", "B": "A"}[x])
    assert not setup.folder.exists()


def test_a_preference_is_turned_back_to_the_versions(setup: TestSetup) -> None:
    test = finished_preference(setup, likes=1)
    assert {k: test.result[k] for k in ("first", "second", "none")} == {"first": 0, "second": 12, "none": 0}
    assert test.words.startswith("dry was preferred: ")
    first = {PreferenceTest(setup).version_of("1") for _ in range(40)}
    assert first == {0, 1}


def test_no_preference_is_an_answer_and_is_left_out_of_the_sign_test(setup: TestSetup) -> None:
    test = PreferenceTest(setup, trials=6)
    for _ in range(6):
        test.answer("none")
    assert test.result["p"] == 1.0
    assert test.words.startswith("No preference shown")


def test_the_markers_of_a_page_are_shuffled_by_listener_and_turned_back(setup: TestSetup) -> None:
    four = TestSetup(("a", "b", "c", "d"), setup.folder)
    orders = {tuple(map(MultiStimulusTest(four).version_of, "1234")) for _ in range(60)}
    assert len(orders) > 12
    page = finished_page(four, (0.1, 0.4, 0.7, 1.0))
    assert page.result["ratings"] == [0.1, 0.4, 0.7, 1.0]


def test_a_page_wants_every_version_heard_and_placed(setup: TestSetup) -> None:
    page = MultiStimulusTest(setup)
    page.rate("1", 0.5)
    page.rate("2", 2.0)
    page.listened("1")
    assert page.missing == ("2",)
    with pytest.raises(MixAssistError, match="not heard or not placed yet: 2"):
        page.confirm()
    page.listened("2")
    page.confirm()
    assert max(page.result["ratings"]) == 1.0


@pytest.mark.parametrize("count", [1, 10])
def test_pages_of_too_few_or_too_many_are_refused(setup: TestSetup, count: int) -> None:
    with pytest.raises(MixAssistError, match="2 … 9 versions"):
        MultiStimulusTest(TestSetup(tuple("abcdefghij"[:count]), setup.folder))


def test_four_questions_in_thirty_are_checks() -> None:
    questions = opinion_questions(4, 6)
    kinds = Counter(kind for kind, _ in questions)
    assert kinds == {VERSION: 30, LOW_CHECK: 2, HIGH_CHECK: 2}
    assert {v for k, v in questions if k == LOW_CHECK} == {4}
    assert {v for k, v in questions if k == HIGH_CHECK} == {0}


def test_an_attentive_listener_counts(setup: TestSetup) -> None:
    test = finished_opinion(setup, (5, 3, 1))
    assert test.result["counts"]
    assert test.result["scores"] == [[5, 5, 5], [3, 3, 3], [1, 1, 1]]


@pytest.mark.parametrize("scores", [(5, 3, 4), (1, 3, 1), (3, 3, 3)])
def test_a_listener_who_misses_a_check_does_not_count(setup: TestSetup, scores: tuple[int, ...]) -> None:
    test = finished_opinion(setup, scores)
    assert test.outcome == "finished"
    assert not test.result["counts"]
    assert "not counted" in test.words


def test_who_misses_the_screening_question_is_let_go(setup: TestSetup) -> None:
    test = OpinionTest(setup)
    wrong = next(place for place in range(5) if test.sample_of(place) != 0)
    assert not test.answer_screening(wrong)
    assert test.outcome == "screened out"
    found = verify_log(test.log_path)
    assert (found.is_intact, found.trials) == (True, ())


def test_no_question_is_answered_before_the_screening(setup: TestSetup) -> None:
    test = OpinionTest(setup)
    with pytest.raises(ValueError, match="cannot be answered now"):
        test.answer(3)
    passed_screening(test).answer(3)
    with pytest.raises(ValueError, match="no screening question"):
        test.answer_screening(0)
    with pytest.raises(ValueError, match="6 cannot"):
        test.answer(6)
    test.abandon()
    assert verify_log(test.log_path).is_intact


def test_a_session_can_remember_how_it_ended(setup: TestSetup) -> None:
    result = finished_abx(setup).summary()
    assert (result.test, result.outcome, result.versions, result.listener) == ("abx", "finished", ("wet", "dry"), "Ada")
    assert result.log_sha256 == verify_log(result.log_path).fingerprint
