# SPDX-License-Identifier: Apache-2.0
"""Families of instruments, and how loud several stems are together: what a song handed over in few stems needs.

However many stems a family is cut into, people give the family about the same room in a mix.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

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

_SHARES = (0.3, 0.8)
_FEW_STEMS, _MANY_STEMS = 4, 16
"""A family's stems share the room that people give the family: the more so, the fewer stems a song is cut into."""


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


def within_families(
    usual_lu: Sequence[float], instruments: Sequence[str], families_lu: Mapping[str, float]
) -> NDArray[np.float64]:
    """Draws instruments' usual levels towards those of their families, as far as few stems make a song: (stems,) in LU.

    Where few stems make a song, each is much of its family, and the family's usual level counts: an `other` beside
    drums, bass and voices is no single keyboard.
    """
    low, high = _SHARES
    place = (_MANY_STEMS - len(instruments)) / (_MANY_STEMS - _FEW_STEMS)
    share = float(np.clip(low + (high - low) * place, low, high))
    found = np.asarray(usual_lu, dtype=np.float64).copy()
    families = np.asarray([family_of(i) for i in instruments])
    wanted = _wanted(set(families.tolist()), "other" in instruments, families_lu)
    for family in set(families.tolist()):
        members = np.flatnonzero(families == family)
        together = level_together_lu(found[members].tolist(), [instruments[i] for i in members.tolist()])
        found[members] += share * (wanted[family] - together)
    return found


def _wanted(present: Collection[str], has_other: bool, families_lu: Mapping[str, float]) -> Mapping[str, float]:
    """Levels of families in LU; an `other` holds the drums and the bass that have no stems of their own."""
    levels = dict(families_lu)
    if has_other:
        within = [REST, *(family for family in (DRUMS, BASS) if family not in present)]
        levels[REST] = float(10.0 * np.log10(np.sum([10.0 ** (levels[family] / 10.0) for family in within])))
    return levels
