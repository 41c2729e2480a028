# SPDX-License-Identifier: Apache-2.0
"""Scores of mixers on excerpts, their means with bootstrap intervals by song, and how they are printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mixassist.evaluation.mix_measures import MEASURES

_RESAMPLES = 4000


@dataclass(frozen=True)
class MixScore:
    """One mix measured: the less the nearer to the artist's."""

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


@dataclass(frozen=True)
class MixTable:
    """All scores; the summary averages excerpts within songs, then songs."""

    scores: tuple[MixScore, ...]

    def of(self, method: str, view: str, variant: str) -> list[MixScore]:
        """The scores of one row."""
        return [s for s in self.scores if (s.method, s.view, s.variant) == (method, view, variant)]

    def rows(self) -> list[tuple[str, str, str]]:
        """The (method, view, variant) there are, in order of appearance."""
        return list(dict.fromkeys((s.method, s.view, s.variant) for s in self.scores))

    def interval(self, method: str, view: str, variant: str, key: str) -> Interval:
        """Mean over songs of one measure."""
        return _bootstrap(_by_song(self.of(method, view, variant), key))

    def difference(self, method: str, other: str, view: str, variant: str, key: str) -> Interval:
        """Paired difference over songs, method less other: below zero means nearer to the artist."""
        mine, theirs = (_by_song(self.of(m, view, variant), key) for m in (method, other))
        return _bootstrap({song: mine[song] - theirs[song] for song in mine if song in theirs})

    def wins(self, method: str, other: str, view: str, variant: str, key: str) -> tuple[int, int]:
        """On how many excerpts a method is nearer to the artist than another, and of how many."""
        theirs = {s.excerpt: s.values[key] for s in self.of(other, view, variant)}
        pairs = [(s.values[key], theirs[s.excerpt]) for s in self.of(method, view, variant) if s.excerpt in theirs]
        return sum(a < b for a, b in pairs), len(pairs)

    def to_dict(self) -> dict[str, Any]:
        """Returns plain values fit for JSON: the means with their intervals, and every score."""
        summary = [
            {
                "method": method,
                "view": view,
                "variant": variant,
                **{key: vars(self.interval(method, view, variant, key)) for key in MEASURES},
            }
            for method, view, variant in self.rows()
        ]
        scores = [{**{k: v for k, v in vars(s).items() if k != "values"}, **s.values} for s in self.scores]
        return {"summary": summary, "scores": scores}

    def to_text(self) -> str:
        """Returns the table for people: means over songs with 95 % intervals, and wins of `rules` on excerpts."""
        lines = []
        for variant in dict.fromkeys(s.variant for s in self.scores):
            songs = len({s.song for s in self.scores})
            lines.append(f"Inputs {variant}; means over {songs} songs with 95 % bootstrap intervals; less is nearer.")
            lines.append(f"{'method':<16}{'view':<6}{'balance, dB':>22}{'STFT sum + difference':>26}{'STFT sum':>22}")
            for method, view, of in self.rows():
                if of == variant:
                    cells = [_cell(self.interval(method, view, variant, key)) for key in MEASURES]
                    lines.append(f"{method:<16}{view:<6}{cells[0]:>22}{cells[1]:>26}{cells[2]:>22}")
            lines.extend(_wins_lines(self, variant))
            lines.append("")
        return "\n".join(lines).rstrip() + "\n"


def _by_song(scores: Sequence[MixScore], key: str) -> dict[str, float]:
    songs: dict[str, list[float]] = {}
    for score in scores:
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


def _cell(interval: Interval) -> str:
    return f"{interval.mean:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


def _wins_lines(table: MixTable, variant: str) -> list[str]:
    methods = list(dict.fromkeys(s.method for s in table.scores))
    lines = []
    for view in dict.fromkeys(s.view for s in table.scores):
        for other in methods if "rules" in methods else ():
            if other == "rules":
                continue
            wins = [table.wins("rules", other, view, variant, key) for key in MEASURES[:2]]
            lines.append(
                f"rules ({view}) nearer than {other}: balance on {wins[0][0]} of {wins[0][1]} excerpts, "
                f"STFT on {wins[1][0]} of {wins[1][1]}"
            )
    return lines
