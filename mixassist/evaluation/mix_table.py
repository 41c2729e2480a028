# SPDX-License-Identifier: Apache-2.0
"""Scores of mixers on excerpts, their means with bootstrap intervals by song, and paired differences."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from mixassist.evaluation.decision_distance import DecisionRow
from mixassist.evaluation.mix_checks import CHECKS, Check
from mixassist.evaluation.mix_measures import MEASURES

_RESAMPLES = 4000


@dataclass(frozen=True)
class MixScore:
    """One mix measured. `values` holds the `MEASURES` (less is nearer to the artist's), all features, the checks."""

    method: str
    view: str
    variant: str
    excerpt: str
    song: str
    values: Mapping[str, float]


@dataclass(frozen=True)
class Interval:
    """A mean over songs with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval lies on one side of zero; that of a single song says nothing."""
        return self.low < self.high and (self.low > 0.0 or self.high < 0.0)


@dataclass(frozen=True)
class MixTable:
    """All scores; the summary averages excerpts within songs, then songs."""

    scores: tuple[MixScore, ...]
    decisions: tuple[DecisionRow, ...] = ()

    def of(self, method: str, view: str, variant: str) -> list[MixScore]:
        """The scores of one row."""
        return [s for s in self.scores if (s.method, s.view, s.variant) == (method, view, variant)]

    def rows(self) -> list[tuple[str, str, str]]:
        """The (method, view, variant) there are, in order of appearance."""
        return list(dict.fromkeys((s.method, s.view, s.variant) for s in self.scores))

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods in order of appearance."""
        return tuple(dict.fromkeys(s.method for s in self.scores))

    @property
    def variants(self) -> tuple[str, ...]:
        """The input levels in order of appearance."""
        return tuple(dict.fromkeys(s.variant for s in self.scores))

    @property
    def champion(self) -> str:
        """The method that the others are held against: the controller, else the rules, else the first."""
        return next((m for m in ("controller", "rules") if m in self.methods), self.methods[0] if self.methods else "")

    def interval(self, method: str, view: str, variant: str, key: str) -> Interval:
        """Mean over songs of one measure."""
        return _bootstrap(_by_song(self.of(method, view, variant), key))

    def difference(self, method: str, other: str, view: str, variant: str, key: str) -> Interval:
        """Paired difference over songs, method less other: below zero means nearer to the artist."""
        return self.paired((method, view), (other, view), variant, key)

    def paired(self, row: tuple[str, str], other: tuple[str, str], variant: str, key: str) -> Interval:
        """Paired difference over songs between two (method, view)."""
        mine, theirs = (_by_song(self.of(method, view, variant), key) for method, view in (row, other))
        return _bootstrap({song: mine[song] - theirs[song] for song in mine if song in theirs})

    def wins(self, method: str, other: str, view: str, variant: str, key: str) -> tuple[int, int]:
        """On how many excerpts a method is nearer to the artist than another, and of how many."""
        return self.pairs_won((method, view), (other, view), variant, key)

    def pairs_won(self, row: tuple[str, str], other: tuple[str, str], variant: str, key: str) -> tuple[int, int]:
        """The same between two (method, view)."""
        theirs = {s.excerpt: s.values[key] for s in self.of(*other, variant)}
        pairs = [(s.values[key], theirs[s.excerpt]) for s in self.of(*row, variant) if s.excerpt in theirs]
        known = [(a, b) for a, b in pairs if not math.isnan(a + b)]
        return sum(a < b for a, b in known), len(known)

    def own_view(self, method: str, view: str, variant: str) -> str:
        """The view a method is held against another one's with: the same, else wet, else its first."""
        views = [v for m, v, of in self.rows() if (m, of) == (method, variant)]
        return next((v for v in (view, "wet") if v in views), views[0] if views else view)

    def passed(self, method: str, view: str, variant: str, check: Check) -> tuple[int, int]:
        """On how many excerpts a check holds, and on how many it could be made."""
        outcomes = [check.passes(s.values.get(check.key, math.nan)) for s in self.of(method, view, variant)]
        made = [outcome for outcome in outcomes if outcome is not None]
        return sum(made), len(made)

    def to_dict(self) -> dict[str, Any]:
        """Returns plain values fit for JSON, what is not finite as null: means, differences, checks, all scores."""
        scores = [{**{k: v for k, v in vars(s).items() if k != "values"}, **s.values} for s in self.scores]
        summary, champion = [], self.champion
        for method, view, variant in self.rows():
            songs = len({s.song for s in self.of(method, view, variant)})
            row: dict[str, Any] = {"method": method, "view": view, "variant": variant, "songs": songs}
            row |= {key: asdict(self.interval(method, view, variant, key)) for key in MEASURES}
            row["checks"] = {c.key: dict(zip(("passed", "of"), self.passed(method, view, variant, c), strict=True))
                             for c in CHECKS}  # fmt: skip
            summary.append(row)
        differences = [
            {
                "method": champion,
                "other": other,
                "view": view,
                "variant": variant,
                **{
                    key: asdict(
                        self.paired((champion, self.own_view(champion, view, variant)), (other, view), variant, key)
                    )
                    for key in MEASURES
                },
            }
            for other, view, variant in self.rows()
            if other != champion
        ]
        decisions = [asdict(row) for row in self.decisions]
        found: dict[str, Any] = _finite(
            {"summary": summary, "differences": differences, "decisions": decisions, "scores": scores}
        )
        return found

    def to_text(self) -> str:
        """Returns the table for people."""
        from mixassist.evaluation.mix_text import table_text

        return table_text(self)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _by_song(scores: Sequence[MixScore], key: str) -> dict[str, float]:
    """Means over each song's excerpts; those for which a measure is open, as where the target is mono, do not count."""
    songs: dict[str, list[float]] = {}
    for score in scores:
        if not math.isnan(score.values[key]):
            songs.setdefault(score.song, []).append(score.values[key])
    return {song: float(np.mean(values)) for song, values in songs.items()}


def _bootstrap(by_song: Mapping[str, float]) -> Interval:
    """Percentile bootstrap over songs, seeded; the song is the unit, for excerpts of one song are alike."""
    values = np.asarray([by_song[song] for song in sorted(by_song)])
    if values.size == 0:
        return Interval(float("nan"), float("nan"), float("nan"))
    picks = np.random.default_rng(0).integers(0, values.size, (_RESAMPLES, values.size))
    low, high = np.percentile(values[picks].mean(axis=1), [2.5, 97.5])
    return Interval(float(values.mean()), float(low), float(high))
