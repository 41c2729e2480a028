# SPDX-License-Identifier: Apache-2.0
"""Pictures of effects and of the stereo field: what they say, and that nothing breaks them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import signal

from mixassist.analysis.drawing import png_bytes, svg_bytes
from mixassist.analysis.effect_pictures import effects_figure, stereo_figure
from mixassist.analysis.goniometer import stereo_field
from mixassist.analysis.portraits import (
    ChannelPortrait,
    Decay,
    distortion_of,
    energy_decay,
    frequency_response,
    static_curve,
    step_response,
)
from mixassist.analysis.swept_sine import Process, Sweep, sweep_response

RATE = 44_100


def portrait(process: Process, impulse: np.ndarray) -> ChannelPortrait:
    swept = sweep_response(process, Sweep(RATE, 2.0))
    decay = energy_decay(impulse, RATE) if len(impulse) > 100 else Decay(np.zeros(0), np.zeros(0), math.nan, math.nan)
    return ChannelPortrait(
        frequency_response(swept.whole, RATE, swept.lead_frames), impulse[:, None], RATE, decay,
        static_curve(process, RATE), step_response(process, RATE), distortion_of(swept),
    )  # fmt: skip


@pytest.fixture(scope="module")
def portraits() -> dict[str, ChannelPortrait]:
    """A reverberant filter and a clipper."""
    tail = np.random.default_rng(0).standard_normal(RATE) * np.exp(-6.0 * np.arange(RATE) / RATE)
    peak = signal.iirpeak(800.0, 1.0, RATE)
    return {
        "wet": portrait(lambda x: signal.lfilter(*peak, x), 0.05 * tail),
        "model": portrait(lambda x: np.clip(x, -0.1, 0.1), np.ones(1)),
    }


def texts(figure: object) -> str:
    """Returns all words of a figure."""
    import matplotlib.text

    return "\n".join(t.get_text() for t in figure.findobj(matplotlib.text.Text))  # type: ignore[attr-defined]


def test_both_views_are_in_one_plot_with_their_numbers(portraits: dict[str, ChannelPortrait]) -> None:
    figure = effects_figure("Vocals", portraits)
    words = texts(figure)
    assert "Effects of Vocals" in words
    assert f"wet: RT60 {portraits['wet'].decay.reverberation_s:.2f} s" in words
    assert "wet: below 0.001 % at 1 kHz" in words and "model: " in words
    level = figure.axes[0]
    assert [line.get_label() for line in level.lines] == ["wet", "model"]
    assert np.array_equal(level.lines[0].get_ydata(), portraits["wet"].response.magnitude_db)
    assert {line.get_linestyle() for line in level.lines} == {"-", "--"}
    assert png_bytes(figure).startswith(b"\x89PNG")
    assert len(svg_bytes(figure)) < 500_000


def test_names_are_drawn_as_they_are_and_one_view_is_enough(portraits: dict[str, ChannelPortrait]) -> None:
    words = texts(effects_figure("$x_1^ <b>", {"model": portraits["model"]}))
    assert "Effects of $x_1^ <b>" in words and "no reverb" in words
    nothing = effects_figure("Nothing", {})
    assert "no harmonics above 0.001 %" in texts(nothing) and "no harmonics" not in words
    assert png_bytes(nothing)


def test_the_stereo_field_says_silence_and_shows_correlation() -> None:
    noise = np.random.default_rng(0).standard_normal((RATE, 2))
    fields = {"dry": stereo_field(np.zeros((10, 2))), "wet": stereo_field(noise), "model": stereo_field(noise[:1])}
    figure = stereo_figure(fields, {"wet": -0.25, "model": math.nan})
    words = texts(figure)
    assert "silent" in words and "correlation −0.25" in words and "correlation –" in words
    assert png_bytes(figure).startswith(b"\x89PNG")
    assert len(svg_bytes(figure)) < 300_000
