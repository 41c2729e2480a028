# SPDX-License-Identifier: Apache-2.0
"""Renders kept on disk: memory-mapped raw float32 files named by what they contain.

Several processes may share the folder. A file that anybody plays or writes carries a shared lock and is never
evicted; a file is written under another name and renamed when it is complete, so what has a final name is whole.
"""

from __future__ import annotations

import contextlib
import errno
import mmap
import os
import shutil
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import numpy as np

from mixassist.audio.stems import cache_directory
from mixassist.domain.errors import MixAssistError
from mixassist.rendering.play_graph import Samples

DEFAULT_LIMIT_BYTES = 20_000_000_000
_SPARE_BYTES = 64 << 20
"""Left free on the disk."""
_ABANDONED_AFTER_S = 60.0
"""An unlocked unfinished file younger than this may just be in somebody's hands between making and locking it."""

if sys.platform != "win32":
    import fcntl

    def _lock_shared(descriptor: int) -> None:
        # A file system without locks only loses the protection from eviction, which unlinks and harms no reader.
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)

    def _is_in_use(path: Path) -> bool:
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except OSError:
            return True
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            return error.errno in (errno.EWOULDBLOCK, errno.EACCES)
        finally:
            os.close(descriptor)
        return False
else:

    def _lock_shared(descriptor: int) -> None:
        """Windows refuses to delete a file that is open or mapped."""

    def _is_in_use(path: Path) -> bool:
        return False


def _mapped(descriptor: int, frames: int, sides: int) -> Samples:
    """Maps (frames, sides) float32, read-only.

    The map keeps a duplicate of the descriptor, and with it the lock, until the last view of the array is gone.
    """
    if frames == 0:
        return np.zeros((0, sides), np.float32)
    memory = mmap.mmap(descriptor, frames * sides * 4, access=mmap.ACCESS_READ)
    return np.frombuffer(memory, np.float32).reshape(frames, sides)


class RenderCache:
    """A folder of renders with a limit.

    Args:
        directory: where they lie; the application's cache folder by default.
        limit_bytes: the least recently used ones go when the folder would grow beyond it; what is in use stays.

    Raises:
        MixAssistError: the folder cannot be made.
    """

    def __init__(self, directory: Path | None = None, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> None:
        self.directory = directory if directory is not None else cache_directory() / "renders"
        self.limit_bytes = limit_bytes
        self._evicting = threading.Lock()
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _refusal(self.directory, error) from error

    def find(self, key: str, frames: int, sides: int) -> Samples | None:
        """Returns the complete render of that key, mapped read-only as (frames, sides), or None."""
        path = self._path(key)
        try:
            descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except OSError:
            return None
        try:
            _lock_shared(descriptor)
            if not _is_whole(os.fstat(descriptor), frames * sides * 4):
                return None
            with contextlib.suppress(OSError):
                os.utime(path)
            return _mapped(descriptor, frames, sides)
        except (OSError, ValueError):
            return None
        finally:
            os.close(descriptor)

    def create(self, key: str, frames: int, sides: int) -> RenderFile:
        """Begins a render file; see `RenderFile`. Makes room for it first."""
        self.make_room(frames * sides * 4)
        return RenderFile(self._path(key), frames, sides)

    def make_room(self, needed_bytes: int) -> None:
        """Removes abandoned files, and the least recently used renders until `needed_bytes` more fit limit and disk."""
        with self._evicting:
            entries = []
            for path, stat in _listed(self.directory):
                if path.suffix == ".partial" and time.time() - stat.st_mtime < _ABANDONED_AFTER_S:
                    continue
                entries.append((path.suffix != ".partial", stat.st_mtime, stat.st_size, path))
            held = sum(size for finished, _, size, _ in entries if finished)
            free = shutil.disk_usage(self.directory).free
            limit = min(self.limit_bytes, held + max(0, free - _SPARE_BYTES))
            total = held + needed_bytes
            for finished, _, size, path in sorted(entries):
                if finished and total <= limit:
                    break
                if _is_in_use(path):
                    continue
                with contextlib.suppress(OSError):
                    path.unlink()
                    total -= size if finished else 0

    def size_bytes(self) -> int:
        """Returns what the folder holds now."""
        return sum(stat.st_size for _, stat in _listed(self.directory))

    def _path(self, key: str) -> Path:
        return self.directory / f"{key}.f32"


def _is_whole(stat: os.stat_result, size_bytes: int) -> bool:
    # Renders are not flushed one by one, which would take as long as making them. Data that never reached the disk
    # before a power cut leave a hole of the right length.
    blocks = getattr(stat, "st_blocks", None)
    return stat.st_size == size_bytes and (blocks is None or blocks * 512 >= size_bytes // 2)


def _listed(directory: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for path in directory.iterdir():
        if path.suffix in (".f32", ".partial"):
            with contextlib.suppress(OSError):
                yield path, path.stat()


class RenderFile:
    """A render being written, in any order, and playable meanwhile where it has been written.

    As a context manager it removes the file unless `finish` was reached.

    Attributes:
        samples: (frames, sides) float32, the file mapped read-only; zero where nothing has been written yet.
    """

    def __init__(self, path: Path, frames: int, sides: int) -> None:
        self.frames, self.sides = frames, sides
        self._path = path
        self._partial = path.with_name(f"{path.stem}.{uuid.uuid4().hex}.partial")
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        self._descriptor = -1
        try:
            self._descriptor = os.open(self._partial, flags, 0o600)
            _lock_shared(self._descriptor)
            os.ftruncate(self._descriptor, frames * sides * 4)
            self.samples = _mapped(self._descriptor, frames, sides)
        except OSError as error:
            self.discard()
            raise _refusal(path.parent, error) from error

    def write(self, start: int, samples: Samples) -> None:
        """Writes (n, sides) float32 from the frame `start` on.

        Raises:
            MixAssistError: the disk is full, or the file cannot be written.
        """
        if start < 0 or start + samples.shape[0] > self.frames or samples.shape[1] != self.sides:
            raise ValueError(f"{samples.shape} at {start} does not fit a render of ({self.frames}, {self.sides})")
        data = memoryview(np.ascontiguousarray(samples, np.float32).data).cast("B")
        try:
            # Plain writes: pages dirtied through a map would count as this process's own memory.
            os.lseek(self._descriptor, start * self.sides * 4, os.SEEK_SET)
            while data:
                data = data[os.write(self._descriptor, data) :]
        except OSError as error:
            raise _refusal(self._path.parent, error) from error

    def finish(self) -> Samples:
        """Puts the file in its place and returns its samples."""
        try:
            os.close(self._descriptor)
            self._descriptor = -1
            os.utime(self._partial)
            try:
                self._partial.replace(self._path)
            except PermissionError:
                # Windows, when another process plays the same render under the final name: that one will do.
                self.discard()
        except OSError as error:
            self.discard()
            raise _refusal(self._path.parent, error) from error
        return self.samples

    def discard(self) -> None:
        """Removes the file; what is mapped of it can still be read."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        with contextlib.suppress(OSError):
            self._partial.unlink()

    def __enter__(self) -> RenderFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._descriptor >= 0:
            self.discard()


def _refusal(directory: Path, error: OSError) -> MixAssistError:
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return MixAssistError(
            "the disk is full, so the render cannot be kept",
            subject=directory,
            remedy="Free some space, or point MIXASSIST_CACHE_DIR at another disk.",
        )
    return MixAssistError(
        f"renders cannot be kept there ({error.strerror or error})",
        subject=directory,
        remedy="Make the folder writable, or point MIXASSIST_CACHE_DIR at another one.",
    )
