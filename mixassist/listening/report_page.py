# SPDX-License-Identifier: Apache-2.0
"""The report on a folder of listening tests: one page, everything inside it, nothing fetched, no script."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from mixassist.audio.atomic import atomic_write_bytes
from mixassist.listening.collection import collect
from mixassist.listening.findings import findings_of
from mixassist.listening.plots import picture_of
from mixassist.listening.words import p_words

PAGE_NAME = "listening-report.html"

_TITLES = {
    "abx": "ABX",
    "preference": "Blind preference",
    "multi-stimulus": "Multi-stimulus page",
    "opinion": "Opinion scores",
}
_CSS = """
:root { color-scheme: light; --ink: #1b1f24; --faint: #5c6670; --line: #dfe3e8; }
body { margin: 0 auto; padding: 2rem 1.5rem 4rem; max-width: 60rem; color: var(--ink); background: #fff;
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2.6rem 0 .2rem; }
p { margin: .35rem 0; max-width: 75ch; }
.facts, .hint { color: var(--faint); }
.words { font-weight: 600; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: .8rem 0; }
th, td { padding: .28rem .8rem; text-align: right; border-bottom: 1px solid var(--line); }
th:first-child, td.text { text-align: left; }
thead th { border-bottom: 2px solid var(--ink); }
img { max-width: 100%; height: auto; display: block; margin: .6rem 0; }
@media print { body { max-width: none; padding: 0; } section { break-inside: avoid; } }
"""


def write_report(folder: str | Path, page: str | Path | None = None) -> tuple[Path, dict[str, Any]]:
    """Joins all logs of a folder and writes the page, `listening-report.html` in the folder unless told otherwise.

    Returns:
        Where the page is, and the findings as plain values.

    Raises:
        MixAssistError: no such folder, no log in it, or the page cannot be written.
    """
    found = findings_of(collect(folder))
    target = Path(page) if page is not None else Path(folder) / PAGE_NAME
    atomic_write_bytes(target, page_html(Path(folder).resolve().name, found).encode("utf-8", "replace"))
    return target, found


def page_html(name: str, found: Mapping[str, Any]) -> str:
    """Returns the whole page. Every name is escaped; pictures are inside as data."""
    comparisons = found["comparisons"]
    runs = sum(c["runs"] for c in comparisons)
    parts = [
        "<!DOCTYPE html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(name)} – listening tests</title><style>{_CSS}</style></head><body>",
        f"<h1>{escape(name)}: listening tests</h1>",
        f'<p class="facts">{_count(runs, "test")} in {_count(len(comparisons), "comparison")}; '
        f"{_count(len(found['refused']), 'log')} left out.</p>",
        *(_section(c) for c in comparisons),
        _refused(found["refused"]),
        '<p class="hint">“No difference shown” is what it says: how alike two versions are was not measured. Every log '
        "was checked: its order was fixed before the first answer, and nothing was changed since.</p>",
        "</body></html>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _section(finding: Mapping[str, Any]) -> str:
    title = _TITLES[finding["test"]] + (f": {finding['title']}" if finding["title"] else "")
    left_out = [f"{count} {why}" for why, count in finding["left_out"].items()]
    facts = _count(finding["runs"], "test") + (f"; not counted: {', '.join(left_out)}" if left_out else "")
    words = "".join(f'<p class="words">{escape(text)}</p>' for text in finding["words"])
    return (
        f"<section><h2>{escape(title)}</h2><p>{escape(' · '.join(finding['labels']))}</p>"
        f'<p class="facts">{escape(facts)}</p>{words}{_picture(finding)}{_tables(finding)}</section>'
    )


def _picture(finding: Mapping[str, Any]) -> str:
    picture = picture_of(finding)
    if picture is None:
        return ""
    content = base64.b64encode(picture).decode()
    return f'<img alt="{escape(" ".join(finding["words"]), quote=True)}" src="data:image/svg+xml;base64,{content}">'


def _tables(finding: Mapping[str, Any]) -> str:
    rows = finding["rows"]
    if not rows:
        return ""
    if finding["test"] == "abx":
        return _table(
            ("Listener", "right", "of", "p", "p (Holm)", "design"),
            [
                (r["listener"], r["right"], r["trials"], p_words(r["p"]), p_words(r["p_holm"]),
                 "sequential" if r["sequential"] else "fixed")
                for r in rows
            ],
        )  # fmt: skip
    if finding["test"] == "preference":
        head = ("Listener", *finding["labels"], "no preference", "sign test")
        return _table(head, [(r["listener"], r["first"], r["second"], r["none"], p_words(r["p"])) for r in rows])
    means = _table(("Version", "ratings", "mean", "95 % interval", "median"), [_mean_row(row) for row in rows])
    pairs = _table(
        ("Pair (Conover)", "", "p", "p (Holm)"),
        [(d["first"], d["second"], p_words(d["p"]), p_words(d["p_holm"])) for d in finding["pairs"]],
    )
    comments = [(c["version"], c["listener"], c["comment"]) for c in finding["comments"]]
    return means + pairs + (_table(("Version", "listener", "comment"), comments, texts=True) if comments else "")


def _mean_row(row: Mapping[str, Any]) -> tuple[str, ...]:
    return (
        row["version"],
        row["ratings"],
        f"{row['mean']['estimate']:.2f}",
        _bounds(row["mean"]),
        f"{row['median']:.2f}",
    )


def _bounds(mean: Mapping[str, Any]) -> str:
    return "–" if mean["low"] is None else f"{mean['low']:.2f} … {mean['high']:.2f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]], texts: bool = False) -> str:
    kind = ' class="text"' if texts else ""
    heads = "".join(f"<th>{escape(str(h))}</th>" for h in head)
    body = "".join(
        f'<tr><th scope="row">{escape(str(row[0]))}</th>'
        + "".join(f"<td{kind}>{escape(str(cell))}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"


def _refused(refused: Sequence[Mapping[str, str]]) -> str:
    if not refused:
        return ""
    items = [(Path(r["log"]).name, r["why"]) for r in refused]
    return "<h2>Logs left out</h2>" + _table(("Log", "why"), items, texts=True)


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
