# SPDX-License-Identifier: Apache-2.0
"""The report of a mix: metrics.json, pictures and one page that needs no network, in a folder."""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mixassist.analysis.comparison import Comparison, compare
from mixassist.analysis.finished_music import bands_outside, finished_music, places_in_range
from mixassist.analysis.json_values import json_safe
from mixassist.analysis.measures import Measures, measure
from mixassist.analysis.portraits import ChannelPortrait
from mixassist.analysis.report_page import page_html
from mixassist.analysis.report_pictures import Picture, draw_pictures
from mixassist.analysis.signals import as_frames
from mixassist.audio.atomic import writing_error
from mixassist.domain.channel import View
from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled
from mixassist.domain.session import Master, Session

METRICS_FORMAT = "mixassist-metrics"
METRICS_NAME = "metrics.json"
PAGE_NAME = "index.html"
_PICTURE_NAME = re.compile(r"[a-z]+(-[a-z0-9]+)*\.png")


@dataclass(frozen=True)
class ReportData:
    """What a report is made from.

    Attributes:
        session: its tracks, in order, with their controls; its rate is that of all audio here.
        views: each mix as it is heard, master gain included: (frames, 1 or 2), numpy arrays or memory maps; at least
            one. All should have one length; what is compared is the common part.
        master: the master the mixes were made with.
        measures: further facts for metrics.json, such as what limited the master gain; anything `json_safe` takes.
        notes: sentences for people: files resampled, stems left out …
        method: the mixer that predicted the controls.
        loudness_by_track: integrated loudness of each track as it stands in the mix, in LUFS, by track id.
        portraits: what each channel's effects do, by the track's name and then the view's.
    """

    session: Session
    views: Mapping[View, np.ndarray]
    master: Master = field(default_factory=Master)
    measures: Mapping[str, object] = field(default_factory=dict)
    notes: Sequence[str] = ()
    method: str = ""
    loudness_by_track: Mapping[str, float] = field(default_factory=dict)
    portraits: Mapping[str, Mapping[str, ChannelPortrait]] = field(default_factory=dict)

    @property
    def length_s(self) -> float:
        """Length of the longest view in seconds."""
        return max((len(audio) for audio in self.views.values()), default=0) / self.session.sample_rate_hz

    @property
    def ordered_views(self) -> dict[View, np.ndarray]:
        """The views in the order dry, wet, model."""
        return {view: as_frames(self.views[view]) for view in View if view in self.views}


@dataclass(frozen=True)
class Findings:
    """What was measured: each view, and the distances by name, `X_against_Y` with Y the reference."""

    views: Mapping[View, Measures]
    comparisons: Mapping[str, Comparison]


