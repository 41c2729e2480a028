# SPDX-License-Identifier: Apache-2.0
"""A reference beside the mix: it plays as it is, and as loud as it should."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mixassist.rendering.level_match import matching_gain_db, reference_graph, with_gain
from mixassist.rendering.mixdown import measure_mix, mix_blocks

RATE = 44_100


def _song(sides: int, level: float) -> np.ndarray:
    return (level * np.random.default_rng(3).standard_normal((3 * RATE, sides))).astype(np.float32)


def _played(graph) -> np.ndarray:
    return np.concatenate([block.copy() for block in mix_blocks(graph)])


@pytest.mark.parametrize("sides", [1, 2])
def test_a_reference_plays_sample_for_sample(sides: int) -> None:
    song = _song(sides, 0.1)
    heard = _played(reference_graph(song, RATE, 4 * RATE))
    assert len(heard) == 4 * RATE
    np.testing.assert_array_equal(heard[: len(song), 0], song[:, 0])
    np.testing.assert_array_equal(heard[: len(song), 1], song[:, -1])
    assert not heard[len(song) :].any()


@pytest.mark.parametrize("wanted_lufs", [-30.0, -23.0, -18.0])
def test_a_matched_reference_measures_what_was_wanted(wanted_lufs: float) -> None:
    graph = reference_graph(_song(2, 0.03), RATE)
    measures = measure_mix(graph)
    gain_db = matching_gain_db(measures.integrated_lufs, measures.true_peak_dbtp, wanted_lufs)
    assert measure_mix(with_gain(graph, gain_db)).integrated_lufs == pytest.approx(wanted_lufs, abs=0.02)


@pytest.mark.parametrize(
    ("lufs", "peak_dbtp", "wanted_lufs", "gain_db"),
    [
        (-9.0, 0.5, -14.0, -5.0),  # turned down whatever its peak
        (-20.0, -10.0, -14.0, 6.0),
        (-20.0, -2.0, -14.0, 2.0),  # as far as full scale
        (-20.0, 0.4, -14.0, 0.0),
        (-math.inf, -math.inf, -14.0, 0.0),
        (-20.0, -2.0, -math.inf, 0.0),
    ],
)
def test_the_louder_one_is_turned_down_and_the_quieter_up_to_full_scale(
    lufs: float, peak_dbtp: float, wanted_lufs: float, gain_db: float
) -> None:
    assert matching_gain_db(lufs, peak_dbtp, wanted_lufs) == pytest.approx(gain_db)


def test_no_gain_leaves_the_graph_itself() -> None:
    graph = reference_graph(_song(1, 0.1), RATE)
    assert with_gain(graph, 0.0) is graph
    assert with_gain(graph, -6.0).master_gain == pytest.approx(0.501187, abs=1e-6)
