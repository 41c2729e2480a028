# SPDX-License-Identifier: Apache-2.0
"""What the stems' own levels tell: what was recorded louder than is usual for its instrument is meant to be louder.

Engineers set faders anew, but they keep about half of it: in each of MixologyDB's ten songs, what stands louder in the
mix than its instrument usually does was recorded louder too (`derive_rules`, "recorded"). Levels that follow no such
pattern, because somebody normalised or scrambled them, tell nothing and are not listened to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mixassist.automix.families import within_families
from mixassist.automix.rules_table import recorded_table

_NOISE_LUFS = -60.0
_LIKELY = 0.5
"""How likely it is beforehand that levels are those of the recording."""
_LEAST_SPREAD_LU = 0.3
_MOST_LU = 10.0
_MOST_ODDS = 30.0


@dataclass(frozen=True)
class OwnLevels:
    """What the stems' own levels tell.

    Attributes:
        trust: how likely they are those of a recording and not made alike or moved about, 0 … 1.
        apart_lu: how much louder each stem is than is usual for its instrument in such a song, (stems,); the median
            is 0.
        told_lufs: the levels, (stems,), drawn to their mean as far as they tell nothing.
    """

    trust: float
    apart_lu: NDArray[np.float64]
    told_lufs: NDArray[np.float64]

    @property
    def lift_lu(self) -> NDArray[np.float64]:
        """What of it engineers keep, as far as the levels are trusted: (stems,) in LU."""
        return np.asarray(recorded_table().kept_share * self.trust * self.apart_lu)


def own_levels(loudness_lufs: Sequence[float], instruments: Sequence[str]) -> OwnLevels:
    """Judges the stems' levels as they were handed over, in LUFS, beside what they are.

    Two guesses are weighed: takes scatter around their instruments' usual level, or around one level, as widely as
    these do, whatever they are.
    """
    lufs = np.asarray(loudness_lufs, dtype=np.float64)
    heard = lufs >= _NOISE_LUFS
    nothing = np.zeros(lufs.size)
    if heard.sum() < 2:
        return OwnLevels(0.0, nothing, lufs)
    table = recorded_table()
    usual = within_families([table.usual_lu[i] for i in instruments], instruments, table.families_lu)
    level = lufs - lufs[heard].mean()
    apart = level - (usual - usual[heard].mean())
    trust = _likelihood(level[heard], apart[heard], table.spread_lu)
    apart = np.where(heard, np.clip(apart - np.median(apart[heard]), -_MOST_LU, _MOST_LU), 0.0)
    return OwnLevels(trust, apart, np.where(heard, lufs - level * (1.0 - trust), lufs))


def _likelihood(level: NDArray[np.float64], apart: NDArray[np.float64], spread_lu: float) -> float:
    """Bayes' rule on two normal distributions, one around the usual levels and one around the mean."""
    any_spread = max(float(level.std()), _LEAST_SPREAD_LU)
    recorded = -np.log(spread_lu) - 0.5 * (apart / spread_lu) ** 2
    scattered = -np.log(any_spread) - 0.5 * (level / any_spread) ** 2
    odds = float(np.sum(recorded - scattered)) + np.log(_LIKELY / (1.0 - _LIKELY))
    return float(1.0 / (1.0 + np.exp(-np.clip(odds, -_MOST_ODDS, _MOST_ODDS))))