def write_report(
    directory: str | Path,
    data: ReportData,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> dict[str, object]:
    """Measures, draws and writes a report: metrics.json, index.html, and each picture as PNG and SVG.

    Everything is made in a temporary folder first and moved to its place at the end. In a folder that is there already
    only the files of an earlier report are replaced. The same data give the same bytes.

    Returns:
        What stands in metrics.json.

    Raises:
        MixAssistError: the folder cannot be written, is a file, or holds files of those names that are no report.
        Cancelled: as the token asks; nothing is left behind.
    """
    target = Path(directory)
    _check_target(target)
    findings = measure_views(data, scaled(progress, 0.0, 0.55), cancel)
    pictures = draw_pictures(data, findings, scaled(progress, 0.55, 0.95), cancel)
    metrics = metrics_of(data, findings, pictures)
    files = {f"{picture.name}.{suffix}": content for picture in pictures for suffix, content in picture.files.items()}
    files[PAGE_NAME] = page_html(data, findings, pictures).encode()
    files[METRICS_NAME] = (json.dumps(metrics, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
    if cancel is not None:
        cancel.check()
    _write_files(target, files)
    progress(1.0, "Report written")
    return metrics


def measure_views(data: ReportData, progress: Progress = no_progress, cancel: CancelToken | None = None) -> Findings:
    """Measures each view, and the distances dry against wet (levels matched) and model against wet (as they are)."""
    rate, audio = data.session.sample_rate_hz, data.ordered_views
    if not audio:
        raise ValueError("a report needs at least one view")
    pairs = [(View.WET, View.DRY), (View.WET, View.MODEL)]
    pairs = [pair for pair in pairs if pair[0] in audio and pair[1] in audio]
    steps = len(audio) + 3 * len(pairs)
    done = 0
    views: dict[View, Measures] = {}
    for view, samples in audio.items():
        part = scaled(progress, done / steps, (done + 1) / steps)
        views[view] = measure(samples, rate, progress=part, cancel=cancel)
        done += 1
    comparisons: dict[str, Comparison] = {}
    for reference, other in pairs:
        is_same_length = len(audio[reference]) == len(audio[other])
        comparisons[f"{other}_against_{reference}"] = compare(
            audio[reference],
            audio[other],
            rate,
            level_match=other is View.DRY,
            measures_a=views[reference] if is_same_length else None,
            measures_b=views[other] if is_same_length else None,
            progress=scaled(progress, done / steps, (done + 3) / steps),
            cancel=cancel,
        )
        done += 3
    return Findings(views, comparisons)


def metrics_of(data: ReportData, findings: Findings, pictures: Sequence[Picture] = ()) -> dict[str, object]:
    """Returns the content of metrics.json: plain values, null for what is not finite (see `json_values`)."""
    comparisons = {}
    for name, comparison in findings.comparisons.items():
        fields = vars(comparison)
        comparisons[name] = {key: value for key, value in fields.items() if key not in ("a", "b")}
    channels = [
        {
            "name": track.name,
            "instrument": track.channel.instrument,
            "is_audible": data.session.is_audible(track),
            "loudness_in_mix_lufs": data.loudness_by_track.get(track.id),
            "parameters": dict(track.channel.controls),
        }
        for track in data.session.tracks
    ]
    return json_safe(
        {
            "format": METRICS_FORMAT,
            "version": 1,
            "session": data.session.name,
            "sample_rate_hz": data.session.sample_rate_hz,
            "length_s": data.length_s,
            "method": data.method,
            "master": data.master,
            "measures": data.measures,
            "views": findings.views,
            "comparisons": comparisons,
            "spectrum": {view: _spectrum(measures) for view, measures in findings.views.items()},
            "channels": channels,
            "effects": {name: dict(portraits) for name, portraits in data.portraits.items()},
            "notes": list(data.notes),
            "pictures": [f"{picture.name}.png" for picture in pictures],
        }
    )


def _spectrum(measures: Measures) -> dict[str, object]:
    """Returns a mix's third octaves beside finished music of its loudness, all less that loudness."""
    places = places_in_range(measures.third_octave_db, measures.integrated_lufs)
    return {
        "reference": finished_music().sentence,
        "bands_outside": bands_outside(measures),
        "bands": places,
    }


def _check_target(target: Path) -> None:
    """Refuses early what can only fail after minutes of measuring."""
    try:
        is_there = target.exists()
        nearest = next(path for path in (target, *target.absolute().parents) if path.exists())
    except OSError as error:
        raise writing_error(target, error) from error
    if not nearest.is_dir():
        raise MixAssistError("is a file, not a folder", subject=nearest, remedy="Give the name of a folder.")
    if not os.access(nearest, os.W_OK):
        raise writing_error(target, PermissionError(errno.EACCES, "read-only"))
    if not is_there:
        return
    taken = [name for name in (METRICS_NAME, PAGE_NAME) if (target / name).exists()]
    if taken and not _holds_report(target):
        raise MixAssistError(
            f"holds a file {taken[0]} that is not of a report",
            subject=target,
            remedy="Choose another folder or move that file away.",
        )


def _holds_report(target: Path) -> bool:
    try:
        with (target / METRICS_NAME).open("rb") as file:
            return METRICS_FORMAT.encode() in file.read(200)
    except OSError:
        return False


def _write_files(target: Path, files: Mapping[str, bytes]) -> None:
    try:
        with _workshop(target) as folder:
            for name, content in files.items():
                (folder / name).write_bytes(content)
            if target.exists():
                for name in _earlier_pictures(target) - set(files):
                    (target / name).unlink(missing_ok=True)
                for name in files:
                    (folder / name).replace(target / name)
            else:
                folder.replace(target)
    except OSError as error:
        raise writing_error(target, error) from error


def _earlier_pictures(target: Path) -> set[str]:
    """Returns the pictures that an earlier report in the folder says are its own."""
    try:
        listed = json.loads((target / METRICS_NAME).read_text(encoding="utf-8"))["pictures"]
        stems = {name.removesuffix(".png") for name in listed if _PICTURE_NAME.fullmatch(name)}
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    return {f"{stem}.{suffix}" for stem in stems for suffix in ("png", "svg")}


@contextmanager
def _workshop(target: Path) -> Iterator[Path]:
    """Yields a hidden folder on the same disk; it and folders made for it are gone again if anything fails."""
    parent = target if target.exists() else target.parent
    made = [p for p in (parent, *parent.parents) if not p.exists()]
    folder = parent / f".report-{secrets.token_hex(6)}"
    try:
        folder.mkdir(parents=True)
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        for path in made:
            with suppress(OSError):
                path.rmdir()
        raise
    shutil.rmtree(folder, ignore_errors=True)
