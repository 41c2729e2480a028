# SPDX-License-Identifier: Apache-2.0
"""`NAME.mixassist`: a session on disk, written in one step and believed only as far as it can be checked."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mixassist.audio.atomic import atomic_write_bytes, remove_leftovers
from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled
from mixassist.domain.session import Session
from mixassist.domain.track import AudioFile
from mixassist.interchange.audio_identity import (
    MissingAudio,
    Verify,
    check_audio,
    files_of,
    is_foreign_share,
    is_inside,
    located_path,
    replace_files,
    require_found,
    stored_path,
)
from mixassist.interchange.json_node import Node
from mixassist.interchange.session_encoding import decode_session, encode_session
from mixassist.interchange.strict_json import parse_json, read_json

SUFFIX = ".mixassist"
"""What the names of session files end with."""


@dataclass(frozen=True)
class LoadedSession:
    """A session read from disk: what is missing of its audio, and sentences on what else was found odd."""

    session: Session
    missing: tuple[MissingAudio, ...]
    notes: tuple[str, ...]
    path: Path


def save_session(session: Session, path: str | Path) -> None:
    """Writes a session file: the old one stays whole until the new one is safely on disk.

    Audio inside or below the file's folder is named by relative path, other audio by absolute path. Fill hashes in
    with `with_hashes` first: a file without one is later recognised by its size alone.

    Raises:
        MixAssistError: the place cannot be written; what was there before still is.
    """
    target = _target(path)
    folder = target.parent
    data = to_bytes(encode_session(session, lambda p: stored_path(p, folder)))
    # What we could not read back must not take the place of what we can.
    _decode(parse_json(data, path, what="session"), path, folder)
    atomic_write_bytes(target, data)
    remove_leftovers(target)


def load_session(
    path: str | Path,
    *,
    verify: Verify | None = None,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> LoadedSession:
    """Reads a session file and looks for its audio. Opens nothing but regular files, executes nothing.

    Args:
        path: the session file.
        verify: how audio is compared. None: by size and time of change inside the session's folder (by content where
            these differ), always by content outside of it. "quick" and "full" do the one or the other everywhere.
        progress: told while audio is hashed.
        cancel: stops between blocks.

    Returns:
        The session. Missing audio is listed, not an error; `require_audio` makes it one.

    Raises:
        MixAssistError: no regular file, too large, no session, of a newer version, or something in it is wrong.
    """
    folder = _target(path).parent
    session, notes = _decode(read_json(path, what="session"), path, folder)
    session, missing, more = look_for_audio(session, folder, verify=verify, progress=progress, cancel=cancel)
    return LoadedSession(session, missing, notes + more, Path(path))


def require_audio(loaded: LoadedSession) -> Session:
    """Returns the session if all its audio was found.

    Raises:
        MixAssistError: names the first file that was not, and how to relink it.
    """
    require_found(loaded.missing, loaded.path)
    return loaded.session


def look_for_audio(
    session: Session,
    folder: Path,
    *,
    verify: Verify | None = None,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> tuple[Session, tuple[MissingAudio, ...], tuple[str, ...]]:
    """Checks every file of a session whose home is `folder`.

    Returns:
        The session with times of change brought up to date, what is missing, and notes.
    """
    files = files_of(session)
    missing: list[MissingAudio] = []
    unverified: list[AudioFile] = []
    updates: dict[AudioFile, AudioFile] = {}
    for index, file in enumerate(files):
        if cancel is not None:
            cancel.check()
        part = scaled(progress, index / len(files), (index + 1) / len(files))
        if os.name == "nt" and is_foreign_share(file.path, folder):
            missing.append(MissingAudio(file, "missing"))
            continue
        mode: Verify = verify or ("quick" if is_inside(file.path, folder) else "full")
        found = check_audio(file, verify=mode, progress=part, cancel=cancel)
        if isinstance(found, MissingAudio):
            missing.append(found)
            continue
        if not file.sha256:
            unverified.append(file)
        if found != file:
            updates[file] = found
    notes = tuple(f"{Path(f.path).name}: recognised by its size alone, its hash was not saved" for f in unverified)
    return replace_files(session, updates), tuple(missing), notes


def to_bytes(document: dict[str, Any]) -> bytes:
    """Returns JSON text in UTF-8 that people can read; escapes where a file name's bytes are no text."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1)
    try:
        return (text + "\n").encode()
    except UnicodeEncodeError:
        return (json.dumps(document, allow_nan=False, indent=1) + "\n").encode()


def _decode(value: Any, path: str | Path, folder: Path) -> tuple[Session, tuple[str, ...]]:
    locate: Callable[[str], str] = lambda stored: located_path(stored, folder)  # noqa: E731
    return decode_session(Node(value, path, what="session"), locate)


def _target(path: str | Path) -> Path:
    """The absolute path, links of its folder left as they are: the audio is found from where the user stands."""
    text = os.fspath(path)
    if not text or "\0" in text:
        raise MixAssistError("is not the name of a file", subject=text, remedy="Give the name of a session file.")
    return Path(os.path.abspath(text))  # noqa: PTH100 - Path.resolve would follow links
