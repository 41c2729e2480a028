# SPDX-License-Identifier: Apache-2.0
"""How loud each part should be in the mix, relative to the others."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mixassist.automix.instrument_sound import USUAL
from mixassist.automix.rules_table import rules_table
from mixassist.automix.song import Part, Song

_TRUST = 0.55
"""How much of an instrument's usual level is taken over: engineers differ, and the mean mix is the safer bet."""
_LOW_SLOPE = 0.18
"""LU per dB of energy below 150 Hz beyond the instrument's usual: what carries the low end stands forward."""
_WIDTH_SLOPE = 0.2
"""LU per dB of side energy: wide stems are background, narrow ones stand in front."""
_CROWD_SLOPE = 0.5
"""LU taken off for each doubling of an instrument's tracks."""
_LOW_RANGE_DB = 20.0
_LEAD_MARGIN_LU = 1.5
"""No other part is louder than the lead by more than this."""
_RANGE_LU = 14.0
_NOISE_LUFS = -60.0
"""Stems below this are noise or bleed: they are not lifted like the others."""


def target_levels(song: Song) -> dict[str, float]:
    """Returns loudness targets in LU by track id; only their differences mean anything.

    The usual level of the instrument (from human mixes), then what the sound says: how much of the low end the part
    carries compared with others of its kind, and how wide it is; and how many share its role. The slopes were set
    on stems with a known mix, leaving songs out.
    """
    levels = {part.id: _level(part, song) for part in song.parts}
    if not levels:
        return {}
    middle = float(np.median(list(levels.values())))
    levels = {key: float(np.clip(value, middle - _RANGE_LU, middle + _RANGE_LU)) for key, value in levels.items()}
    return lead_in_front(song, levels)


def _level(part: Part, song: Song) -> float:
    instrument, hearing = part.instrument, part.hearing
    usual = _usual_level(instrument, song)
    low = float(np.clip(hearing.band_db(20.0, 150.0), -_LOW_RANGE_DB, 0.0)) - max(
        USUAL[instrument].low_db, -_LOW_RANGE_DB
    )
    width = float(np.clip(hearing.side_db, -20.0, 0.0)) + 20.0
    crowd = np.log2(len(song.of(instrument)))
    return float(_TRUST * usual + _LOW_SLOPE * low - _WIDTH_SLOPE * width - _CROWD_SLOPE * crowd)


def _usual_level(instrument: str, song: Song) -> float:
    """The table's level; a kick or snare without a kit around it carries part of the kit's loudness itself."""
    table = rules_table()
    usual = table[instrument].level_lu
    if instrument in ("kick", "snare") and not song.has_kit_microphones:
        return 0.5 * (usual + table["drum_kit"].level_lu)
    return usual


def lead_in_front(song: Song, levels: Mapping[str, float]) -> dict[str, float]:
    """Takes down what would stand in front of the lead vocal; nothing where there is none."""
    leads = song.of("lead_vocal")
    if not leads:
        return dict(levels)
    ceiling = max(levels[p.id] for p in leads) + _LEAD_MARGIN_LU
    return {key: min(value, ceiling) for key, value in levels.items()}


def is_noise(part: Part) -> bool:
    """Whether a stem is so faint that lifting it to the others would only lift noise."""
    return part.hearing.loudness_lufs < _NOISE_LUFS
