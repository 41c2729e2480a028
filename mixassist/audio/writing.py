# SPDX-License-Identifier: Apache-2.0
"""Writing audio files: formats by ending, blocks, dither, and never half a file."""

from __future__ import annotations

import errno
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np
import soundfile
import soxr

from mixassist.audio.atomic import atomic_path, writing_error
from mixassist.audio.ogg import fix_serial_number
from mixassist.audio.reading import BLOCK_FRAMES
from mixassist.domain.errors import MixAssistError

_DITHER_SEED = 20_210_607
_SET_ADD_PEAK_CHUNK = 0x1050  # SFC_SET_ADD_PEAK_CHUNK of libsndfile, which soundfile does not name
_WAV_LIMIT_BYTES = (1 << 32) - (1 << 20)
_SPARE_BYTES = 1 << 20


@dataclass(frozen=True)
class FileFormat:
    """How a file is written.

    `container` and `subtype` are libsndfile's names. `bit_depth` is 16, 24 or 32 (float), None for lossy formats.
    `rates_hz` lists the only rates the format knows (empty = any): others are resampled to the nearest above, or the
    highest. `quality` is libsndfile's compression level, 0 = best sound.
    """

    label: str
    container: str
    subtype: str
    bit_depth: int | None
    rates_hz: tuple[int, ...] = ()
    quality: float | None = None

    def rate_for(self, sample_rate_hz: int) -> int:
        """Returns the rate the file gets for audio at `sample_rate_hz`."""
        if not self.rates_hz or sample_rate_hz in self.rates_hz:
            return sample_rate_hz
        # 88.2 kHz halves to 44.1 kHz; an odd ratio would only cost quality.
        whole = [r for r in self.rates_hz if sample_rate_hz % r == 0 and r >= 44_100]
        return max(whole) if whole else max(self.rates_hz)


_PCM = {16: "PCM_16", 24: "PCM_24", 32: "FLOAT"}
_LOSSLESS = {
    ".wav": ("WAV", "WAV"),
    ".wave": ("WAV", "WAV"),
    ".rf64": ("RF64", "RF64"),
    ".w64": ("W64", "W64"),
    ".aif": ("AIFF", "AIFF"),
    ".aiff": ("AIFF", "AIFF"),
    ".caf": ("CAF", "CAF"),
    ".flac": ("FLAC", "FLAC"),
}
_LOSSY = {
    ".ogg": FileFormat("Ogg Vorbis", "OGG", "VORBIS", None, quality=0.3),
    ".oga": FileFormat("Ogg Vorbis", "OGG", "VORBIS", None, quality=0.3),
    ".opus": FileFormat("Ogg Opus", "OGG", "OPUS", None, rates_hz=(48_000,), quality=0.2),
    ".mp3": FileFormat("MP3", "MP3", "MPEG_LAYER_III", None, rates_hz=(32_000, 44_100, 48_000), quality=0.1),
}
WRITABLE_SUFFIXES: tuple[str, ...] = (*_LOSSLESS, *_LOSSY)
"""Endings `file_format_for` knows."""


def file_format_for(path: str | Path, bit_depth: int | None = None) -> FileFormat:
    """Chooses the format by the file's ending.

    Args:
        bit_depth: 16 (TPDF dither), 24 (the default) or 32 (float); means nothing to lossy formats.

    Raises:
        MixAssistError: an unknown ending, or a depth that the format does not hold.
    """
    suffix = Path(path).suffix.lower()
    if suffix in _LOSSY:
        return _LOSSY[suffix]
    if suffix not in _LOSSLESS:
        raise MixAssistError(
            f"audio cannot be written as '{suffix}'" if suffix else "the name has no ending that tells the format",
            subject=path,
            remedy="Use .wav, .flac, .ogg or .mp3.",
        )
    label, container = _LOSSLESS[suffix]
    depth = 24 if bit_depth is None else bit_depth
    depths = (16, 24) if container == "FLAC" else (16, 24, 32)
    if depth not in depths:
        raise MixAssistError(
            f"{label} is written with {', '.join(map(str, depths))} bits, not {depth}",
            subject=path,
            remedy="Choose one of these, or another format.",
        )
    return FileFormat(f"{label} {depth}-bit{' float' if depth == 32 else ''}", container, _PCM[depth], depth)


