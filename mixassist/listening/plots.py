# SPDX-License-Identifier: Apache-2.0
"""Pictures of listening results, as SVG."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cbook import boxplot_stats
from matplotlib.figure import Figure

from mixassist.analysis.drawing import (
    EMPTY,
    FAINT_INK,
    GRID,
    INK,
    OTHER_COLOURS,
    drawable,
    new_figure,
    png_bytes,
    styled,
    svg_bytes,
)

_WIDTH_IN = 7.6
_ROW_IN = 0.42
_BOX = "#dce9f3"


def picture_of(finding: Mapping[str, Any]) -> bytes | None:
    """Draws one comparison as SVG; None where there is nothing to draw. The same findings give the same bytes."""
    figure = _figure_of(finding)
    return None if figure is None else svg_bytes(figure)


def picture_png(finding: Mapping[str, Any]) -> bytes | None:
    """Draws one comparison as PNG, 150 dpi; None where there is nothing to draw."""
    figure = _figure_of(finding)
    return None if figure is None else png_bytes(figure)


@styled
def _figure_of(finding: Mapping[str, Any]) -> Figure | None:
    rows = finding["rows"]
    if not rows:
        return None
    draw = {"abx": _draw_abx, "preference": _draw_preference}.get(finding["test"], _draw_boxes)
    figure = new_figure(_WIDTH_IN, 1.1 + _ROW_IN * max(len(rows), 2), "")
    draw(figure.add_subplot(), finding)
    return figure


def _draw_abx(axes: Axes, finding: Mapping[str, Any]) -> None:
    """Share of right answers of each test, with Wilson's interval."""
    for place, row in enumerate(finding["rows"]):
        share = row["share"]
        colour = OTHER_COLOURS[0] if row["p_holm"] <= 0.05 else FAINT_INK
        axes.plot([share["low"], share["high"]], [place, place], color=colour, lw=2.2, solid_capstyle="butt")
        axes.plot([share["estimate"]], [place], "o", color=colour, ms=6)
        axes.annotate(f"{row['right']}/{row['trials']}", (share["estimate"], place), (0, 7), textcoords="offset points",
                      ha="center", color=INK, fontsize=8)  # fmt: skip
    axes.axvline(0.5, color=INK, lw=1, ls=(0, (4, 3)))
    axes.set_xlim(-0.02, 1.02)
    axes.set_xlabel("share of right answers, 95 % interval; dashed: guessing")
    _name_rows(axes, [row["listener"] for row in finding["rows"]])


def _draw_preference(axes: Axes, finding: Mapping[str, Any]) -> None:
    """Answers of each listener: one version, none, the other."""
    rows, labels = finding["rows"], finding["labels"]
    left = np.zeros(len(rows))
    parts = (
        ("first", labels[0], OTHER_COLOURS[0]),
        ("none", "no preference", EMPTY),
        ("second", labels[1], OTHER_COLOURS[1]),
    )
    for key, label, colour in parts:
        counts = np.array([row[key] for row in rows], float)
        axes.barh(range(len(rows)), counts, left=left, color=colour, label=drawable(label, 40), height=0.62)
        left += counts
    axes.set_xlabel("answers")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False, fontsize=8)
    _name_rows(axes, [row["listener"] for row in rows])


def _draw_boxes(axes: Axes, finding: Mapping[str, Any]) -> None:
    """Box plots (quartiles, whiskers to 1.5 times their distance), every rating, and the mean with its interval."""
    rows: Sequence[Mapping[str, Any]] = finding["rows"]
    values = [row["values"] for row in rows]
    for place, box in enumerate(boxplot_stats(values)):
        axes.barh(place, box["q3"] - box["q1"], left=box["q1"], height=0.5, color=_BOX, edgecolor=OTHER_COLOURS[0])
        for low, high in ((box["whislo"], box["q1"]), (box["q3"], box["whishi"])):
            axes.plot([low, high], [place, place], color=OTHER_COLOURS[0], lw=1)
        axes.plot([box["med"]] * 2, [place - 0.25, place + 0.25], color=OTHER_COLOURS[0], lw=2.2)
    rng = np.random.default_rng(0)
    for place, row in enumerate(rows):
        shaken = place + rng.uniform(-0.16, 0.16, len(row["values"]))
        axes.plot(row["values"], shaken, ".", color=INK, alpha=0.45, ms=5)
        mean = row["mean"]
        if mean["low"] is not None and math.isfinite(mean["low"]):
            axes.plot([mean["low"], mean["high"]], [place + 0.36] * 2, color=OTHER_COLOURS[1], lw=2)
        axes.plot([mean["estimate"]], [place + 0.36], "D", color=OTHER_COLOURS[1], ms=4)
    is_opinion = finding["test"] == "opinion"
    axes.set_xlim(*((0.8, 5.2) if is_opinion else (-0.03, 1.03)))
    scale = "1 bad … 5 excellent" if is_opinion else "0 … 1"
    axes.set_xlabel(f"rating, {scale}; box: quartiles, diamond: mean with 95 % interval")
    _name_rows(axes, [row["version"] for row in rows])


def _name_rows(axes: Axes, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), [drawable(name, 32) for name in names])
    axes.set_ylim(len(names) - 0.4, -0.7)
    axes.grid(axis="x", color=GRID)
    axes.tick_params(axis="y", length=0)
