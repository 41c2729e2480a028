# SPDX-License-Identifier: Apache-2.0
"""Is a log what was written, was its order fixed before the answers, and does its result follow from both?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from mixassist.listening.abx import abx_result
from mixassist.listening.blind_test import ABANDONED, FINISHED, SCREENED_OUT
from mixassist.listening.designs import design_from_dict
from mixassist.listening.log import FORMAT, VERSION, LogLine, read_log
from mixassist.listening.multi_stimulus import multi_result
from mixassist.listening.opinion import NOISE_LABEL, opinion_result
from mixassist.listening.preference import preference_result
from mixassist.listening.sealed import commitment_of

TESTS = ("abx", "preference", "multi-stimulus", "opinion")
_OUTCOMES = (FINISHED, ABANDONED, SCREENED_OUT)


@dataclass(frozen=True)
class Verification:
    """What a log is and what is wrong with it.

    Attributes:
        faults: what must not be: a changed line, an order that does not fit, a result that does not follow.
        is_closed: whether the log has its last entry; without it the order was never told.
        start, trials, end: the entries; empty where they are missing.
    """

    faults: tuple[str, ...]
    is_closed: bool
    start: Mapping[str, Any] = field(default_factory=dict)
    trials: tuple[Mapping[str, Any], ...] = ()
    end: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: str = ""

    @property
    def is_intact(self) -> bool:
        """Whether the log is complete and nothing is wrong with it."""
        return self.is_closed and not self.faults

    @property
    def test(self) -> str:
        """Which test it is; empty when even that cannot be read."""
        return self.start.get("test", "") if self.start.get("test") in TESTS else ""

    @property
    def labels(self) -> tuple[str, ...]:
        """What was compared."""
        return tuple(str(label) for label in self.start.get("labels", ()))

    @property
    def outcome(self) -> str:
        """`finished`, `abandoned`, `screened out`, or `not closed`."""
        return str(self.end.get("outcome", "not closed"))

    @property
    def heading(self) -> str:
        """The kind of test, and its title where it has one."""
        from mixassist.listening.readable import heading

        return heading(self)

    def text_lines(self) -> list[str]:
        """Returns the whole log for people to read."""
        from mixassist.listening.readable import readable_lines

        return readable_lines(self)

    def to_dict(self) -> dict[str, Any]:
        """Returns the findings as plain values fit for JSON."""
        return {
            "intact": self.is_intact,
            "closed": self.is_closed,
            "faults": list(self.faults),
            "test": self.test,
            "title": self.start.get("title", ""),
            "listener": self.start.get("listener", ""),
            "labels": list(self.labels),
            "outcome": self.outcome,
            "trials": len(self.trials),
            "result": self.end.get("result"),
            "words": self.end.get("words", ""),
            "fingerprint": self.fingerprint,
        }


def verify_log(path: str | Path) -> Verification:
    """Reads and checks a log.

    Raises:
        MixAssistError: there is no such file, or it is no listening log.
    """
    return verify_lines(read_log(path))


def verify_lines(lines: Sequence[LogLine]) -> Verification:
    """Checks a log that was read."""
    faults = [f"line {n + 1}: {line.fault}" for n, line in enumerate(lines) if line.fault]
    entries = [line.entry for line in lines]
    start = entries[0] if entries and entries[0].get("entry") == "start" else {}
    end = entries[-1] if entries and entries[-1].get("entry") == "end" else {}
    trials = tuple(e for e in entries if e.get("entry") == "trial")
    fingerprint = str(entries[-1].get("hash", "")) if entries else ""
    found = Verification((), bool(end), start, trials, end, fingerprint)
    if not faults:
        try:
            faults += _content_faults(found, entries)
        except (KeyError, ValueError, TypeError, IndexError, AttributeError) as error:
            faults.append(f"its entries do not belong together ({type(error).__name__})")
    return Verification(tuple(faults), bool(end), start, trials, end, fingerprint)


def _content_faults(found: Verification, entries: Sequence[Mapping[str, Any]]) -> list[str]:
    """Checks what hashes cannot: somebody may have written the whole log anew."""
    faults = []
    start, end = found.start, found.end
    if start.get("format") != FORMAT or start.get("version") != VERSION or not found.test:
        return ["line 1: it is not the beginning of a log that this version knows"]
    if sum(e.get("entry") in ("start", "end") for e in entries) != 1 + found.is_closed:
        faults.append("it has more than one beginning or end")
    if [t["number"] for t in found.trials] != list(range(1, len(found.trials) + 1)):
        faults.append("trials are missing or out of order")
    times = [e["at"] for e in entries]
    if any(a > b for a, b in pairwise(times)):
        faults.append("its times do not follow one another")
    if not found.is_closed:
        return faults
    if end["outcome"] not in _OUTCOMES:
        faults.append("its end is of no known kind")
    if commitment_of(end["nonce"], end["order"]) != start["commitment"]:
        faults.append("the order is not the one that was fixed before the first answer")
        return faults
    result, words = recomputed(found, entries)
    if result != end["result"] or words != end["words"]:
        faults.append("its result does not follow from the answers and the order")
    return faults


def recomputed(found: Verification, entries: Sequence[Mapping[str, Any]] = ()) -> tuple[dict[str, Any], str]:
    """Works the result out again from answers and order.

    Raises:
        ValueError: the test did not end where its rules say.
    """
    order, rules, outcome = found.end["order"], found.start["rules"], found.end["outcome"]
    answers = [t.get("answer") for t in found.trials]
    if found.test == "abx":
        return _abx_again(answers, order, rules, outcome)
    if found.test == "preference":
        if (len(answers) == rules["trials"]) != (outcome == FINISHED) or len(order) != rules["trials"]:
            raise ValueError("the test did not end where it should")
        labels = (found.labels[0], found.labels[1])
        return preference_result(labels, [str(a) for a in answers], order, rules["trials"], outcome)
    if found.test == "multi-stimulus":
        if sorted(order) != list(range(len(found.labels))) or len(found.trials) != (outcome == FINISHED):
            raise ValueError("the test did not end where it should")
        ratings = found.trials[0]["ratings"] if found.trials else {}
        return multi_result(found.labels, ratings, order, outcome)
    questions = order["questions"]
    if outcome == FINISHED and len(answers) != len(questions):
        raise ValueError("the test did not end where it should")
    screening = [e for e in entries if e.get("entry") == "screening"]
    missed = any(order["screening"][e["answer"]] != 0 for e in screening)
    if missed != (outcome == SCREENED_OUT):
        raise ValueError("the screening does not fit the outcome")
    scores = [int(a) for a in answers if a is not None]
    return opinion_result((*found.labels, NOISE_LABEL), scores, questions, len(questions), outcome)


def _abx_again(
    answers: Sequence[Any], order: Sequence[int], rules: Mapping[str, Any], outcome: str
) -> tuple[dict[str, Any], str]:
    design = design_from_dict(rules["design"])
    rights = [("A", "B").index(a) == x for a, x in zip(answers, order, strict=False)]
    ends = [done for done in range(1, len(answers) + 1) if design.has_ended(done, sum(rights[:done]))]
    is_at_end = ends == [len(answers)]
    if len(order) != design.trials or is_at_end != (outcome == FINISHED) or (ends and not is_at_end):
        raise ValueError("the test did not end where its design says")
    return abx_result(design, len(answers), sum(rights), outcome)
