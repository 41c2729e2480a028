# SPDX-License-Identifier: Apache-2.0
"""What a running test hides lies in an envelope beside its log, so that a crash loses no answer.

The envelope is a hidden file that nobody reads by accident; it goes when the test ends and tells its order itself.
Whoever opens it on purpose only spoils their own test: the order in it is bound by the commitment in the log's first
line, and the answers by the log's chain, so neither can be changed once the other is known.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import sys
from pathlib import Path

from mixassist.audio.atomic import writing_error
from mixassist.listening.sealed import SealedOrder

SUFFIX = ".sealed"

if sys.platform != "win32":
    import fcntl

    def _hold(descriptor: int) -> bool:
        """Takes the file for this process until it ends, however it does; returns whether nobody else has it."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a file system without locks
            pass
        return True
else:
    import msvcrt

    def _hold(descriptor: int) -> bool:
        """Takes the file for this process until it ends, however it does; returns whether nobody else has it."""
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True


def envelope_of(log_path: Path) -> Path:
    """Returns where the envelope of a log lies."""
    return log_path.with_name(f".{log_path.name}{SUFFIX}")


class Envelope:
    """Holds a sealed order on disk while its test runs.

    Raises:
        MixAssistError: it cannot be written.
    """

    def __init__(self, log_path: Path, sealed: SealedOrder) -> None:
        self._path = envelope_of(log_path)
        text = json.dumps({"nonce": sealed.nonce, "order": sealed.order})
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        self._file = -1
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self._path, flags, 0o600)
            # The lock's byte comes first: where locks are binding it cannot be read by others.
            os.write(self._file, b"\n" + base64.b64encode(text.encode()) + b"\n")
            os.fsync(self._file)
            os.lseek(self._file, 0, os.SEEK_SET)
        except OSError as error:
            self.remove()
            raise writing_error(self._path, error) from error
        _hold(self._file)

    def remove(self) -> None:
        """Takes it away: the order is told, or the test never began."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        with contextlib.suppress(OSError):
            self._path.unlink()


def opened(log_path: Path) -> SealedOrder | None:
    """Returns what an interrupted test hid; None where its envelope is gone, unreadable, or a test that still runs."""
    try:
        descriptor = os.open(envelope_of(log_path), os.O_RDWR | getattr(os, "O_BINARY", 0))
    except OSError:
        return None
    try:
        if not _hold(descriptor):
            return None
        found = json.loads(base64.b64decode(os.read(descriptor, 1 << 20)))
        return SealedOrder(found["order"], str(found["nonce"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    finally:
        os.close(descriptor)
