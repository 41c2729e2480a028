# SPDX-License-Identifier: Apache-2.0
"""Reads audio files in pieces, and their headers."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from types import TracebackType

import numpy as np
import soundfile

from mixassist.audio.mpeg import is_mpeg_audio
from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.domain.track import AudioFile

READABLE_SUFFIXES = frozenset(
    {".wav", ".wave", ".bwf", ".rf64", ".w64", ".aif", ".aiff", ".aifc", ".caf", ".flac", ".ogg", ".oga", ".opus"}
    | {".mp3", ".mp2", ".au", ".snd", ".sd2", ".voc"}
)
"""Endings of files that libsndfile reads and that people keep audio in."""

FOREIGN_SUFFIXES = frozenset(
    {".m4a", ".m4b", ".mp4", ".aac", ".wma", ".alac", ".ape", ".wv", ".ac3", ".mka", ".dsf", ".3gp", ".amr"}
)
"""Endings of audio files that must be converted first."""

BLOCK_FRAMES = 65_536
"""Audio passes through files in blocks of this many frames at most."""

_OTHER_MAGIC = (b"RIFF", b"RF64", b"BW64", b"FORM", b"caff", b"fLaC", b"OggS", b"riff")
_MIN_RATE_HZ, _MAX_RATE_HZ = 1_000, 768_000
_MAX_HOURS = 24
_MAX_CHANNELS = 1024
_MP3_RUN_UP_FRAMES = 16 * 1152


def probe(path: str | Path) -> AudioFile:
    """Reads a file's header: rate, length, channels. `sha256` stays empty.

    Raises:
        MixAssistError: there is no such file, it is no regular file, or it holds no audio that can be read.
    """
    with AudioReader(path) as reader:
        return AudioFile(
            path=os.path.abspath(path),  # noqa: PTH100 (a link keeps its own name)
            size_bytes=reader.size_bytes,
            sample_rate_hz=reader.sample_rate_hz,
            frames=reader.frames,
            channel_count=reader.channels,
            mtime_ns=reader.mtime_ns,
        )


class AudioReader:
    """Reads a file anywhere, in pieces. A context manager; not thread-safe.

    What a damaged file does not hold is read as zeros and counted in `missing_frames`.

    Raises:
        MixAssistError: as `probe`.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        facts = _regular_file(self.path)
        self.size_bytes, self.mtime_ns = facts.st_size, facts.st_mtime_ns
        self._file = _open(self.path, self.size_bytes)
        self.sample_rate_hz = int(self._file.samplerate)
        self.frames = int(self._file.frames)
        self.channels = int(self._file.channels)
        self.missing_frames = 0
        self._position = 0
        try:
            self._check()
        except MixAssistError:
            self._file.close()
            raise

    def _check(self) -> None:
        if self.frames <= 0 or self.channels <= 0:
            raise MixAssistError(
                "there is no audio in the file (0 frames)", subject=self.path, remedy="Export it again or leave it out."
            )
        if not _MIN_RATE_HZ <= self.sample_rate_hz <= _MAX_RATE_HZ or self.channels > _MAX_CHANNELS:
            raise MixAssistError(
                f"{self.channels} channels at {self.sample_rate_hz} Hz is no audio that can be mixed",
                subject=self.path,
                remedy="Export it again as WAV or FLAC.",
            )
        if self.frames > _MAX_HOURS * 3600 * self.sample_rate_hz:
            raise MixAssistError(
                f"the file says that it is longer than {_MAX_HOURS} hours",
                subject=self.path,
                remedy="Cut it, or export it again if that is not so.",
            )

    def read(self, start: int, frames: int) -> np.ndarray:
        """Returns float32 (frames, channels) from `start` on; zeros before the start and behind the end."""
        out = np.zeros((frames, self.channels), np.float32)
        first, last = max(start, 0), min(start + frames, self.frames)
        if first < last:
            wanted = out[first - start : last - start]
            got = self._read_into(first, wanted)
            wanted[got:] = 0.0
            self.missing_frames += len(wanted) - got
        return out

    def _read_into(self, start: int, out: np.ndarray) -> int:
        got = 0
        try:
            if start != self._position:
                self._seek(start)
            while got < len(out):
                count = len(self._file.read(out=out[got : got + BLOCK_FRAMES]))
                if count == 0:
                    break
                got += count
        except (soundfile.LibsndfileError, OSError):
            # A damaged stretch: what was decoded before it stands, the rest is silence and counted as missing.
            pass
        self._position = start + got
        return got

    def _seek(self, frame: int) -> None:
        run_up = min(_MP3_RUN_UP_FRAMES, frame) if self._file.format == "MP3" else 0
        self._file.seek(frame - run_up)
        # MP3 frames borrow bits from those before them, so the first ones after a jump come out wrong.
        self._file.read(run_up)

    def close(self) -> None:
        """Closes the file; a second call does nothing."""
        self._file.close()

    def __enter__(self) -> AudioReader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


