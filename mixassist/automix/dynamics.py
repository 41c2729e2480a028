# SPDX-License-Identifier: Apache-2.0
"""Compression: how much a track's peaks stand out decides, the instrument says how."""

from __future__ import annotations

from mixassist.automix.instrument_sound import USUAL
from mixassist.automix.rules_table import rules_table
from mixassist.automix.song import Part, Song

LEAST_REDUCTION_DB = 1.0
"""Less is not worth a compressor."""
_MOST_REDUCTION_DB = 5.0


def compressor_settings(part: Part, song: Song, input_gain_db: float) -> dict[str, float]:
    """Returns compressor controls, or none for a track that needs no compression.

    The threshold follows from ratio and level: reduction = (peak − threshold) · (1 − 1 / ratio).
    """
    hearing, rule = part.hearing, rules_table()[part.instrument]
    reduction = reduction_db(part, song)
    if reduction < LEAST_REDUCTION_DB:
        return {}
    ratio = min(max(rule.ratio, 1.5), 6.0)
    peak_dbfs = hearing.rms_dbfs + hearing.crest_db + input_gain_db
    threshold = peak_dbfs - reduction / (1.0 - 1.0 / ratio)
    return {
        "threshold_db": min(threshold, 0.0),
        "ratio": ratio,
        "attack_ms": rule.attack_ms,
        "release_ms": rule.release_ms,
    }


def reduction_db(part: Part, song: Song) -> float:
    """Returns by how much a part's peaks are to be taken down.

    Half of what its crest factor has beyond an even take, less where few engineers compress the instrument and where
    effects are already printed.
    """
    wish = 0.5 * peaks_beyond_even_db(part) * min(rules_table()[part.instrument].compressor_share / 0.6, 1.2)
    return min(0.4 * wish if song.is_produced(part) else wish, _MOST_REDUCTION_DB)


def peaks_beyond_even_db(part: Part) -> float:
    """Returns how far a part's peaks stand out beyond an already even take: 4 dB below the instrument's usual crest."""
    return part.hearing.crest_db - (USUAL[part.instrument].crest_db - 4.0)
