# SPDX-License-Identifier: Apache-2.0
"""The main job in one call: import, predict, render, write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mixassist.api.automixing import DEFAULT_METHOD, METHOD_NAMES, automix
from mixassist.api.checking import Checked, check_tracks, sentences, silence
from mixassist.api.exporting import (
    MixReport,
    check_table_name,
    export_mix,
    export_parameters,
    export_stems,
    use_parameters,
)
from mixassist.api.inspecting import counted
from mixassist.api.opening import Opened, decoded, open_source
from mixassist.api.outputs import check_outputs
from mixassist.api.reporting import write_report
from mixassist.api.settings import default_view, use_device
from mixassist.api.staging import Staging
from mixassist.audio.faults import Fault
from mixassist.audio.files import file_format_for
from mixassist.domain.channel import View
from mixassist.domain.commands import ApplyPrediction
from mixassist.domain.errors import MixAssistError, several
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled
from mixassist.domain.session import Session
from mixassist.rendering.mixdown import fit_master, render_session
from mixassist.rendering.renderers import renderer_for

PARAMETERS = "parameters"
"""What stands for the method where the controls came from a file."""

_MIXERS_WORDS = {"silent": "is silent", "flipped_polarity": "works against"}
"""How a mixer's note on a fault of that kind goes on behind the track's name."""


@dataclass(frozen=True)
class MixOptions:
    """What `mix` is asked for. None stands for: as the session or the program has it."""

    sources: tuple[str, ...]
    output: str
    method: str | None = None
    view: View | None = None
    target_lufs: Callable[[float | None], float | None] = lambda present: present
    parameters_in: str | None = None
    parameters_out: str | None = None
    stems_out: str | None = None
    report: str | None = None
    bit_depth: int | None = None
    device: str = "auto"
    seed: int = 0
    skip_unreadable: bool = False


@dataclass(frozen=True)
class MixOutcome:
    """What `mix` did."""

    session: Session
    report: MixReport
    method: str
    notes: tuple[str, ...]
    unreadable: tuple[str, ...]
    written: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Returns plain values fit for JSON."""
        return {
            "mix": self.report.to_dict(),
            "method": self.method,
            "tracks": len(self.session.tracks),
            "notes": list(self.notes),
            "unreadable": list(self.unreadable),
            "written": list(self.written),
        }

    def lines(self) -> list[str]:
        """Returns the outcome as lines for people."""
        how = "with the parameters given" if self.method == PARAMETERS else f"by {self.method}"
        lines = [
            f"{self.report.path}: {counted(len(self.session.tracks), 'track')} mixed {how}, {self.report.view}",
            f"  {self.report.sentence}",
        ]
        lines.extend(f"  note: {note}" for note in self.notes)
        lines.extend(f"  left out: {error}" for error in self.unreadable)
        lines.extend(f"  also written: {path}" for path in self.written[1:])
        return lines


def mix(options: MixOptions, progress: Progress = no_progress, cancel: CancelToken | None = None) -> MixOutcome:
    """Imports sources, predicts (or takes) the controls, fits the master, and writes all that was asked for.

    Raises:
        MixAssistError: whatever the user can mend, before anything is written.
        Cancelled: `cancel` was set; nothing of all that is left, and what was there before is as it was.
    """
    method = _checked(options)
    opened, checked = _heard(options, scaled(progress, 0.0, 0.25), cancel)
    with closing(opened.stems), Staging() as staging:
        session = replace(opened.session, view=options.view or default_view())
        master = replace(session.master, loudness_target_lufs=options.target_lufs(session.master.loudness_target_lufs))
        session, notes = _controlled(replace(session, master=master), opened, options, method, progress, cancel)
        session, limited_by = _mastered(session, opened, scaled(progress, 0.4, 0.7), cancel)
        with staging.file(options.output) as staged:
            report = export_mix(
                session, opened.stems, staged, bit_depth=options.bit_depth, limited_by=limited_by,
                progress=scaled(progress, 0.7, 0.8), cancel=cancel,
            )  # fmt: skip
        report = replace(report, path=str(options.output))
        outcome = MixOutcome(
            session=session,
            report=report,
            method=method,
            notes=(*opened.notes, *_faults(checked, notes), *notes, *_warnings(report, opened, options)),
            unreadable=tuple(str(e) for e in opened.unreadable),
            written=(options.output,),
        )
        outcome = _with_extras(outcome, opened, options, staging, scaled(progress, 0.8, 1.0), cancel)
        staging.commit()
        return outcome


