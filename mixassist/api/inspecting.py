# SPDX-License-Identifier: Apache-2.0
"""What was found in a source: rates, lengths, channels, loudness, instrument guesses and faults."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mixassist.api.opening import decode, open_source
from mixassist.audio.analysis import analyse_stem
from mixassist.audio.faults import find_faults
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled


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
    opened = open_source(sources, skip_unreadable=skip_unreadable, cancel=cancel).require_audio()
    session, stems = opened.session, opened.stems
    decode(session, stems, progress=scaled(progress, 0.0, 0.4), cancel=cancel)
    rate = session.sample_rate_hz
    samples = {t.name: stems.stem(t.source, rate).samples for t in session.tracks}
    faults = find_faults(samples, rate, progress=scaled(progress, 0.4, 0.6), cancel=cancel)
    tracks = []
    for number, track in enumerate(session.tracks):
        if cancel is not None:
            cancel.check()
        measured = analyse_stem(samples[track.name], rate)
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
                "faults": [f.message for f in faults if f.track_name == track.name],
            }
        )
        progress(0.6 + 0.4 * (number + 1) / len(session.tracks), f"measured {track.name}")
    return {
        "session": session.name,
        "sample_rate_hz": rate,
        "seconds": round(session.length_frames / rate, 3),
        "tracks": tracks,
        "notes": list(opened.notes),
        "unreadable": [str(e) for e in opened.unreadable],
    }
