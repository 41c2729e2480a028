# SPDX-License-Identifier: Apache-2.0
"""How near a predicted mix is to the artist's: level balance and short-time spectra of sum and difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from mixassist.analysis.spectral import multi_resolution_stft
from mixassist.automix.hearing import loudness_lufs
from mixassist.automix.inputs import TrackAudio
from mixassist.domain.controls import NEUTRAL, Controls
from mixassist.domain.fader_law import FADER_FLOOR_DB
from mixassist.domain.parameters import Group, keys_of
from mixassist.dsp.channel_strip import channel_strip, controls_tensor
from mixassist.evaluation.excerpts import Excerpt

COMPARED_LUFS = -23.0
MEASURES = ("balance_db", "stft", "stft_sum")
"""Level balance, multi-resolution STFT of sum and difference, and of the sum alone; the less the better."""

_BRACKET = (*keys_of(Group.EQUALIZER), *keys_of(Group.COMPRESSOR), *keys_of(Group.REVERB))


@dataclass(frozen=True)
class RenderedMix:
    """A mix, (frames, 2), and the loudness of each stem in it, LUFS."""

    audio: NDArray[np.float32]
    stem_lufs: NDArray[np.float64]


def dry(controls: Controls) -> Controls:
    """The same strip with equaliser, compressor and reverb neutral: input gain, polarity, fader and pan remain."""
    return controls.taken_from(NEUTRAL, _BRACKET)


def render_mix(inputs: Sequence[TrackAudio], controls: Mapping[str, Controls], sample_rate_hz: int) -> RenderedMix:
    """Passes every stem through its strip and adds them up."""
    mix = np.zeros((inputs[0].samples.shape[0], 2), dtype=np.float32)
    levels = []
    for item in inputs:
        audio = torch.from_numpy(np.ascontiguousarray(item.samples.T)).unsqueeze(0)
        with torch.no_grad():
            out = _strip(audio, controls[item.track.id], sample_rate_hz)[0].T.numpy()
        levels.append(loudness_lufs(out, sample_rate_hz))
        mix += out
    return RenderedMix(mix, np.asarray(levels))


def _strip(audio: torch.Tensor, controls: Controls, sample_rate_hz: int) -> torch.Tensor:
    """The channel strip; a neutral bracket is passed over, which is exact and much faster."""
    if controls == dry(controls):
        gain = 10.0 ** ((controls.number("input_gain_db") + controls.number("fader_db")) / 20.0)
        angle = (controls.number("pan") + 1.0) * np.pi / 4.0
        sides = torch.tensor([np.cos(angle), np.sin(angle)], dtype=audio.dtype)[None, :, None]
        sign = -1.0 if controls["polarity_inverted"] else 1.0
        silent = controls.number("fader_db") <= FADER_FLOOR_DB
        return audio.expand(-1, 2, -1) * sides * (0.0 if silent else gain * sign)
    return channel_strip(audio, controls_tensor([controls]), sample_rate_hz)


def balance_error_db(levels_lufs: NDArray[np.float64], wanted_lufs: NDArray[np.float64]) -> float:
    """Mean absolute difference of the stems' levels from the artist's, the common offset taken off.

    Stems that are silent on the artist's side do not count; one silenced by the mixer counts as 40 dB too soft.
    """
    heard = np.isfinite(wanted_lufs)
    if heard.sum() < 2:
        return 0.0
    wanted = wanted_lufs[heard]
    difference = np.maximum(levels_lufs[heard], wanted.min() - 40.0) - wanted
    return float(np.mean(np.abs(difference - difference.mean())))


def measure(
    excerpt: Excerpt, target: NDArray[np.float32], wanted: NDArray[np.float64], mix: RenderedMix
) -> dict[str, float]:
    """Returns the measures of one mix against the artist's, both brought to −23 LUFS."""
    rate = excerpt.sample_rate_hz
    distance = multi_resolution_stft(target, mix.audio, gain_a=_gain_to(target, rate), gain_b=_gain_to(mix.audio, rate))
    return {
        "balance_db": balance_error_db(mix.stem_lufs, wanted),
        "stft": distance.total,
        "stft_sum": distance.sum,
    }


def stem_levels(excerpt: Excerpt) -> NDArray[np.float64]:
    """Loudness of every stem as the artist has it, LUFS."""
    return np.asarray([loudness_lufs(stem, excerpt.sample_rate_hz) for stem in excerpt.stems])


def _gain_to(audio: NDArray[np.float32], sample_rate_hz: int) -> float:
    loudness = loudness_lufs(audio, sample_rate_hz)
    return float(10.0 ** ((COMPARED_LUFS - loudness) / 20.0)) if np.isfinite(loudness) else 1.0
