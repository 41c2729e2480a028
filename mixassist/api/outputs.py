# SPDX-License-Identifier: Apache-2.0
"""Where may be written: nothing that is read is ever overwritten."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from mixassist.audio.stems import StemLibrary
from mixassist.domain.errors import MixAssistError
from mixassist.domain.session import Session

_ELSEWHERE = "Choose another name, best in another folder"


def files_read(
    session: Session, stems: StemLibrary | None = None, inputs: Iterable[str | Path] = ()
) -> tuple[Path, ...]:
    """Returns every file that a session is made from, that its library has read (an undo brings those back), and more.

    Args:
        inputs: further files, such as the session's own.
    """
    ours = [f.path for track in session.tracks for f in track.source.files]
    return tuple(dict.fromkeys(Path(p) for p in (*ours, *(() if stems is None else stems.paths), *inputs)))


def check_outputs(
    files: Iterable[str | Path | None] = (),
    folders: Iterable[str | Path | None] = (),
    *,
    inputs: Iterable[str | Path] = (),
) -> None:
    """Refuses outputs that could not be written or would overwrite what is being read, before any work is done.

    Raises:
        MixAssistError: a folder that is not there, not writable, a path that is something else, two outputs in one
            place, or an output that is one of the inputs.
    """
    files, folders = tuple(files), tuple(folders)
    if any(not str(name) for name in (*files, *folders) if name is not None):
        raise MixAssistError("a result needs a name, not an empty one", remedy="Say where to write it")
    taken: set[Path] = set()
    sources = {Path(i).resolve() for i in inputs}
    for path in (Path(name) for name in files if name is not None):
        if path.exists() and not path.is_file():
            raise MixAssistError("cannot write here: it is not a file", subject=path, remedy="Choose another name")
        _need_writable_folder(path.absolute().parent, path)
        place = path.resolve()
        if place in taken:
            raise MixAssistError("two results cannot go into one file", subject=path, remedy="Choose two names")
        taken.add(place)
        _refuse_inputs(path, sources)
    for path in (Path(name) for name in folders if name is not None):
        if path.exists() and not path.is_dir():
            raise MixAssistError("cannot write here: it is not a folder", subject=path, remedy="Choose another name")
        if path.resolve() in {source.parent for source in sources}:
            raise MixAssistError("the files that the mix is made from lie here", subject=path, remedy=_ELSEWHERE)
        existing = path.absolute()
        while not existing.exists():
            existing = existing.parent
        _need_writable_folder(existing, path)


def refuse_inputs(path: str | Path, inputs: Iterable[str | Path]) -> None:
    """Raises MixAssistError when a path leads to one of the files that are read."""
    _refuse_inputs(Path(path), {Path(i).resolve() for i in inputs})


def _refuse_inputs(path: Path, sources: set[Path]) -> None:
    place = path.resolve()
    if place in sources or any(_same_file(place, source) for source in sources):
        what = "writing here would overwrite a file that the mix is made from"
        raise MixAssistError(what, subject=path, remedy=_ELSEWHERE)


def _same_file(a: Path, b: Path) -> bool:
    """Whether two names lead to one file, as hard links do."""
    try:
        return a.samefile(b)
    except OSError:
        return False


def _need_writable_folder(folder: Path, subject: Path) -> None:
    in_the_way = next((p for p in (folder, *folder.parents) if p.exists() and not p.is_dir()), None)
    if in_the_way is not None:
        raise MixAssistError(f"{in_the_way} is a file, not a folder", subject=subject, remedy="Choose another place")
    if not folder.is_dir():
        raise MixAssistError(
            f"the folder {folder} does not exist", subject=subject, remedy="Make it first, or choose another place"
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise MixAssistError("this folder cannot be written to", subject=subject, remedy="Choose another place")
