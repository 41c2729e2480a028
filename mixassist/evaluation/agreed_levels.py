# SPDX-License-Identifier: Apache-2.0
"""What the engineers of one song agree on: levels without the buses, which the decisions do not hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from mixassist.evaluation.mix_decisions import MixedTrack

_BUSES: Mapping[str, str] = {
    **dict.fromkeys(("kick", "snare", "tom", "overhead", "hihat", "cymbals", "room"), "drums"),
    "lead_vocal": "lead",
    "backing_vocal": "backing",
    "electric_guitar": "guitars",
    "acoustic_guitar": "guitars",
}
_ROUNDS = 20


def agreed_levels(tracks: Sequence[MixedTrack]) -> tuple[np.ndarray, np.ndarray]:
    """Separates the levels of one song's mixes into what is agreed, each mix's own level and its buses' shares.

    An additive model by medians in turn: level = agreed(take) + mix + bus of the mix + rest.

    Returns:
        (levels without the mix's and the buses' shares, agreed levels), each (tracks,) in LU.
    """
    level = np.array([t.level_lufs for t in tracks])
    takes = _numbered([(t.name, t.instrument) for t in tracks])
    mixes = _numbered([t.mix for t in tracks])
    buses = _numbered([(t.mix, _BUSES.get(t.instrument, t.instrument)) for t in tracks])
    agreed, mix_share, bus_share = np.zeros(takes.max() + 1), np.zeros(mixes.max() + 1), np.zeros(buses.max() + 1)
    for _ in range(_ROUNDS):
        agreed = _medians(level - mix_share[mixes] - bus_share[buses], takes)
        mix_share = _medians(level - agreed[takes] - bus_share[buses], mixes)
        bus_share = _medians(level - agreed[takes] - mix_share[mixes], buses)
    alone = np.array([n == 1 for n in Counter(takes.tolist()).values()])  # a take of one mix says nothing of buses
    kept = np.where(alone[takes], 0.0, bus_share[buses])
    return level - mix_share[mixes] - kept, agreed[takes]


def _numbered(keys: Sequence[object]) -> np.ndarray:
    first = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return np.array([first[key] for key in keys])


def _medians(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    return np.array([np.median(values[groups == g]) for g in range(groups.max() + 1)])
