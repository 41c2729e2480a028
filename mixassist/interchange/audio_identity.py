# SPDX-License-Identifier: Apache-2.0
"""Whether a file on disk still is the audio that a session means, told without opening what is no file."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PureWindowsPath
from typing import Literal

from mixassist.audio.files import sha256_of
from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.domain.session import Session
from mixassist.domain.track import AudioFile, AudioSource, SourceSide

Verify = Literal["quick", "full"]
"""quick: size and time of change as when the hash was taken, the hash only where the time differs; full: always."""

Reason = Literal["missing", "changed", "not a regular file"]

_SENTENCES: Mapping[Reason, str] = {
    "missing": "the audio file is missing or cannot be read",
    "changed": "the audio file is not the one this session was made with (its size or content differs)",
    "not a regular file": "the audio is a folder, a device or a pipe, not a regular file; it was not opened",
}


@dataclass(frozen=True)
class MissingAudio:
    """A file of a session that was not found as it was."""

    file: AudioFile
    reason: Reason

    @property
    def message(self) -> str:
        """What is wrong, as part of a sentence."""
        return _SENTENCES[self.reason]


def check_audio(
    file: AudioFile, *, verify: Verify = "quick", progress: Progress = no_progress, cancel: CancelToken | None = None
) -> AudioFile | MissingAudio:
    """Compares a file on disk with what the session knows of it.

    Returns:
        The file, its `mtime_ns` brought up to date where the content was compared; or why it does not count as found.
        A file whose hash is not known is compared by size alone.
    """
    try:
        facts = Path(file.path).stat()
    except (OSError, ValueError):
        return MissingAudio(file, "missing")
    if not stat.S_ISREG(facts.st_mode):
        return MissingAudio(file, "not a regular file")
    if facts.st_size != file.size_bytes:
        return MissingAudio(file, "changed")
    if not file.sha256 or (verify == "quick" and file.mtime_ns == facts.st_mtime_ns):
        return file
    try:
        found = sha256_of(file.path, progress, cancel)
    except MixAssistError:
        return MissingAudio(file, "missing")
    return replace(file, mtime_ns=facts.st_mtime_ns) if found == file.sha256 else MissingAudio(file, "changed")


def files_of(session: Session) -> tuple[AudioFile, ...]:
    """Returns the distinct files of a session in the order of its tracks, the reference's last."""
    sources = [track.source for track in session.tracks]
    if session.reference is not None:
        sources.append(session.reference.source)
    return tuple(dict.fromkeys(file for source in sources for file in source.files))


def replace_files(session: Session, files: Mapping[AudioFile, AudioFile]) -> Session:
    """Returns a copy in which tracks and reference point at other files; the same suits every state of a history."""

    def changed(source: AudioSource) -> AudioSource:
        return AudioSource(tuple(SourceSide(files.get(s.file, s.file), s.channel_index) for s in source.sides))

    if not files:
        return session
    reference = session.reference
    return replace(
        session,
        tracks=tuple(replace(t, source=changed(t.source)) for t in session.tracks),
        reference=None if reference is None else replace(reference, source=changed(reference.source)),
    )


def is_inside(path: str | Path, folder: str | Path) -> bool:
    """Whether a path lies in or below a folder once links and `..` are followed."""
    try:
        return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
    except (OSError, ValueError):
        return False


def stored_path(path: str, folder: Path | None) -> str:
    """Returns how a session in `folder` names a file: relative with "/" when it lies inside, else absolute."""
    absolute = os.path.abspath(path)  # noqa: PTH100 - Path.resolve would follow links, which the user may have meant
    if folder is None or not is_inside(absolute, folder):
        return absolute
    for whole, base in ((absolute, str(folder)), (os.path.realpath(absolute), os.path.realpath(folder))):
        if Path(whole).is_relative_to(base):
            return Path(whole).relative_to(base).as_posix()
    return absolute


def located_path(stored: str, folder: Path) -> str:
    """Returns the absolute path that a session in `folder` means; nothing is looked up on disk."""
    return os.path.normpath(folder / stored)


def is_foreign_share(path: str, folder: Path) -> bool:
    """Whether a Windows path names another computer than the session's own: asking it would send credentials."""
    anchor = PureWindowsPath(path).anchor
    return anchor.startswith("\\\\") and anchor.casefold() != PureWindowsPath(folder).anchor.casefold()


def require_found(missing: tuple[MissingAudio, ...], session_path: str | Path) -> None:
    """Raises `MixAssistError` for the first missing file, saying how to get it back; returns if there is none."""
    if not missing:
        return
    first, more = missing[0], len(missing) - 1
    also = f" ({more} more of this session likewise)" if more else ""
    raise MixAssistError(
        first.message + also,
        subject=first.file.path,
        remedy=f"Put it back, or open {Path(session_path).name} in the window and relink it.",
    )