class AudioWriter:
    """Writes a file block by block; it appears under its name only when all of it is there.

    A context manager: leaving it normally puts the file in place, leaving it by an exception removes what was written.
    WAV becomes RF64 by itself above 4 GB. The same samples give the same bytes: the dither is seeded, and neither
    time stamps nor random numbers are written. Whole-number formats clip at full scale; float keeps overs.

    Raises:
        MixAssistError: the place cannot be written, the disk is full, the format does not take the channels.
    """

    def __init__(self, path: str | Path, sample_rate_hz: int, channels: int, file_format: FileFormat) -> None:
        self.path = Path(path)
        self.channels = channels
        self.file_format = file_format
        self.sample_rate_hz = file_format.rate_for(sample_rate_hz)
        self._dither = np.random.default_rng(_DITHER_SEED) if file_format.bit_depth == 16 else None
        self._resampler = None
        if self.sample_rate_hz != sample_rate_hz:
            self._resampler = soxr.ResampleStream(sample_rate_hz, self.sample_rate_hz, channels, "float32", "VHQ")
        self._stack = ExitStack()
        self._file: soundfile.SoundFile | None = None
        self._container = file_format.container
        self._written_frames = 0
        self._pending = np.zeros((0, channels), np.float32)

    def __enter__(self) -> AudioWriter:
        temporary = self._stack.enter_context(atomic_path(self.path))
        try:
            self._temporary = temporary
            self._file = self._open(temporary, self._container)
        except BaseException as error:
            self._stack.__exit__(type(error), error, error.__traceback__)
            raise
        return self

    def write(self, audio: np.ndarray) -> None:
        """Writes float32 (frames, channels), any number of frames.

        Raises:
            MixAssistError: the disk is full or fails.
        """
        if audio.ndim != 2 or audio.shape[1] != self.channels:
            raise ValueError(f"expected (frames, {self.channels}), got {audio.shape}")
        for start in range(0, len(audio), BLOCK_FRAMES):
            block = np.ascontiguousarray(audio[start : start + BLOCK_FRAMES], np.float32)
            self._put(block if self._resampler is None else self._resampler.resample_chunk(block))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        try:
            if kind is None and self._resampler is not None:
                tail = np.zeros((0, self.channels), np.float32)
                self._put(self._resampler.resample_chunk(tail, last=True))
            if kind is None:
                self._write_blocks(self._pending)
            self._close()
            if kind is None and self.file_format.container == "OGG":
                fix_serial_number(self._temporary)
        except BaseException as late:
            self._stack.__exit__(type(late), late, late.__traceback__)
            raise
        self._stack.__exit__(kind, error, tb)

    def _open(self, temporary: Path, container: str) -> soundfile.SoundFile:
        form = self.file_format
        try:
            file = soundfile.SoundFile(
                temporary,
                "w",
                self.sample_rate_hz,
                self.channels,
                subtype=form.subtype,
                format=container,
                compression_level=form.quality,
                bitrate_mode="VARIABLE" if container == "MP3" else None,
            )
        except (soundfile.LibsndfileError, ValueError) as error:
            raise MixAssistError(
                f"{form.label} cannot hold {self.channels} channels at {self.sample_rate_hz} Hz",
                subject=self.path,
                remedy="Choose WAV.",
            ) from error
        # The PEAK chunk carries the time of writing, so the same audio would give other bytes.
        soundfile._snd.sf_command(file._file, _SET_ADD_PEAK_CHUNK, soundfile._ffi.NULL, 0)
        return file

    def _put(self, audio: np.ndarray) -> None:
        """Writes whole blocks and keeps the rest: encoders give other bytes when audio comes in other pieces."""
        audio = np.concatenate((self._pending, audio))
        whole = len(audio) - len(audio) % BLOCK_FRAMES
        self._pending = audio[whole:].copy()
        self._write_blocks(audio[:whole])

    def _write_blocks(self, audio: np.ndarray) -> None:
        if self._file is None:
            raise ValueError("the writer is not open")
        for start in range(0, len(audio), BLOCK_FRAMES):
            piece = self._quantised(audio[start : start + BLOCK_FRAMES])
            frame_bytes = self.channels * (self.file_format.bit_depth or 0) // 8
            if self._container == "WAV" and (self._written_frames + len(piece)) * frame_bytes > _WAV_LIMIT_BYTES:
                self._become_rf64()
            self._write_piece(piece)

    def _write_piece(self, piece: np.ndarray) -> None:
        assert self._file is not None
        try:
            self._file.write(piece)
        except (soundfile.LibsndfileError, AssertionError, OSError) as error:
            raise self._failure() from error
        self._written_frames += len(piece)

    def _become_rf64(self) -> None:
        """Goes on as RF64. Plain WAV is the rule because every program reads it; it just ends at 4 GB."""
        self._close()
        short = self._temporary.with_name(self._temporary.stem + ".short.tmp")
        self._temporary.replace(short)
        try:
            self._container, self._written_frames = "RF64", 0
            self._file = self._open(self._temporary, self._container)
            kind = {16: "int16", 24: "int32", 32: "float32"}[self.file_format.bit_depth or 16]
            with soundfile.SoundFile(short) as file:
                for piece in file.blocks(BLOCK_FRAMES, dtype=kind, always_2d=True):
                    self._write_piece(piece)
        finally:
            short.unlink(missing_ok=True)

    def _quantised(self, block: np.ndarray) -> np.ndarray:
        """Rounds to the file's whole numbers, scaled so that reading returns the very steps."""
        depth = self.file_format.bit_depth
        if depth not in (16, 24):
            return block
        # One draw a frame keeps the dither independent of how the audio was cut into blocks.
        scaled = np.nan_to_num(block.astype(np.float64)) * 2.0 ** (depth - 1)
        if self._dither is not None:
            noise = self._dither.random((len(block), 2 * self.channels))
            scaled += noise[:, : self.channels] - noise[:, self.channels :]
        limit = 2 ** (depth - 1)
        whole = np.clip(np.rint(scaled), -limit, limit - 1)
        return whole.astype(np.int16) if depth == 16 else whole.astype(np.int32) << 8

    def _close(self) -> None:
        file, self._file = self._file, None
        if file is None:
            return
        try:
            file.close()
        except soundfile.LibsndfileError as error:
            raise self._failure() from error

    def _failure(self) -> MixAssistError:
        free = shutil.disk_usage(self._temporary.parent).free
        code = errno.ENOSPC if free < _SPARE_BYTES else errno.EIO
        return writing_error(self.path, OSError(code, "writing failed"))
