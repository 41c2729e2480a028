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
from mixassist.automix.hearing import NOISE_LUFS
from mixassist.automix.rules_table import recorded_table

_LEAST_SPREAD_LU = 0.3
_MOST_LU = 10.0
_PRIOR_STEMS = 3.0
"""How many stems what is known of other songs counts for: a few stems alone say little of their spread."""
_SPREAD_RATIO = 0.3
"""How much the spread differs from song to song, as the standard deviation of its natural logarithm."""
_MOST_ODDS = 30.0


@dataclass(frozen=True)
class OwnLevels:
    """What the stems' own levels tell.

    Attributes:
        trust: how likely they are those of a recording and not made alike or moved about, 0 … 1.
        apart_lu: how much louder each stem is than is usual for its instrument in such a song, (stems,); the median
            is 0.
    """

    trust: float
    apart_lu: NDArray[np.float64]

    @property
    def lift_lu(self) -> NDArray[np.float64]:
        """What of it engineers keep, as far as the levels are trusted: (stems,) in LU."""
        return np.asarray(recorded_table().kept_share * self.trust * self.apart_lu)


def own_levels(loudness_lufs: Sequence[float], instruments: Sequence[str]) -> OwnLevels:
    """Judges the stems' levels as they were handed over, in LUFS, beside what they are."""
    lufs = np.asarray(loudness_lufs, dtype=np.float64)
    heard = lufs >= NOISE_LUFS
    if heard.sum() < 2:
        return OwnLevels(0.0, np.zeros(lufs.size))
    table = recorded_table()
    usual = within_families([table.usual_lu[i] for i in instruments], instruments, table.families_lu)
    level = lufs - lufs[heard].mean()
    apart = level - (usual - usual[heard].mean())
    trust = _likelihood(level[heard], apart[heard], table.spread_lu)
    apart = np.clip(apart - np.median(apart[heard]), -_MOST_LU, _MOST_LU)
    return OwnLevels(trust, np.where(heard, apart, 0.0))


def _likelihood(level: NDArray[np.float64], apart: NDArray[np.float64], spread_lu: float) -> float:
    """How likely levels are a recording's, by Bayes' rule from even odds.

    Two normal distributions are weighed, each as wide as it has to be: one around the instruments' usual levels, one
    around a single level. Levels of a recording come closer together once what is usual is taken off, others move
    apart. The first should also be about as wide as in other songs.
    """
    any_spread = max(float(level.std()), _LEAST_SPREAD_LU)
    spread = np.sqrt((level.size * apart.var() + _PRIOR_STEMS * spread_lu**2) / (level.size + _PRIOR_STEMS))
    too_wide = max(float(np.log(spread / spread_lu)), 0.0) / _SPREAD_RATIO
    odds = level.size * np.log(any_spread / spread) - 0.5 * too_wide**2
    return float(1.0 / (1.0 + np.exp(-np.clip(odds, -_MOST_ODDS, _MOST_ODDS))))
