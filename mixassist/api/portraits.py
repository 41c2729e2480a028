# SPDX-License-Identifier: Apache-2.0
"""Portraits of a channel's effects at its present settings, through the console and through the network."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

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
from mixassist.domain.channel import Channel, Stages, View
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.rendering.renderers import renderer_for
from mixassist.rendering.strips import reader_of

_EQUALIZER_DB, _REVERB_DB, _DISTORTION_DB = -18.0, -18.0, -12.0
_LONGEST_RESPONSE_S = 6.0


def channel_portrait(
    channel: Channel,
    sample_rate_hz: int,
    view: View,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> ChannelPortrait:
    """Measures a channel's effects at its settings through a view; about two seconds of work.

    Stages that are switched off, or neutral, show as such: flat, one line, one impulse.

    Raises:
        MixAssistError: the view has no renderer.
        Cancelled: as the token asks.
    """
    steps = 0

    def step() -> None:
        nonlocal steps
        if cancel is not None:
            cancel.check()
        steps += 1
        progress(min(1.0, steps / 6), "Measuring the effect")

    off, on = Stages(False, False, False), channel.stages
    tone = _process(replace(channel, stages=replace(off, equalizer=on.equalizer)), sample_rate_hz, view)
    swept = sweep_response(tone, Sweep(sample_rate_hz, level_db=_EQUALIZER_DB))
    step()
    impulse, decay = _space(channel, sample_rate_hz, view, step)
    squeezed = replace(channel, stages=replace(off, compressor=on.compressor))
    dynamics = _process(squeezed, sample_rate_hz, view)
    curve = static_curve(dynamics, sample_rate_hz)
    step()
    jump = step_response(dynamics, sample_rate_hz, *_jump_of(channel))
    step()
    both = _process(replace(channel, stages=replace(on, reverb=False)), sample_rate_hz, view)
    distortion = distortion_of(sweep_response(both, Sweep(sample_rate_hz, level_db=_DISTORTION_DB)))
    step()
    return ChannelPortrait(
        frequency_response(swept.whole, sample_rate_hz, swept.lead_frames),
        impulse,
        sample_rate_hz,
        decay,
        curve,
        jump,
        distortion,
    )


def _space(channel: Channel, rate_hz: int, view: View, step: Callable[[], None]) -> tuple[np.ndarray, Decay]:
    """Returns the reverb's impulse response as it is set, and the decay of its wet part."""
    set_up = Stages(False, False, channel.stages.reverb)
    neutral_gain = {"input_gain_db": 0.0, "polarity_inverted": False}
    as_set = _process(replace(channel.with_controls(neutral_gain), stages=set_up), rate_hz, view)
    impulse = sweep_response(as_set, Sweep(rate_hz, level_db=_REVERB_DB), _LONGEST_RESPONSE_S).linear
    step()
    if not channel.stages.reverb or channel.controls.number("reverb_wet") == 0.0:
        step()
        return _trimmed(impulse), Decay(np.zeros(0), np.zeros(0), math.nan, math.nan)
    alone = channel.with_controls({**neutral_gain, "reverb_dry": 0.0, "reverb_wet": 1.0})
    wet = _process(replace(alone, stages=set_up), rate_hz, view)
    found = sweep_response(wet, Sweep(rate_hz, level_db=_REVERB_DB), _LONGEST_RESPONSE_S).linear
    step()
    return _trimmed(impulse), energy_decay(_trimmed(found), rate_hz)


def _trimmed(response: np.ndarray) -> np.ndarray:
    """Cuts off what lies more than 90 dB below the peak at the end."""
    level = np.abs(response).max(axis=1)
    heard = np.flatnonzero(level > level.max(initial=0.0) * 10.0**-4.5)
    return response[: heard[-1] + 1] if len(heard) else response[:1]


def _jump_of(channel: Channel) -> tuple[float, float, float, float]:
    """Returns low and high level of a jump across the threshold, and how long it is held and watched afterwards."""
    controls = channel.controls
    threshold_db = controls.number("threshold_db") - controls.number("input_gain_db")
    high_db = min(threshold_db + 12.0, 0.0)
    held_s = max(0.1, 10e-3 * controls.number("attack_ms"))
    after_s = min(max(0.3, 5e-3 * controls.number("release_ms")), 8.0)
    return max(threshold_db - 10.0, -80.0), max(high_db, -60.0), held_s, after_s


def _process(channel: Channel, rate_hz: int, view: View) -> Process:
    """Returns a channel up to its fader as a function from samples to samples."""
    recipe = renderer_for(view).recipe(channel, rate_hz, 1)

    def process(audio: np.ndarray) -> np.ndarray:
        if recipe.process is None:
            return recipe.gain * np.asarray(audio, np.float64)
        samples = np.asarray(audio, np.float32)[:, None]
        out = np.zeros((len(audio), recipe.process.sides))
        for start, block in recipe.process.stream(reader_of(samples), len(audio)):
            part = block[: len(audio) - start]
            out[start : start + len(part)] = part
        return recipe.gain * out

    return process
