# SPDX-License-Identifier: Apache-2.0
"""The meter's scale, IEC 60268-18. Knows no Qt; the ballistics are playback's."""

from __future__ import annotations

import math

FLOOR_DB = -90.0

_LAW = (  # from dB, per cent there, per cent per dB: IEC 60268-18
    (-20.0, 50.0, 2.5), (-30.0, 30.0, 2.0), (-40.0, 15.0, 1.5), (-50.0, 7.5, 0.75), (-60.0, 2.5, 0.5),
    (-70.0, 0.0, 0.25),
)  # fmt: skip


def deflection(level_db: float) -> float:
    """Maps a level in dBFS to its place on the scale, 0 (−70 dB and below) … 1 (0 dBFS and above)."""
    if level_db >= 0.0:
        return 1.0
    for start_db, start, slope in _LAW:
        if level_db >= start_db:
            return (start + (level_db - start_db) * slope) / 100.0
    return 0.0


def to_db(factor: float) -> float:
    """Maps a linear level to dB, with a floor."""
    return max(20.0 * math.log10(factor), FLOOR_DB) if factor > 0.0 else FLOOR_DB
