# SPDX-License-Identifier: Apache-2.0
"""What there is to tell about the audio that was read: by track, in general, and what had to stay out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from mixassist.api import ImportNote
from mixassist.domain.controls import Controls
from mixassist.domain.errors import MixAssistError
from mixassist.domain.session import Session


@dataclass(frozen=True)
class ImportReport:
    """What an import told, and what mixers told of their suggestions.

    `notes` by track id; `general` are sentences about no track in particular; `unreadable` files stayed out;
    `suggested` are the predictions by track id of every Automix and what was noted of them, the last one last.
    """

    notes: Mapping[str, tuple[ImportNote, ...]] = field(default_factory=dict)
    general: tuple[str, ...] = ()
    unreadable: tuple[MixAssistError, ...] = ()
    suggested: tuple[tuple[Mapping[str, Controls], tuple[str, ...]], ...] = ()

    @property
    def is_quiet(self) -> bool:
        """Whether nothing was done to any track at the import, and nothing noted."""
        return not (self.general or self.unreadable or any(self.done_to(i) for i in self.notes))

    def with_suggestion(self, predictions: Mapping[str, Controls], notes: Iterable[str]) -> ImportReport:
        """Adds what a mixer told of its suggestion."""
        return replace(self, suggested=(*self.suggested, (predictions, tuple(notes))))

    def mixing(self, session: Session) -> tuple[str, ...]:
        """Returns the notes of the Automix whose suggestion the session holds; none when it was undone."""
        held = {t.id: t.channel.prediction for t in session.tracks}
        for predictions, notes in reversed(self.suggested):
            shared = held.keys() & predictions.keys()
            if shared and all(held[i] == predictions[i] for i in shared):
                return notes
        return ()

    def with_import(
        self,
        notes: Iterable[ImportNote],
        track_ids: Mapping[str, str],
        unreadable: Iterable[MixAssistError] = (),
    ) -> ImportReport:
        """Adds what another import told.

        Args:
            track_ids: ids in the session by the names that the notes use.
        """
        by_id = dict(self.notes)
        for note in notes:
            track_id = track_ids.get(note.track_name)
            if track_id is not None:
                by_id[track_id] = (*by_id.get(track_id, ()), note)
        known = {str(e) for e in self.unreadable}
        fresh = tuple(e for e in unreadable if str(e) not in known)
        return replace(self, notes=by_id, unreadable=(*self.unreadable, *fresh))

    def with_replaced(self, track_id: str, notes: Iterable[ImportNote]) -> ImportReport:
        """Puts what was told of a track's new audio in place of what was told of the old; the strip is kept."""
        kept = tuple(n for n in notes if n.kind != "instrument")
        return replace(self, notes={**self.notes, track_id: kept})

    def guess(self, track_id: str) -> str:
        """Returns how sure the guess of a track's instrument was, as it was noted; empty without a guess."""
        return next((n.message for n in self.notes.get(track_id, ()) if n.kind == "instrument"), "")

    def done_to(self, track_id: str) -> tuple[str, ...]:
        """Returns what was done to a track's audio: joined, split, resampled, padded, placed."""
        return tuple(n.message for n in self.notes.get(track_id, ()) if n.kind != "instrument")

    def count(self, kind: str) -> int:
        """Returns how many tracks a note of a kind was made of."""
        return sum(any(n.kind == kind for n in notes) for notes in self.notes.values())


def as_text(report: ImportReport, session: Session, faults: Mapping[str, tuple[str, ...]], heading: str) -> str:
    """Returns the whole report as lines, to copy.

    Args:
        faults: what is wrong with tracks, by id.
    """
    lines = [heading]
    for track in session.tracks:
        said = (*report.done_to(track.id), *(f"! {fault}" for fault in faults.get(track.id, ())))
        lines.extend(f"{track.name}: {words}" for words in said)
    lines += report.general
    lines += [f"Automix: {sentence}" for sentence in report.mixing(session)]
    lines += [f"left out: {Path(e.subject).name}: {e.message}. {e.remedy}".rstrip() for e in report.unreadable]
    return "\n".join(lines)
