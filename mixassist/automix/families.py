# SPDX-License-Identifier: Apache-2.0
"""Families of instruments, and how loud several stems are together: what a song handed over in few stems needs.

However many stems a family is cut into, people give the family about the same room in a mix.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

VOICES, DRUMS, BASS, REST = "voices", "drums", "bass", "rest"
FAMILIES = (VOICES, DRUMS, BASS, REST)
_MEMBERS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("lead_vocal", "backing_vocal"), VOICES),
        **dict.fromkeys(("kick", "snare", "hihat", "tom", "cymbals", "overhead", "room", "percussion"), DRUMS),
        "drum_kit": DRUMS,
        "bass": BASS,
    }
)
AS_ONE: Mapping[str, str] = MappingProxyType({VOICES: "lead_vocal", DRUMS: "drum_kit", BASS: "bass", REST: "other"})
"""What a family's sum is taken for."""

_SOUNDING: Mapping[str, float] = MappingProxyType(
    {
        **dict.fromkeys(("overhead", "room", "drum_kit"), 1.0),
        "bass": 0.9,
        **dict.fromkeys(("kick", "snare", "hihat"), 0.8),
        **dict.fromkeys(("lead_vocal", "percussion"), 0.5),
        **dict.fromkeys(("backing_vocal", "cymbals", "effects"), 0.3),
        "tom": 0.15,
    }
)
_USUALLY_SOUNDING = 0.65
"""Share of a song's loudness blocks (0.4 s) in which a stem sounds: by ear, beside what was counted in the rendered
songs and the real excerpts of the training data. Loudness is gated, so a stem that is silent most of the time counts
less in a sum than its own loudness says."""


def family_of(instrument: str) -> str:
    """Returns the family of an instrument of the vocabulary: voices, drums, bass, or the rest."""
    return _MEMBERS.get(instrument, REST)


def level_together_lu(levels_lu: Sequence[float], instruments: Sequence[str]) -> float:
    """Returns the loudness in LU of several stems together; powers add up where they sound.

    The one that sounds most of the time is taken to sound wherever another does.
    """
    shares = np.asarray([_SOUNDING.get(i, _USUALLY_SOUNDING) for i in instruments])
    powers = 10.0 ** (np.asarray(levels_lu, dtype=np.float64) / 10.0)
    return float(10.0 * np.log10(np.sum(powers * shares) / shares.max()))
