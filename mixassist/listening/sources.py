# SPDX-License-Identifier: Apache-2.0
"""What a version can be made of: a view of the session, one of its snapshots, a file, or an anchor."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from mixassist.domain.channel import View
from mixassist.domain.session import Session
from mixassist.domain.slots import SLOTS, slot_state


class SourceKind(StrEnum):
    """Kinds of sources; `mono` and `random` are the anchors of the DMC paper's listening test."""

    VIEW = "view"
    SNAPSHOT = "snapshot"
    FILE = "file"
    MONO = "mono"
    RANDOM = "random"


@dataclass(frozen=True)
class VersionSource:
    """One source: `name` is the view, the snapshot or the file's path; empty for anchors."""

    kind: SourceKind
    name: str = ""

    @property
    def label(self) -> str:
        """What to call it."""
        if self.kind is SourceKind.FILE:
            return Path(self.name).name
        if self.kind is SourceKind.SNAPSHOT:
            return f"snapshot {self.name}"
        return self.name if self.kind is SourceKind.VIEW else f"{self.kind} anchor"

    @property
    def needs_session(self) -> bool:
        """Whether it is made from the tracks of a session; a mono anchor can also be made of the first version."""
        return self.kind not in (SourceKind.FILE, SourceKind.MONO)


def view_source(view: View) -> VersionSource:
    """Returns the session as it stands, through a view."""
    return VersionSource(SourceKind.VIEW, str(view))


def file_source(path: str | Path) -> VersionSource:
    """Returns a file."""
    return VersionSource(SourceKind.FILE, str(path))


def sources_of(session: Session, views: tuple[View, ...]) -> tuple[VersionSource, ...]:
    """Returns all that a session offers: its views, its snapshots, and the anchors; nothing without tracks."""
    if not session.tracks:
        return ()
    kept = [name for name in SLOTS if slot_state(session, name) is not None]
    kept += [s.name for s in session.snapshots if s.name not in SLOTS]
    return (
        *(view_source(view) for view in views),
        *(VersionSource(SourceKind.SNAPSHOT, name) for name in kept),
        VersionSource(SourceKind.MONO),
        VersionSource(SourceKind.RANDOM),
    )


def unlike_labels(sources: tuple[VersionSource, ...]) -> tuple[str, ...]:
    """Returns the sources' labels, numbered where two would be the same."""
    made: list[str] = []
    for source in sources:
        label, number = source.label, 1
        while label in made:
            number += 1
            label = f"{source.label} ({number})"
        made.append(label)
    return tuple(made)
