# SPDX-License-Identifier: Apache-2.0
"""Chooses and draws the pictures of a report."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from mixassist.analysis import effect_pictures as draw_effects
from mixassist.analysis import mel_pictures
from mixassist.analysis import pictures as draw
from mixassist.analysis.drawing import png_bytes, svg_bytes
from mixassist.analysis.envelope import envelope
from mixassist.analysis.finished_music import finished_music
from mixassist.analysis.goniometer import stereo_field
from mixassist.analysis.measures import loudness_curve
from mixassist.analysis.mel import difference_db, mel_spectrogram_on, overview_grid
from mixassist.analysis.spectral import third_octave_centres_hz
from mixassist.domain.channel import View
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled

if TYPE_CHECKING:
    from mixassist.analysis.report import Findings, ReportData


@dataclass(frozen=True)
class Picture:
    """One picture: its file name without ending, heading, what it shows, and its bytes by ending (png, svg).

    `is_dense` says that the PNG is the better one to show on a page: an SVG of it is large. `is_of_channel` says that
    it shows one channel, not the mix.
    """

    name: str
    title: str
    caption: str
    files: Mapping[str, bytes]
    is_dense: bool = False
    is_of_channel: bool = False


def draw_pictures(
    data: ReportData, findings: Findings, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> list[Picture]:
    """Draws everything a report shows, in the order of its page."""
    pictures: list[Picture] = []

    def add(
        name: str, title: str, caption: str, figure: Figure, is_dense: bool = False, is_of_channel: bool = False
    ) -> None:
        if cancel is not None:
            cancel.check()
        files = {"png": png_bytes(figure), "svg": svg_bytes(figure)}
        pictures.append(Picture(name, title, caption, files, is_dense, is_of_channel))

    add("balance", "Balance", "How loud each track stands in the mix, and where.", _balance(data))
    add(
        "loudness",
        "Loudness over time",
        "Short-term loudness (3 s, heavy) and momentary (0.4 s, faint); dotted: the whole.",
        _loudness(data, findings, scaled(progress, 0.0, 0.2), cancel),
    )
    add(
        "spectrum",
        "Third-octave spectrum",
        "Average level of each third of an octave; a full-scale sine would reach 0 dB in its band. "
        + finished_music().sentence,
        _spectrum(data, findings),
    )
    fields = {str(view): stereo_field(samples, cancel=cancel) for view, samples in data.ordered_views.items()}
    add(
        "stereo",
        "Stereo field",
        "Every sample of the mix as a goniometer shows it, the darker the more often: upright is mono, leaning to a "
        "side is there, lying flat is out of phase and lost in mono.",
        draw_effects.stereo_figure(fields, {str(v): m.correlation for v, m in findings.views.items()}),
        True,
    )
    add("waveforms", "Waveforms", _WAVEFORM_CAPTION, _waveforms(data, findings, cancel), True)
    progress(0.3, "Drawing")
    _add_maps(data, findings, add, scaled(progress, 0.3, 0.9), cancel)
    for number, (name, portraits) in enumerate(data.portraits.items(), 1):
        add(
            f"effects-{number:02d}",
            f"Effects of {name}",
            _EFFECTS_CAPTION,
            draw_effects.effects_figure(name, portraits),
            is_dense=True,
            is_of_channel=True,
        )
        progress(0.9 + 0.1 * number / len(data.portraits), f"Drawing the effects of {name}")
    progress(1.0, "Drawn")
    return pictures


_EFFECTS_CAPTION = (
    "Measured with test signals, fader and pan left out; the network's curve is broken. Level and phase: gain and "
    "equaliser. Static curve and step: compressor. Decay: the reverb alone. Harmonics: equaliser and compressor."
)


_WAVEFORM_CAPTION = (
    "Peaks light, RMS dark, aligned to the sample; where two mixes are subtracted, what remains of them. "
    "Dry is turned up or down to the loudness of wet first."
)


def _add_maps(
    data: ReportData,
    findings: Findings,
    add: Callable[..., None],
    progress: Progress,
    cancel: CancelToken | None,
) -> None:
    audio = data.ordered_views
    frames = max(len(samples) for samples in audio.values())
    grid = overview_grid(data.session.sample_rate_hz, frames)
    maps: dict[View, np.ndarray] = {}
    for index, (view, samples) in enumerate(audio.items()):
        part = scaled(progress, 0.9 * index / len(audio), 0.9 * (index + 1) / len(audio))
        maps[view] = mel_spectrogram_on(samples, grid, progress=part, cancel=cancel)
    caption = "Level over time and frequency on one scale. A sine of amplitude A at a band's centre shows 20·log A dB."
    if any(np.isnan(m).any() for m in maps.values()):
        caption += " Grey: samples that are no numbers."
    panels = [mel_pictures.Panel(str(view), m) for view, m in maps.items()]
    add("mel-spectrograms", "Mel-spectrograms", caption, mel_pictures.mel_figure(panels, grid, data.length_s), True)
    panels = _differences(maps, findings)
    if panels:
        caption = (
            "Red: more, blue: less, white: the same; each has its own scale. Dry is brought to the loudness of wet."
        )
        add("differences", "Differences", caption, mel_pictures.difference_figure(panels, grid, data.length_s), True)


def _differences(maps: Mapping[View, np.ndarray], findings: Findings) -> list[mel_pictures.Panel]:
    # What is too faint to be seen in the spectrograms is no difference to show.
    floor_db = mel_pictures.level_limits_db(list(maps.values()))[0]
    panels = []
    matched = findings.comparisons.get("dry_against_wet")
    gain_db = matched.gain_db if matched else 0.0
    for minuend, subtrahend in ((View.WET, View.DRY), (View.MODEL, View.WET), (View.MODEL, View.DRY)):
        if minuend not in maps or subtrahend not in maps:
            continue
        offset = np.float32(gain_db if subtrahend is View.DRY else 0.0)
        columns = min(maps[minuend].shape[1], maps[subtrahend].shape[1])
        difference = difference_db(maps[minuend][:, :columns], maps[subtrahend][:, :columns] + offset, floor_db)
        words = f"{minuend} − {subtrahend}"
        if offset:
            words += f"   (dry {_signed(gain_db)} dB, to equal loudness)"
        panels.append(mel_pictures.Panel(words, difference))
    return panels


def _waveforms(data: ReportData, findings: Findings, cancel: CancelToken | None) -> Figure:
    audio, rate = data.ordered_views, data.session.sample_rate_hz
    traces = [draw.Trace(str(view), envelope(samples, rate, cancel=cancel)) for view, samples in audio.items()]
    for minuend, subtrahend in ((View.WET, View.DRY), (View.MODEL, View.WET)):
        if minuend not in audio or subtrahend not in audio:
            continue
        frames = min(len(audio[minuend]), len(audio[subtrahend]))
        is_matched = subtrahend is View.DRY
        comparison = findings.comparisons["dry_against_wet" if is_matched else "model_against_wet"]
        gain = 10.0 ** (comparison.gain_db / 20.0)
        outline = envelope(audio[minuend][:frames], rate, minus=audio[subtrahend][:frames], gain=gain, cancel=cancel)
        words = f"{minuend} − {subtrahend}"
        if comparison.gain_db:
            words += f"   (dry {_signed(comparison.gain_db)} dB, to equal loudness)"
        words += f", {_null_words(comparison.null_depth_db)}"
        traces.append(draw.Trace(words, outline, is_residual=True))
    return draw.waveform_figure(traces)


def _null_words(null_depth_db: float) -> str:
    if null_depth_db == -math.inf:
        return "nothing remains"
    return f"{_signed(null_depth_db)} dB of wet remain" if math.isfinite(null_depth_db) else "wet is silent"


def _loudness(data: ReportData, findings: Findings, progress: Progress, cancel: CancelToken | None) -> Figure:
    audio = data.ordered_views
    curves: list[draw.LoudnessCurve] = []
    for index, (view, samples) in enumerate(audio.items()):
        part = scaled(progress, index / len(audio), (index + 1) / len(audio))
        momentary, short_term = loudness_curve(samples, data.session.sample_rate_hz, progress=part, cancel=cancel)
        curves.append(draw.LoudnessCurve(str(view), momentary, short_term, findings.views[view].integrated_lufs))
    return draw.loudness_figure(curves, data.length_s)


def _spectrum(data: ReportData, findings: Findings) -> Figure:
    centres = third_octave_centres_hz(data.session.sample_rate_hz)
    main = data.session.view if data.session.view in findings.views else next(iter(findings.views))
    loudness, known = findings.views[main].integrated_lufs, finished_music()
    others = None
    if math.isfinite(loudness):
        words = f"grey: finished music at the loudness of {main} ({known.songs} songs only)"
        others = draw.SpectrumRange(known.centres_hz, *known.at(loudness), words)
    return draw.spectrum_figure(
        {str(view): (centres, np.asarray(m.third_octave_db)) for view, m in findings.views.items()}, others=others
    )


def _balance(data: ReportData) -> Figure:
    session = data.session
    rows = [
        draw.TrackLevel(
            track.name,
            data.loudness_by_track.get(track.id, -math.inf),
            track.channel.controls.number("pan"),
            session.is_audible(track),
        )
        for track in session.tracks
    ]
    return draw.balance_figure(rows)


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−")
