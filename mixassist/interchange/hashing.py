# SPDX-License-Identifier: Apache-2.0
"""Fills in the hashes by which a session recognises its audio wherever it is moved."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mixassist.audio.files import sha256_of
from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled
from mixassist.domain.session import Session
from mixassist.domain.track import AudioFile
from mixassist.interchange.audio_identity import files_of, replace_files


def with_hashes(session: Session, progress: Progress = no_progress, cancel: CancelToken | None = None) -> Session:
    """Returns the session with the hash of every file that had none; see `find_hashes`."""
    return replace_files(session, find_hashes(session, progress, cancel))


def find_hashes(
    session: Session, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> dict[AudioFile, AudioFile]:
    """Hashes the files of a session that have no hash yet.

    A file that is gone, cannot be read, or is no longer as large as it was at import is left as it is: its present
    content must not pass for what was imported.

    Returns:
        Files as they were → with hash and time of change, for `replace_files` in every state of a history.
    """
    waiting = [file for file in files_of(session) if not file.sha256]
    total = max(sum(file.size_bytes for file in waiting), 1)
    found: dict[AudioFile, AudioFile] = {}
    done = 0
    for file in waiting:
        if cancel is not None:
            cancel.check()
        part = scaled(progress, done / total, min((done + file.size_bytes) / total, 1.0))
        hashed = _hashed(file, part, cancel)
        if hashed is not None:
            found[file] = hashed
        done += file.size_bytes
    return found


def _hashed(file: AudioFile, progress: Progress, cancel: CancelToken | None) -> AudioFile | None:
    path = Path(file.path)
    try:
        before = path.stat()
        if before.st_size != file.size_bytes:
            return None
        digest = sha256_of(path, progress, cancel)
        after = path.stat()
    except (OSError, ValueError, MixAssistError):
        return None
    changed_meanwhile = (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)
    return None if changed_meanwhile else replace(file, sha256=digest, mtime_ns=after.st_mtime_ns)
