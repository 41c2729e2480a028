# SPDX-License-Identifier: Apache-2.0
"""The table of mixers as text: measures with intervals, differences, features, songs, checks, human decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mixassist.evaluation.decision_distance import DecisionRow
from mixassist.evaluation.mix_checks import CHECKS
from mixassist.evaluation.mix_features import GROUPS
from mixassist.evaluation.mix_measures import MEASURES
from mixassist.evaluation.mix_table import Interval, MixTable

MAIN = ("balance_db", "balance_fit_db", "stft", "stft_sum", "feature_error")
HEADINGS = {
    "balance_db": "balance, dB",
    "balance_fit_db": "balance by fit, dB",
    "stft": "STFT sum + difference",
    "stft_sum": "STFT sum",
    "feature_error": "feature error",
}
CELL_WIDTH = 30


def table_text(table: MixTable) -> str:
    """Returns everything that is measured, section by section, one set of them for each way the inputs stood."""
    lines: list[str] = []
    for variant in table.variants:
        lines += [*_means(table, variant), "", *_differences(table, variant), "", *_features(table, variant), ""]
        lines += [*_songs(table, variant), "", *_checks(table, variant), "", *_decisions(table, variant)]
    return "\n".join(lines).rstrip() + "\n"


def _means(table: MixTable, variant: str) -> list[str]:
    songs = len({s.song for s in table.scores if s.variant == variant})
    lines = [f"Inputs {variant}; means over {songs} songs with 95 % bootstrap intervals; less is nearer."]
    lines.append(_row("method", "view", [HEADINGS[key] for key in MAIN]))
    for method, view, label in _distinct(table, variant):
        lines.append(_row(method, label, [cell_text(table.interval(method, view, variant, key)) for key in MAIN]))
    return lines


def _distinct(table: MixTable, variant: str) -> list[tuple[str, str, str]]:
    """Returns method, view and its label; views that gave a method the same mixes are one line."""
    found: list[tuple[str, str, str]] = []
    for method in table.methods:
        alike: dict[tuple[object, ...], list[str]] = {}
        for mine, view, of in table.rows():
            if (mine, of) == (method, variant):
                key = tuple(score.values["stft"] for score in table.of(method, view, variant))
                alike.setdefault(key, []).append(view)
        found += [(method, views[0], "any" if len(views) > 2 else "/".join(views)) for views in alike.values()]
    return found


def _differences(table: MixTable, variant: str) -> list[str]:
    champion = table.champion
    lines = [f"{champion} less each other method, paired by song; * = the interval is clear of zero; (excerpts won)"]
    for other, view, of in table.rows():
        if of != variant or other == champion:
            continue
        mine, cells = (champion, table.own_view(champion, view, variant)), []
        for key in MAIN:
            interval = table.paired(mine, (other, view), variant, key)
            won, made = table.pairs_won(mine, (other, view), variant, key)
            cells.append(f"{interval.mean:+.2f} [{interval.low:+.2f}, {interval.high:+.2f}]"
                         f"{'*' if interval.is_clear else ' '}({won}/{made})")  # fmt: skip
        lines.append(_row(f"− {other}", view, cells))
    return lines if len(lines) > 1 else []


def _features(table: MixTable, variant: str) -> list[str]:
    shown = _shown(table, variant)
    lines = ["Errors of features as shares, means over songs, by method and view"]
    lines += _headings("feature", shown)
    for group, names in GROUPS.items():
        for name in (*names, group):
            head = f"  {name}" if name != group else f"{group}, mean"
            means = [table.interval(method, view, variant, name).mean for method, view in shown.items()]
            lines.append(f"{head:<24}" + "".join(f"{mean:>16.3f}" for mean in means))
    return lines


def _shown(table: MixTable, variant: str) -> dict[str, str]:
    """The view that details of each method are shown for: wet where it was rendered, else the method's first."""
    shown: dict[str, str] = {}
    for method, view, of in table.rows():
        if of == variant and (view == "wet" or method not in shown):
            shown[method] = view
    return shown


def _headings(what: str, shown: Mapping[str, str]) -> list[str]:
    rows = ((what, shown.keys()), ("", shown.values()))
    return [f"{head:<24}" + "".join(f"{word[:15]:>16}" for word in words) for head, words in rows]


def _songs(table: MixTable, variant: str) -> list[str]:
    shown = _shown(table, variant)
    lines = ["Balance by excerpt, dB, by method and view"]
    lines += _headings("excerpt", shown)
    by_method = {m: {s.excerpt: s.values[MEASURES[0]] for s in table.of(m, v, variant)} for m, v in shown.items()}
    for excerpt in dict.fromkeys(s.excerpt for s in table.scores if s.variant == variant):
        values = [by_method[m].get(excerpt, np.nan) for m in shown]
        lines.append(f"{excerpt[:23]:<24}" + "".join(f"{value:>16.2f}" for value in values))
    return lines


def _checks(table: MixTable, variant: str) -> list[str]:
    lines = ["What listeners punish: on how many excerpts it is kept, of those where it can be told"]
    lines += [f"  {check.key}: {check.words}" for check in CHECKS]
    lines.append(f"{'method':<20}{'view':<12}" + "".join(f"{check.key:>18}" for check in CHECKS))
    for method, view, label in _distinct(table, variant):
        cells = ["{}/{}".format(*table.passed(method, view, variant, check)) for check in CHECKS]
        lines.append(f"{method:<20}{label:<12}" + "".join(f"{cell:>18}" for cell in cells))
    return lines


def _decisions(table: MixTable, variant: str) -> list[str]:
    rows = [row for row in table.decisions if row.variant == variant]
    if not rows:
        return []
    lines = ["Distance from human decisions: level, LU (how far engineers differ) | |pan| | error against this mix, dB"]
    methods = list(dict.fromkeys(row.method for row in rows))
    lines.append(f"{'instrument':<18}{'stems':>6}" + "".join(f"{method:>28}" for method in methods))
    for kind in dict.fromkeys(row.instrument for row in rows):
        mine = {row.method: row for row in rows if row.instrument == kind}
        first = next(iter(mine.values()))
        cells = [_decision(mine.get(method)) for method in methods]
        lines.append(f"{kind or 'all':<18}{first.stems:>6}" + "".join(f"{cell:>28}" for cell in cells))
    return [*lines, ""]


def _decision(row: DecisionRow | None) -> str:
    """Level with the spread of humans, pan, error; a dash where nobody panned that instrument's mono tracks."""
    if row is None:
        return ""
    pan = f"{row.pan:.2f}" if np.isfinite(row.pan) else "–"
    return f"{row.level_lu:.1f} ({row.human_level_lu:.1f}) | {pan} | {row.level_error_db:.1f}"


def _row(method: str, view: str, cells: Sequence[str]) -> str:
    return f"{method:<20}{view:<12}" + "".join(f"{cell:>{CELL_WIDTH}}" for cell in cells)


def cell_text(interval: Interval) -> str:
    """Returns a mean with its interval."""
    return f"{interval.mean:.3f} [{interval.low:.3f}, {interval.high:.3f}]"
