# SPDX-License-Identifier: Apache-2.0
"""The log of a test: one JSON object a line, each chained to the one before by its hash, on disk as it happens.

A line reads `{"entry": KIND, "previous": HASH, …, "hash": HASH}`: `previous` is the hash of the line before, `hash` the
SHA-256 of this line without its hash. Whoever changes a byte has to change every line after it, and the last hash, the
log's fingerprint, is kept in the session and shown on screen.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mixassist.audio.atomic import writing_error
from mixassist.audio.files import regular_file_size
from mixassist.domain.errors import MixAssistError

FORMAT = "mixassist-listening"
VERSION = 1
SUFFIX = ".jsonl"
NO_HASH = "0" * 64
MAX_BYTES = 16_000_000
_MAX_LINE = 1_000_000


class LogWriter:
    """Appends entries to a new file. Every entry is on the disk when `write` returns.

    Raises:
        MixAssistError: the folder cannot be made or written to.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.fingerprint = NO_HASH
        self._length = 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file: int | None = os.open(self.path, flags, 0o644)
            _flush_folder(self.path.parent)
        except OSError as error:
            raise writing_error(self.path, error) from error

    @classmethod
    def going_on(cls, path: Path, entries: Sequence[Mapping[str, Any]]) -> LogWriter:
        """Opens a log that was not closed, to append to these of its entries; what is behind them is taken away.

        Raises:
            MixAssistError: the file cannot be written to.
        """
        writer = cls.__new__(cls)
        writer.path, writer.fingerprint = path, str(entries[-1]["hash"])
        writer._length = sum(len(line_of(entry)) for entry in entries)
        try:
            writer._file = os.open(path, os.O_WRONLY | getattr(os, "O_BINARY", 0))
        except OSError as error:
            raise writing_error(path, error) from error
        writer._cut()
        return writer

    def write(self, kind: str, values: Mapping[str, Any]) -> None:
        """Appends one entry and waits until the disk has it.

        Raises:
            MixAssistError: the disk is full or gone; the file ends with the entry before, and may be tried again.
        """
        if self._file is None:
            raise ValueError("the log is closed")
        entry = {"entry": kind, "previous": self.fingerprint, **values}
        digest = hash_of(entry)
        data = line_of({**entry, "hash": digest})
        try:
            os.lseek(self._file, self._length, os.SEEK_SET)
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(self._file, rest) :]
            os.fsync(self._file)
        except OSError as error:
            self._cut()
            raise writing_error(self.path, error) from error
        self._length += len(data)
        self.fingerprint = digest

    def _cut(self) -> None:
        """Takes half an entry away again, so far as the disk lets us."""
        assert self._file is not None
        try:
            os.ftruncate(self._file, self._length)
        except OSError:
            return

    def close(self) -> None:
        """Closes the file; a second call does nothing."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


@dataclass(frozen=True)
class LogLine:
    """One line of a log that was read: its entry, and what is wrong with it ("" when nothing is)."""

    entry: Mapping[str, Any]
    fault: str = ""


def read_log(path: str | Path) -> list[LogLine]:
    """Reads a log and checks its chain, line by line.

    Raises:
        MixAssistError: there is no such file, or it is no listening log.
    """
    size = regular_file_size(path)
    if size > MAX_BYTES:
        raise MixAssistError("is too large for a listening log", subject=path, remedy="Choose the log of one test.")
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise MixAssistError(f"cannot be read ({error.strerror})", subject=path) from error
    lines: list[LogLine] = []
    previous = NO_HASH
    pieces = data.split(b"\n")
    if pieces[-1] == b"":
        pieces.pop()
        ends = True
    else:
        ends = False
    for number, piece in enumerate(pieces):
        line = _checked(piece, previous, is_cut=not ends and number == len(pieces) - 1)
        previous = line.entry.get("hash", "")
        lines.append(line)
    if not lines or (lines[0].entry.get("format") != FORMAT and not _looks_like_log(data)):
        raise MixAssistError("is not a log of a listening test", subject=path, remedy=f"Choose a {SUFFIX} file.")
    return lines


def _looks_like_log(data: bytes) -> bool:
    """A log whose first line was changed is still a log, and has to be told about."""
    return data.count(b'"previous"') > 0 and data.count(b'"hash"') > 0


def _checked(piece: bytes, previous: str, is_cut: bool) -> LogLine:
    try:
        if len(piece) > _MAX_LINE:
            raise ValueError
        entry = json.loads(piece)
        if not isinstance(entry, dict) or not isinstance(entry.get("entry"), str):
            raise ValueError
        same_bytes = line_of(entry) == piece + b"\n"
        inner = {key: value for key, value in entry.items() if key != "hash"}
        same_hash = hash_of(inner) == entry.get("hash")
    except (ValueError, RecursionError):
        return LogLine({}, "it is cut short" if is_cut else "it is no entry of a log")
    if is_cut:
        return LogLine(entry, "its end is missing")
    if not same_bytes or not same_hash:
        return LogLine(entry, "it was changed after it was written")
    if entry.get("previous") != previous:
        return LogLine(entry, "it does not follow the line before: that one was changed, moved or taken out")
    return LogLine(entry)


def line_of(entry: Mapping[str, Any]) -> bytes:
    """Returns an entry as the bytes of its line; plain ASCII, so that any name survives any editor."""
    return (json.dumps(entry, allow_nan=False) + "\n").encode()


def hash_of(entry: Mapping[str, Any]) -> str:
    """Returns the SHA-256 of an entry's line without its own hash."""
    return hashlib.sha256(line_of(entry)).hexdigest()


def now_utc() -> str:
    """Returns the time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def new_log_path(folder: str | Path, test: str, test_id: str) -> Path:
    """Returns where a new log belongs: named by test, time and id."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    return Path(folder) / f"{test}-{stamp}-{test_id[:8]}{SUFFIX}"


def _flush_folder(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
