# SPDX-License-Identifier: Apache-2.0
"""Ends tests that a crash or a power cut ended: the answers that were given count as those of any test given up."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mixassist.domain.errors import MixAssistError
from mixassist.listening.blind_test import ABANDONED, FINISHED, SCREENED_OUT, write_text
from mixassist.listening.envelope import SUFFIX, envelope_of, opened
from mixassist.listening.log import LogWriter, now_utc, read_log
from mixassist.listening.sealed import SealedOrder, commitment_of
from mixassist.listening.verification import Verification, recomputed, verify_lines

_NOTE = "The program ended abruptly; this entry was added when it was started again."


def close_interrupted(folder: str | Path) -> tuple[Verification, ...]:
    """Writes the missing last entry of every log in a folder whose test no longer runs; returns these logs.

    A log that cannot be ended, because it was changed or its order is gone, stays as it is and says so when it is read.
    """
    closed = []
    for envelope in sorted(Path(folder).glob(f".*{SUFFIX}")):
        log_path = envelope.with_name(envelope.name[1 : -len(SUFFIX)])
        with contextlib.suppress(MixAssistError, OSError, ValueError, KeyError, TypeError, IndexError):
            found = _closed(log_path)
            if found is not None:
                closed.append(found)
    return tuple(closed)


def _closed(log_path: Path) -> Verification | None:
    sealed = opened(log_path)
    if sealed is None:
        return None
    if not log_path.exists():
        envelope_of(log_path).unlink()
        return None
    lines = read_log(log_path)
    if lines[-1].fault and len(lines) > 1:
        # The process ended in the middle of a line: that answer was never confirmed.
        lines = lines[:-1]
    found = verify_lines(lines)
    if not found.is_closed and not found.faults and commitment_of(sealed.nonce, sealed.order) == _commitment(found):
        _write_end(log_path, found, sealed, [line.entry for line in lines])
        write_text(log_path)
        envelope_of(log_path).unlink()
        return verify_lines(read_log(log_path))
    if found.is_closed:
        envelope_of(log_path).unlink()
    return None


def _commitment(found: Verification) -> str:
    return str(found.start.get("commitment", ""))


def _write_end(log_path: Path, found: Verification, sealed: SealedOrder, entries: list[Mapping[str, Any]]) -> None:
    outcome, result, words = _outcome(found, sealed, entries)
    end = {
        "at": now_utc(), "outcome": outcome, "result": result, "words": words, "nonce": sealed.nonce,
        "order": sealed.order, "note": _NOTE,
    }  # fmt: skip
    writer = LogWriter.going_on(log_path, entries)
    try:
        writer.write("end", end)
    finally:
        writer.close()


def _outcome(
    found: Verification, sealed: SealedOrder, entries: list[Mapping[str, Any]]
) -> tuple[str, dict[str, Any], str]:
    """Returns what the answers come to: it may have been the last one after which the program ended."""
    for outcome in (FINISHED, *((SCREENED_OUT,) if found.test == "opinion" else ())):
        with contextlib.suppress(ValueError):
            ended = replace(found, end={"order": sealed.order, "outcome": outcome})
            return outcome, *recomputed(ended, entries)
    ended = replace(found, end={"order": sealed.order, "outcome": ABANDONED})
    return ABANDONED, *recomputed(ended, entries)
