# SPDX-License-Identifier: Apache-2.0
"""What listeners punish, as numbers: drowned leads, low ends out of the middle, lost channels, hollow mono.

After the listening test of Steinmetz et al. 2021, section 3.2: failures came from too much reverb on vocals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mixassist.analysis.measures import mono_compatibility_lu
from mixassist.automix.hearing import NOISE_LUFS, loudness_lufs
from mixassist.domain.controls import Controls
from mixassist.evaluation.excerpts import Excerpt
from mixassist.evaluation.mix_rendering import RenderedMix

LEAD, LOW_END = "lead_vocal", ("bass", "kick")


@dataclass(frozen=True)
class Check:
    """One measured fault: `limit` is the last value that passes, `words` say what has to hold."""

    key: str
    words: str
    limit: float
    is_floor: bool = False

    def passes(self, value: float) -> bool | None:
        """Whether a value is good; None where there was nothing to measure (NaN)."""
        if np.isnan(value):
            return None
        return bool(value >= self.limit) if self.is_floor else bool(value <= self.limit)


CHECKS: tuple[Check, ...] = (
    Check("lead_wet_lu", "lead vocal's reverb at least 10 LU below it", -10.0),
    Check("low_end_pan", "bass and kick centred (|pan| ≤ 0.1)", 0.1),
    Check("over_lead_lu", "nothing more than 3 LU over the lead", 3.0),
    Check("faintest_lu", "no channel below −40 LU of the mix", -40.0, is_floor=True),
    Check("mono_change_lu", "mono sum within 3 dB of stereo", -3.0, is_floor=True),
)


def check_mix(
    excerpt: Excerpt,
    controls: Mapping[str, Controls],
    mix: RenderedMix,
    raw_lufs: NDArray[np.float64] | None = None,
) -> dict[str, float]:
    """Measures a mix for every check; NaN where a song has no lead, no low end or no levels.

    Args:
        controls: the predicted controls by stem name.
        mix: with the levels of the stems and the wetness of the leads, as `render_mix` gives them.
        raw_lufs: loudness of the stems as they are, where it has been measured already.
    """
    if raw_lufs is None:
        raw_lufs = np.asarray([loudness_lufs(stem, excerpt.sample_rate_hz) for stem in excerpt.stems])
    kinds = [excerpt.instrument(index) for index in range(len(excerpt.names))]
    values = {"mono_change_lu": mono_compatibility_lu(mix.audio, excerpt.sample_rate_hz)}
    values["low_end_pan"] = _largest(
        [abs(controls[n].number("pan")) for n, k in zip(excerpt.names, kinds, strict=True) if k in LOW_END]
    )
    values["lead_wet_lu"] = _largest(list((mix.wet_lu or {}).values()))
    values["over_lead_lu"], values["faintest_lu"] = _levels(raw_lufs, kinds, mix, excerpt.sample_rate_hz)
    return {check.key: float(values[check.key]) for check in CHECKS}


def _levels(
    raw_lufs: NDArray[np.float64], kinds: Sequence[str], mix: RenderedMix, sample_rate_hz: int
) -> tuple[float, float]:
    """How far the loudest other stem stands over the loudest lead, and the faintest stem against the whole, LU."""
    if mix.stem_lufs is None:
        return np.nan, np.nan
    wanted = raw_lufs > NOISE_LUFS
    leads = np.asarray([kind == LEAD for kind in kinds]) & wanted
    levels: NDArray[np.float64] = mix.stem_lufs
    over = _largest(list(levels[wanted & ~leads])) - _largest(list(levels[leads]))
    whole = loudness_lufs(mix.audio, sample_rate_hz)
    faintest = float(levels[wanted].min()) - whole if wanted.any() else np.nan
    return over, faintest


def _largest(values: Sequence[float]) -> float:
    return float(max(values)) if values else np.nan