def regular_file_size(path: str | Path) -> int:
    """Returns the size in bytes of a regular file. Devices, pipes and folders are never opened.

    Raises:
        MixAssistError: there is no such file, it may not be read, or it is something else.
    """
    return _regular_file(path).st_size


def _regular_file(path: str | Path) -> os.stat_result:
    try:
        facts = Path(path).stat()
    except (FileNotFoundError, NotADirectoryError):
        raise MixAssistError("there is no such file", subject=path, remedy="Check the path.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise MixAssistError(f"cannot be read ({reason})", subject=path, remedy="Check the path.") from None
    if stat.S_ISDIR(facts.st_mode):
        raise MixAssistError("is a folder, not an audio file", subject=path, remedy="Give a file.")
    if not stat.S_ISREG(facts.st_mode):
        raise MixAssistError("is a device or a pipe, not an audio file", subject=path, remedy="Give a file.")
    if not os.access(path, os.R_OK):
        raise MixAssistError("may not be read", subject=path, remedy="Change the file's permissions.")
    return facts


def sha256_of(path: str | Path, progress: Progress = no_progress, cancel: CancelToken | None = None) -> str:
    """Returns the SHA-256 of a file in lower-case hex.

    Raises:
        MixAssistError: it is no regular file, or it cannot be read.
    """
    size, done, digest = regular_file_size(path), 0, hashlib.sha256()
    try:
        with Path(path).open("rb") as file:
            while block := file.read(1 << 20):
                if cancel is not None:
                    cancel.check()
                digest.update(block)
                done += len(block)
                progress(min(done / max(size, 1), 1.0), Path(path).name)
    except OSError as error:
        raise MixAssistError(
            f"cannot be read ({error.strerror})", subject=path, remedy="Check the disk and the permissions."
        ) from error
    return digest.hexdigest()


def _open(path: Path, size_bytes: int) -> soundfile.SoundFile:
    if size_bytes == 0:
        raise MixAssistError("the file is empty", subject=path, remedy="Export it again or leave it out.")
    with path.open("rb") as file:
        head = file.read(16)
        file.seek(0)
        may_be_mpeg = head[:3] == b"ID3" or head[:1] == b"\xff" or path.suffix.lower() in (".mp2", ".mp3")
        bad = may_be_mpeg and head[:4] not in _OTHER_MAGIC and not is_mpeg_audio(file)
    if bad or path.suffix.lower() == ".raw" or _is_foreign(head):
        raise _unreadable(path, head)
    try:
        # As bytes: soundfile cannot write names that are not UTF-8, which POSIX allows. Windows has no such names.
        file = soundfile.SoundFile(os.fsencode(path) if os.name == "posix" else path)
    except (soundfile.LibsndfileError, TypeError, ValueError):
        raise _unreadable(path, head) from None
    # soundfile seeks after every read if it can; in MP3 a jump, even to where it stands, spoils the next samples.
    file.seekable = lambda: False
    return file


def _is_foreign(head: bytes) -> bool:
    is_adts = len(head) > 1 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0
    return head[4:8] == b"ftyp" or head.startswith((b"\x30\x26\xb2\x75", b"\x1aE\xdf\xa3", b"MAC ", b"wvpk")) or is_adts


def _unreadable(path: Path, head: bytes) -> MixAssistError:
    if path.suffix.lower() in FOREIGN_SUFFIXES or _is_foreign(head):
        is_named_so = path.suffix.lower() in FOREIGN_SUFFIXES
        what = f"{path.suffix[1:].upper()} audio" if is_named_so else "what is in it"
        converted = f"{path.stem}.wav" if is_named_so else f"{path.stem} converted.wav"
        return MixAssistError(
            f"{what} (AAC, MP4, WMA and the like) cannot be read",
            subject=path,
            remedy=f'Convert it to WAV or FLAC first, e.g. ffmpeg -i "{path.name}" "{converted}".',
        )
    if path.suffix.lower() == ".raw":
        return MixAssistError(
            "raw audio does not say its rate and format", subject=path, remedy="Export it as WAV or FLAC."
        )
    return MixAssistError(
        "this is not audio that can be read (WAV, AIFF, CAF, FLAC, Ogg and MP3 can), or the file is damaged",
        subject=path,
        remedy="Export it again as WAV or FLAC, or leave it out.",
    )
