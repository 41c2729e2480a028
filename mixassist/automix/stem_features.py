# SPDX-License-Identifier: Apache-2.0
"""What the controller is told of a stem: its log-mel patches, its sound in numbers, its instrument and its level."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from mixassist.automix.excerpts import clean
from mixassist.automix.hearing import Hearing
from mixassist.automix.inputs import Samples
from mixassist.domain.loudness import REFERENCE_LUFS
from mixassist.networks.controller import HEARING_SIZE, LEVEL_SIZE
from mixassist.networks.encoder import INSTRUMENT_KEYS, Encoder
from mixassist.networks.log_mel import patch_samples

MOST_PATCHES = 16
_SOUNDING_DB = 20.0
_LOWEST_DB = -60.0


def stem_patches(samples: Samples, hearing: Hearing, sample_rate_hz: int, encoder: Encoder) -> torch.Tensor:
    """Returns up to sixteen of an encoder's patches from all over a stem, where it sounds: (patches, 64, 96).

    The stem's stretches of a second within 20 dB of its loud ones are taken evenly, so that verse and chorus both
    count; a stem shorter than a patch is padded. The loudness is brought to −23 LUFS.
    """
    length = patch_samples(sample_rate_hz)
    cut = []
    for start in _patch_starts(hearing, samples.shape[0], length):
        piece = clean(samples[start : start + length])
        cut.append(np.pad(piece, ((0, length - piece.shape[0]), (0, 0))).T)
    gain_db = REFERENCE_LUFS - hearing.loudness_lufs
    return encoder.patches(torch.from_numpy(np.stack(cut)).to(encoder.device), sample_rate_hz, gain_db)


def _patch_starts(hearing: Hearing, frames: int, length: int) -> list[int]:
    survey = hearing.levels
    if frames <= length:
        return [0]
    span = survey.block_frames * survey.stride
    per_patch = max(-(-length // span), 1)
    power = 10.0 ** (survey.level_dbfs / 10.0)
    count = max(power.size // per_patch, 1)
    level = 10.0 * np.log10(power[: count * per_patch].reshape(count, -1).mean(axis=1) + 1e-12)
    sounding = np.flatnonzero(level > np.percentile(level, 95) - _SOUNDING_DB)
    if not sounding.size:  # levels beyond all measure
        sounding = np.array([int(np.argmax(level))])
    chosen = sounding[np.unique(np.linspace(0, sounding.size - 1, MOST_PATCHES).round().astype(int))]
    return [min(int(c) * per_patch * span, frames - length) for c in chosen]


def hearing_vector(hearing: Hearing) -> NDArray[np.float32]:
    """Returns what was heard as 40 numbers of order one: third octaves, dynamics, width, activity."""
    bands = np.clip(hearing.bands_db, _LOWEST_DB, 0.0) / 20.0 + 1.5
    rest = [
        hearing.crest_db / 10.0 - 1.4,
        hearing.attack_db / 10.0 - 0.8,
        hearing.range_db / 10.0 - 1.0,
        hearing.activity * 2.0 - 1.0,
        float(np.clip(hearing.side_db, -40.0, 10.0)) / 20.0 + 1.0,
        abs(float(np.clip(hearing.balance_db, -20.0, 20.0))) / 10.0,
        float(hearing.channels == 2),
        float(np.log2(hearing.centroid_hz / 700.0)) / 2.0,
        float(np.clip(hearing.band_db(20.0, 150.0), -30.0, 0.0)) / 15.0 + 1.0,
        float(np.clip(hearing.band_db(150.0, 700.0), -30.0, 0.0)) / 15.0 + 1.0,
        float(np.clip(hearing.band_db(5000.0, 22_000.0), -30.0, 0.0)) / 15.0 + 1.0,
    ]
    vector = np.concatenate([bands, rest]).astype(np.float32)
    assert vector.size == HEARING_SIZE
    return vector


def level_vectors(loudness_lufs: Sequence[float]) -> NDArray[np.float32]:
    """Returns how the stems' own levels stand to each other, (stems, 3): level, the song's spread, number of stems."""
    levels = np.asarray(loudness_lufs, dtype=np.float64)
    relative = np.clip((levels - np.median(levels)) / 10.0, -3.0, 3.0)
    rows = np.empty((levels.size, LEVEL_SIZE), dtype=np.float32)
    rows[:, 0] = relative
    rows[:, 1] = min(float(np.std(levels)) / 10.0, 3.0)
    rows[:, 2] = np.log2(levels.size) / 3.0 - 1.0
    return rows


def instrument_vector(key: str) -> NDArray[np.float32]:
    """Returns a known instrument as a one-hot vector, (24,); zeros where it is not known."""
    vector = np.zeros(len(INSTRUMENT_KEYS), dtype=np.float32)
    if key in INSTRUMENT_KEYS:
        vector[INSTRUMENT_KEYS.index(key)] = 1.0
    return vector
