# SPDX-License-Identifier: Apache-2.0
"""How far predicted levels and pans are from what engineers do with the same instruments (MixologyDB)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from mixassist.automix.rules_table import rules_table
from mixassist.evaluation.mix_decisions import MixedTrack, read_mixology


@dataclass(frozen=True)
class StemDecision:
    """What a method did with one stem: its loudness in the mix in LUFS, and its pan; NaN for a stereo stem's pan."""

    method: str
    variant: str
    song: str
    excerpt: str
    instrument: str
    level_lufs: float
    pan: float
    level_error_db: float


@dataclass(frozen=True)
class DecisionRow:
    """One method and instrument: `level_lu` is the mean absolute distance from the instrument's level in human mixes.

    The level that a mix as a whole stands at is taken off by its median distance. `human_level_lu` is what engineers
    differ by themselves: half of the distance between the quartiles. `level_error_db` is the mean absolute error
    against this song's own mix. `pan` is the area between the distributions of |pan| (Wasserstein-1), over mono stems.
    """

    method: str
    variant: str
    instrument: str
    stems: int
    level_lu: float
    human_level_lu: float
    level_error_db: float
    pan: float


def human_pans(folder: Path) -> Mapping[str, tuple[list[float], list[float]]]:
    """Reads |pan| of mono channels and their weights by instrument; empty where the decisions are not there."""
    path = folder / "mixologydb.json"
    return _pans(read_mixology(path)) if path.is_file() else {}


def _pans(tracks: Sequence[MixedTrack]) -> dict[str, tuple[list[float], list[float]]]:
    found: dict[str, tuple[list[float], list[float]]] = {}
    for track in tracks:
        if len(track.pans) == 1 and not track.stereo:
            pans, weights = found.setdefault(track.instrument, ([], []))
            pans.append(abs(track.pans[0]))
            weights.append(track.weight)
    return found


def decision_rows(
    decisions: Sequence[StemDecision], pans: Mapping[str, tuple[list[float], list[float]]]
) -> list[DecisionRow]:
    """Sums up by method and instrument; the row of the instrument "" is the mean over all its stems."""
    offsets = level_distances_lu(decisions)
    rows = []
    for method, variant in dict.fromkeys((d.method, d.variant) for d in decisions):
        mine = [i for i, d in enumerate(decisions) if (d.method, d.variant) == (method, variant) and d.instrument]
        kinds = sorted({decisions[i].instrument for i in mine})
        of_kind = [
            _row(method, variant, kind, [i for i in mine if decisions[i].instrument == kind], decisions, offsets, pans)
            for kind in kinds
        ]
        rows += [*of_kind, _mean_row(method, variant, of_kind)]
    return rows


def level_distances_lu(decisions: Sequence[StemDecision]) -> list[float]:
    """Distance of each stem's level from its instrument's in human mixes, the mix's median distance taken off."""
    table = rules_table()
    raw = [d.level_lufs - table[d.instrument].level_lu if d.instrument else np.nan for d in decisions]
    mixes: dict[tuple[str, str, str], list[int]] = {}
    for index, d in enumerate(decisions):
        if np.isfinite(raw[index]):
            mixes.setdefault((d.method, d.variant, d.excerpt), []).append(index)
    distances = [float("nan")] * len(raw)
    for members in mixes.values():
        middle = float(np.median([raw[i] for i in members]))
        for i in members:
            distances[i] = raw[i] - middle
    return distances


def _row(
    method: str,
    variant: str,
    kind: str,
    mine: Sequence[int],
    decisions: Sequence[StemDecision],
    offsets: Sequence[float],
    pans: Mapping[str, tuple[list[float], list[float]]],
) -> DecisionRow:
    own = [abs(decisions[i].pan) for i in mine if np.isfinite(decisions[i].pan)]
    theirs = pans.get(kind)
    pan = float("nan")
    if own and theirs:
        pan = float(stats.wasserstein_distance(own, theirs[0], v_weights=theirs[1]))
    return DecisionRow(
        method,
        variant,
        kind,
        len(mine),
        _mean([abs(offsets[i]) for i in mine]),
        rules_table()[kind].spread_lu,
        _mean([abs(decisions[i].level_error_db) for i in mine]),
        pan,
    )


def _mean_row(method: str, variant: str, rows: Sequence[DecisionRow]) -> DecisionRow:
    """Means over stems, each instrument counting as often as it was mixed."""

    def over(values: Sequence[float]) -> float:
        kept = [(v, r.stems) for v, r in zip(values, rows, strict=True) if np.isfinite(v)]
        return float(np.average([v for v, _ in kept], weights=[n for _, n in kept])) if kept else float("nan")

    columns: dict[str, Any] = {
        name: over([getattr(row, name) for row in rows])
        for name in ("level_lu", "human_level_lu", "level_error_db", "pan")
    }
    return DecisionRow(method, variant, "", sum(row.stems for row in rows), **columns)


def _mean(values: Sequence[float]) -> float:
    kept = [v for v in values if np.isfinite(v)]
    return float(np.mean(kept)) if kept else float("nan")
