# SPDX-License-Identifier: Apache-2.0
"""Decoded audio on disk: raw float32 files with a description beside each, shared by processes, limited in size.

A data file counts only once its description names it, so what a crash leaves behind is never taken for audio. A file
in use is locked (shared) for as long as its memory map lives; eviction removes only what it can lock alone.
"""

from __future__ import annotations

import json
import mmap
import os
import secrets
import shutil
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs

from mixassist.audio.atomic import writing_error
from mixassist.domain.errors import MixAssistError

try:
    import fcntl
except ImportError:  # Windows: a mapped file cannot be deleted there, which protects it as well.
    fcntl = None  # type: ignore[assignment]

DEFAULT_LIMIT_BYTES = 20_000_000_000
"""How much decoded audio is kept when the user sets nothing else."""

_SPARE_BYTES = 64 << 20
_SAMPLE_BYTES = 4
_DATA_SUFFIX, _FACTS_SUFFIX, _NOTE_SUFFIX = ".f32", ".json", ".note"


class CacheError(MixAssistError):
    """Decoded audio cannot be stored: no fault of the file it comes from."""


def cache_directory() -> Path:
    """Returns the folder for caches, created on demand: `MIXASSIST_CACHE_DIR`, or the user's cache folder.

    Raises:
        MixAssistError: it cannot be created.
    """
    chosen = os.environ.get("MIXASSIST_CACHE_DIR")
    directory = Path(chosen) if chosen else platformdirs.user_cache_path("mixassist", appauthor=False)
    return _created(directory.absolute())


def _created(directory: Path) -> Path:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MixAssistError(
            f"the cache folder cannot be created ({error.strerror})",
            subject=directory,
            remedy="Set MIXASSIST_CACHE_DIR to a folder that can be written.",
        ) from error
    return directory


@dataclass(frozen=True)
class StemFacts:
    """What decoding a stem found out. Counts are in frames; `non_finite_count` in samples."""

    non_finite_count: int = 0
    missing_frames: int = 0
    is_dual_mono: bool = False


class StemFile:
    """One raw float32 file, mapped into memory. `facts` is None until it is complete."""

    def __init__(self, key: str, path: Path, frames: int, channels: int, *, create: bool) -> None:
        self.key = key
        self.path = path
        self.facts: StemFacts | None = None
        self._frame_bytes = channels * _SAMPLE_BYTES
        self._file = path.open("x+b" if create else "rb", buffering=0)
        try:
            _lock_shared(self._file.fileno())
            if os.fstat(self._file.fileno()).st_nlink == 0:
                raise FileNotFoundError(path)
            if create:
                self._file.truncate(frames * self._frame_bytes)
            mapped = mmap.mmap(self._file.fileno(), frames * self._frame_bytes, access=mmap.ACCESS_READ)
        except BaseException:
            self._file.close()
            raise
        self.samples: np.ndarray = np.frombuffer(mapped, np.float32).reshape(frames, channels)
        if not create:
            self.close()

    def write(self, start: int, block: np.ndarray) -> None:
        """Writes (frames, channels) at `start`. Plain writing, because a full disk would kill a mapped write.

        Raises:
            MixAssistError: the disk is full or fails.
        """
        data = np.ascontiguousarray(block, np.float32).data.cast("B")
        try:
            self._file.seek(start * self._frame_bytes)
            while data:
                data = data[self._file.write(data) :]
        except OSError as error:
            raise _cache_error(self.path.parent, error) from error

    def close(self) -> None:
        """Ends writing; the samples stay mapped, and locked, as long as somebody holds them."""
        self._file.close()


