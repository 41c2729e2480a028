# SPDX-License-Identifier: Apache-2.0
"""The spectrograms of a report and their differences as matplotlib figures: levels in colours over time and frequency.

Each function draws what it is given and measures nothing. Frequencies are in Hz, one colour scale and one time axis for
everything that is to be compared.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.ticker import MultipleLocator

from mixassist.analysis.difference_scale import fitting_range_db
from mixassist.analysis.drawing import (
    DIFFERENCE_MAP,
    EMPTY,
    LEVEL_MAP,
    NO_AUDIO,
    WIDTH_IN,
    drawable,
    new_figure,
    say_instead,
    set_frequency_ticks,
    set_time_axis,
    styled,
)
from mixassist.analysis.mel import MelGrid

LEVEL_RANGE_DB = 80.0
_BAR_STEPS_DB = {0.5: 0.25, 1.0: 0.5, 3.0: 1.0, 6.0: 2.0, 12.0: 6.0, 24.0: 12.0, 48.0: 24.0}


@dataclass(frozen=True)
class Panel:
    """One spectrogram: its words and (n_mels, columns) in dB."""

    label: str
    decibels: np.ndarray


@styled
def mel_figure(panels: Sequence[Panel], grid: MelGrid, length_s: float, title: str = "Mel-spectrograms") -> Figure:
    """Draws spectrograms one above another on one time axis and one colour scale.

    The scale ends at the loudest cell of all panels, rounded up to 10 dB, and spans 80 dB. Cells without numbers
    are grey.
    """
    limits = level_limits_db([p.decibels for p in panels])
    return _maps(panels, grid, length_s, title, LEVEL_MAP, [limits] * len(panels), "dB re full-scale sine")


def level_limits_db(maps: Sequence[np.ndarray]) -> tuple[float, float]:
    """Returns the ends of the colour scale that spectrograms share, in dB."""
    loudest = max((_highest(m) for m in maps), default=-math.inf)
    top = 10.0 * math.ceil(loudest / 10.0) if loudest > -190.0 else 0.0
    return top - LEVEL_RANGE_DB, top


@styled
def difference_figure(
    panels: Sequence[Panel], grid: MelGrid, length_s: float, title: str = "Differences", range_db: float | None = None
) -> Figure:
    """Draws differences of spectrograms around 0 dB: red where there is more, blue where there is less.

    Args:
        range_db: the ends of every panel's colour scale; by default each has its own, so that a small difference is
            seen beside a large one: from 0.5 to 48 dB, the least that holds nine tenths of the cells that changed;
            what goes beyond shows in the colour of the end.
    """
    limits = [(-r, r) for r in (range_db or fitting_range_db(p.decibels) for p in panels)]
    return _maps(panels, grid, length_s, title, DIFFERENCE_MAP, limits, "difference in dB")


def _highest(decibels: np.ndarray) -> float:
    values = decibels[np.isfinite(decibels)]
    return float(values.max()) if values.size else -math.inf


def _maps(
    panels: Sequence[Panel],
    grid: MelGrid,
    length_s: float,
    title: str,
    colour_map: str,
    limits: Sequence[tuple[float, float]],
    unit: str,
) -> Figure:
    count = max(1, len(panels))
    figure = new_figure(WIDTH_IN, 0.9 + 2.15 * count, title)
    rows = figure.subplots(count, 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    colours = mpl.colormaps[colour_map].with_extremes(bad=EMPTY)
    images: dict[int, AxesImage] = {}
    for row, (axes, panel, (lowest, highest)) in enumerate(zip(rows, panels, limits, strict=False)):
        axes.set_title(drawable(panel.label))
        if not panel.decibels.shape[1]:
            say_instead(axes, NO_AUDIO)
            continue
        end = grid.start_s + panel.decibels.shape[1] * grid.column_s
        images[row] = axes.imshow(
            np.ma.masked_invalid(panel.decibels),
            cmap=colours,
            vmin=lowest,
            vmax=highest,
            extent=(grid.start_s, end, -0.5, grid.n_mels - 0.5),
            aspect="auto",
            origin="lower",
            interpolation="nearest",
        )
    for axes in rows:
        axes.set_ylim(-0.5, grid.n_mels - 0.5)
        axes.set_ylabel("Hz")
        set_frequency_ticks(axes, lambda f: float(grid.band_at(f)), grid.highest_hz)
        set_time_axis(axes, length_s, label=axes is rows[-1])
    if not panels:
        say_instead(rows[0], NO_AUDIO)
    if colour_map == DIFFERENCE_MAP:
        for row, image in images.items():
            _add_bar(figure, image, [rows[row]], _extension([panels[row].decibels], limits[row]), unit)
    elif images:
        _add_bar(figure, next(iter(images.values())), list(rows), "neither", unit)
    return figure


def _add_bar(figure: Figure, image: AxesImage, rows: list[Axes], beyond: str, unit: str) -> None:
    bar = figure.colorbar(image, ax=rows, pad=0.012, fraction=0.03, aspect=18 * len(rows), extend=beyond)
    bar.set_label(unit)
    bar.outline.set_visible(False)
    low, high = image.get_clim()
    bar.locator = MultipleLocator(_BAR_STEPS_DB.get(high, 12.0) if low == -high else 10.0)
    bar.update_ticks()


def _extension(maps: Sequence[np.ndarray], limits: tuple[float, float]) -> str:
    """Whether cells lie beyond the ends of a diverging scale."""
    highest = max((_highest(m) for m in maps), default=0.0)
    lowest = -max((_highest(-m) for m in maps), default=0.0)
    ends = (lowest < limits[0], highest > limits[1])
    return {(True, True): "both", (True, False): "min", (False, True): "max"}.get(ends, "neither")
