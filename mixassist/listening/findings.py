# SPDX-License-Identifier: Apache-2.0
"""What a collection of tests shows: numbers fit for JSON, and sentences that claim no more."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from mixassist.listening.collection import Collection, Comparison
from mixassist.listening.designs import design_from_dict
from mixassist.listening.statistics import (
    Interval,
    binomial_p,
    compare_scales,
    holm,
    mean_opinion,
    sign_test,
    wilson_interval,
)
from mixassist.listening.words import abx_words, p_words, percent, preference_words, scale_words


def findings_of(collection: Collection) -> dict[str, Any]:
    """Returns everything that a report says, as plain values; what is not finite is None."""
    return {
        "format": "mixassist-listening-report",
        "version": 1,
        "comparisons": [_plain(finding_of(c)) for c in collection.comparisons],
        "refused": [{"log": str(path), "why": why} for path, why in collection.refused],
    }


def finding_of(comparison: Comparison) -> dict[str, Any]:
    """Returns the findings of one comparison: its words, its rows, and what they were worked out from."""
    work = {"abx": _abx, "preference": _preference}.get(comparison.test, _scales)
    head = {
        "test": comparison.test,
        "title": comparison.title,
        "labels": list(comparison.labels),
        "runs": len(comparison.runs),
        "left_out": comparison.left_out,
    }
    if not comparison.finished:
        return {**head, "words": ["No finished test: nothing can be said."], "rows": []}
    return {**head, **work(comparison)}


def _abx(comparison: Comparison) -> dict[str, Any]:
    rows = []
    for run in comparison.finished:
        done, right, design = (
            run.result["trials"],
            run.result["right"],
            design_from_dict(run.log.start["rules"]["design"]),
        )
        rows.append(
            {
                "listener": run.listener,
                "trials": done,
                "right": right,
                "p": design.p_value(done, right),
                "passed": design.is_passed(done, right),
                "sequential": design.is_sequential,
                "share": _interval(wilson_interval(right, done)),
                "words": abx_words(design, done, right),
            }
        )
    for row, corrected in zip(rows, holm([row["p"] for row in rows]), strict=True):
        row["p_holm"] = corrected
    if len(rows) == 1:
        return {"rows": rows, "words": [rows[0]["words"]]}
    heard = [row for row in rows if row["p_holm"] <= 0.05]
    words = [
        f"{len(rows)} finished tests, p values corrected for their number (Holm): "
        + (f"a difference was heard in {len(heard)} of them." if heard else "no difference shown in any of them.")
    ]
    fixed = [row for row in rows if not row["sequential"]]
    if len(fixed) == len(rows):
        done, right = sum(r["trials"] for r in rows), sum(r["right"] for r in rows)
        share, p = wilson_interval(right, done), binomial_p(right, done)
        said = "a difference was heard" if p <= 0.05 else "no difference shown"
        words.append(
            f"All answers together: {right} of {done} right, {p_words(p)}, 95 % interval of the share "
            f"{percent(share.low)} … {percent(share.high)}: {said}."
        )
    return {"rows": rows, "words": words}


def _preference(comparison: Comparison) -> dict[str, Any]:
    rows = [
        {
            "listener": run.listener,
            **{key: run.result[key] for key in ("first", "second", "none")},
            "p": sign_test(run.result["first"], run.result["second"]),
        }
        for run in comparison.finished
    ]
    first, second, none = (sum(row[key] for row in rows) for key in ("first", "second", "none"))
    pair = (comparison.labels[0], comparison.labels[1])
    listeners = len({row["listener"] for row in rows})
    words = [preference_words(pair, first, second, none, listeners)]
    if listeners > 1:
        sides = [np.sign(row["first"] - row["second"]) for row in rows]
        words.append(
            f"Listener by listener (answers of one person belong together): {sides.count(1)} chose {pair[0]} more "
            f"often, {sides.count(-1)} {pair[1]}, {sides.count(0)} both alike; "
            f"sign test {p_words(sign_test(sides.count(1), sides.count(-1)))}."
        )
    return {"rows": rows, "words": words}


def _scales(comparison: Comparison) -> dict[str, Any]:
    ratings = comparison.ratings()
    found = compare_scales(ratings)
    listeners = {name for by in ratings.values() for name in by}
    count = sum(len(rs) for by in ratings.values() for rs in by.values())
    rows = []
    for label, by in ratings.items():
        values = [r for rs in by.values() for r in rs]
        # Several answers of one person are one opinion; with one person alone they are all there is.
        independent = [float(np.mean(rs)) for rs in by.values()] if len(by) > 1 else values
        rows.append({
            "version": label, "ratings": len(values), "mean": _interval(mean_opinion(independent)),
            "median": float(np.median(values)), "values": sorted(values),
        })  # fmt: skip
    words = [scale_words(found, len(listeners), count)]
    if math.isfinite(found.friedman_p):
        words.append(f"Listener by listener, Friedman's test: {p_words(found.friedman_p)}.")
    if len(listeners) == 1:
        words.append("One listener only: this says nothing about others.")
    return {
        "rows": rows,
        "words": words,
        "kruskal_wallis": {"h": found.h, "p": found.p},
        "friedman_p": found.friedman_p,
        "pairs": [{"first": d.first, "second": d.second, "p": d.p, "p_holm": d.p_holm} for d in found.pairs],
        "comments": [
            {"version": version, "listener": who, "comment": text} for version, who, text in comparison.comments()
        ],
    }


def _interval(interval: Interval) -> dict[str, float]:
    return {"estimate": interval.estimate, "low": interval.low, "high": interval.high}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
