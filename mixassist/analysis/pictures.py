# SPDX-License-Identifier: Apache-2.0
"""The lines and bars of a report as matplotlib figures: waveforms, loudness over time, spectra, the balance.

Each function draws what it is given and measures nothing. Levels are in dB, frequencies in Hz, one axis for everything
that is to be compared.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MultipleLocator

from mixassist.analysis.drawing import (
    EMPTY,
    FAINT_INK,
    GRID,
    INK,
    NO_AUDIO,
    PAPER,
    RANGE_COLOUR,
    RESIDUAL_COLOUR,
    WIDTH_IN,
    colour_of,
    drawable,
    line_of,
    new_figure,
    say_instead,
    set_frequency_ticks,
    set_time_axis,
    spread,
    styled,
)
from mixassist.analysis.envelope import Envelope

_BAR_COLOUR = "#2f6f9f"
_LINE_SHARE = 0.1


@dataclass(frozen=True)
class Trace:
    """One waveform: its words, its outline, and whether it is what is left of a subtraction."""

    label: str
    envelope: Envelope
    is_residual: bool = False


@styled
def waveform_figure(traces: Sequence[Trace], title: str = "Waveforms") -> Figure:
    """Draws waveforms one above another, aligned, on one level scale: peaks light, RMS dark.

    What is left of a subtraction has a scale of its own where it would be a mere line on that of the others.
    """
    count = max(1, len(traces))
    figure = new_figure(WIDTH_IN, 0.8 + 1.35 * count, title)
    rows = figure.subplots(count, 1, sharex=True, squeeze=False)[:, 0]
    shared = _reach(max((t.envelope.peak for t in traces), default=0.0))
    reaches = [shared] * count
    length_s = max((t.envelope.length_s for t in traces), default=0.0)
    for index, (axes, trace) in enumerate(zip(rows, traces, strict=False)):
        own = _reach(trace.envelope.peak)
        is_enlarged = trace.is_residual and trace.envelope.peak > 0.0 and own <= _LINE_SHARE * shared
        reaches[index] = own if is_enlarged else shared
        words = f" (enlarged {shared / own:.0f} times)" if is_enlarged else ""
        axes.set_title(drawable(trace.label + words))
        _draw_trace(axes, trace, RESIDUAL_COLOUR if trace.is_residual else colour_of(trace.label.split(",")[0], index))
    for axes, reach in zip(rows, reaches, strict=True):
        axes.set_ylim(-1.04 * reach, 1.04 * reach)
        axes.yaxis.set_major_locator(FixedLocator([-reach, -reach / 2, 0.0, reach / 2, reach]))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g}".replace("-", "−")))
        axes.grid(True, axis="y")
        set_time_axis(axes, length_s, label=axes is rows[-1])
    rows[count // 2].set_ylabel("sample value, 1 = full scale")
    if not traces:
        say_instead(rows[0], NO_AUDIO)
    return figure


def _reach(peak: float) -> float:
    """Returns where a level scale that holds a peak ends."""
    steps = (k * 10.0**-d for d in range(5, 0, -1) for k in (1, 2, 4, 6))
    return next((r for r in (*steps, 0.8, 1.0) if peak <= r * (1.0 + 1e-9)), float(math.ceil(peak)))


def _draw_trace(axes: Axes, trace: Trace, colour: str) -> None:
    outline = trace.envelope
    if not outline.seconds.size:
        say_instead(axes, NO_AUDIO)
    elif outline.seconds.size < 64:
        axes.plot(outline.seconds, outline.high, color=colour, marker="o", markersize=3, linewidth=1.0)
        axes.plot(outline.seconds, outline.low, color=colour, marker="o", markersize=3, linewidth=1.0, alpha=0.5)
    else:
        axes.fill_between(
            outline.seconds, outline.low, outline.high, color=colour, alpha=0.38, linewidth=0.3, rasterized=True
        )
        axes.fill_between(
            outline.seconds, -outline.rms, outline.rms, color=colour, alpha=0.9, linewidth=0, rasterized=True
        )


@dataclass(frozen=True)
class LoudnessCurve:
    """Loudness of one mix over time: seconds and LUFS (−inf where silent), and the number for the whole."""

    label: str
    momentary: tuple[np.ndarray, np.ndarray]
    short_term: tuple[np.ndarray, np.ndarray]
    integrated_lufs: float


@styled
def loudness_figure(curves: Sequence[LoudnessCurve], length_s: float, title: str = "Loudness over time") -> Figure:
    """Draws short-term loudness (3 s, heavy) over momentary (0.4 s, faint), integrated loudness at the margin."""
    figure = new_figure(WIDTH_IN, 3.3, title)
    axes = figure.subplots()
    axes.grid(True, axis="y")
    heard = [v for c in curves for v in (*c.momentary[1], *c.short_term[1]) if math.isfinite(v)]
    top = 3.0 * math.ceil((max(heard) + 1.0) / 3.0) if heard else 0.0
    axes.set_ylim(top - 36.0, top)
    axes.yaxis.set_major_locator(MultipleLocator(6))
    axes.set_ylabel("LUFS")
    set_time_axis(axes, length_s)
    if not heard:
        say_instead(axes, "silent, or too short to measure loudness (0.4 s)")
        return figure
    integrated = [c.integrated_lufs for c in curves]
    shown = [min(max(v, top - 36.0), top) if math.isfinite(v) else top - 36.0 for v in integrated]
    for index, (curve, place) in enumerate(zip(curves, spread(shown, 4.6), strict=True)):
        colour = colour_of(curve.label, index)
        for (seconds, lufs), width, alpha in ((curve.momentary, 0.6, 0.4), (curve.short_term, 1.9, 1.0)):
            values = np.where(np.isfinite(lufs), lufs, np.nan)
            marker = "o" if values.size == 1 else None
            dashes = line_of(curve.label)
            axes.plot(seconds, values, dashes, color=colour, linewidth=width, alpha=alpha, marker=marker, markersize=3)
        if math.isfinite(curve.integrated_lufs):
            axes.axhline(curve.integrated_lufs, color=colour, linewidth=0.9, linestyle=(0, (2, 2)))
            text = f"{curve.label}\n{_number(curve.integrated_lufs)} LUFS"
        else:
            text = f"{curve.label}\nsilent"
        _margin_label(axes, place, drawable_lines(text), colour)
    return figure


@dataclass(frozen=True)
class SpectrumRange:
    """The range that other music has: centres in Hz, three levels in dB re a full-scale sine, and what it is."""

    centres_hz: np.ndarray
    low_db: np.ndarray
    middle_db: np.ndarray
    high_db: np.ndarray
    label: str


@styled
def spectrum_figure(
    spectra: Mapping[str, tuple[np.ndarray, np.ndarray]],
    title: str = "Third-octave spectrum",
    others: SpectrumRange | None = None,
) -> Figure:
    """Draws band levels over frequency; each entry is (centres in Hz, dB re full-scale sine).

    Args:
        others: the range of other music, drawn behind them.
    """
    figure = new_figure(WIDTH_IN, 3.5, title)
    axes = figure.subplots()
    axes.set_xscale("log")
    axes.set_xlim(17.8, 22387.0)
    set_frequency_ticks(axes, lambda f: f, 20000.0, vertical=False)
    axes.grid(True)
    axes.set_xlabel("frequency in Hz")
    axes.set_ylabel("dB re full-scale sine")
    levels = [float(v) for _, values in spectra.values() for v in values if math.isfinite(v)]
    levels += [] if others is None or not levels else [float(others.high_db.max())]
    top = 10.0 * math.ceil((max(levels) + 1.0) / 10.0) if levels else 0.0
    bottom = max(top - 80.0, min(top - 40.0, 10.0 * math.floor(min(levels) / 10.0))) if levels else -60.0
    axes.set_ylim(bottom, top)
    axes.yaxis.set_major_locator(MultipleLocator(10))
    if not levels:
        say_instead(axes, "silent")
        return figure
    if others is not None:
        axes.fill_between(others.centres_hz, others.low_db, others.high_db, color=RANGE_COLOUR, linewidth=0)
        axes.plot(others.centres_hz, others.middle_db, color=FAINT_INK, linewidth=0.8, linestyle=(0, (1, 2)))
        axes.text(0.5, 0.03, drawable(others.label), transform=axes.transAxes, color=FAINT_INK, fontsize=8, ha="center")
    for index, (label, (centres, values)) in enumerate(spectra.items()):
        drawn = np.where(np.isfinite(values), values, np.nan)
        dashes = line_of(label)
        axes.plot(centres, drawn, dashes, color=colour_of(label, index), linewidth=1.8, marker="o", markersize=2.6)
    ends = [float(v[-1]) if len(v) and math.isfinite(v[-1]) else bottom for _, v in spectra.values()]
    places = spread([max(e, bottom) for e in ends], 0.075 * (top - bottom))
    for index, (label, place) in enumerate(zip(spectra, places, strict=True)):
        _margin_label(axes, place, drawable(label, 24), colour_of(label, index), float(spectra[label][0][-1]))
    return figure


@dataclass(frozen=True)
class TrackLevel:
    """One row of the balance: `loudness_lufs` is the track's own in the mix, −inf when it is not heard."""

    name: str
    loudness_lufs: float
    pan: float
    is_audible: bool = True


