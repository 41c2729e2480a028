# SPDX-License-Identifier: Apache-2.0
"""Finds audio that moved, and gathers audio into a session's own folder."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PureWindowsPath

from mixassist.audio.atomic import atomic_path, writing_error
from mixassist.audio.files import probe
from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled
from mixassist.domain.session import Session
from mixassist.domain.track import AudioFile
from mixassist.interchange.audio_identity import (
    MissingAudio,
    check_audio,
    files_of,
    is_inside,
    replace_files,
)

AUDIO_FOLDER = "Audio Files"
"""The folder beside a session file that collecting copies into."""

_BLOCK_BYTES = 1 << 20


def relink(
    session: Session,
    where: Mapping[str, str | Path] | str | Path,
    *,
    accept_changed: bool = False,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> tuple[Session, tuple[MissingAudio, ...]]:
    """Points tracks at audio that moved. Files that are where they should be stay untouched.

    Args:
        session: the session with files missing.
        where: a folder to search, subfolders included: files of the same name and size are taken, then files of the
            same size under other names, wherever the content has the hash the session knows (without a known hash only
            the name and size count, and only if one candidate is the best). Or a mapping from paths as the session has
            them to where the files are now.
        accept_changed: with a mapping, take a file of another content too, if it is audio with enough channels.
        progress: told while searching and hashing.
        cancel: stops between files and blocks.

    Returns:
        The session, and what still is missing; `replace_files` with the same pairs suits a history.

    Raises:
        MixAssistError: the folder to search is not there.
    """
    checked = [check_audio(file, cancel=cancel) for file in files_of(session)]
    gone = [result for result in checked if isinstance(result, MissingAudio)]
    if isinstance(where, Mapping):
        return _relink_by_mapping(session, gone, where, accept_changed, cancel)
    folder = Path(where)
    if not folder.is_dir():
        raise MixAssistError("there is no such folder", subject=folder, remedy="Choose the folder to search.")
    candidates = _candidates(folder, {m.file.size_bytes for m in gone}, progress, cancel) if gone else {}
    found: dict[AudioFile, AudioFile] = {}
    still: list[MissingAudio] = []
    for index, missing in enumerate(gone):
        part = scaled(progress, 0.5 + 0.5 * index / len(gone), 0.5 + 0.5 * (index + 1) / len(gone))
        match = _best_match(missing.file, candidates.get(missing.file.size_bytes, []), part, cancel)
        if match is None:
            still.append(missing)
        else:
            found[missing.file] = match
    return replace_files(session, found), tuple(still)


def collect_audio(
    session: Session, folder: str | Path, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> Session:
    """Copies audio from elsewhere into `FOLDER/Audio Files/` and points the tracks at the copies.

    Audio that already lies inside `folder` stays where it is. Each copy appears whole or not at all; when the work
    fails or is cancelled the copies made so far go again. The originals are never touched.

    Returns:
        The session, with the hashes of everything copied; save it to keep the change.

    Raises:
        MixAssistError: audio is missing or differs from what was imported, or the disk is too small.
    """
    home = Path(os.path.abspath(folder))  # noqa: PTH100 - Path.resolve would follow links
    outside = [file for file in files_of(session) if not is_inside(file.path, home)]
    if not outside:
        return session
    for file in outside:
        _require_copyable(file)
    target = home / AUDIO_FOLDER
    made_folder = not target.exists()
    total = sum(file.size_bytes for file in outside)
    copied: dict[AudioFile, AudioFile] = {}
    done = 0
    try:
        _make_folder(target, total)
        for file in outside:
            part = scaled(progress, done / max(total, 1), (done + file.size_bytes) / max(total, 1))
            copied[file] = _copied(file, target, part, cancel)
            done += file.size_bytes
    except BaseException:
        for copy in copied.values():
            Path(copy.path).unlink(missing_ok=True)
        if made_folder and target.is_dir() and not any(target.iterdir()):
            target.rmdir()
        raise
    return replace_files(session, copied)


def _relink_by_mapping(
    session: Session,
    gone: list[MissingAudio],
    where: Mapping[str, str | Path],
    accept_changed: bool,
    cancel: CancelToken | None,
) -> tuple[Session, tuple[MissingAudio, ...]]:
    needed = {
        file: max(s.channel_index for t in session.tracks for s in t.source.sides if s.file == file) + 1
        for file in (m.file for m in gone)
    }
    found: dict[AudioFile, AudioFile] = {}
    still: list[MissingAudio] = []
    for missing in gone:
        if missing.file.path not in where:
            still.append(missing)
            continue
        moved = replace(missing.file, path=os.path.abspath(where[missing.file.path]), mtime_ns=0)  # noqa: PTH100
        result = check_audio(moved, verify="full", cancel=cancel)
        if isinstance(result, MissingAudio) and result.reason == "changed" and accept_changed:
            other = probe(moved.path)
            result = other if other.channel_count >= needed[missing.file] else result
        if isinstance(result, MissingAudio):
            still.append(MissingAudio(missing.file, result.reason))
        else:
            found[missing.file] = result
    return replace_files(session, found), tuple(still)


def _candidates(
    folder: Path, sizes: set[int], progress: Progress, cancel: CancelToken | None
) -> dict[int, list[tuple[Path, int]]]:
    """Returns regular files of the sizes wanted below a folder, by size, each with its time of change."""
    found: dict[int, list[tuple[Path, int]]] = {}
    for number, (where, _, names) in enumerate(os.walk(folder)):
        if cancel is not None:
            cancel.check()
        progress(0.5 * (1.0 - 1.0 / (1.0 + number / 50.0)), f"searching {Path(where).name}")
        for name in names:
            path = Path(where, name)
            try:
                facts = path.stat()
            except OSError:
                continue
            if stat.S_ISREG(facts.st_mode) and facts.st_size in sizes:
                found.setdefault(facts.st_size, []).append((path, facts.st_mtime_ns))
    return found


def _best_match(
    file: AudioFile, candidates: list[tuple[Path, int]], progress: Progress, cancel: CancelToken | None
) -> AudioFile | None:
    # Windows' rules split names at both slashes: a session may come from either system.
    wanted = [part.casefold() for part in PureWindowsPath(file.path).parts]

    def likeness(path: Path) -> int:
        parts = [part.casefold() for part in path.parts]
        pairs = zip(reversed(wanted), reversed(parts), strict=False)
        return next((count for count, (one, other) in enumerate(pairs) if one != other), min(len(wanted), len(parts)))

    ranked = sorted(candidates, key=lambda c: (-likeness(c[0]), str(c[0])))
    if not file.sha256:
        named = [c for c in ranked if likeness(c[0]) > 0]
        if not named or (len(named) > 1 and likeness(named[0][0]) == likeness(named[1][0])):
            return None
        return replace(file, path=os.path.abspath(named[0][0]), mtime_ns=0)  # noqa: PTH100
    for path, _ in ranked:
        moved = replace(file, path=os.path.abspath(path), mtime_ns=0)  # noqa: PTH100
        result = check_audio(moved, verify="full", progress=progress, cancel=cancel)
        if isinstance(result, AudioFile):
            return result
    return None


def _require_copyable(file: AudioFile) -> None:
    # The content is compared while it is copied; here only what a look can tell.
    result = check_audio(replace(file, sha256=""))
    if isinstance(result, MissingAudio):
        raise MixAssistError(result.message, subject=file.path, remedy="Relink it, then collect again.")


def _make_folder(target: Path, total_bytes: int) -> None:
    try:
        target.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(target).free
    except OSError as error:
        raise writing_error(target, error) from error
    if free < total_bytes:
        raise MixAssistError(
            f"the audio needs {total_bytes / 1e6:,.0f} MB, the disk has {free / 1e6:,.0f} MB left",
            subject=target,
            remedy="Free some space or choose another disk.",
        )


def _copied(file: AudioFile, target: Path, progress: Progress, cancel: CancelToken | None) -> AudioFile:
    name = Path(file.path).name
    destination = _unused_name(target, name)
    digest = hashlib.sha256()
    done = 0
    with atomic_path(destination) as temporary, temporary.open("wb") as out:
        for block in _blocks(file):
            if cancel is not None:
                cancel.check()
            digest.update(block)
            out.write(block)
            done += len(block)
            progress(min(done / max(file.size_bytes, 1), 1.0), name)
        if done != file.size_bytes or file.sha256 not in ("", digest.hexdigest()):
            raise MixAssistError(
                "the audio file is not the one this session was made with (its size or content differs)",
                subject=file.path,
                remedy="Relink it, then collect again.",
            )
    return replace(file, path=str(destination), sha256=digest.hexdigest(), mtime_ns=destination.stat().st_mtime_ns)


def _blocks(file: AudioFile) -> Iterator[bytes]:
    try:
        with Path(file.path).open("rb") as source:
            while block := source.read(_BLOCK_BYTES):
                yield block
    except OSError as error:
        raise MixAssistError(
            f"cannot be read ({error.strerror or error})",
            subject=file.path,
            remedy="Check the disk and its permissions.",
        ) from error


def _unused_name(folder: Path, name: str) -> Path:
    taken = {entry.name.casefold() for entry in folder.iterdir()}
    path, number = Path(name), 1
    candidate = name
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{path.stem} {number}{path.suffix}"
    return folder / candidate
