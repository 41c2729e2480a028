# SPDX-License-Identifier: Apache-2.0
"""What was found in a source: rates, lengths, channels, loudness, instrument guesses and faults."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from mixassist.api.checking import check_tracks
from mixassist.api.columns import elided, padded, width
from mixassist.api.opening import decoded, open_source
from mixassist.domain.instruments import INSTRUMENT
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled

_SECONDS_IN_TENTHS = 10.0


def finite(value: float) -> float | None:
    """Returns the number, or None where JSON has no word for it."""
    return round(value, 3) if math.isfinite(value) else None


def inspect(
    sources: Sequence[str | Path],
    *,
    skip_unreadable: bool = False,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> dict[str, Any]:
    """Reads and measures every track of a source; returns plain values fit for JSON.

    Loudness is in LUFS and levels in dBFS or dBTP; None stands for minus infinity.
    """
    opened = open_source(sources, skip_unreadable=skip_unreadable, cancel=cancel).require_audio(skip_unreadable)
    with closing(opened.stems):
        opened = decoded(opened, skip_unreadable=skip_unreadable, progress=scaled(progress, 0.0, 0.4), cancel=cancel)
        session = opened.session
        checked = check_tracks(session, opened.stems, progress=scaled(progress, 0.4, 1.0), cancel=cancel)
    rate = session.sample_rate_hz
    tracks = []
    for track in session.tracks:
        measured = checked.analyses[track.id]
        of_track = [f for f in checked.faults if f.track_name == track.name]
        tracks.append(
            {
                "name": track.name,
                "files": [f.path for f in track.source.files],
                "sample_rate_hz": track.source.sample_rate_hz,
                "channels": track.source.channel_count,
                "seconds": round(track.source.frames_at(rate) / rate, 3),
                "start_seconds": round(track.start_frames / rate, 6),
                "instrument": track.channel.instrument,
                "integrated_lufs": finite(measured.integrated_lufs),
                "true_peak_dbtp": finite(measured.true_peak_dbtp),
                "sample_peak_dbfs": finite(measured.sample_peak_dbfs),
                "rms_dbfs": finite(measured.rms_dbfs),
                "faults": [f.message for f in of_track if not f.is_note],
                "notes": [f.message for f in of_track if f.is_note],
            }
        )
    return {
        "session": session.name,
        "sample_rate_hz": rate,
        "seconds": round(session.length_frames / rate, 3),
        "tracks": tracks,
        "notes": list(opened.notes),
        "unreadable": [str(e) for e in opened.unreadable],
    }


def inspection_lines(found: dict[str, Any]) -> list[str]:
    """Returns what `inspect` found as lines for people."""
    tracks = found["tracks"]
    names = [elided(t["name"]) for t in tracks]
    wide = max(map(width, names), default=0)
    of_all = f"{counted(len(tracks), 'track')}, {found['sample_rate_hz']} Hz, {_seconds(found['seconds'])} s"
    lines = [f"{elided(found['session'])}: {of_all}"]
    for name, track in zip(names, tracks, strict=True):
        loudness = "–" if track["integrated_lufs"] is None else f"{track['integrated_lufs']:.1f} LUFS"
        peak = "" if track["true_peak_dbtp"] is None else f"{track['true_peak_dbtp']:.1f} dBTP"
        word = "stereo" if track["channels"] == 2 else "mono"
        start = f"  starts at {track['start_seconds']:.3f} s" if track["start_seconds"] else ""
        instrument = INSTRUMENT[track["instrument"]].label if track["instrument"] else "?"
        lines.append(
            f"  {padded(name, wide)}  {word:<6} {track['sample_rate_hz']:>6} Hz {_seconds(track['seconds']):>8} s "
            f"{loudness:>11} {peak:>10}  {instrument}{start}"
        )
        lines.extend(f"      {fault}" for fault in track["faults"])
        lines.extend(f"      note: {note}" for note in track["notes"])
    lines.extend(f"  note: {note}" for note in found["notes"])
    lines.extend(f"  left out: {error}" for error in found["unreadable"])
    return lines


def _seconds(seconds: float) -> str:
    """Returns a length with the digits that tell it: `187.3`, `0.050`."""
    return f"{seconds:.1f}" if seconds >= _SECONDS_IN_TENTHS else f"{seconds:.3f}"


def counted(number: int, word: str) -> str:
    """Returns `1 track`, `2 tracks`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
