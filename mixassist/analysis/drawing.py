# SPDX-License-Identifier: Apache-2.0
"""How every picture looks, and how it becomes the same bytes each time.

Figures are made without pyplot and without a window. Matplotlib keeps its style in one table for the whole process:
it is changed only while a figure is drawn, under a lock, and put back.
"""

from __future__ import annotations

import functools
import io
import math
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import get_font
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FixedLocator, FuncFormatter, MultipleLocator, NullLocator

INK, FAINT_INK, GRID, PAPER, EMPTY = "#1b1f24", "#5c6670", "#e2e6ea", "#ffffff", "#c9ced4"

COLOURS: Mapping[str, str] = MappingProxyType({"dry": "#0072b2", "wet": "#d55e00", "model": "#00805f"})
"""One colour a view; told apart by colour-blind people too (after Okabe & Ito 2008)."""

OTHER_COLOURS = ("#0072b2", "#d55e00", "#00805f", "#a1478a")
RESIDUAL_COLOUR = "#5b4a9c"
RANGE_COLOUR = "#e9ecf0"

LEVEL_MAP = "magma"
DIFFERENCE_MAP = "RdBu_r"

PNG_DPI = 150
WIDTH_IN = 10.0
NO_AUDIO = "no audio"

_STYLE: dict[Any, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 9.0,
    "text.parse_math": False,
    "text.color": INK,
    "axes.edgecolor": FAINT_INK,
    "axes.labelcolor": FAINT_INK,
    "axes.labelsize": 8.5,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 5.0,
    "axes.facecolor": PAPER,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.color": FAINT_INK,
    "ytick.color": FAINT_INK,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "figure.facecolor": PAPER,
    "figure.dpi": PNG_DPI,
    "savefig.facecolor": PAPER,
    "svg.hashsalt": "mixassist",
    "svg.fonttype": "path",
    "path.simplify": True,
}
_DRAWING = threading.RLock()

P = ParamSpec("P")
R = TypeVar("R")


@functools.cache
def _defaults() -> dict[Any, Any]:
    """Matplotlib's own settings, so that a user's matplotlibrc changes no picture; the backend is left alone."""
    kept = ("backend", "interactive", "toolbar", "webagg", "tk.", "macosx", "savefig.directory")
    return {key: mpl.rcParamsDefault[key] for key in mpl.rcParamsDefault if not key.startswith(kept)}


@contextmanager
def style() -> Iterator[None]:
    """Applies the pictures' style inside; one thread at a time."""
    with _DRAWING, mpl.rc_context({**_defaults(), **_STYLE}):
        yield


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Makes a function draw in the pictures' style."""

    @functools.wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> R:
        with style():
            return draw(*args, **kwargs)

    return drawn


def new_figure(width_in: float, height_in: float, title: str) -> Figure:
    """Returns an empty figure with a title, laid out by constraints. Call it inside `style`."""
    layout = ConstrainedLayoutEngine(w_pad=0.09, h_pad=0.06, hspace=0.03, wspace=0.03)
    figure = Figure(figsize=(width_in, height_in), layout=layout)
    if title:
        figure.suptitle(drawable(title), x=0.008, ha="left", fontsize=12, fontweight="bold")
    return figure


@styled
def png_bytes(figure: Figure) -> bytes:
    """Renders a figure as PNG at 150 dpi; the same figure gives the same bytes."""
    return _saved(figure, "png", {"Software": None})


@styled
def svg_bytes(figure: Figure) -> bytes:
    """Renders a figure as SVG with its letters as outlines; the same figure gives the same bytes."""
    return _saved(figure, "svg", {"Date": None, "Creator": "MixAssist"})


def _saved(figure: Figure, file_format: str, metadata: dict[str, str | None]) -> bytes:
    # Laid out once, for all formats; without an engine nothing is drawn for the sake of the layout any more.
    if figure.get_layout_engine() is not None:
        figure.draw_without_rendering()
        figure.set_layout_engine(None)
    target = io.BytesIO()
    figure.savefig(target, format=file_format, dpi=PNG_DPI, metadata=metadata)
    return target.getvalue()


@functools.cache
def _charmap() -> frozenset[int]:
    return frozenset(get_font(mpl.font_manager.findfont("DejaVu Sans")).get_charmap())


