# SPDX-License-Identifier: Apache-2.0
"""Blind listening: making the versions of a test, checking its log, reporting on a folder of logs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from mixassist.api.automixing import automix
from mixassist.api.outputs import check_outputs
from mixassist.audio.files import probe
from mixassist.audio.stems import StemLibrary
from mixassist.domain.channel import Channel, View
from mixassist.domain.commands import ApplyPrediction
from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled
from mixassist.domain.session import SAMPLE_RATES_HZ, Session
from mixassist.domain.slots import SLOTS, in_slot
from mixassist.domain.track import AudioFile, AudioSource, SourceSide
from mixassist.interchange.autosave import STATE_DIR_VARIABLE
from mixassist.listening.abx import AbxTest, AbxTraining
from mixassist.listening.alignment import find_lag
from mixassist.listening.blind_test import TestSetup
from mixassist.listening.degradations import (
    SCREENING_NAMES,
    blocks_of,
    mono,
    noise_at,
    screening_effects,
)
from mixassist.listening.designs import Design, fixed_design, sequential_design
from mixassist.listening.interrupted import close_interrupted
from mixassist.listening.log import SUFFIX as LOG_SUFFIX
from mixassist.listening.multi_stimulus import MultiStimulusTest
from mixassist.listening.opinion import NOISE_LABEL, SCREENING_SAMPLES, OpinionTest
from mixassist.listening.opinion import SCALE as OPINION_SCALE
from mixassist.listening.preference import PreferenceTest
from mixassist.listening.readable import one_line
from mixassist.listening.sources import SourceKind, VersionSource, file_source, sources_of, unlike_labels
from mixassist.listening.verification import Verification, verify_log
from mixassist.listening.versions import LevelMatch, Versions, graph_for_key
from mixassist.rendering.mixdown import mix_blocks, render_session
from mixassist.rendering.play_graph import PlayGraph, Samples

__all__ = [
    "OPINION_SCALE",
    "SCREENING_SAMPLES",
    "AbxTest",
    "AbxTraining",
    "Design",
    "LevelMatch",
    "MultiStimulusTest",
    "OpinionTest",
    "PreferenceTest",
    "Prepared",
    "TestSetup",
    "VersionSource",
    "file_source",
    "fixed_design",
    "graph_for_key",
    "listening_directory",
    "picture_of_log",
    "prepare_versions",
    "region_facts",
    "report_lines",
    "sequential_design",
    "sources_of",
    "verify_listening_log",
    "write_listening_report",
]

_ALIGN_S = 30.0


@dataclass(frozen=True)
class Prepared:
    """Versions ready to be heard.

    Attributes:
        versions: the sources in their order, then the extra ones of an opinion test.
        match: the gains in the region.
        moved_frames: by how many frames each source was moved earlier to be in step.
        notes: sentences for the listener.
    """

    versions: Versions
    sources: tuple[VersionSource, ...]
    match: LevelMatch
    moved_frames: tuple[int, ...]
    notes: tuple[str, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The sources' labels, without those of extra versions."""
        return self.versions.labels[: len(self.sources)]

    def facts(self) -> dict[str, Any]:
        """Returns plain values for the log's first entry."""
        return {
            "sample_rate_hz": self.versions.sample_rate_hz,
            "length_s": round(self.versions.frames / self.versions.sample_rate_hz, 3),
            **region_facts(self.match, self.versions.sample_rate_hz),
            "versions": [
                {
                    "source": str(source.kind) + (f":{source.name}" if source.name else ""),
                    "moved_frames": moved,
                    "gain_db": round(self.match.gains_db[i], 4),
                    "loudness_lufs": round(self.match.after_lufs[i], 3),
                }
                for i, (source, moved) in enumerate(zip(self.sources, self.moved_frames, strict=True))
            ],
        }


def region_facts(match: LevelMatch, sample_rate_hz: int) -> dict[str, Any]:
    """Returns where the looped region is and how loud everything is there, as plain values."""
    return {
        "region": {
            "start_s": round(match.start_frames / sample_rate_hz, 4),
            "end_s": round(match.end_frames / sample_rate_hz, 4),
        },
        "gains_db": [round(gain, 4) for gain in match.gains_db],
        "spread_lu": round(match.spread_lu, 4),
    }