def _with_extras(
    outcome: MixOutcome,
    opened: Opened,
    options: MixOptions,
    staging: Staging,
    progress: Progress,
    cancel: CancelToken | None,
) -> MixOutcome:
    """Writes parameters, stems and report, as far as they were asked for; the report, whole or not at all, last."""
    session, written = outcome.session, list(outcome.written)
    if options.parameters_out is not None:
        with staging.file(options.parameters_out) as staged:
            export_parameters(session, staged)
        written.append(options.parameters_out)
    if options.stems_out is not None:
        with staging.folder(options.stems_out) as staged:
            paths = export_stems(session, opened.stems, staged, progress=scaled(progress, 0.0, 0.4), cancel=cancel)
        written.extend(str(Path(options.stems_out) / path.name) for path in paths)
    if options.report is not None:
        write_report(
            options.report, session, opened.stems, outcome.report, notes=outcome.notes,
            progress=scaled(progress, 0.4, 1.0), cancel=cancel,
        )  # fmt: skip
        written.append(options.report)
    return replace(outcome, written=tuple(written))


def _heard(options: MixOptions, progress: Progress, cancel: CancelToken | None) -> tuple[Opened, Checked]:
    """Opens, decodes and checks the sources; refuses what cannot be mixed or would be overwritten."""
    skip = options.skip_unreadable
    opened = _opened(options.sources, skip, cancel)
    check_outputs([options.output, options.parameters_out], [options.stems_out, options.report], inputs=_inputs(opened))
    opened = decoded(opened, skip_unreadable=skip, progress=scaled(progress, 0.0, 0.5), cancel=cancel)
    _refuse_damage(opened, skip)
    checked = check_tracks(opened.session, opened.stems, progress=scaled(progress, 0.5, 1.0), cancel=cancel)
    if checked.is_silent:
        raise silence(options.sources[0], len(opened.session.tracks))
    return opened, checked


def _opened(sources: Sequence[str], skip_unreadable: bool, cancel: CancelToken | None) -> Opened:
    opened = open_source(sources, skip_unreadable=skip_unreadable, cancel=cancel).require_audio(skip_unreadable)
    if not opened.session.tracks:
        raise MixAssistError("the session has no tracks", subject=sources[0], remedy="Import some stems first")
    _refuse_damage(opened, skip_unreadable)
    return opened


def _refuse_damage(opened: Opened, skip_unreadable: bool) -> None:
    if opened.damaged and not skip_unreadable:
        raise several(opened.damaged)


def _inputs(opened: Opened) -> list[str | Path]:
    """Lists every file that is read, so that none is written."""
    files: list[str | Path] = [f.path for track in opened.session.tracks for f in track.source.files]
    if opened.path is not None:
        files.append(opened.path)
    return files


def _faults(checked: Checked, notes: tuple[str, ...]) -> tuple[str, ...]:
    """Says which track has which fault, but for those that the mixer has spoken of itself."""

    def is_told(fault: Fault) -> bool:
        words = _MIXERS_WORDS.get(fault.kind)
        return words is not None and any(note.startswith(f"{fault.track_name} {words}") for note in notes)

    return sentences((f.track_name, f.message) for f in checked.faults if not is_told(f))


