# SPDX-License-Identifier: Apache-2.0
"""Writing files so that nobody ever sees half of one."""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mixassist.domain.errors import MixAssistError

_LEFTOVER_AGE_S = 3600.0

_REASONS = {
    errno.ENOSPC: ("the disk is full", "Free some space or choose another disk."),
    errno.EDQUOT if hasattr(errno, "EDQUOT") else -1: ("the disk quota is used up", "Free some space."),
    errno.EFBIG: ("the file is larger than the disk or the system allows", "Choose another disk."),
    errno.EROFS: ("the disk is read-only", "Choose another folder."),
    errno.EACCES: ("writing is not allowed here", "Choose another folder or change its permissions."),
    errno.EPERM: ("writing is not allowed here", "Choose another folder or change its permissions."),
    errno.ENOENT: ("the folder does not exist", "Create the folder or choose another one."),
    errno.ENOTDIR: ("a part of the path is a file, not a folder", "Choose another folder."),
    errno.ENAMETOOLONG: ("the name is too long", "Choose a shorter name."),
    errno.EIO: ("the disk reports an error", "Check the disk or choose another one."),
}


def writing_error(path: str | Path, error: OSError) -> MixAssistError:
    """Turns a failed write into a sentence with a remedy."""
    number = error.errno or 0
    if number == errno.ENOENT and Path(path).absolute().parent.is_dir():
        # So answer file systems in which nobody makes files, /proc for one.
        number = errno.EACCES
    reason, remedy = _REASONS.get(number, (f"cannot be written ({error.strerror or error})", "Choose another place."))
    return MixAssistError(reason, subject=path, remedy=remedy)


@contextmanager
def atomic_path(path: str | Path) -> Iterator[Path]:
    """Yields a new, empty file beside `path` to write to; on success it takes `path`'s place, on failure it goes.

    Its name keeps the suffix of `path` and is hidden. Data reach the disk before the name changes, so a crash at any
    moment leaves the old file or the new one. A link is followed; the permissions of a file replaced are kept.

    Raises:
        MixAssistError: the place cannot be written, the disk is full, or `path` is a folder or a device.
    """
    wanted = Path(path)
    target = _checked_target(wanted)
    temporary = target.with_name(f".{target.stem[:80]}.{secrets.token_hex(6)}.tmp{target.suffix[:20]}")
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except OSError as error:
        raise writing_error(wanted, error) from error
    try:
        yield temporary
        _flush(temporary)
        with suppress(FileNotFoundError):
            temporary.chmod(stat.S_IMODE(target.stat().st_mode))
        temporary.replace(target)
        _flush_folder(target.parent)
    except OSError as error:
        # An OSError about some other file (an input that vanished, say) is not ours to explain.
        if error.filename is not None and Path(error.filename) not in (temporary, target, target.parent):
            raise
        raise writing_error(wanted, error) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def remove_leftovers(path: str | Path) -> None:
    """Removes what writers of this very file left beside it when they were killed, long ago enough to be sure."""
    target = Path(path)
    leftover = re.compile(rf"\.{re.escape(target.stem[:80])}\.[0-9a-f]{{12}}\.tmp{re.escape(target.suffix[:20])}")
    with suppress(OSError):
        for entry in list(os.scandir(target.absolute().parent)):
            if leftover.fullmatch(entry.name) and time.time() - entry.stat().st_mtime > _LEFTOVER_AGE_S:
                Path(entry.path).unlink()


def atomic_write_bytes(path: str | Path, data: bytes) -> None:
    """Replaces a file's content in one step. Raises `MixAssistError` as `atomic_path` does."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)


def _checked_target(wanted: Path) -> Path:
    try:
        target = wanted.resolve()
        mode = target.stat().st_mode
    except FileNotFoundError:
        return target
    except (OSError, RuntimeError) as error:
        cause = error if isinstance(error, OSError) else OSError(errno.ELOOP, "the link points to itself")
        raise writing_error(wanted, cause) from error
    if stat.S_ISDIR(mode):
        raise MixAssistError("is a folder, not a file", subject=wanted, remedy="Give the name of a file.")
    if not stat.S_ISREG(mode):
        raise MixAssistError("is a device or a pipe, not a file", subject=wanted, remedy="Give the name of a file.")
    if not os.access(target, os.W_OK):
        raise writing_error(wanted, OSError(errno.EACCES, "read-only"))
    return target


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flush_folder(folder: Path) -> None:
    # Only POSIX lets a folder be opened; elsewhere the rename is durable enough by itself.
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
