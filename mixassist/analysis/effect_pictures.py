# SPDX-License-Identifier: Apache-2.0
"""The pictures of effects and of the stereo field, as matplotlib figures; they draw what they are given."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MultipleLocator

from mixassist.analysis.drawing import (
    FAINT_INK,
    INK,
    colour_of,
    drawable,
    line_of,
    new_figure,
    say_instead,
    set_frequency_ticks,
    styled,
)
from mixassist.analysis.goniometer import StereoField
from mixassist.analysis.portraits import ORDERS, ChannelPortrait

_WIDTH_IN = 10.0
_IMPULSE_S, _DIRECT_S = 0.25, 0.001
_LEAST_PERCENT = 0.001


@styled
def effects_figure(name: str, portraits: Mapping[str, ChannelPortrait], title: str = "") -> Figure:
    """Draws a channel's portraits over one another: level, phase, static curve, step, decay, impulse, harmonics.

    Args:
        name: the channel's.
        portraits: by the name of the view, wet before model.
    """
    figure = new_figure(_WIDTH_IN, 8.8, title or f"Effects of {name}")
    grid = figure.add_gridspec(4, 2)
    _draw_response(figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[0, 1]), portraits)
    _draw_curve(figure.add_subplot(grid[1, 0]), portraits)
    _draw_step(figure.add_subplot(grid[1, 1]), portraits)
    _draw_impulse(figure.add_subplot(grid[2, 0]), portraits)
    _draw_decay(figure.add_subplot(grid[2, 1]), portraits)
    _draw_harmonics(figure.add_subplot(grid[3, :]), portraits)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    if len(labels) > 1:
        figure.legend(handles, labels, loc="outside upper right", ncols=len(labels), frameon=False, fontsize=9)
    return figure


def _draw_response(level: Axes, phase: Axes, portraits: Mapping[str, ChannelPortrait]) -> None:
    reach = 6.0
    for index, (label, portrait) in enumerate(portraits.items()):
        found, colour = portrait.response, colour_of(label, index)
        level.plot(found.frequencies_hz, found.magnitude_db, line_of(label), label=label, color=colour, linewidth=1.6)
        degrees = np.degrees(found.phase_rad)
        # A jump from one end of the scale to the other is no line.
        degrees[1:][np.abs(np.diff(degrees)) > 180.0] = np.nan
        phase.plot(found.frequencies_hz, degrees, line_of(label), color=colour, linewidth=1.6)
        reach = max(reach, min(float(np.abs(found.magnitude_db).max()) + 1.0, 30.0))
    top = 6.0 * math.ceil(reach / 6.0)
    level.set_ylim(-top, top)
    level.yaxis.set_major_locator(MultipleLocator(6.0 if top <= 18.0 else 12.0))
    _label(level, "Level: gain and equaliser", "dB")
    phase.set_ylim(-185.0, 185.0)
    phase.yaxis.set_major_locator(MultipleLocator(90.0))
    _label(phase, "Phase", "degrees")
    for axes in (level, phase):
        _set_pitch_axis(axes)


def _draw_curve(axes: Axes, portraits: Mapping[str, ChannelPortrait]) -> None:
    axes.plot([-60.0, 0.0], [-60.0, 0.0], color=FAINT_INK, linewidth=0.7, linestyle=(0, (1, 2)))
    for index, (label, portrait) in enumerate(portraits.items()):
        curve = portrait.curve
        axes.plot(curve.input_db, curve.output_db, line_of(label), color=colour_of(label, index), linewidth=1.6)
    axes.set_xlim(-60.0, 0.0)
    top = max((float(p.curve.output_db.max()) for p in portraits.values()), default=0.0)
    axes.set_ylim(-60.0, max(6.0, 6.0 * math.ceil(top / 6.0)))
    axes.xaxis.set_major_locator(MultipleLocator(12.0))
    axes.yaxis.set_major_locator(MultipleLocator(12.0))
    axes.set_xlabel("level in, dB")
    _label(axes, "Static curve: compressor", "level out, dB")


def _draw_step(axes: Axes, portraits: Mapping[str, ChannelPortrait]) -> None:
    lowest, highest = -6.0, 3.0
    for index, (label, portrait) in enumerate(portraits.items()):
        step = portrait.step
        axes.axvspan(1000 * step.up_s, 1000 * step.down_s, color="#f1f3f6", linewidth=0, zorder=0)
        axes.plot(1000 * step.seconds, step.gain_db, line_of(label), color=colour_of(label, index), linewidth=1.6)
        lowest, highest = min(lowest, float(step.gain_db.min())), max(highest, float(step.gain_db.max()))
        axes.set_xlim(0.0, 1000 * float(step.seconds[-1]))
    axes.set_ylim(3.0 * math.floor(lowest / 3.0 - 0.2), 3.0 * math.ceil(highest / 3.0 + 0.2))
    axes.yaxis.set_major_locator(MultipleLocator(3.0 if highest - lowest < 20.0 else 6.0))
    axes.set_xlabel("time in ms; shaded: the sine is loud")
    _label(axes, "Step: gain of the compressor", "dB")


def _draw_decay(axes: Axes, portraits: Mapping[str, ChannelPortrait]) -> None:
    longest, lines = 0.1, []
    for index, (label, portrait) in enumerate(portraits.items()):
        decay = portrait.decay
        if not len(decay.seconds):
            continue
        axes.plot(decay.seconds, decay.level_db, line_of(label), color=colour_of(label, index), linewidth=1.6)
        below = np.flatnonzero(decay.level_db < -65.0)
        longest = max(longest, float(decay.seconds[below[0] if len(below) else -1]))
        if math.isfinite(decay.reverberation_s):
            lines.append(f"{label}: RT60 {decay.reverberation_s:.2f} s, early {decay.early_decay_s:.2f} s")
    axes.set_xlim(0.0, longest)
    axes.set_ylim(-66.0, 2.0)
    axes.yaxis.set_major_locator(MultipleLocator(20.0))
    axes.set_xlabel("time in s")
    _label(axes, "Energy decay: reverb", "dB")
    if not any(len(p.decay.seconds) for p in portraits.values()):
        say_instead(axes, "no reverb")
    axes.text(0.98, 0.96, "\n".join(lines), transform=axes.transAxes, ha="right", va="top", fontsize=8, color=INK)


def _draw_impulse(axes: Axes, portraits: Mapping[str, ChannelPortrait]) -> None:
    """Draws the start of the impulse responses; where there is a reverb, its scale cuts the direct sound off."""
    reach = 0.0
    for index, (label, portrait) in enumerate(portraits.items()):
        rate = portrait.impulse_rate_hz
        shown = portrait.impulse[: round(_IMPULSE_S * rate), 0]
        if len(portrait.decay.seconds):
            later = shown[round(_DIRECT_S * rate) :]
            reach = max(reach, 1.1 * float(np.abs(later).max(initial=0.0)))
        times = 1000.0 * np.arange(len(shown)) / rate
        colour = colour_of(label, index)
        axes.plot(times, shown, color=colour, linewidth=0.6, alpha=0.6, rasterized=True)
    _label(axes, "Impulse response: reverb as it is set", "1 = the impulse sent")
    axes.set_xlim(-4.0, 1000.0 * _IMPULSE_S)
    axes.set_ylim(*((-reach, reach) if reach > 1e-4 else (-1.1, 1.1)))
    axes.set_xlabel("time in ms; the direct sound may go beyond the top" if reach > 1e-4 else "time in ms")


def _draw_harmonics(axes: Axes, portraits: Mapping[str, ChannelPortrait]) -> None:
    texts = []
    for index, (label, portrait) in enumerate(portraits.items()):
        found = portrait.distortion
        share = np.maximum(found.thd_percent, _LEAST_PERCENT / 10)
        axes.plot(found.frequencies_hz, share, line_of(label), color=colour_of(label, index), linewidth=1.6)
        at_1k = found.thd_at(1000.0)
        texts.append(
            f"{label}: {f'{at_1k:.2g}' if at_1k >= _LEAST_PERCENT else f'below {_LEAST_PERCENT:g}'} % at 1 kHz"
        )
    axes.set_yscale("log")
    axes.set_ylim(_LEAST_PERCENT, 30.0)
    if all(p.distortion.thd_percent.max(initial=0.0) < _LEAST_PERCENT for p in portraits.values()):
        say_instead(axes, f"no harmonics above {_LEAST_PERCENT:g} %")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g}"))
    _set_pitch_axis(axes)
    axes.text(0.98, 0.96, "\n".join(texts), transform=axes.transAxes, ha="right", va="top", fontsize=8, color=INK)
    _label(axes, f"Harmonics {ORDERS[0]} to {ORDERS[-1]} together", "% of the sine")


def _set_pitch_axis(axes: Axes) -> None:
    axes.set_xscale("log")
    axes.set_xlim(20.0, 20_000.0)
    set_frequency_ticks(axes, lambda f: f, 20_000.0, vertical=False)
    axes.set_xlabel("Hz")


def _label(axes: Axes, title: str, unit: str) -> None:
    axes.set_title(title)
    axes.set_ylabel(unit)
    axes.grid(True)


@styled
def stereo_figure(
    fields: Mapping[str, StereoField], correlations: Mapping[str, float], title: str = "Stereo field"
) -> Figure:
    """Draws goniometers side by side, the darker the more often a point lies there, with the correlation below."""
    figure = new_figure(_WIDTH_IN, 3.9, title)
    row = figure.subplots(1, max(3, len(fields)), squeeze=False)[0]
    for axes in row[len(fields) :]:
        axes.set_axis_off()
    for axes, (label, found) in zip(row, fields.items(), strict=False):
        axes.set_title(drawable(label))
        axes.set_aspect("equal")
        axes.set_xlim(-1.0, 1.0)
        axes.set_ylim(-1.0, 1.0)
        for x, y, text in ((-0.74, 0.8, "L"), (0.74, 0.8, "R"), (0.06, 0.92, "mono")):
            axes.text(x, y, text, color=FAINT_INK, fontsize=8, ha="center" if text != "mono" else "left")
        for across in ((-1.0, 1.0), (1.0, -1.0)):
            axes.plot(across, (-1.0, 1.0), color="#d5dae0", linewidth=0.7)
        axes.plot((0.0, 0.0), (-1.0, 1.0), color="#d5dae0", linewidth=0.7)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines[:].set_visible(False)
        value = correlations.get(label, math.nan)
        words = "silent" if not found.density.any() else "–" if math.isnan(value) else f"{value:.2f}".replace("-", "−")
        axes.set_xlabel(f"correlation {words}" if words != "silent" else words)
        if found.density.any():
            shown = np.ma.masked_less_equal(found.density, 0.0)
            axes.imshow(
                shown,
                cmap="Blues" if label == "dry" else "Oranges" if label == "wet" else "Greens",
                norm=LogNorm(vmin=float(shown.min()) / 4, vmax=float(shown.max())),
                extent=(-1.0, 1.0, -1.0, 1.0),
                origin="lower",
                interpolation="nearest",
                zorder=2,
            )
    return figure
