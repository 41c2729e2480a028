# SPDX-License-Identifier: Apache-2.0
"""The line at the foot of the window: how many tracks, how long, at which rate, and what was noted."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from mixassist.domain.session import Session


def facts_text(session: Session, fault_count: int, note_count: int) -> str:
    """Returns the line for a session; nothing for one without tracks."""
    count = len(session.tracks)
    if not count:
        return ""
    seconds = session.length_frames / session.sample_rate_hz
    parts = [
        _counted(count, _tr("1 track"), _tr("{0} tracks")),
        f"{int(seconds // 60)}:{int(seconds % 60):02d}",
        _tr("{0:g} kHz").format(session.sample_rate_hz / 1000),
    ]
    if fault_count:
        parts.append(_counted(fault_count, _tr("1 fault found"), _tr("{0} faults found")))
    if note_count:
        parts.append(_counted(note_count, _tr("1 note on import"), _tr("{0} notes on import")))
    return " · ".join(parts)


def _counted(count: int, one: str, many: str) -> str:
    return one if count == 1 else many.format(count)


def _tr(text: str) -> str:
    return QCoreApplication.translate("facts", text)
