# SPDX-License-Identifier: Apache-2.0
"""Many logs joined: the tests of one comparison, by all its listeners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mixassist.domain.errors import MixAssistError
from mixassist.listening.blind_test import FINISHED
from mixassist.listening.log import SUFFIX
from mixassist.listening.opinion import NOISE_LABEL
from mixassist.listening.verification import TESTS, Verification, verify_log

MOST_LOGS = 10_000


@dataclass(frozen=True)
class Run:
    """One log that can be trusted."""

    path: Path
    log: Verification

    @property
    def result(self) -> Mapping[str, Any]:
        """The result that follows from its answers."""
        return self.log.end["result"]

    @property
    def is_finished(self) -> bool:
        """Whether the test came to its end."""
        return self.log.outcome == FINISHED

    @property
    def listener(self) -> str:
        """Who listened; a listener without a name is nobody else's."""
        return str(self.log.start.get("listener") or f"unnamed {self.log.start['id'][:4]}")


@dataclass(frozen=True)
class Comparison:
    """All runs of one test on the same versions under the same title."""

    test: str
    title: str
    labels: tuple[str, ...]
    runs: tuple[Run, ...]

    @property
    def finished(self) -> tuple[Run, ...]:
        """The runs that came to their end and count."""
        return tuple(r for r in self.runs if r.is_finished and r.result.get("counts", True))

    @property
    def left_out(self) -> dict[str, int]:
        """How many runs do not count, by the reason."""
        reasons: dict[str, int] = {}
        for run in self.runs:
            if run not in self.finished:
                why = run.log.outcome if not run.is_finished else "attention checks missed"
                reasons[why] = reasons.get(why, 0) + 1
        return reasons

    @property
    def rated_labels(self) -> tuple[str, ...]:
        """The versions that were rated, the low anchor of opinion tests included."""
        return (*self.labels, NOISE_LABEL) if self.test == "opinion" else self.labels

    def ratings(self) -> dict[str, dict[str, list[float]]]:
        """Returns version → listener → ratings, of multi-stimulus pages and opinion scores."""
        found: dict[str, dict[str, list[float]]] = {label: {} for label in self.rated_labels}
        for run in self.finished:
            own = [*run.log.labels, NOISE_LABEL]
            if self.test == "opinion":
                values = {own[i]: [float(s) for s in scores] for i, scores in enumerate(run.result["scores"])}
            else:
                values = {own[i]: [float(r)] for i, r in enumerate(run.result["ratings"])}
            for label, scores in values.items():
                found[label].setdefault(run.listener, []).extend(scores)
        return found

    def comments(self) -> list[tuple[str, str, str]]:
        """Returns (version, listener, comment) of multi-stimulus pages."""
        found = []
        for run in self.finished:
            order = run.log.end["order"]
            for trial in run.log.trials:
                for key, text in trial.get("comments", {}).items():
                    if text:
                        found.append((run.log.labels[order[int(key) - 1]], run.listener, str(text)))
        return sorted(found)


@dataclass(frozen=True)
class Collection:
    """What a folder of logs holds."""

    folder: Path
    comparisons: tuple[Comparison, ...] = ()
    refused: tuple[tuple[Path, str], ...] = field(default=())
    """Logs that do not count at all, and why."""


def collect(folder: str | Path) -> Collection:
    """Reads all logs in a folder and the folders in it; what cannot be trusted is named and left out.

    Raises:
        MixAssistError: there is no such folder, or no log in it.
    """
    root = Path(folder)
    if not root.is_dir():
        raise MixAssistError("there is no such folder", subject=root, remedy="Give a folder of listening logs.")
    try:
        paths = sorted(p for p in root.rglob(f"*{SUFFIX}") if p.is_file())
    except OSError as error:
        raise MixAssistError(f"cannot be read ({error.strerror})", subject=root) from error
    if not paths:
        raise MixAssistError(f"there is no listening log (*{SUFFIX}) in it", subject=root, remedy="Make a test first.")
    if len(paths) > MOST_LOGS:
        raise MixAssistError(f"more than {MOST_LOGS:,} logs", subject=root, remedy="Report on fewer at once.")
    runs: dict[str, Run] = {}
    refused: list[tuple[Path, str]] = []
    for path in paths:
        why = _taken_in(path, runs)
        if why:
            refused.append((path, why))
    return Collection(root, _joined(runs.values()), tuple(refused))


def comparison_of(path: str | Path) -> Comparison | None:
    """Returns one log as a comparison of its own; None when it does not count."""
    runs: dict[str, Run] = {}
    return None if _taken_in(Path(path), runs) else _joined(runs.values())[0]


def _taken_in(path: Path, runs: dict[str, Run]) -> str:
    """Adds a log to the runs; returns why not, if so."""
    try:
        log = verify_log(path)
    except MixAssistError as error:
        return error.message
    if log.faults:
        return "changed: " + "; ".join(log.faults[:3])
    if not log.is_closed:
        return f"not closed after {len(log.trials)} trials: the order was never told"
    test_id = str(log.start["id"])
    if test_id in runs:
        return f"a copy of {runs[test_id].path.name}"
    runs[test_id] = Run(path, log)
    return ""


def _joined(runs: Any) -> tuple[Comparison, ...]:
    groups: dict[tuple[str, str, tuple[str, ...]], list[Run]] = {}
    for run in runs:
        labels = run.log.labels
        title = str(run.log.start.get("title", ""))
        # The order in which somebody chose the versions makes no other comparison of them, but in a pair A is A.
        key_labels = tuple(sorted(labels)) if run.log.test == "multi-stimulus" else labels
        groups.setdefault((run.log.test, title, key_labels), []).append(run)
    ordered = sorted(groups.items(), key=lambda item: (TESTS.index(item[0][0]), item[0][1:]))
    return tuple(Comparison(test, title, labels, tuple(members)) for (test, title, labels), members in ordered)


def tests_of(comparisons: Sequence[Comparison]) -> int:
    """Returns how many runs there are in all."""
    return sum(len(c.runs) for c in comparisons)
