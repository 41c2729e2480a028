# SPDX-License-Identifier: Apache-2.0
"""Compression: how much a track's peaks stand out decides, the instrument says how."""

from __future__ import annotations

from mixassist.automix.instrument_sound import USUAL
from mixassist.automix.rules_table import rules_table
from mixassist.automix.song import Part, Song

STAGED_LUFS = -23.0
"""Loudness to which the input gain brings every stem before the compressor."""
_MOST_REDUCTION_DB = 5.0
_LEAST_REDUCTION_DB = 1.0


def compressor_settings(part: Part, song: Song, input_gain_db: float) -> dict[str, float]:
    """Returns compressor controls, or none for a track that needs no compression.

    Aims at a reduction on peaks of what the track's crest factor has beyond an already even take (4 dB below the
    instrument's usual), less where few engineers compress the instrument and where effects are already printed.
    The threshold follows from ratio and level: reduction = (peak − threshold) · (1 − 1 / ratio).
    """
    hearing, rule = part.hearing, rules_table()[part.instrument]
    wish = 0.5 * (hearing.crest_db - (USUAL[part.instrument].crest_db - 4.0)) * min(rule.compressor_share / 0.6, 1.2)
    if song.is_produced(part):
        wish *= 0.4
    reduction = min(wish, _MOST_REDUCTION_DB)
    if reduction < _LEAST_REDUCTION_DB:
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
