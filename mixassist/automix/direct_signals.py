# SPDX-License-Identifier: Apache-2.0
"""Direct signals beside their amplifier or microphone: the same performance twice, of which engineers use one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixassist.audio.name_pairs import name_tokens
from mixassist.automix.song import Part, Song

BEHIND_LU = 5.0
"""How much further back than its instrument usually is a direct signal stands beside the amplifier's or microphone's.

MixologyDB has six such pairs in five songs, from 2.0 to 10.3 LU further back, median 6.9; this is that median, drawn
towards none as two more pairs without a difference would.
"""
_INSTRUMENTS = ("bass", "electric_guitar", "acoustic_guitar")
_WORDS = frozenset({"di", "direct"})
_GLUED = frozenset({"bassdi", "gtrdi", "egtrdi", "acgtrdi", "guitardi", "gitdi"})
_ALIKE = 0.7
"""Correlation of two tracks' levels over time, in dB, from which on they are one performance."""
_RANGE_DB = 40.0
_FEWEST_BLOCKS = 20


def set_back_lu(song: Song) -> dict[str, float]:
    """Returns 5 LU by track id for direct signals that have a counterpart through an amplifier or microphone."""
    found = {}
    for instrument in _INSTRUMENTS:
        group = song.of(instrument)
        direct = [p for p in group if _is_direct(p)]
        others = [p for p in group if not _is_direct(p)]
        found.update({p.id: BEHIND_LU for p in direct if any(_same_performance(p, other) for other in others)})
    return found


def _is_direct(part: Part) -> bool:
    tokens = name_tokens(part.track.name)
    return bool(_WORDS & set(tokens)) or bool(_GLUED & set(tokens))


def _same_performance(one: Part, other: Part) -> bool:
    """Whether two tracks rise and fall together; they begin at the same time."""
    if one.track.start_frames != other.track.start_frames or one.hearing.levels.stride != other.hearing.levels.stride:
        return False
    count = min(one.hearing.levels.level_dbfs.size, other.hearing.levels.level_dbfs.size)
    first, second = (_above_floor(p, count) for p in (one, other))
    if count < _FEWEST_BLOCKS or first.std() < 1e-3 or second.std() < 1e-3:
        return False
    return float(np.corrcoef(first, second)[0, 1]) > _ALIKE


def _above_floor(part: Part, count: int) -> NDArray[np.float64]:
    levels = part.hearing.levels.level_dbfs[:count]
    return np.asarray(np.clip(levels - levels.max(initial=-200.0), -_RANGE_DB, 0.0))
