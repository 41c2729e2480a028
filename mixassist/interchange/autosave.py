# SPDX-License-Identifier: Apache-2.0
"""Copies of unsaved work in a folder of its own, and what to do with them after a crash.

The user's own file is never written here. When to write is the window's business.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO

import platformdirs

from mixassist.audio.atomic import atomic_write_bytes, writing_error
from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.domain.session import Session
from mixassist.interchange.json_node import Node
from mixassist.interchange.session_encoding import decode_session, encode_session
from mixassist.interchange.session_file import LoadedSession, look_for_audio, to_bytes
from mixassist.interchange.strict_json import read_json

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

FORMAT = "mixassist-autosave"
FORMAT_VERSION = 1
STATE_DIR_VARIABLE = "MIXASSIST_STATE_DIR"
"""Environment variable that moves the folder in which MixAssist remembers things."""

_PATTERN = "autosave-*.json"


@dataclass(frozen=True)
class Recovery:
    """An autosave whose writer is gone. `session_path` is None for a session that never was saved."""

    file: Path
    session_path: Path | None
    written_at_ns: int
    name: str
    track_count: int


def recovery_directory() -> Path:
    """Returns the folder of autosaves: below `MIXASSIST_STATE_DIR`, or where the system keeps such state."""
    given = os.environ.get(STATE_DIR_VARIABLE)
    base = Path(given) if given else platformdirs.user_state_path("mixassist", appauthor=False)
    return base / "recovery"


class Autosaver:
    """Writes one window's unsaved work into the recovery folder, and takes it away when it is no longer needed.

    While it lives it holds a lock that the system lets go of when the process dies, however it dies: that is how
    `recoverable` tells an autosave left behind from one in use, whatever process ids are given out again.

    Args:
        directory: where to write; `recovery_directory()` by default.
    """

    def __init__(self, directory: str | Path | None = None) -> None:
        self._directory = Path(directory) if directory is not None else recovery_directory()
        stem = f"autosave-{os.getpid()}-{secrets.token_hex(4)}"
        self._file = self._directory / f"{stem}.json"
        self._lock: IO[bytes] | None = None

    @property
    def file(self) -> Path:
        """Where this autosaver writes."""
        return self._file

    def write(self, session: Session, session_path: str | Path | None) -> Path:
        """Keeps the session's present state; replaces what this autosaver wrote before.

        Raises:
            MixAssistError: the folder cannot be written.
        """
        self._take_lock()
        document = {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "pid": os.getpid(),
            "session_path": None if session_path is None else os.path.abspath(session_path),  # noqa: PTH100
            "session": encode_session(session, os.path.abspath),
        }
        atomic_write_bytes(self._file, to_bytes(document))
        return self._file

    def discard(self) -> None:
        """Removes the autosave: the work was saved, or nobody wants it."""
        with contextlib.suppress(OSError):
            self._file.unlink(missing_ok=True)

    def close(self) -> None:
        """Removes the autosave and lets the lock go; for an orderly end."""
        self.discard()
        if self._lock is not None:
            self._lock.close()
            self._lock = None
            with contextlib.suppress(OSError):
                _lock_path(self._file).unlink(missing_ok=True)

    def __enter__(self) -> Autosaver:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _take_lock(self) -> None:
        if self._lock is not None:
            return
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = _lock_path(self._file).open("wb")
        except OSError as error:
            raise writing_error(self._directory, error) from error
        _try_lock(lock)
        self._lock = lock


def recoverable(directory: str | Path | None = None) -> tuple[Recovery, ...]:
    """Returns the autosaves worth offering, newest first.

    Those are whose process no longer lives and which are newer than the session file they belong to (or whose file is
    gone or never was). Autosaves that cannot be read are passed over and left where they are.
    """
    folder = Path(directory) if directory is not None else recovery_directory()
    found = [recovery for file in sorted(folder.glob(_PATTERN)) if (recovery := _look_at(file)) is not None]
    return tuple(sorted(found, key=lambda r: -r.written_at_ns))


def recover(
    recovery: Recovery, *, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> LoadedSession:
    """Reads an autosave back. It stays on disk until `discard_recovery`.

    Raises:
        MixAssistError: it cannot be read.
    """
    session, notes = _decode(recovery.file)
    # Our own file in the user's own state folder: audio is compared as quickly wherever it lies.
    session, missing, more = look_for_audio(
        session, recovery.file.parent, verify="quick", progress=progress, cancel=cancel
    )
    return LoadedSession(session, missing, notes + more, recovery.session_path or recovery.file)


def discard_recovery(recovery: Recovery) -> None:
    """Removes an autosave that was recovered and saved, or that nobody wants."""
    for path in (recovery.file, _lock_path(recovery.file)):
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _look_at(file: Path) -> Recovery | None:
    if _is_in_use(file):
        return None
    try:
        session, _ = _decode(file)
        session_path = _session_path(_root(file))
        written = file.stat().st_mtime_ns
    except (MixAssistError, OSError):
        return None
    if session_path is not None:
        with contextlib.suppress(OSError, ValueError):
            if session_path.stat().st_mtime_ns >= written:
                return None
    return Recovery(file, session_path, written, session.name, len(session.tracks))


def _root(file: Path) -> Node:
    root = Node(read_json(file, what="autosave"), file, what="autosave")
    if root.get("format").value != FORMAT or root.get("format_version").value != FORMAT_VERSION:
        root.fail("is not an autosave of this version of MixAssist")
    return root


def _session_path(root: Node) -> Path | None:
    node = root.find("session_path")
    return None if node is None else Path(node.path_text())


def _decode(file: Path) -> tuple[Session, tuple[str, ...]]:
    return decode_session(_root(file).get("session"), os.path.abspath)


def _lock_path(file: Path) -> Path:
    return file.with_suffix(".lock")


def _is_in_use(file: Path) -> bool:
    try:
        with _lock_path(file).open("r+b") as lock:
            return not _try_lock(lock)
    except FileNotFoundError:
        return False
    except OSError:
        return True  # better not offered than taken from under somebody


def _try_lock(file: IO[bytes]) -> bool:
    """Locks a file until it is closed. Returns whether nobody else had."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
