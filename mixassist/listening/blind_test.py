# SPDX-License-Identifier: Apache-2.0
"""What all blind tests share: a sealed order, a log that begins before the first trial, an end that is always told."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mixassist import __version__
from mixassist.audio.atomic import atomic_write_bytes
from mixassist.domain.errors import MixAssistError
from mixassist.domain.listening import ListeningResult
from mixassist.listening.envelope import Envelope
from mixassist.listening.log import FORMAT, VERSION, LogWriter, new_log_path, now_utc, read_log
from mixassist.listening.sealed import SealedOrder

FINISHED, ABANDONED, SCREENED_OUT = "finished", "abandoned", "screened out"


@dataclass(frozen=True)
class TestSetup:
    """What is compared, by whom, and where the log goes.

    Attributes:
        labels: of the versions, in the experimenter's order.
        facts: further plain values for the log's first entry: sources, loudness, region.
        folder: where the log is written.
    """

    __test__ = False  # no test case, whatever its name begins with

    labels: tuple[str, ...]
    folder: Path
    listener: str = ""
    title: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


class BlindTest:
    """One run of a test, from its first log entry to its last. Subclasses say what a trial is.

    Args:
        setup: what is compared.
        order: what stays hidden until the end.
        rules: plain values that fix, before the first answer, how the test goes and is judged.
        clock: seconds, for the time that trials take.
    """

    test = ""

    def __init__(
        self,
        setup: TestSetup,
        order: Any,
        rules: Mapping[str, Any],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.setup = setup
        self.number = 1
        self._sealed = SealedOrder(order)
        self._clock = clock
        self._began = clock()
        self._listens: Counter[str] = Counter()
        self._outcome = ""
        self._words = ""
        self._result: Mapping[str, Any] = {}
        test_id = secrets.token_hex(8)
        path = new_log_path(setup.folder, self.test, test_id)
        self._envelope = Envelope(path, self._sealed)
        try:
            self._log = LogWriter(path)
            self._write("start", self._beginning(test_id, rules))
        except MixAssistError:
            self._envelope.remove()
            raise

    def _beginning(self, test_id: str, rules: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "version": VERSION,
            "test": self.test,
            "id": test_id,
            "written_by": f"MixAssist {__version__}",
            "title": self.setup.title,
            "listener": self.setup.listener,
            "labels": list(self.setup.labels),
            "rules": dict(rules),
            **self.setup.facts,
            "commitment": self._sealed.commitment,
        }

    @property
    def log_path(self) -> Path:
        """Where the log is."""
        return self._log.path

    @property
    def commitment(self) -> str:
        """What can be told before the end: the order was fixed."""
        return self._sealed.commitment

    @property
    def has_ended(self) -> bool:
        """Whether there are no more trials."""
        return bool(self._outcome)

    @property
    def outcome(self) -> str:
        """`finished`, `abandoned` or `screened out`; empty while it runs."""
        return self._outcome

    @property
    def words(self) -> str:
        """The result in words; empty while the test runs."""
        return self._words

    @property
    def result(self) -> Mapping[str, Any]:
        """The result as plain values; empty while the test runs."""
        return self._result

    def listened(self, key: str) -> None:
        """Notes that something was chosen to be heard, by the name that it has on screen."""
        self._listens[key] += 1

    def changed_region(self, facts: Mapping[str, Any]) -> None:
        """Notes that the looped region, and with it the level match, is another one from now on."""
        self._write("region", facts)

    def abandon(self) -> None:
        """Ends a test that will not be finished: what was answered stays, and the log says that it was abandoned."""
        if not self.has_ended:
            self._end(ABANDONED)

    def summary(self) -> ListeningResult:
        """Returns what a session remembers of the test once it has ended."""
        if not self.has_ended:
            raise ValueError("the test still runs")
        return ListeningResult(
            test=self.test,
            ended_at=self._ended_at,
            listener=self.setup.listener,
            versions=self.setup.labels,
            outcome=self._outcome,
            words=self._words,
            log_path=str(self._log.path.absolute()),
            log_sha256=self._log.fingerprint,
        )

    def _trial(self, values: Mapping[str, Any]) -> None:
        """Writes an answer; only when the disk has it does the test go on."""
        facts = {
            "number": self.number,
            **values,
            "listens": dict(sorted(self._listens.items())),
            "seconds": round(self._clock() - self._began, 2),
        }
        self._write("trial", facts)
        self.number += 1
        self._listens.clear()
        self._began = self._clock()

    def _outcome_of(self, outcome: str) -> tuple[Mapping[str, Any], str]:
        """Returns the result and its words; called once, at the end."""
        raise NotImplementedError

    def _end(self, outcome: str) -> None:
        result, words = self._outcome_of(outcome)
        self._ended_at = now_utc()
        self._log.write(
            "end",
            {
                "at": self._ended_at,
                "outcome": outcome,
                "result": dict(result),
                "words": words,
                "nonce": self._sealed.nonce,
                "order": self._sealed.order,
            },
        )
        self._log.close()
        self._envelope.remove()
        self._outcome, self._result, self._words = outcome, result, words
        write_text(self._log.path)

    def _write(self, kind: str, values: Mapping[str, Any]) -> None:
        self._log.write(kind, {"at": now_utc(), **values})


def write_text(log_path: Path) -> None:
    """Writes a log for people to read beside it."""
    from mixassist.listening.verification import verify_lines

    text = "\n".join(verify_lines(read_log(log_path)).text_lines())
    atomic_write_bytes(log_path.with_suffix(".txt"), (text + "\n").encode("utf-8", "replace"))
