# SPDX-License-Identifier: Apache-2.0
"""What is wrong with an open session's audio, for a window that shows it track by track."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mixassist.api.checking import check_tracks
from mixassist.audio.stems import StemAudio, StemLibrary
from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.domain.session import Session
from mixassist.domain.track import Track


@dataclass(frozen=True)
class SessionFault:
    """A sentence about a track; `opposed_id` is the track that it works against, where that is what is wrong."""

    track_id: str
    message: str
    opposed_id: str = ""

    def is_mended(self, session: Session) -> bool:
        """Whether the polarity switch of one of two tracks that work against each other is on."""
        tracks = {t.id: t for t in session.tracks}
        if self.track_id not in tracks or self.opposed_id not in tracks:
            return False
        ours, other = (tracks[i].channel.controls["polarity_inverted"] for i in (self.track_id, self.opposed_id))
        return ours != other


def find_session_faults(
    session: Session,
    stems: StemLibrary,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> tuple[SessionFault, ...]:
    """Lists what is wrong, in the tracks' order: silent, clipped, DC, NaN, copies, flipped polarity, cut short.

    Only stems that are decoded are looked at; audio that is missing or cannot be read is told elsewhere.

    Raises:
        Cancelled: `cancel` was set.
    """
    whole = {t.id: stem for t in session.tracks if (stem := _decoded(t, session, stems)) is not None}
    if not whole:
        return ()
    heard = replace(session, tracks=tuple(t for t in session.tracks if t.id in whole))
    by_name: dict[str, list[SessionFault]] = {t.name: [] for t in heard.tracks}
    ids = {t.name: t.id for t in heard.tracks}
    for fault in check_tracks(heard, stems, progress, cancel).faults:
        if fault.is_note:
            continue
        opposed_id = ids[fault.other] if fault.kind == "flipped_polarity" else ""
        by_name[fault.track_name].append(SessionFault(ids[fault.track_name], fault.message, opposed_id))
    for track in heard.tracks:
        if whole[track.id].missing_frames:
            said = "is cut short or damaged: what is missing is silent"
            by_name[track.name].append(SessionFault(track.id, said))
    return tuple(fault for track in heard.tracks for fault in by_name[track.name])


def _decoded(track: Track, session: Session, stems: StemLibrary) -> StemAudio | None:
    try:
        stem = stems.stem(track.source, session.sample_rate_hz)
    except MixAssistError:
        return None
    return stem if stem.is_complete and stem.error is None else None
