# SPDX-License-Identifier: Apache-2.0
"""A log as text for people: who compared what, every answer, and how it ended."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mixassist.listening.verification import Verification

_TITLES = {
    "abx": "ABX test",
    "preference": "Blind preference",
    "multi-stimulus": "Multi-stimulus page",
    "opinion": "Opinion scores",
}


def heading(found: Verification) -> str:
    """Returns which kind of test a log is of, and its title."""
    title = found.start.get("title")
    return one_line(_TITLES.get(found.test, "A listening test") + (f": {title}" if title else ""))


def readable_lines(found: Verification) -> list[str]:
    """Returns the log as lines. The order is told only by a log that has ended."""
    start = found.start
    lines = [heading(found)]
    lines.append(f"Listener: {start.get('listener') or '(not named)'}")
    lines.append(f"Begun {start.get('at', '?')}, ended {found.end.get('at', '–')}: {found.outcome}")
    for index, label in enumerate(found.labels):
        lines.append(f"  {_name_of(found, index)} = {label}{_level_words(start, index)}")
    region = start.get("region")
    if isinstance(region, Mapping):
        lines.append(f"Region: {region.get('start_s')} … {region.get('end_s')} s")
    lines += ["", *(_trial_line(found, trial) for trial in found.trials), ""]
    if found.is_closed:
        lines.append(str(found.end.get("words", "")))
        if found.end.get("note"):
            lines.append(str(found.end["note"]))
    else:
        lines.append(
            f"{len(found.trials)} finished trials. The log was not closed, so the order was never told and cannot be "
            "checked: the program ended abruptly, or lines were taken away."
        )
    lines.append(f"Order fixed beforehand as {start.get('commitment', '?')}")
    lines.append(f"Fingerprint of the log: {found.fingerprint}")
    if found.faults:
        lines += ["", "THIS LOG CANNOT BE TRUSTED:", *(f"  {fault}" for fault in found.faults)]
    return [one_line(line) for line in lines]


def _name_of(found: Verification, index: int) -> str:
    return "AB"[index] if found.test in ("abx", "preference") and index < 2 else str(index + 1)


def _level_words(start: Mapping[str, Any], index: int) -> str:
    versions = start.get("versions")
    if not isinstance(versions, list) or index >= len(versions) or not isinstance(versions[index], Mapping):
        return ""
    gain = versions[index].get("gain_db")
    return f", turned down by {-gain:.2f} dB" if isinstance(gain, float) and gain < 0 else ""


def _trial_line(found: Verification, trial: Mapping[str, Any]) -> str:
    number = trial.get("number", "?")
    if "ratings" in trial:
        ratings = ", ".join(f"{k}: {v}" for k, v in dict(trial["ratings"]).items())
        comments = "; ".join(f"{k}: {v}" for k, v in dict(trial.get("comments", {})).items() if v)
        return f"  page {number}: {ratings}" + (f" – {comments}" if comments else "")
    truth = _truth(found, trial)
    return f"  trial {number}: answered {trial.get('answer')}{truth} ({trial.get('seconds', '?')} s)"


def _truth(found: Verification, trial: Mapping[str, Any]) -> str:
    """Returns what was played, once the order is told."""
    order = found.end.get("order")
    index = int(trial.get("number", 0)) - 1
    if found.test == "abx" and isinstance(order, list) and 0 <= index < len(order):
        x = "AB"[order[index]]
        return f", X was {x}: {'right' if trial.get('answer') == x else 'wrong'}"
    if found.test == "preference" and isinstance(order, list) and 0 <= index < len(order):
        return f", 1 was {'AB'[order[index]]}"
    if found.test == "opinion" and isinstance(order, Mapping) and 0 <= index < len(order.get("questions", ())):
        kind, version = order["questions"][index]
        return f", heard {version + 1} ({kind})"
    return ""


def one_line(text: str) -> str:
    """Keeps hostile names from making lines of their own or moving a terminal's cursor."""
    return "".join(c if unicodedata.category(c) not in ("Cc", "Cs", "Cf", "Zl", "Zp") else "\ufffd" for c in text)
