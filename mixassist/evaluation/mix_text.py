# SPDX-License-Identifier: Apache-2.0
"""The table of mixers as text: measures with intervals, differences, features, songs, checks, human decisions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

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
CELL_WIDTH = 26


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
    for method, view, of in table.rows():
        if of == variant:
            lines.append(_row(method, view, [cell_text(table.interval(method, view, variant, key)) for key in MAIN]))
    return lines


def _differences(table: MixTable, variant: str) -> list[str]:
    champion = table.champion
    lines = [f"{champion} less each other method, paired by song; * = the interval is clear of zero; (excerpts won)"]
    for other, view, of in table.rows():
        if of != variant or other == champion or not table.of(champion, view, variant):
            continue
        cells = []
        for key in MAIN:
            interval = table.difference(champion, other, view, variant, key)
            won, made = table.wins(champion, other, view, variant, key)
            cells.append(f"{interval.mean:+.2f} [{interval.low:+.2f}, {interval.high:+.2f}]"
                         f"{'*' if interval.is_clear else ' '}({won}/{made})")  # fmt: skip
        lines.append(_row(f"− {other}", view, cells))
    return lines if len(lines) > 1 else []


def _features(table: MixTable, variant: str) -> list[str]:
    names = [*GROUPS, *(name for group in GROUPS.values() for name in group)]
    short = [name.replace("contrast_", "contr. ").replace("panning_", "pan ").replace("_", " ") for name in names]
    lines = ["Errors of features, as shares: groups, then single ones (means over songs)"]
    lines.append(f"{'method':<16}{'view':<8}" + "".join(f"{name[:12]:>13}" for name in short))
    for method, view, of in table.rows():
        if of == variant:
            means = [table.interval(method, view, variant, name).mean for name in names]
            lines.append(f"{method:<16}{view:<8}" + "".join(f"{mean:>13.3f}" for mean in means))
    return lines


def _songs(table: MixTable, variant: str) -> list[str]:
    view = next((v for _, v, of in table.rows() if of == variant and v == "wet"), table.rows()[0][1])
    methods = [m for m, v, of in table.rows() if (v, of) == (view, variant)]
    lines = [f"Balance by excerpt, dB, rendered through {view}"]
    lines.append(f"{'excerpt':<24}" + "".join(f"{method:>16}" for method in methods))
    by_method = {m: {s.excerpt: s.values[MEASURES[0]] for s in table.of(m, view, variant)} for m in methods}
    for excerpt in dict.fromkeys(s.excerpt for s in table.scores if s.variant == variant):
        values = [by_method[m].get(excerpt, np.nan) for m in methods]
        lines.append(f"{excerpt[:23]:<24}" + "".join(f"{value:>16.2f}" for value in values))
    return lines


def _checks(table: MixTable, variant: str) -> list[str]:
    lines = ["What listeners punish: on how many excerpts it is kept, of those where it can be told"]
    lines += [f"  {check.key}: {check.words}" for check in CHECKS]
    lines.append(f"{'method':<16}{'view':<8}" + "".join(f"{check.key:>18}" for check in CHECKS))
    for method, view, of in table.rows():
        if of == variant:
            cells = ["{}/{}".format(*table.passed(method, view, variant, check)) for check in CHECKS]
            lines.append(f"{method:<16}{view:<8}" + "".join(f"{cell:>18}" for cell in cells))
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
        cells = [
            f"{r.level_lu:.1f} ({r.human_level_lu:.1f}) | {r.pan:.2f} | {r.level_error_db:.1f}" if r else ""
            for r in (mine.get(method) for method in methods)
        ]
        lines.append(f"{kind or 'all':<18}{first.stems:>6}" + "".join(f"{cell:>28}" for cell in cells))
    return [*lines, ""]


def _row(method: str, view: str, cells: Sequence[str]) -> str:
    return f"{method:<16}{view:<8}" + "".join(f"{cell:>{CELL_WIDTH}}" for cell in cells)


def cell_text(interval: Interval) -> str:
    """Returns a mean with its interval."""
    return f"{interval.mean:.3f} [{interval.low:.3f}, {interval.high:.3f}]"
