# SPDX-License-Identifier: Apache-2.0
"""What is wrong with an open session's audio, for a window that shows it track by track."""

from __future__ import annotations

from dataclasses import replace

from mixassist.api.checking import check_tracks
from mixassist.audio.stems import StemAudio, StemLibrary
from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.domain.session import Session
from mixassist.domain.track import Track


def find_session_faults(
    session: Session,
    stems: StemLibrary,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> tuple[tuple[str, str], ...]:
    """Lists (track id, message) in the tracks' order: silent, clipped, DC, NaN, copies, flipped polarity, cut short.

    Only stems that are decoded are looked at; audio that is missing or cannot be read is told elsewhere.

    Raises:
        Cancelled: `cancel` was set.
    """
    whole = {t.id: stem for t in session.tracks if (stem := _decoded(t, session, stems)) is not None}
    if not whole:
        return ()
    heard = replace(session, tracks=tuple(t for t in session.tracks if t.id in whole))
    by_name: dict[str, list[str]] = {t.name: [] for t in heard.tracks}
    for fault in check_tracks(heard, stems, progress, cancel).faults:
        if not fault.is_note:
            by_name[fault.track_name].append(fault.message)
    for track in heard.tracks:
        if whole[track.id].missing_frames:
            by_name[track.name].append("is cut short or damaged: what is missing is silent")
    return tuple((t.id, message) for t in heard.tracks for message in by_name[t.name])


def _decoded(track: Track, session: Session, stems: StemLibrary) -> StemAudio | None:
    try:
        stem = stems.stem(track.source, session.sample_rate_hz)
    except MixAssistError:
        return None
    return stem if stem.is_complete and stem.error is None else None