def drawable(text: str, max_length: int = 100) -> str:
    """Returns text that the pictures' font can show: unknown letters as □, too much of it cut with …"""
    known = "".join(c if ord(c) in _charmap() and c.isprintable() else "□" for c in text)
    return known if len(known) <= max_length else known[: max_length - 1].rstrip() + "…"


def colour_of(label: str, index: int = 0) -> str:
    """Returns a view's colour, or one by its place for anything else."""
    return COLOURS.get(label.casefold(), OTHER_COLOURS[index % len(OTHER_COLOURS)])


def line_of(label: str) -> str:
    """Returns a line's dashes: the model's is broken, so that wet shows through where both are alike."""
    return "--" if label.casefold() == "model" else "-"


def time_text(seconds: float, step_s: float = 1.0) -> str:
    """Formats a place in time: `1:30`, `1:02:03`, with decimals where the step asks for them."""
    decimals = 0 if step_s >= 1 else max(0, math.ceil(-math.log10(step_s) - 1e-9))
    sign, value = ("−" if seconds < 0 else ""), round(abs(seconds), decimals)
    minutes, rest = divmod(value, 60)
    tail = f"{rest:0{2 if decimals == 0 else 3 + decimals}.{decimals}f}"
    hours, minutes = divmod(int(minutes), 60)
    return f"{sign}{hours}:{minutes:02d}:{tail}" if hours else f"{sign}{minutes}:{tail}"


def set_time_axis(axes: Axes, length_s: float, label: bool = True) -> None:
    """Lays a time axis from 0 to the end of the audio: minutes and seconds, milliseconds below half a second."""
    length_s = max(length_s, 1e-5)
    axes.set_xlim(0.0, length_s)
    if length_s < 0.5:
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{1000 * x:g}"))
        if label:
            axes.set_xlabel("time in ms")
        return
    steps = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600)
    step = next((s for s in steps if length_s / s <= 12), 3600 * math.ceil(length_s / 3600 / 12))
    axes.xaxis.set_major_locator(MultipleLocator(step))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: time_text(x, step)))
    if label:
        axes.set_xlabel("time in min:s" if length_s < 3600 else "time in h:min:s")


def set_frequency_ticks(axes: Axes, places: Callable[[float], float], highest_hz: float, vertical: bool = True) -> None:
    """Labels an axis in Hz at 50, 100, 200, 500 … where `places` puts them."""
    shown = [f for f in (20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 40000) if f <= highest_hz]
    axis = axes.yaxis if vertical else axes.xaxis
    if vertical:
        shown = _apart(shown, [float(places(f)) for f in shown], 0.075 * abs(axes.get_ylim()[1] - axes.get_ylim()[0]))
    axis.set_major_locator(FixedLocator([float(places(f)) for f in shown]))
    axis.set_minor_locator(NullLocator())
    texts = [f"{f // 1000}k" if f >= 1000 else str(f) for f in shown]
    axis.set_major_formatter(FuncFormatter(lambda _, i: texts[i] if i is not None and i < len(texts) else ""))


def _apart(shown: list[int], places: list[float], least: float) -> list[int]:
    """Leaves out what would be printed over its upper neighbour."""
    kept: list[int] = []
    last = math.inf
    for frequency, place in zip(reversed(shown), reversed(places), strict=True):
        if last - place >= least and place >= 0.0:
            kept.append(frequency)
            last = place
    return kept[::-1]


def say_instead(axes: Axes, sentence: str) -> None:
    """Writes a sentence where a picture would be."""
    axes.text(0.5, 0.5, sentence, transform=axes.transAxes, ha="center", va="center", color=FAINT_INK, fontsize=10)


def spread(places: list[float], least: float) -> list[float]:
    """Moves labels apart along an axis so that neighbours are `least` apart, keeping their order and centre."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = [places[i] for i in order]
    for _ in range(60):
        for i in range(len(moved) - 1):
            lacking = least - (moved[i + 1] - moved[i])
            if lacking > 1e-9:
                moved[i] -= lacking / 2
                moved[i + 1] += lacking / 2
    result = [0.0] * len(places)
    for place, i in zip(moved, order, strict=True):
        result[i] = place
    return result