@styled
def balance_figure(tracks: Sequence[TrackLevel], title: str = "Balance") -> Figure:
    """Draws each track's loudness in the mix as a bar and its pan as a dot beside it, in the session's order."""
    row_in = 0.27 if len(tracks) <= 100 else 27.0 / len(tracks)
    figure = new_figure(WIDTH_IN, 1.25 + row_in * max(len(tracks), 2), title)
    left, right = figure.subplots(1, 2, width_ratios=(2.4, 1), sharey=True)
    heard = [t.loudness_lufs for t in tracks if math.isfinite(t.loudness_lufs)]
    top = 5.0 * math.ceil((max(heard) + 0.5) / 5.0) if heard else 0.0
    bottom = min(top - 20.0, max(top - 60.0, 5.0 * math.floor(min(heard) / 5.0 - 1.0))) if heard else -40.0
    for row, track in enumerate(tracks):
        _draw_balance_row(left, right, row, track, bottom)
    left.set_xlim(bottom, top + 0.09 * (top - bottom))
    left.xaxis.set_major_locator(MultipleLocator(10 if top - bottom > 35 else 5))
    left.set_xlabel("loudness in the mix, LUFS")
    left.set_yticks(range(len(tracks)), [drawable(t.name, 30) for t in tracks], color=INK)
    left.set_ylim(max(len(tracks), 2) - 0.4, -0.6)
    left.tick_params(axis="y", length=0)
    left.grid(True, axis="x")
    right.set_xlim(-1.12, 1.12)
    right.set_xticks([-1.0, -0.5, 0.0, 0.5, 1.0], ["left", "", "centre", "", "right"])
    right.axvline(0.0, color=EMPTY, linewidth=0.9, zorder=0.5)
    right.set_xlabel("pan")
    right.tick_params(axis="y", left=False, labelleft=False)
    right.spines["left"].set_visible(False)
    if not tracks:
        say_instead(left, "no tracks")
    return figure


