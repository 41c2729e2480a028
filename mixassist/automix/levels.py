# SPDX-License-Identifier: Apache-2.0
"""How loud each part should be in the mix, relative to the others: by the rules, for a band and for machines."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mixassist.automix.direct_signals import set_back
from mixassist.automix.electronic import electronic_share
from mixassist.automix.families import VOICES, family_of, within_families
from mixassist.automix.hearing import NOISE_LUFS
from mixassist.automix.instrument_sound import USUAL
from mixassist.automix.rules_table import family_levels_lu, rules_table
from mixassist.automix.song import Part, Song

_BAND_LOW_SLOPE, _BAND_WIDTH_SLOPE = 0.09, 0.1
"""LU per dB: half of those below, for they were set on electronic music."""
_TRUST = 0.55
"""How much of an instrument's usual level holds in electronic music."""
_LOW_SLOPE = 0.18
"""LU per dB of energy below 150 Hz beyond the instrument's usual: what carries the low end stands forward."""
_WIDTH_SLOPE = 0.2
"""LU per dB of side energy: wide stems are background, narrow ones stand in front."""
_CROWD_SLOPE = 0.5
"""LU taken off for each doubling of an instrument's tracks."""
_VOICES_BACK_LU = 1.0
"""In finished pop and electronic songs the lead stands 3 LU below all the rest together (median of 21, standard
deviation 1.5; H. Zafrin, "Identifying Trends in Mixed Audio", 2016); without this, the real excerpts had it at 2."""
_LOW_RANGE_DB = 20.0
_LEAD_MARGIN_LU, _LEAD_MARGIN_ELECTRONIC_LU = 1.5, 2.5
"""No other part is louder than the lead by more than this, in a band and in electronic music, where drums lead."""
_RANGE_LU = 14.0


def target_levels(song: Song) -> dict[str, float]:
    """Returns loudness targets in LU by track id; only their differences mean anything.

    Those of a band and those of electronic music, as far as the song is either; direct signals beside their amplifier
    stand back. The levels at which the stems were handed over are not listened to.
    """
    levels = between(band_levels(song), electronic_levels(song), electronic_share(song))
    return kept_in_range(song, set_back(song, levels))


def band_levels(song: Song) -> dict[str, float]:
    """Returns targets in LU as engineers have them in songs that people play (MixologyDB's).

    The usual level of the instrument within its family, and a little of what the sound says.
    """
    instruments = [p.instrument for p in song.parts]
    families = family_levels_lu(song.produced_share)
    usual = within_families([_usual_level(i, song) for i in instruments], instruments, families)
    return {
        part.id: float(level) + _BAND_LOW_SLOPE * _low_db(part) - _BAND_WIDTH_SLOPE * _width_db(part)
        for part, level in zip(song.parts, usual, strict=True)
    }


def electronic_levels(song: Song) -> dict[str, float]:
    """Returns targets in LU for songs of machines and synthesizers.

    Instruments matter less; what carries the low end stands forward, what is wide stays behind, and voices are one
    part among others. The slopes were set on electronic stems with a known mix, leaving songs out.
    """
    levels = {}
    for part in song.parts:
        usual = _TRUST * _usual_level(part.instrument, song) - _CROWD_SLOPE * np.log2(len(song.of(part.instrument)))
        back = _VOICES_BACK_LU if family_of(part.instrument) == VOICES else 0.0
        levels[part.id] = float(usual + _LOW_SLOPE * _low_db(part) - _WIDTH_SLOPE * _width_db(part) - back)
    return levels


def between(ones: Mapping[str, float], others: Mapping[str, float], share: float) -> dict[str, float]:
    """Returns levels a share of the way from ones to others, both counted from their means; by track id, in LU."""
    if not ones:
        return {}
    middle = float(np.mean(list(ones.values()))) - float(np.mean(list(others.values())))
    return {key: (1.0 - share) * level + share * (others[key] + middle) for key, level in ones.items()}


def kept_in_range(song: Song, levels: Mapping[str, float]) -> dict[str, float]:
    """Brings levels within ±14 LU of their median, and the lead in front."""
    if not levels:
        return {}
    middle = float(np.median(list(levels.values())))
    kept = {key: float(np.clip(value, middle - _RANGE_LU, middle + _RANGE_LU)) for key, value in levels.items()}
    return lead_in_front(song, kept)


def _low_db(part: Part) -> float:
    """How much more of the part lies below 150 Hz than is usual."""
    usual = max(USUAL[part.instrument].low_db, -_LOW_RANGE_DB)
    return float(np.clip(part.hearing.band_db(20.0, 150.0), -_LOW_RANGE_DB, 0.0)) - usual


def _width_db(part: Part) -> float:
    return float(np.clip(part.hearing.side_db, -20.0, 0.0)) + 20.0


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
    margin = _LEAD_MARGIN_LU + (_LEAD_MARGIN_ELECTRONIC_LU - _LEAD_MARGIN_LU) * electronic_share(song)
    ceiling = max(levels[p.id] for p in leads) + margin
    return {key: min(value, ceiling) for key, value in levels.items()}


def is_noise(part: Part) -> bool:
    """Whether a stem is so faint that lifting it to the others would only lift noise."""
    return part.hearing.loudness_lufs < NOISE_LUFS
