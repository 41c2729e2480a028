# SPDX-License-Identifier: Apache-2.0
"""The report of a mix that people can send: numbers, pictures and a page."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from mixassist.analysis.portraits import ChannelPortrait
from mixassist.api.exporting import MixReport
from mixassist.api.honesty import channel_honesty
from mixassist.api.outputs import check_outputs, files_read
from mixassist.api.portraits import channel_portrait
from mixassist.api.settings import available_views
from mixassist.audio.loudness import LoudnessMeter
from mixassist.audio.stems import StemLibrary
from mixassist.domain.channel import Channel, View
from mixassist.domain.controls import NEUTRAL
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled
from mixassist.domain.session import Session
from mixassist.rendering.mixdown import mix_blocks, render_session
from mixassist.rendering.play_graph import PlayGraph
from mixassist.rendering.renderers import nonlinear_part


def write_report(
    folder: str | Path,
    session: Session,
    stems: StemLibrary,
    mixed: MixReport | None = None,
    *,
    notes: tuple[str, ...] = (),
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> dict[str, Any]:
    """Renders the mix in every view, measures it and the effects and writes metrics.json, pictures and index.html.

    Returns:
        What stands in metrics.json.

    Raises:
        MixAssistError: the folder cannot be written.
        Cancelled: `cancel` was set; nothing is left behind.
    """
    # Drawing is heavy to load, and only a report draws.
    from mixassist.analysis import report as reports

    check_outputs(folders=[folder], inputs=files_read(session, stems))
    views = available_views()
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mixassist-report-")))
        audio: dict[View, np.ndarray] = {}
        loudness: dict[str, float] = {}
        for number, view in enumerate(views):
            part = scaled(progress, 0.4 * number / len(views), 0.4 * (number + 1) / len(views))
            graph = render_session(session, stems, view, progress=part, cancel=cancel)
            audio[view] = _written_out(graph, scratch / f"{view}.f32", cancel)
            if view == session.view:
                loudness = _loudness_by_track(graph, cancel)
        data = reports.ReportData(
            session=session,
            views=audio,
            master=session.master,
            measures={
                **({} if mixed is None else mixed.to_dict()),
                "model_against_wet": _honesty_by_track(session, stems, cancel) if View.MODEL in views else None,
            },
            notes=notes,
            method=session.method,
            loudness_by_track=loudness,
            portraits=_portraits(session, views, scaled(progress, 0.4, 0.5), cancel),
        )
        found = reports.write_report(folder, data, progress=scaled(progress, 0.5, 1.0), cancel=cancel)
        audio.clear()
        return dict(found)


def _honesty_by_track(session: Session, stems: StemLibrary, cancel: CancelToken | None) -> dict[str, Any]:
    """Returns how far the network is from the console on each audible track, by its name."""
    found: dict[str, Any] = {}
    for track in session.tracks:
        distance = channel_honesty(session, stems, track.id, cancel=cancel) if session.is_audible(track) else None
        if distance is not None:
            found[track.name] = {
                "error_to_signal_ratio": distance.esr,
                "mean_absolute_error": distance.mae,
                "stft_distance": distance.stft,
            }
    return found


def _portraits(
    session: Session, views: Sequence[View], progress: Progress, cancel: CancelToken | None
) -> dict[str, dict[str, ChannelPortrait]]:
    """Measures the effects of every audible channel that has any, through console and network, by the track's name."""
    tracks = [t for t in session.tracks if session.is_audible(t) and _has_effects(t.channel)]
    found: dict[str, dict[str, ChannelPortrait]] = {}
    for number, track in enumerate(tracks):
        progress(number / len(tracks), f"Measuring the effects of {track.name}")
        found[track.name] = {
            str(view): channel_portrait(track.channel, session.sample_rate_hz, view, cancel=cancel)
            for view in (View.WET, View.MODEL)
            if view in views
        }
    return found


def _has_effects(channel: Channel) -> bool:
    """Whether a channel does more than gain and polarity."""
    return nonlinear_part(channel)[0] != NEUTRAL


def _written_out(graph: PlayGraph, path: Path, cancel: CancelToken | None) -> np.ndarray:
    """Writes a mix to a raw file and maps it, so that hours of it do not fill the memory."""
    with path.open("wb") as file:
        for block in mix_blocks(graph, cancel=cancel):
            file.write(np.ascontiguousarray(block).tobytes())
    if not path.stat().st_size:
        return np.zeros((0, 2), np.float32)
    return np.memmap(path, np.float32, mode="r").reshape(-1, 2)


def _loudness_by_track(graph: PlayGraph, cancel: CancelToken | None) -> dict[str, float]:
    """Returns each audible track's integrated loudness as it stands in the mix, LUFS."""
    found = {}
    for strip in graph.strips:
        if strip.is_silent:
            continue
        meter = LoudnessMeter(graph.sample_rate_hz, 2)
        for block in mix_blocks(replace(graph, strips=(strip,)), cancel=cancel):
            meter.update(block)
        found[strip.track_id] = meter.integrated_lufs()
    return found