class StemStore:
    """The folder of decoded stems.

    Args:
        limit_bytes: least recently used files go when all together are larger; files in use stay.
    """

    def __init__(self, directory: Path, limit_bytes: int) -> None:
        self.directory = _created(directory)
        self.limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self.evict()

    def open(self, key: str, frames: int, channels: int) -> StemFile:
        """Returns the complete file of that key, or a new, empty one.

        Raises:
            MixAssistError: there is no room for a new file.
        """
        known = self._complete(key, frames, channels)
        if known is not None:
            return known
        self._make_room(frames * channels * _SAMPLE_BYTES)
        try:
            return StemFile(key, self._new_path(key), frames, channels, create=True)
        except OSError as error:
            raise _cache_error(self.directory, error) from error

    def commit(self, file: StemFile, facts: StemFacts) -> None:
        """Declares a file complete. Of two processes that decoded the same stem, the later one's file stays."""
        file.close()
        description = {"data": file.path.name, **asdict(facts)}
        self._put(self._facts_path(file.key), description)
        file.facts = facts
        self.evict()

    def discard(self, file: StemFile) -> None:
        """Removes an unfinished file."""
        file.close()
        if file.facts is None:
            with suppress(OSError):
                file.path.unlink()

    def write_note(self, key: str, name: str, value: dict[str, Any]) -> None:
        """Keeps something small that was computed from a stem; it goes when the stem goes."""
        self._put(self.directory / f"{key}.{name}{_NOTE_SUFFIX}", value)

    def read_note(self, key: str, name: str) -> dict[str, Any] | None:
        """Returns what `write_note` kept, None when there is nothing or it is damaged."""
        return _json_object(self.directory / f"{key}.{name}{_NOTE_SUFFIX}")

    def evict(self, extra_bytes: int = 0) -> None:
        """Removes leftovers, and the least recently used files until `extra_bytes` more fit under the limit."""
        with self._lock:
            entries, total = self._entries()
            for _, size, key, data in sorted(entries, key=lambda e: (e[2] != "", e[0])):
                if key and total + extra_bytes <= self.limit_bytes:
                    break
                if _remove_unused(data):
                    total -= size
                    if key:
                        self._forget(key)

    def _put(self, path: Path, value: dict[str, Any]) -> None:
        # Replaced in one step but not flushed: after a power cut it may be gone, which only costs decoding again.
        temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
        try:
            temporary.write_text(json.dumps(value), encoding="utf-8")
            temporary.replace(path)
        except OSError as error:
            with suppress(OSError):
                temporary.unlink()
            raise _cache_error(self.directory, error) from error

    def _entries(self) -> tuple[list[tuple[float, int, str, Path]], int]:
        """Lists (time of last use, bytes, key or "" for a leftover, data file), and the bytes of all."""
        named = {p.stem: _json_object(p) for p in self.directory.glob("*" + _FACTS_SUFFIX) if "." not in p.stem}
        entries, total = [], 0
        for data in self.directory.glob("*" + _DATA_SUFFIX):
            key = data.name.partition("-")[0]
            facts = named.get(key)
            belongs = facts is not None and facts.get("data") == data.name
            with suppress(OSError):
                size = data.stat().st_size
                used = self._facts_path(key).stat().st_mtime if belongs else 0.0
                entries.append((used, size, key if belongs else "", data))
                total += size
        return entries, total

    def _complete(self, key: str, frames: int, channels: int) -> StemFile | None:
        described = _json_object(self._facts_path(key))
        if described is None:
            return None
        try:
            path = self.directory / Path(str(described["data"])).name
            facts = StemFacts(
                int(described["non_finite_count"]), int(described["missing_frames"]), bool(described["is_dual_mono"])
            )
            if not _is_whole(path, frames * channels * _SAMPLE_BYTES):
                return None
            file = StemFile(key, path, frames, channels, create=False)
        except (OSError, KeyError, ValueError, TypeError):
            return None
        with suppress(OSError):
            os.utime(self._facts_path(key))
        file.facts = facts
        return file

    def _make_room(self, needed: int) -> None:
        self.evict(needed)
        free = shutil.disk_usage(self.directory).free
        if free < needed + _SPARE_BYTES:
            with self._lock:
                for _, size, key, data in sorted(self._entries()[0]):
                    if free < needed + _SPARE_BYTES and _remove_unused(data):
                        self._forget(key)
                        free += size
        if free < needed + _SPARE_BYTES:
            raise CacheError(
                f"the disk is too full to hold the decoded audio ({needed / 1e6:.0f} MB more needed)",
                subject=self.directory,
                remedy="Free some space, or set MIXASSIST_CACHE_DIR to a folder on another disk.",
            )

    def _forget(self, key: str) -> None:
        for path in (self._facts_path(key), *self.directory.glob(f"{key}.*{_NOTE_SUFFIX}")) if key else ():
            with suppress(OSError):
                path.unlink()

    def _facts_path(self, key: str) -> Path:
        return self.directory / (key + _FACTS_SUFFIX)

    def _new_path(self, key: str) -> Path:
        return self.directory / f"{key}-{secrets.token_hex(6)}{_DATA_SUFFIX}"


def _is_whole(path: Path, size: int) -> bool:
    facts = path.stat()
    # Data that never reached the disk before a power cut leave a hole of the right length.
    stored = getattr(facts, "st_blocks", None)
    return facts.st_size == size and (stored is None or stored * 512 >= size // 2)


def _json_object(path: Path) -> dict[str, Any] | None:
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _lock_shared(descriptor: int) -> None:
    if fcntl is not None:
        fcntl.flock(descriptor, fcntl.LOCK_SH)


def _remove_unused(path: Path) -> bool:
    """Removes a data file that nobody has mapped; returns whether it is gone."""
    try:
        with path.open("rb") as file:
            if fcntl is not None:
                fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            if fcntl is not None:
                path.unlink()
        path.unlink(missing_ok=True)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _cache_error(directory: Path, error: OSError) -> CacheError:
    told = writing_error(directory, error)
    return CacheError(
        f"decoded audio cannot be stored: {told.message}",
        subject=directory,
        remedy="Free some space, or set MIXASSIST_CACHE_DIR to a folder on another disk.",
    )
