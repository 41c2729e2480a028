# SPDX-License-Identifier: Apache-2.0
"""Trained through × rendered through: whether a controller that learned through one renderer suits another.

DeepAFx-ST's published music results are the warning: trained through a neural proxy and rendered through real signal
processing, a controller scored worse than rules.
"""

from __future__ import annotations

from collections.abc import Sequence

from mixassist.evaluation.mix_table import MixTable
from mixassist.evaluation.mix_text import CELL_WIDTH, HEADINGS, cell_text

CROSSED = ("balance_db", "stft", "stft_sum", "feature_error")


def cross_text(table: MixTable, keys: Sequence[str] = CROSSED) -> str:
    """Returns methods against views, one block a measure, with the paired difference between the first two views."""
    lines: list[str] = []
    for variant in table.variants:
        rows = [(method, view) for method, view, of in table.rows() if of == variant]
        methods, views = (list(dict.fromkeys(column)) for column in zip(*rows, strict=True))
        for key in keys:
            lines.append(f"{HEADINGS.get(key, key)}, inputs {variant}: trained through (rows) × rendered through")
            last = f"{views[0]} less {views[1]}" if len(views) > 1 else ""
            lines.append(f"{'':<20}" + "".join(f"{text:>{CELL_WIDTH}}" for text in (*views, last)).rstrip())
            for method in methods:
                cells = [cell_text(table.interval(method, view, variant, key)) for view in views]
                if len(views) > 1:
                    moved = table.paired((method, views[0]), (method, views[1]), variant, key)
                    cells.append(cell_text(moved) + ("*" if moved.is_clear else " "))
                lines.append(f"{method:<20}" + "".join(f"{cell:>{CELL_WIDTH}}" for cell in cells))
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"