def _warnings(report: MixReport, opened: Opened, options: MixOptions) -> tuple[str, ...]:
    """Says what to mind about the mix that was written."""
    found = []
    if report.clipped_samples:
        cut = counted(report.clipped_samples, "sample")
        found.append(f"{cut} clipped: choose a loudness target, or --bit-depth 32 and a .wav")
    folders = {Path(source).resolve() for source in options.sources if Path(source).is_dir()}
    if Path(options.output).resolve().parent in folders:
        found.append("the mix lies among the stems and would be taken for one the next time: keep it elsewhere")
    return tuple(found)


def _checked(options: MixOptions) -> str:
    """Refuses early what would fail late; returns the method."""
    method = options.method or DEFAULT_METHOD
    if method not in METHOD_NAMES:
        what = "there is no trained network for it yet" if method == "controller" else "there is no such method"
        raise MixAssistError(what, subject=method, remedy=f"Choose one of {', '.join(METHOD_NAMES)}")
    _require_view(options.view or default_view())
    use_device(options.device)
    _check_format(options.output, options.bit_depth)
    check_outputs([options.output, options.parameters_out], [options.stems_out, options.report])
    if options.parameters_out is not None:
        check_table_name(options.parameters_out)
    return PARAMETERS if options.parameters_in is not None else method


def _check_format(path: str | Path, bit_depth: int | None) -> None:
    """Refuses an ending that cannot be written, and a depth that the format does not hold or has no use for."""
    if str(path) and file_format_for(path, bit_depth).bit_depth is None and bit_depth is not None:
        raise MixAssistError(
            f"{Path(path).suffix} files have no bit depth",
            subject=path,
            remedy="Leave --bit-depth out, or choose .wav or .flac",
        )


def _require_view(view: View) -> None:
    """Raises MixAssistError, saying why, when the view cannot be rendered here."""
    renderer_for(view)


def _controlled(
    session: Session,
    opened: Opened,
    options: MixOptions,
    method: str,
    progress: Progress,
    cancel: CancelToken | None,
) -> tuple[Session, tuple[str, ...]]:
    if options.parameters_in is not None:
        return use_parameters(session, options.parameters_in)
    suggestion = automix(
        session, opened.stems, method, seed=options.seed, fit_master=False,
        progress=scaled(progress, 0.25, 0.4), cancel=cancel,
    )  # fmt: skip
    return ApplyPrediction(suggestion.predictions, method).apply(session), suggestion.notes


def _mastered(session: Session, opened: Opened, progress: Progress, cancel: CancelToken | None) -> tuple[Session, str]:
    graph = render_session(session, opened.stems, session.view, progress=scaled(progress, 0.0, 0.85), cancel=cancel)
    _, decision = fit_master(graph, session.master, progress=scaled(progress, 0.85, 1.0), cancel=cancel)
    return replace(session, master=replace(session.master, gain_db=decision.gain_db)), decision.limited_by


def render(
    source: str | Path,
    output: str | Path,
    view: View | None = None,
    *,
    bit_depth: int | None = None,
    device: str = "auto",
    skip_unreadable: bool = False,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> MixReport:
    """Writes a session as it stands: its controls, its mutes and solos, its master gain.

    Args:
        skip_unreadable: go on without tracks whose audio is missing or cannot be read; the report names them.
    """
    use_device(device)
    _check_format(output, bit_depth)
    check_outputs([output])
    if view is not None:
        _require_view(view)
    opened = _opened([str(source)], skip_unreadable, cancel)
    with closing(opened.stems):
        _require_view(view or opened.session.view)
        check_outputs([output], inputs=_inputs(opened))
        opened = decoded(opened, skip_unreadable=skip_unreadable, progress=scaled(progress, 0.0, 0.3), cancel=cancel)
        _refuse_damage(opened, skip_unreadable)
        report = export_mix(
            opened.session, opened.stems, output, view, bit_depth=bit_depth,
            progress=scaled(progress, 0.3, 1.0), cancel=cancel,
        )  # fmt: skip
        return replace(report, unreadable=tuple(str(error) for error in opened.unreadable))
