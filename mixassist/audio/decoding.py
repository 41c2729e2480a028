# SPDX-License-Identifier: Apache-2.0
"""Decodes a source front to back: reads its files, cleans, resamples and lines up its sides."""

from __future__ import annotations

import threading

import numpy as np
import soxr

from mixassist.audio.reading import BLOCK_FRAMES, AudioReader
from mixassist.audio.samples import cleaned
from mixassist.domain.errors import MixAssistError
from mixassist.domain.track import AudioFile, AudioSource


class SharedReaders:
    """Open files of a library. Files of many channels keep their last blocks, as many stems read the same ones."""

    def __init__(self) -> None:
        self._taps: dict[str, FileTap] = {}
        self._lock = threading.Lock()

    def tap(self, file: AudioFile) -> FileTap:
        """Returns a tap on the file; one for all where it has more than two channels.

        Raises:
            MixAssistError: the file cannot be read, or is another than the one imported.
        """
        if file.channel_count <= 2:
            return FileTap(file)
        with self._lock:
            known = self._taps.get(file.path)
            if known is None or known.is_closed:
                known = self._taps[file.path] = FileTap(file, kept_blocks=4)
            known.users += 1
            return known


class FileTap:
    """Reads blocks of one file for one decoder or several."""

    def __init__(self, file: AudioFile, kept_blocks: int = 0) -> None:
        self.users = 0 if kept_blocks else 1
        self.is_closed = False
        self._reader = AudioReader(file.path)
        self._lock = threading.Lock()
        self._kept: dict[int, np.ndarray] = {}
        self._kept_blocks = kept_blocks
        found = (self._reader.frames, self._reader.sample_rate_hz, self._reader.channels)
        if found != (file.frames, file.sample_rate_hz, file.channel_count):
            self._reader.close()
            raise MixAssistError(
                "the file has changed since it was imported", subject=file.path, remedy="Import it again."
            )

    @property
    def missing_frames(self) -> int:
        """Frames that the header promises and the file does not hold, as far as it was read."""
        return self._reader.missing_frames

    def read(self, start: int, frames: int) -> np.ndarray:
        """Returns (frames, channels) from `start` on."""
        with self._lock:
            block = self._kept.get(start)
            if block is None or len(block) != frames:
                block = self._reader.read(start, frames)
                if self._kept_blocks:
                    self._kept[start] = block
                    while len(self._kept) > self._kept_blocks:
                        del self._kept[next(iter(self._kept))]
            return block

    def close(self) -> None:
        """Closes the file when its last user is done."""
        with self._lock:
            self.users -= 1
            if self.users <= 0 and not self.is_closed:
                self.is_closed = True
                self._reader.close()
                self._kept.clear()


class _Part:
    """The channels of one file that a source uses, resampled."""

    def __init__(self, file: AudioFile, channels: list[int], sides: list[int], rate_hz: int, tap: FileTap) -> None:
        self.file = file
        self.channels = channels
        self.sides = sides
        self.tap = tap
        self.position = 0
        self.is_done = False
        self.not_audio_count = 0
        self.pending = np.zeros((0, len(channels)), np.float32)
        self._resampler = None
        if file.sample_rate_hz != rate_hz:
            self._resampler = soxr.ResampleStream(file.sample_rate_hz, rate_hz, len(channels), "float32", "VHQ")

    def fill(self) -> None:
        """Reads a block behind what is pending."""
        while not len(self.pending) and not self.is_done:
            frames = min(BLOCK_FRAMES, self.file.frames - self.position)
            block = self.tap.read(self.position, frames)
            self.position += frames
            self.is_done = self.position >= self.file.frames
            if self.channels != list(range(block.shape[1])):
                block = np.ascontiguousarray(block[:, self.channels])
            block, count = cleaned(block)
            self.not_audio_count += count
            if self._resampler is not None:
                block = self._resampler.resample_chunk(block, last=self.is_done)
            self.pending = block

    def take(self, frames: int) -> np.ndarray:
        """Returns up to `frames` of what is pending."""
        taken, self.pending = self.pending[:frames], self.pending[frames:]
        return taken


class StemDecoder:
    """Yields a source's audio block by block at a rate: float32 (frames, 1|2), `AudioSource.frames_at` in all.

    Samples that are no audio (see `samples.cleaned`) become 0 and are counted. A shorter side, and what a damaged
    file lacks, is silence.

    Raises:
        MixAssistError: a file cannot be read, or has changed since it was imported.
    """

    def __init__(self, source: AudioSource, sample_rate_hz: int, readers: SharedReaders) -> None:
        self.frames = source.frames_at(sample_rate_hz)
        self.channels = source.channel_count
        self.position = 0
        self._parts: list[_Part] = []
        self.reads_many_channels = any(f.channel_count > 2 for f in source.files)
        try:
            for file in source.files:
                sides = [i for i, side in enumerate(source.sides) if side.file == file]
                channels = [source.sides[i].channel_index for i in sides]
                self._parts.append(_Part(file, channels, sides, sample_rate_hz, readers.tap(file)))
        except MixAssistError:
            self.close()
            raise

    @property
    def non_finite_count(self) -> int:
        """Samples so far that are no audio in the file: NaN, infinite, or absurdly large."""
        return sum(part.not_audio_count for part in self._parts)

    @property
    def missing_frames(self) -> int:
        """Frames so far that the files do not hold although their headers promise them."""
        return max(part.tap.missing_frames for part in self._parts)

    def next_block(self) -> np.ndarray:
        """Returns the next block; empty at the end.

        Raises:
            MixAssistError: nothing at all can be decoded.
        """
        for part in self._parts:
            part.fill()
            if part.tap.missing_frames >= part.file.frames:
                raise MixAssistError(
                    "no audio can be decoded from it, the file is damaged",
                    subject=part.file.path,
                    remedy="Export it again or leave it out.",
                )
        waiting = [len(part.pending) for part in self._parts if len(part.pending) or not part.is_done]
        frames = min(min(waiting, default=BLOCK_FRAMES), self.frames - self.position)
        if len(self._parts) == 1 and len(self._parts[0].pending) >= frames:
            block = self._parts[0].take(frames)
        else:
            block = np.zeros((frames, self.channels), np.float32)
            for part in self._parts:
                taken = part.take(frames)
                block[: len(taken), part.sides] = taken
        self.position += frames
        return block

    def close(self) -> None:
        """Closes the files."""
        for part in self._parts:
            part.tap.close()
