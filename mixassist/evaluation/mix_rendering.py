# SPDX-License-Identifier: Apache-2.0
"""Mixes rendered from predicted controls by the program's own renderers, in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mixassist.automix.hearing import loudness_lufs
from mixassist.automix.inputs import Samples, TrackAudio
from mixassist.domain.channel import Channel, View
from mixassist.domain.controls import NEUTRAL, Controls
from mixassist.domain.parameters import Group, keys_of
from mixassist.rendering.renderers import renderer_for
from mixassist.rendering.strips import reader_of, strip_gains

_BRACKET = (*keys_of(Group.EQUALIZER), *keys_of(Group.COMPRESSOR), *keys_of(Group.REVERB))


@dataclass(frozen=True)
class RenderedMix:
    """A mix, (frames, 2), and the loudness of each stem in it, LUFS.

    `stem_lufs` is None where only the mix is known. `wet_lu` is how far each stem's reverberation stands below its
    dry sound, negative when below, −inf without any; only for stems that were asked for.
    """

    audio: NDArray[np.float32]
    stem_lufs: NDArray[np.float64] | None = None
    wet_lu: Mapping[str, float] | None = None


def dry(controls: Controls) -> Controls:
    """The same strip with equaliser, compressor and reverb neutral: input gain, polarity, fader and pan remain."""
    return controls.taken_from(NEUTRAL, _BRACKET)


def render_mix(
    inputs: Sequence[TrackAudio],
    controls: Mapping[str, Controls],
    sample_rate_hz: int,
    view: View = View.WET,
    wet_of: Sequence[str] = (),
) -> RenderedMix:
    """Passes every stem through its strip and adds them up.

    Args:
        controls: by track id.
        view: `wet`: the console; `model`: the network; `dry`: the console with its three stages neutral.
        wet_of: ids of the tracks whose reverberation is measured against their dry sound.
    """
    mix = np.zeros((inputs[0].samples.shape[0], 2), dtype=np.float32)
    levels, wet = [], {}
    for item in inputs:
        mine = dry(controls[item.track.id]) if view is View.DRY else controls[item.track.id]
        out = render_stem(item.samples, mine, sample_rate_hz, view)
        levels.append(loudness_lufs(out, sample_rate_hz))
        if item.track.id in wet_of:
            wet[item.track.id] = _wet_lu(item.samples, mine, sample_rate_hz, view, out)
        mix += out
    return RenderedMix(mix, np.asarray(levels), wet)


def render_stem(samples: Samples, controls: Controls, sample_rate_hz: int, view: View = View.WET) -> Samples:
    """Passes one stem, (frames, 1 or 2), through a strip; returns (frames, 2), what rings on behind cut off."""
    frames = samples.shape[0]
    channel = Channel(controls=controls)
    renderer = renderer_for(View.WET if view is View.DRY else view)
    recipe = renderer.recipe(channel, sample_rate_hz, samples.shape[1])
    rendered = samples
    if recipe.process is not None:
        rendered = np.zeros((frames, recipe.process.sides), dtype=np.float32)
        for start, piece in recipe.process.stream(reader_of(samples), frames):
            kept = piece[: max(frames - start, 0)]
            rendered[start : start + len(kept)] = kept
    return np.asarray(rendered * np.asarray(strip_gains(channel, True, recipe.gain), dtype=np.float32))


def _wet_lu(samples: Samples, controls: Controls, sample_rate_hz: int, view: View, whole: Samples) -> float:
    """Loudness of the reverberation less that of the dry sound; the reverberation is what the wet control adds."""
    if controls.number("reverb_wet") == 0.0:
        return -np.inf
    plain = render_stem(samples, controls.replaced({"reverb_wet": 0.0}), sample_rate_hz, view)
    wet, before = loudness_lufs(whole - plain, sample_rate_hz), loudness_lufs(plain, sample_rate_hz)
    if not np.isfinite(wet):
        return -np.inf
    return wet - before if np.isfinite(before) else np.inf
