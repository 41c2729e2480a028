# SPDX-License-Identifier: Apache-2.0
"""How far the colours of a difference reach, so that a small one is seen beside a large one."""

from __future__ import annotations

import numpy as np

RANGES_DB = (0.5, 1.0, 3.0, 6.0, 12.0, 24.0, 48.0)
"""From the middle of the colours to either end. Half a decibel is about what anybody hears."""
WITHOUT_CHANGE_DB = 6.0
"""Where nothing differs there is nothing to fit."""
_SHARE = 0.9
_ENOUGH_CELLS = 1 << 16


def fitting_range_db(decibels: np.ndarray) -> float:
    """Returns the least of `RANGES_DB` that holds nine tenths of the cells in which a difference is any.

    Args:
        decibels: a difference in dB, any shape; cells that are 0 or hold no number do not count.
    """
    cells = decibels.reshape(-1)
    cells = cells[:: max(cells.size // _ENOUGH_CELLS, 1)]
    changes = np.abs(cells[np.isfinite(cells) & (cells != 0.0)])
    if not changes.size:
        return WITHOUT_CHANGE_DB
    wanted = float(np.quantile(changes, _SHARE, method="inverted_cdf"))
    return next((r for r in RANGES_DB if wanted <= r), RANGES_DB[-1])
