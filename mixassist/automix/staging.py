# SPDX-License-Identifier: Apache-2.0
"""Gain staging: passes a stretch of every track through the real strip and sets gains by what comes out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from mixassist.automix.excerpts import clean, loudest_part
from mixassist.automix.hearing import loudness_lufs
from mixassist.automix.inputs import Samples
from mixassist.automix.side_by_side import for_each, spare_workers
from mixassist.automix.song import Part
from mixassist.domain.controls import Controls
from mixassist.domain.parameters import PARAMETER, Value
from mixassist.domain.progress import CancelToken
from mixassist.dsp.channel_strip import controls_tensor
from mixassist.dsp.compressor import compress
from mixassist.dsp.equalizer import equalize
from mixassist.dsp.panning import db_to_factor
from mixassist.dsp.reverb import reverberate

STRETCH_S = 6.0
_BATCH = 8
STEREO_CENTRE_DB = 3.01
"""What the pan law takes off a stereo stem's loudness at the centre; a mono stem's is kept by the two sides."""


@dataclass(frozen=True)
class StripEffect:
    """How a part's loudness changes inside the strip, in LU: by equaliser, by compressor, and what all-wet adds.

    `wet_lu` is the loudness of the reverberation alone at wet = 1 against the compressor's output; −inf when unused.
    """

    equalizer_lu: float
    compressor_lu: float
    wet_lu: float


def clipped(values: Mapping[str, Value]) -> dict[str, Value]:
    """Keeps every number inside the table's range."""
    numbers = {key: value for key, value in values.items() if PARAMETER[key].is_continuous}
    return {**values, **{key: PARAMETER[key].clipped(float(value)) for key, value in numbers.items()}}


def strip_effects(
    parts: Sequence[Part],
    settings: Mapping[str, Mapping[str, Value]],
    sample_rate_hz: int,
    cancel: CancelToken | None = None,
    device: torch.device | str = "cpu",
) -> dict[str, StripEffect]:
    """Measures each part's loudest six seconds before and after each stage, at its settings (make-up left out).

    The stages compute on `device`, several batches of parts at a time where there are cores to spare.
    """
    groups = [[p for p in parts if p.audio.samples.shape[1] == sides] for sides in (1, 2)]
    size = max(1, min(_BATCH, -(-len(parts) // spare_workers())))
    batches = [group[first : first + size] for group in groups for first in range(0, len(group), size)]
    found = for_each(
        batches,
        lambda batch: _measured(batch, [settings[p.id] for p in batch], sample_rate_hz, device),
        lambda index, batch: None,
        cancel,
    )
    return {track_id: effect for effects in found for track_id, effect in effects.items()}


def _measured(
    parts: Sequence[Part], settings: Sequence[Mapping[str, Value]], sample_rate_hz: int, device: torch.device | str
) -> dict[str, StripEffect]:
    controls = [Controls({**clipped(s), "makeup_gain_db": 0.0, "reverb_dry": 0.0, "reverb_wet": 1.0}) for s in settings]
    audio = torch.from_numpy(_stretches(parts, sample_rate_hz)).to(device)
    tensors = controls_tensor(controls, device)
    with torch.no_grad():
        driven = audio * db_to_factor(tensors["input_gain_db"])[:, None, None]
        equalized = equalize(driven, tensors, sample_rate_hz)
        compressed = compress(equalized, tensors, sample_rate_hz)
        wet_rows = [i for i, s in enumerate(settings) if "reverb_type" in s or float(s.get("reverb_wet", 0.0)) > 0.0]
        wet = {}
        if wet_rows:
            rows = {k: v[wet_rows] for k, v in tensors.items()}
            wet = dict(zip(wet_rows, reverberate(compressed[wet_rows], rows, sample_rate_hz).cpu(), strict=True))
    stages = [x.cpu() for x in (driven, equalized, compressed)]
    found = {}
    for index, part in enumerate(parts):
        levels = [_loudness(x[index], sample_rate_hz) for x in stages]
        spread = _loudness(wet[index], sample_rate_hz) - levels[2] if index in wet else -math.inf
        changes = [_finite(levels[1] - levels[0]), _finite(levels[2] - levels[1])]
        found[part.id] = StripEffect(changes[0], changes[1], spread if math.isfinite(spread) else -math.inf)
    return found


def _stretches(parts: Sequence[Part], sample_rate_hz: int) -> Samples:
    """The loudest six seconds of each part, (batch, sides, frames).

    Shorter ones are padded to the whole six, so that a part's batch says nothing of what is measured.
    """
    frames = int(STRETCH_S * sample_rate_hz)
    pieces = []
    for part in parts:
        samples = part.audio.samples
        start, end = loudest_part(part.hearing.levels, samples.shape[0], sample_rate_hz, STRETCH_S)
        piece = clean(samples[start:end]).T[:, :frames]
        pieces.append(np.pad(piece, ((0, 0), (0, frames - piece.shape[1]))))
    return np.stack(pieces)


def _loudness(audio: torch.Tensor, sample_rate_hz: int) -> float:
    return loudness_lufs(audio.T.numpy(), sample_rate_hz)


def _finite(value: float) -> float:
    return value if math.isfinite(value) else 0.0
