# SPDX-License-Identifier: Apache-2.0
"""The fader's travel: Ardour's law, stretched so that +12 dB is the top and −60 dB, the bottom, is silence."""

from __future__ import annotations

import math

FADER_FLOOR_DB = -60.0
"""At and below this the fader is closed: true silence."""

FADER_TOP_DB = 12.0
"""The top of the travel."""

_TOP_GAIN = 3.981
"""+12 dB as a factor; the law's own constant."""
_BOTTOM = 0.0273
"""Where the law itself puts −60 dB; shifted to 0."""
_TRAVEL = 0.9727


def fader_position(gain_db: float) -> float:
    """Maps a fader gain in dB to its place on the travel.

    p(g) = ((6·log2(2g / 3.981) + 192) / 198)^8 with g the gain as a factor, position = (p − 0.0273) / 0.9727.

    Returns:
        0 (closed, −60 dB and below) … 1 (+12 dB).
    """
    if gain_db <= FADER_FLOOR_DB:
        return 0.0
    gain = 10.0 ** (gain_db / 20.0)
    place = ((6.0 * math.log2(2.0 * gain / _TOP_GAIN) + 192.0) / 198.0) ** 8
    return min(max((place - _BOTTOM) / _TRAVEL, 0.0), 1.0)


def fader_gain_db(position: float) -> float:
    """Maps a place 0 … 1 on the travel to the fader gain in dB (0 gives −60, which means silence)."""
    if position <= 0.0:
        return FADER_FLOOR_DB
    if position >= 1.0:
        return FADER_TOP_DB  # the law's rounded constant alone would end at 11.9998 dB
    place = position * _TRAVEL + _BOTTOM
    gain = _TOP_GAIN / 2.0 * 2.0 ** ((198.0 * place**0.125 - 192.0) / 6.0)
    return max(20.0 * math.log10(gain), FADER_FLOOR_DB)


def fader_factor(gain_db: float) -> float:
    """Returns the gain as a factor; exactly 0 at and below −60 dB."""
    return 0.0 if gain_db <= FADER_FLOOR_DB else 10.0 ** (gain_db / 20.0)