def prepare_versions(
    sources: Sequence[VersionSource],
    session: Session | None = None,
    stems: StemLibrary | None = None,
    *,
    region_s: tuple[float, float] = (0.0, 15.0),
    with_opinion_extras: bool = False,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> Prepared:
    """Renders or reads every source, puts them in step and makes the region equally loud.

    Args:
        sources: what to compare; all but files need a session and its stems.
        region_s: start and end of the looped region in seconds.
        with_opinion_extras: add, behind the sources, the low anchor and the samples of the screening question.

    Raises:
        MixAssistError: a source that cannot be read or rendered, or a region in which one of them is silent.
        Cancelled: `cancel` was set.
    """
    if len(sources) < (1 if with_opinion_extras else 2):
        raise MixAssistError("there is nothing to compare", remedy="Choose at least two versions.")
    session = session if session is not None and session.tracks else None
    if session is None and (any(s.needs_session for s in sources) or sources[0].kind is SourceKind.MONO):
        raise MixAssistError("only files can be compared without a session", remedy="Open a session first.")
    own = StemLibrary()
    try:
        rate = _rate_of(session, sources)
        workshop = _Workshop(session, stems or own, own, rate, cancel)
        count = len(sources)
        makers = [
            workshop.opened(s, scaled(progress, 0.8 * i / count, 0.8 * (i + 1) / count)) for i, s in enumerate(sources)
        ]
        labels = unlike_labels(tuple(sources))
        extras = (NOISE_LABEL, "reference", *SCREENING_NAMES) if with_opinion_extras else ()
        versions = Versions((*labels, *extras), max(m.frames for m in makers), rate)
        region = versions.checked_region(*(round(t * rate) for t in region_s))
        moved = _laid_in(versions, sources, makers, region, cancel)
        if extras:
            _add_extras(versions, len(labels), region)
        progress(0.9, "matching levels")
        match = versions.match(*region)
        progress(1.0, "ready")
        return Prepared(versions, tuple(sources), match, moved, _notes(labels, moved, rate))
    finally:
        own.close()


@dataclass(frozen=True)
class _Maker:
    """Gives a source's blocks; `samples` where they are at hand as an array."""

    frames: int
    graph: PlayGraph | None = None
    samples: Samples | None = None

    def blocks(self, cancel: CancelToken | None) -> Iterator[Samples]:
        if self.graph is not None:
            yield from mix_blocks(self.graph, cancel=cancel)
        elif self.samples is not None:
            for block in blocks_of(self.samples):
                yield block if block.shape[1] == 2 else block.repeat(2, axis=1)


@dataclass(frozen=True)
class _Workshop:
    """What sources are made from. `own` decodes files, which are no part of the session."""

    session: Session | None
    stems: StemLibrary
    own: StemLibrary
    rate: int
    cancel: CancelToken | None

    def opened(self, source: VersionSource, progress: Progress) -> _Maker:
        """Reads or renders a source."""
        if source.kind is SourceKind.FILE:
            stem = self.own.stem(_audio_source(probe(source.name)), self.rate)
            self.own.decode([stem], progress=progress, cancel=self.cancel)
            return _Maker(stem.frames, samples=stem.samples)
        if self.session is None:
            return _Maker(0)  # a mono anchor, made of the first version when that is there
        state, view = self._state_of(source, self.session)
        graph = render_session(state, self.stems, view, progress=progress, cancel=self.cancel)
        return _Maker(graph.length_frames, graph=graph)

    def _state_of(self, source: VersionSource, session: Session) -> tuple[Session, View]:
        """Returns the session and the view that a source is rendered from."""
        if source.kind is SourceKind.VIEW:
            return session, View(source.name)
        if source.kind is SourceKind.SNAPSHOT:
            name = source.name
            return (in_slot(session, name) if name in SLOTS else session.recalled_snapshot(name)), session.view
        # Anchors know nothing of what the user did: no locks, mutes or solos.
        bare = session.with_channels(lambda t: Channel(instrument=t.channel.instrument))
        found = automix(bare, self.stems, str(source.kind), fit_master=False, cancel=self.cancel)
        return ApplyPrediction(found.predictions, found.method).apply(bare), View.DRY


def _laid_in(
    versions: Versions,
    sources: Sequence[VersionSource],
    makers: Sequence[_Maker],
    region: tuple[int, int],
    cancel: CancelToken | None,
) -> tuple[int, ...]:
    """Writes every source into the versions, files in step with the first; returns by how much each was moved."""
    moved = [0] * len(makers)
    around = _around(region, versions.frames, versions.sample_rate_hz)
    for index, (source, maker) in enumerate(zip(sources, makers, strict=True)):
        if source.kind is SourceKind.MONO and maker.graph is None:
            versions.fill(index, mono(blocks_of(versions.samples(0))))
            continue
        versions.fill(index, maker.blocks(cancel))
        if index == 0 or source.kind is not SourceKind.FILE:
            continue
        lag = find_lag(versions.samples(0)[around], versions.samples(index)[around], versions.sample_rate_hz)
        if lag.is_sure and lag.frames:
            moved[index] = lag.frames
            versions.clear(index)
            versions.fill(index, maker.blocks(cancel), offset=-lag.frames)
    return tuple(moved)


def _around(region: tuple[int, int], frames: int, rate: int) -> slice:
    """Returns up to half a minute from the region on, long enough to find a lag in."""
    start = min(region[0], max(frames - round(_ALIGN_S * rate), 0))
    return slice(start, min(start + round(_ALIGN_S * rate), frames))


def _add_extras(versions: Versions, first: int, region: tuple[int, int]) -> None:
    """Writes the low anchor, the reference once more, and the four small effects on it."""
    reference = versions.samples(0)
    versions.fill(first, noise_at(0.0, reference, *region)(blocks_of(reference)))
    versions.fill(first + 1, blocks_of(reference))
    for index, effect in enumerate(screening_effects(reference, versions.sample_rate_hz, *region)):
        versions.fill(first + 2 + index, effect(blocks_of(reference)))


def _rate_of(session: Session | None, sources: Sequence[VersionSource]) -> int:
    if session is not None:
        return session.sample_rate_hz
    rate = probe(sources[0].name).sample_rate_hz
    return rate if rate in SAMPLE_RATES_HZ else 48_000


def _audio_source(file: AudioFile) -> AudioSource:
    sides = range(min(file.channel_count, 2))
    return AudioSource(tuple(SourceSide(file, side) for side in sides))


def _notes(labels: Sequence[str], moved: Sequence[int], rate: int) -> tuple[str, ...]:
    return tuple(
        f"{label} was {abs(frames)} samples ({1000 * abs(frames) / rate:.1f} ms) {'late' if frames > 0 else 'early'} "
        "and has been put in step"
        for label, frames in zip(labels, moved, strict=True)
        if frames
    )


def close_interrupted_tests(folder: str | Path) -> tuple[Verification, ...]:
    """Ends the tests of a folder that a crash ended: their answers count as given up there. Returns their logs."""
    return close_interrupted(folder)


def verify_listening_log(path: str | Path) -> Verification:
    """Checks the log of a listening test; one that a crash cut short is ended first.

    Raises:
        MixAssistError: there is no such file, or it is no listening log.
    """
    close_interrupted(Path(path).parent)
    return verify_log(path)


def write_listening_report(folder: str | Path, page: str | Path | None = None) -> tuple[Path, dict[str, Any]]:
    """Joins all logs of a folder into one page with plots; returns where it is, and its findings as plain values.

    Raises:
        MixAssistError: no such folder, no log in it, or the page cannot be written or would overwrite a log.
    """
    from mixassist.listening.report_page import write_report  # drawing is heavy to load

    if page is not None:
        check_outputs([page], inputs=Path(folder).rglob(f"*{LOG_SUFFIX}"))
    close_interrupted(folder)
    return write_report(folder, page)


def picture_of_log(path: str | Path) -> bytes | None:
    """Draws the result of one log as PNG; None where there is nothing to draw.

    Raises:
        MixAssistError: it is no listening log.
    """
    from mixassist.listening.collection import comparison_of
    from mixassist.listening.findings import finding_of
    from mixassist.listening.plots import picture_png

    comparison = comparison_of(path)
    return None if comparison is None else picture_png(finding_of(comparison))


def listening_directory() -> Path:
    """Returns where logs go that belong to no session: below `MIXASSIST_STATE_DIR`, or the system's place for state."""
    given = os.environ.get(STATE_DIR_VARIABLE)
    base = Path(given) if given else platformdirs.user_state_path("mixassist", appauthor=False)
    return base / "listening"


def report_lines(page: Path, findings: dict[str, Any]) -> list[str]:
    """Returns the findings of a report as lines for people."""
    lines = []
    for found in findings["comparisons"]:
        title = f"{found['test']} {found['title']}".strip()
        lines.append(f"{title}: {' · '.join(found['labels'])}, {found['runs']} test{'s' if found['runs'] != 1 else ''}")
        lines.extend(f"  {words}" for words in found["words"])
        lines.extend(f"  not counted: {count} {why}" for why, count in found["left_out"].items())
    lines.extend(f"left out: {Path(refused['log']).name}: {refused['why']}" for refused in findings["refused"])
    return [one_line(line) for line in [*lines, f"Page: {page}"]]
