# SPDX-License-Identifier: Apache-2.0
"""Portraits of a channel's effects: each a plot in which the console's and the network's curves lie together."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from mixassist.gui.theme import theme_of
from mixassist.gui.views.curve_plot import Curve, CurvePlot, PlotAxis
from mixassist.gui.views.mel_row import short_hz
from mixassist.gui.views.picture_colours import COLOURS

_FOUR_COLUMNS_FROM_PX = 1150
_HZ = PlotAxis(20, 20_000, True, short_hz, "Hz")


class PortraitsPanel(QWidget):
    """Shows the portraits of one channel through each view that there is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pictures.portraits")
        self.setAccessibleName(self.tr("Portraits of the channel's effects"))
        tr = self.tr
        self.magnitude = CurvePlot(tr("Equaliser, level"), _HZ, PlotAxis(-24, 24, unit="dB"), self)
        degrees = PlotAxis(-180, 180, unit="°", steps=(45, 90, 180))
        self.phase = CurvePlot(tr("Equaliser, phase"), _HZ, degrees, self)
        self.curve = CurvePlot(tr("Compressor"), PlotAxis(-60, 0, unit="dB in"), PlotAxis(-60, 0, unit="dB"), self)
        self.step = CurvePlot(
            tr("Compressor, step"), PlotAxis(0, 0.85, text=lambda s: f"{1000 * s:.0f}", unit="ms"),
            PlotAxis(-24, 6, unit="dB"), self,
        )  # fmt: skip
        self.impulse = CurvePlot(
            tr("Reverb, impulse"), PlotAxis(0, 0.2, text=lambda s: f"{1000 * s:.0f}", unit="ms"), PlotAxis(-1, 1), self
        )
        self.decay = CurvePlot(tr("Reverb, decay"), PlotAxis(0, 2, unit="s"), PlotAxis(-80, 0, unit="dB"), self)
        self.distortion = CurvePlot(tr("Harmonics"), _HZ, PlotAxis(-160, 0, unit="dB"), self)
        tips = (
            (self.magnitude, tr("Level over frequency of input gain and equaliser, by a swept sine at −18 dBFS.")),
            (self.phase, tr("Phase over frequency of input gain, polarity and equaliser.")),
            (self.curve, tr("Level out over level in of a steady 1 kHz sine.")),
            (self.step, tr("Gain while a sine jumps from 10 dB below the threshold to 12 dB above it and back.")),
            (self.impulse, tr("What a single click becomes.")),
            (self.decay, tr("Energy still to come (Schroeder 1965); RT60 from the fall between −5 and −35 dB.")),
            (self.distortion, tr("Harmonics 2 and 3, by a swept sine at −12 dBFS (Farina 2000); THD at 1 kHz.")),
        )  # fmt: skip
        self._grid = QGridLayout()
        self._grid.setSpacing(4)
        for plot, tip in tips:
            plot.setWhatsThis(tip)
            plot.setToolTip(tip)
        self.words = QLabel("", self)
        self.words.setWordWrap(True)
        self.words.setObjectName("pictures.portrait_words")
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.words.setContentsMargins(10, 4, 10, 4)
        self._columns = 0
        self._lay_out(3)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._grid, 1)
        self._portraits: tuple[Any, ...] = ()
        self._views: dict[int, str] = {}
        self._title = ""

    @property
    def plots(self) -> tuple[CurvePlot, ...]:
        """Every plot."""
        return (self.magnitude, self.phase, self.curve, self.step, self.impulse, self.decay, self.distortion)

    def _lay_out(self, columns: int) -> None:
        """Lays seven plots and the words beside the last of them into so many columns."""
        if columns == self._columns:
            return
        self._columns = columns
        for number, widget in enumerate((*self.plots, self.words)):
            span = columns - number % columns if widget is self.words else 1
            self._grid.addWidget(widget, number // columns, number % columns, 1, span)
        last = len(self.plots) // columns
        for line in range(4):
            self._grid.setColumnStretch(line, int(line < columns))
            self._grid.setRowStretch(line, int(line <= last))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out(4 if self.width() >= _FOUR_COLUMNS_FROM_PX else 3)

    def show_state(self, title: str, words: str) -> None:
        """Names the channel, and says what is under way or wrong."""
        self._title = title
        self._show_words(words)

    def show_portraits(self, portraits: tuple[Any, ...]) -> None:
        """Shows pairs of view and portrait, wet first; none empties all plots."""
        self._views = {id(portrait): str(view) for view, portrait in portraits}
        self._portraits = portraits = tuple(portrait for _, portrait in portraits)
        if not portraits:
            for plot in self.plots:
                plot.show_curves(())
            self._show_words("")
            return
        self._show_equalizer(portraits)
        self._show_compressor(portraits)
        self._show_reverb(portraits)
        self._show_harmonics(portraits)
        self._show_words("")

    def _curve(self, portrait: Any, x: np.ndarray, y: np.ndarray, words: str = "") -> Curve:
        view = self._views[id(portrait)]
        ink = COLOURS[theme_of(self).name][view]
        return Curve(words or self._name(portrait), x, y, ink, dashed=view == "model")

    def _name(self, portrait: Any) -> str:
        return self.tr("Model") if self._views[id(portrait)] == "model" else self.tr("Wet")

    def _show_equalizer(self, portraits: tuple[Any, ...]) -> None:
        curves = tuple(self._curve(p, p.response.frequencies_hz, p.response.magnitude_db) for p in portraits)
        self.magnitude.show_range(_fitted(curves, 12.0, 6.0))
        self.magnitude.show_curves(curves)
        degrees = (np.degrees(p.response.phase_rad) for p in portraits)
        self.phase.show_curves(
            tuple(
                self._curve(p, p.response.frequencies_hz, _broken(d)) for p, d in zip(portraits, degrees, strict=True)
            )
        )

    def _show_compressor(self, portraits: tuple[Any, ...]) -> None:
        curves = tuple(self._curve(p, p.curve.input_db, p.curve.output_db) for p in portraits)
        top = max(0.0, math.ceil(max(float(np.nanmax(c.y)) for c in curves) / 6) * 6)
        self.curve.show_range(PlotAxis(-60, top, unit="dB"))
        self.curve.show_curves(curves)
        steps = tuple(self._curve(p, p.step.seconds, p.step.gain_db) for p in portraits)
        self.step.x_axis = PlotAxis(0, float(portraits[0].step.seconds[-1]), text=self.step.x_axis.text, unit="ms")
        self.step.show_range(_fitted(steps, 6.0, 6.0))
        self.step.show_curves(steps)

    def _show_reverb(self, portraits: tuple[Any, ...]) -> None:
        length_s = max(len(p.impulse) / p.impulse_rate_hz for p in portraits)
        self.impulse.x_axis = PlotAxis(0, min(max(length_s, 0.01), 0.25), text=self.impulse.x_axis.text, unit="ms")
        curves = []
        for portrait in portraits:
            wave = portrait.impulse[:, 0] if portrait.impulse.ndim == 2 else portrait.impulse
            shown = wave[: round(0.25 * portrait.impulse_rate_hz)]
            curves.append(self._curve(portrait, np.arange(len(shown)) / portrait.impulse_rate_hz, shown))
        peak = max((float(np.abs(c.y).max(initial=0.0)) for c in curves), default=0.0) or 1.0
        self.impulse.show_range(PlotAxis(-peak, peak, text="{:.2g}".format))
        self.impulse.show_curves(tuple(curves))
        decays = tuple(self._curve(p, p.decay.seconds, p.decay.level_db) for p in portraits if len(p.decay.seconds))
        last = max((float(c.x[-1]) for c in decays), default=1.0)
        self.decay.x_axis = PlotAxis(0, max(last, 0.05), unit="s")
        known = [p for p in portraits if math.isfinite(p.decay.reverberation_s)]
        times = ", ".join(f"{self._name(p)} {p.decay.reverberation_s:.2f} s" for p in known)
        short = " · ".join(f"{p.decay.reverberation_s:.2f}" for p in known)
        self.decay.show_curves(
            decays,
            f"RT60: {times}" if known else self.tr("no reverberation"),
            short_words=f"RT60 {short} s" if known else self.tr("none"),
        )

    def _show_harmonics(self, portraits: tuple[Any, ...]) -> None:
        curves = []
        for portrait in portraits:
            for row, order in enumerate((2, 3)):
                words = self.tr("{0}, harmonic {1}").format(self._name(portrait), order)
                curve = self._curve(
                    portrait, portrait.distortion.frequencies_hz, portrait.distortion.harmonics_db[row], words
                )
                curves.append(Curve(curve.name, curve.x, curve.y, curve.colour, curve.dashed, 2.0 - 0.9 * row))
        shares = [f"{self._name(p)} {thd_text(p.distortion.thd_at(1000.0))}" for p in portraits]
        short = " · ".join(thd_text(p.distortion.thd_at(1000.0)) for p in portraits)
        self.distortion.show_curves(
            tuple(curves), self.tr("THD: {0}").format(", ".join(shares)), short_words=f"THD {short}"
        )

    def _show_words(self, state: str) -> None:
        inks = COLOURS[theme_of(self).name]
        key = "".join(
            f'<span style="color:{inks[self._views[id(p)]]}">■</span> {self._name(p)}'
            f"{self.tr(' (dashed)') if self._views[id(p)] == 'model' else ''} &nbsp; "
            for p in self._portraits
        )
        lines = (f"<b>{self._title}</b>", key, state)
        self.words.setText("<br>".join(line for line in lines if line))


def _fitted(curves: tuple[Curve, ...], least: float, step: float) -> PlotAxis:
    """Returns an axis in dB around 0 that holds all curves, at least ±`least`."""
    values = np.concatenate([c.y[np.isfinite(c.y)] for c in curves]) if curves else np.zeros(1)
    low, high = (float(np.min(values)), float(np.max(values))) if len(values) else (0.0, 0.0)
    bottom = max(min(-least, math.floor(low / step) * step), -60.0)
    return PlotAxis(bottom, max(least, math.ceil(high / step) * step), unit="dB")


def _broken(degrees: np.ndarray) -> np.ndarray:
    """Breaks a phase where it wraps, so that no line crosses the plot there."""
    broken = degrees.astype(np.float64).copy()
    broken[1:][np.abs(np.diff(degrees)) > 300.0] = np.nan
    return broken


def thd_text(percent: float) -> str:
    """Returns a distortion in per cent, two digits; what nobody could ever hear is told as that."""
    return f"{percent:.2g} %" if percent >= 0.001 else "< 0.001 %"
