# SPDX-License-Identifier: Apache-2.0
"""Tests answered by simulated listeners, and music to compare."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mixassist.listening.abx import AbxTest
from mixassist.listening.blind_test import TestSetup
from mixassist.listening.multi_stimulus import MultiStimulusTest
from mixassist.listening.opinion import OpinionTest
from mixassist.listening.preference import PreferenceTest
from mixassist.listening.simulated import ALWAYS_HEARS, SimulatedListener, play_abx

RATE = 44_100


@pytest.fixture
def setup(tmp_path: Path) -> TestSetup:
    """Two versions, logged into a folder of the test."""
    return TestSetup(("wet", "dry"), tmp_path / "logs", "Ada", "Song")


def finished_abx(setup: TestSetup, listener: SimulatedListener = ALWAYS_HEARS, seed: int = 0) -> AbxTest:
    """An ABX test that a simulated listener has answered to its end."""
    test = AbxTest(setup)
    play_abx(test, listener, np.random.default_rng(seed), lambda: "AB"[test.version_of("X")])
    return test


def finished_preference(setup: TestSetup, likes: int = 0) -> PreferenceTest:
    """A preference test whose listener always prefers one version."""
    test = PreferenceTest(setup)
    while not test.has_ended:
        test.answer("1" if test.version_of("1") == likes else "2")
    return test


def finished_page(setup: TestSetup, places: tuple[float, ...], comment: str = "") -> MultiStimulusTest:
    """A multi-stimulus page on which every version has been put to its place."""
    page = MultiStimulusTest(setup)
    for key in page.keys:
        page.listened(key)
        page.rate(key, places[page.version_of(key)])
        page.comment(key, comment)
    page.confirm()
    return page


def passed_screening(test: OpinionTest) -> OpinionTest:
    """Answers the screening question rightly."""
    assert test.answer_screening([test.sample_of(place) for place in range(5)].index(0))
    return test


def finished_opinion(setup: TestSetup, scores: tuple[int, ...]) -> OpinionTest:
    """An opinion test; `scores` are the versions' and, last, the low anchor's."""
    test = passed_screening(OpinionTest(setup))
    while not test.has_ended:
        test.answer(scores[test.version_of_question()])
    return test


@pytest.fixture
def music() -> np.ndarray:
    """Six seconds of stereo with beats and noise, (frames, 2) float32."""
    time = np.arange(6 * RATE) / RATE
    rng = np.random.default_rng(7)
    left = 0.3 * np.sin(2 * np.pi * 220 * time) * np.exp(-4 * (time % 0.5))
    right = 0.2 * np.sin(2 * np.pi * 331 * time) * np.exp(-2 * (time % 0.25))
    return (np.stack((left, right), 1) + 0.01 * rng.standard_normal((len(time), 2))).astype(np.float32)
