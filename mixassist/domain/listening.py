# SPDX-License-Identifier: Apache-2.0
"""What a session remembers of a listening test; the test's own log, beside the session, holds every answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ListeningResult:
    """One listening test, as it ended.

    Attributes:
        test: `abx`, `preference`, `multi-stimulus` or `opinion`.
        ended_at: time in UTC, ISO 8601.
        listener: who listened, as they named themselves; may be empty.
        versions: the labels of what was compared.
        outcome: `finished`, `abandoned` or `screened out`.
        words: the result in one sentence.
        log_path: where the log was written.
        log_sha256: fingerprint of the whole log, lower-case hex: says that it is this log, and unchanged.
    """

    test: str
    ended_at: str
    listener: str
    versions: tuple[str, ...]
    outcome: str
    words: str
    log_path: str
    log_sha256: str