def _draw_balance_row(left: Axes, right: Axes, row: int, track: TrackLevel, bottom: float) -> None:
    is_heard = track.is_audible and math.isfinite(track.loudness_lufs)
    colour = _BAR_COLOUR if is_heard else EMPTY
    right.plot([-1.0, 1.0], [row, row], color=GRID, linewidth=1.0, zorder=0.6)
    right.plot([track.pan], [row], marker="o", markersize=6, color=colour, markeredgecolor=PAPER)
    if not is_heard:
        words = "silent" if track.is_audible else "muted"
        left.annotate(
            words, (bottom, row), (4, 0), textcoords="offset points", va="center", color=FAINT_INK, fontsize=8
        )
        return
    level = max(track.loudness_lufs, bottom)
    left.barh(row, level - bottom, left=bottom, height=0.66, color=colour)
    _beside(left, _number(track.loudness_lufs), level, row, INK)


def _beside(axes: Axes, text: str, x: float, row: int, colour: str) -> None:
    axes.annotate(text, (x, row), (4, 0), textcoords="offset points", va="center", color=colour, fontsize=8)


def _number(value: float) -> str:
    return f"{value:.1f}".replace("-", "−")


def drawable_lines(text: str) -> str:
    """Like `drawable`, line by line."""
    return "\n".join(drawable(line, 24) for line in text.split("\n"))


def _margin_label(axes: Axes, place: float, text: str, colour: str, x: float | None = None) -> None:
    """Names a line at its end: at the right margin, or at a place x of the data."""
    axes.annotate(
        text,
        (1.0 if x is None else x, place),
        (7, 0),
        xycoords=("axes fraction" if x is None else "data", "data"),
        textcoords="offset points",
        va="center",
        color=colour,
        fontweight="bold",
        fontsize=8.5,
        annotation_clip=False,
    )
