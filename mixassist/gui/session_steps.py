# SPDX-License-Identifier: Apache-2.0
"""What opening, saving and looking for audio do to a session, beside the work that `api` does."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mixassist.domain.channel import View
from mixassist.domain.errors import MixAssistError
from mixassist.domain.session import Session
from mixassist.domain.track import AudioFile
from mixassist.interchange.audio_identity import files_of, replace_files


@dataclass(frozen=True)
class BringBack:
    """Shows a recovered session, which so counts as unsaved; no undo step."""

    session: Session
    merge_key: str = ""
    undoable: bool = False

    def label(self, session: Session) -> str:
        return "Recover"

    def apply(self, session: Session) -> Session:
        return self.session


@contextlib.contextmanager
def closed_on_failure(stems: Any) -> Iterator[None]:
    """Closes a library of stems if what follows is cancelled or fails."""
    try:
        yield
    except BaseException:
        stems.close()
        raise


def listening_through(session: Session, views: Sequence[View]) -> Session:
    """Returns a session whose view is there: its own, or wet."""
    return session if session.view in views else replace(session, view=View.WET)


def meet_stems(session: Session, stems: Any) -> None:
    """Has a library look every file of a session up, so that the window's thread need not wait for the disk.

    What will play them is loaded here for the same reason.
    """
    import mixassist.playback.transport
    import mixassist.rendering.engine  # noqa: F401

    for track in session.tracks:
        with contextlib.suppress(MixAssistError):  # told later, by whoever wants to hear it
            stems.stem(track.source, session.sample_rate_hz)


def with_facts(state: Session, written: Session) -> Session:
    """Returns a state of the history with the name and the file hashes that saving found out."""
    hashed = {replace(f, sha256=""): f for f in files_of(written)}
    present = {f: hashed.get(replace(f, sha256=""), f) for f in files_of(state)}
    return replace(replace_files(state, present), name=written.name)


def sides_of(session: Session) -> tuple[AudioFile, ...]:
    """Returns the file of every side of every track and of the reference, in their order."""
    sources = [t.source for t in session.tracks]
    if session.reference is not None:
        sources.append(session.reference.source)
    return tuple(side.file for source in sources for side in source.sides)
