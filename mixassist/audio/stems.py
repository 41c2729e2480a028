# SPDX-License-Identifier: Apache-2.0
"""Stems at the session's rate as memory-mapped arrays, decoded in the background and kept between sessions."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import numpy as np

from mixassist.audio.decoding import SharedReaders, StemDecoder
from mixassist.audio.reading import regular_file_size
from mixassist.audio.stem_files import DEFAULT_LIMIT_BYTES, CacheError, StemFacts, StemFile, StemStore, cache_directory
from mixassist.domain.errors import Cancelled, MixAssistError, several
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.domain.track import AudioSource

__all__ = ["DEFAULT_LIMIT_BYTES", "StemAudio", "StemLibrary", "cache_directory"]

_FORMAT_VERSION = 2
"""Counts up whenever a file is decoded to other samples than before."""

_WORKERS = 2
_PIECE_S = 6.0


class StemAudio:
    """One stem, decoded. Any thread may read it while it grows; what is not decoded yet is silence."""

    def __init__(self, source: AudioSource, sample_rate_hz: int, file: StemFile, store: StemStore) -> None:
        self.source = source
        self.sample_rate_hz = sample_rate_hz
        self.samples: np.ndarray = file.samples
        """float32 (frames, 1|2), read-only, on disk."""
        self.error: MixAssistError | None = None
        """Why it could not be decoded, if so."""
        self._file = file
        self._store = store
        self._lock = threading.Lock()
        self._decoder: StemDecoder | None = None
        self._is_closed = False
        self._sides_equal = source.channel_count == 2
        self._ready_frames = self.frames if file.facts is not None else 0

    @property
    def frames(self) -> int:
        """Length in frames."""
        return len(self.samples)

    @property
    def channels(self) -> int:
        """1 or 2, as the source has it."""
        return self.samples.shape[1]

    @property
    def ready_frames(self) -> int:
        """How many frames from the start on are decoded."""
        return self._ready_frames

    @property
    def is_complete(self) -> bool:
        """Whether all of it is decoded."""
        return self._file.facts is not None

    @property
    def content_key(self) -> str:
        """Hex name of this audio at this rate: changes when the file does, safe in file names."""
        return self._file.key

    @property
    def non_finite_count(self) -> int:
        """How many samples were no audio (NaN, infinite, absurdly large) and are 0 here; known once complete."""
        return self._facts.non_finite_count

    @property
    def missing_frames(self) -> int:
        """How many frames of the file a damage took, silent here; known once complete."""
        return self._facts.missing_frames

    @property
    def is_dual_mono(self) -> bool:
        """Whether both sides are identical; False until complete."""
        return self._facts.is_dual_mono

    @property
    def strip_samples(self) -> np.ndarray:
        """The samples as a strip wants them: (frames, 1) for mono and for identical sides, else (frames, 2)."""
        return self.samples[:, :1] if self.is_dual_mono else self.samples

    def read_note(self, name: str) -> dict[str, Any] | None:
        """Returns what `write_note` kept for this audio, in this or an earlier run."""
        return self._store.read_note(self.content_key, name)

    def write_note(self, name: str, value: dict[str, Any]) -> None:
        """Keeps a small JSON object that was computed from this audio beside it."""
        self._store.write_note(self.content_key, name, value)

    @property
    def _facts(self) -> StemFacts:
        return self._file.facts or StemFacts()

    def _decode_piece(self, readers: SharedReaders) -> None:
        """Decodes some seconds more."""
        with self._lock:
            if self.is_complete or self.error is not None:
                return
            if self._is_closed:
                raise Cancelled
            try:
                if self._decoder is None:
                    self._decoder = StemDecoder(self.source, self.sample_rate_hz, readers)
                self._advance(self._decoder)
            except CacheError:
                # Nothing is wrong with the stem: another try starts over.
                self._close_decoder()
                raise
            except MixAssistError as error:
                self.error = error
                self._release()
                raise

    def _advance(self, decoder: StemDecoder) -> None:
        # Stems of one polyphonic file go in step, block by block, so that each block is read once.
        seconds = 0.0 if decoder.reads_many_channels else _PIECE_S
        goal = min(decoder.position + int(seconds * self.sample_rate_hz) + 1, self.frames)
        while decoder.position < goal:
            block = decoder.next_block()
            if self._sides_equal:
                self._sides_equal = np.array_equal(block[:, 0], block[:, 1])
            self._file.write(decoder.position - len(block), block)
            self._ready_frames = decoder.position
        if decoder.position >= self.frames:
            facts = StemFacts(decoder.non_finite_count, decoder.missing_frames, self._sides_equal)
            self._close_decoder()
            self._store.commit(self._file, facts)

    def _close_decoder(self) -> None:
        if self._decoder is not None:
            self._decoder.close()
            self._decoder = None

    def _release(self) -> None:
        self._close_decoder()
        self._is_closed = True
        self._store.discard(self._file)


_RELINK = "Find the right file with File > Find missing audio, or replace the track's audio."


class StemLibrary:
    """Hands out stems and decodes them; what was decoded once is there at once the next time.

    Args:
        directory: where to keep decoded audio; None = `stems` in `cache_directory()`.
        limit_bytes: how much to keep; the least recently used goes first, never what is in use. None = 20 GB.

    Raises:
        MixAssistError: the folder cannot be created.
    """

    def __init__(self, directory: Path | None = None, limit_bytes: int | None = None) -> None:
        folder = cache_directory() / "stems" if directory is None else Path(directory)
        self._store = StemStore(folder, DEFAULT_LIMIT_BYTES if limit_bytes is None else limit_bytes)
        self._readers = SharedReaders()
        self._stems: dict[str, StemAudio] = {}
        self._last_keys: dict[str, str] = {}
        self._refused: frozenset[str] = frozenset()
        self._lock = threading.Lock()

    def refuse(self, paths: Iterable[str]) -> None:
        """Keeps exactly these files closed from now on: they are not what a session was made with."""
        self._refused = frozenset(paths)

    @property
    def paths(self) -> tuple[str, ...]:
        """The files of every stem that was handed out, those of tracks that are gone from the session too."""
        with self._lock:
            return tuple(dict.fromkeys(f.path for s in self._stems.values() for f in s.source.files))

    def stem(self, source: AudioSource, sample_rate_hz: int) -> StemAudio:
        """Returns the stem of a source at a rate, the same object each time; decodes nothing yet.

        Raises:
            MixAssistError: a file is gone or refused, or there is no room.
        """
        for file in source.files:
            if file.path in self._refused:
                words = "this is not the audio the session was made with"
                raise MixAssistError(words, subject=file.path, remedy=_RELINK)
        place, key = self._key(source, sample_rate_hz)
        with self._lock:
            known = self._stems.get(key)
            if known is None or known.error is not None:
                kept = self._store.open(key, source.frames_at(sample_rate_hz), source.channel_count)
                known = self._stems[key] = StemAudio(source, sample_rate_hz, kept, self._store)
            self._last_keys[place] = key
            return known

    def decode(
        self,
        stems: Sequence[StemAudio],
        progress: Progress = no_progress,
        cancel: CancelToken | None = None,
        *,
        skip_unreadable: bool = False,
    ) -> tuple[MixAssistError, ...]:
        """Decodes stems side by side, always the one that is furthest behind, so that all can play soon.

        Returns when all are complete. After a cancel, or beside another call, it goes on where the stem stands.

        Args:
            skip_unreadable: return the errors of stems that cannot be decoded instead of raising.

        Raises:
            MixAssistError: a stem cannot be decoded (the others are decoded first), or the disk is full.
            Cancelled: by `cancel`.
        """
        self._run(stems, progress, cancel)
        if cancel is not None:
            cancel.check()
        errors = tuple(s.error for s in stems if s.error is not None)
        if errors and not skip_unreadable:
            raise several(errors)
        return errors

    def _run(self, stems: Sequence[StemAudio], progress: Progress, cancel: CancelToken | None) -> None:
        total = max(sum(s.frames for s in stems), 1)
        todo = {id(s): s for s in stems if not s.is_complete and s.error is None}
        running: dict[Future[None], StemAudio] = {}
        with ThreadPoolExecutor(_WORKERS, thread_name_prefix="decode") as pool:
            while todo or running:
                if cancel is not None and cancel.is_cancelled:
                    todo.clear()
                while todo and len(running) < _WORKERS:
                    stem = min(todo.values(), key=lambda s: s.ready_frames / s.sample_rate_hz)
                    running[pool.submit(todo.pop(id(stem))._decode_piece, self._readers)] = stem
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    stem = running.pop(future)
                    if future.exception() is not None and stem.error is None:
                        future.result()
                    if not stem.is_complete and stem.error is None:
                        todo[id(stem)] = stem
                progress(sum(s.ready_frames for s in stems) / total, "Reading audio")

    def close(self) -> None:
        """Closes all files. Samples that somebody still holds stay valid; unfinished stems are discarded."""
        with self._lock:
            stems, self._stems = list(self._stems.values()), {}
        for stem in stems:
            with stem._lock:
                stem._release()

    def _key(self, source: AudioSource, sample_rate_hz: int) -> tuple[str, str]:
        """Returns the place (paths) and the key (paths, sizes, times of change) of a source at a rate."""
        places = [[s.file.path, s.channel_index, s.file.frames, s.file.sample_rate_hz] for s in source.sides]
        place = _digest([_FORMAT_VERSION, sample_rate_hz, places])
        try:
            facts = [[regular_file_size(f.path), Path(f.path).stat().st_mtime_ns] for f in source.files]
        except (MixAssistError, OSError):
            # A drive that was unplugged: what is decoded already can still be used.
            if place in self._last_keys:
                return place, self._last_keys[place]
            raise
        return place, _digest([place, facts])


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode("utf-8", "surrogatepass")).hexdigest()[:40]
