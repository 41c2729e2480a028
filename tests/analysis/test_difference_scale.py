# SPDX-License-Identifier: Apache-2.0
"""The range of a difference's colours, on differences whose spread is known."""

from __future__ import annotations

import numpy as np
import pytest

from mixassist.analysis.difference_scale import RANGES_DB, fitting_range_db


@pytest.mark.parametrize(
    ("level", "wanted"),
    [(0.01, 0.5), (0.5, 0.5), (0.51, 1.0), (-2.9, 3.0), (6.0, 6.0), (-6.1, 12.0), (20.0, 24.0), (30.0, 48.0), (90, 48)],
)
def test_the_next_range_that_holds_what_differs_is_taken(level: float, wanted: float) -> None:
    assert fitting_range_db(np.full((128, 40), level, np.float32)) == wanted


def test_a_tenth_of_the_cells_may_lie_beyond_and_cells_without_a_difference_do_not_count() -> None:
    cells = np.zeros((100, 100), np.float32)
    cells[:10] = 0.8
    cells[0] = 40.0
    cells[50, 50] = np.nan
    assert fitting_range_db(cells) == 1.0
    cells[1] = 40.0
    assert fitting_range_db(cells) == 48.0


@pytest.mark.parametrize("cells", [np.zeros((0, 0)), np.zeros((4, 4)), np.full((4, 4), np.nan)])
def test_where_nothing_differs_there_is_a_range_all_the_same(cells: np.ndarray) -> None:
    assert fitting_range_db(cells) in RANGES_DB


def test_a_long_picture_is_looked_into_here_and_there() -> None:
    noise = np.random.default_rng(1).normal(0.0, 1.0, (128, 20_000)).astype(np.float32)
    assert fitting_range_db(noise) == fitting_range_db(noise[:, :500]) == 3.0
