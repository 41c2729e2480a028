# SPDX-License-Identifier: Apache-2.0
"""The main job in one call: import, predict, render, write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mixassist.api.automixing import DEFAULT_METHOD, METHOD_NAMES, automix
from mixassist.api.exporting import (
    MixReport,
    check_outputs,
    export_mix,
    export_parameters,
    export_stems,
    use_parameters,
)
from mixassist.api.opening import Opened, decode, open_source
from mixassist.api.reporting import write_report
from mixassist.api.settings import DEFAULT_VIEW, available_views, use_device
from mixassist.audio.files import file_format_for
from mixassist.domain.channel import View
from mixassist.domain.commands import ApplyPrediction
from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled
from mixassist.domain.session import Session
from mixassist.rendering.mixdown import fit_master, render_session


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
        lines = [
            f"{self.report.path}: {len(self.session.tracks)} tracks mixed by {self.method}, {self.report.view}",
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
        Cancelled: `cancel` was set; no half-written file is left.
    """
    method = _checked(options)
    opened = open_source(options.sources, skip_unreadable=options.skip_unreadable, cancel=cancel).require_audio()
    decode(opened.session, opened.stems, progress=scaled(progress, 0.0, 0.15), cancel=cancel)
    session = replace(opened.session, view=options.view or DEFAULT_VIEW)
    master = replace(session.master, loudness_target_lufs=options.target_lufs(session.master.loudness_target_lufs))
    session, notes = _controlled(replace(session, master=master), opened, options, method, progress, cancel)
    session, limited_by = _mastered(session, opened, progress, cancel)
    if options.parameters_in is not None:
        method = "parameters"
    written = [options.output]
    report = export_mix(
        session, opened.stems, options.output, bit_depth=options.bit_depth, limited_by=limited_by,
        progress=scaled(progress, 0.75, 0.85), cancel=cancel,
    )  # fmt: skip
    if report.clipped_samples:
        notes += (f"{report.clipped_samples} samples clip; write 32-bit float or choose a loudness target",)
    if options.parameters_out is not None:
        export_parameters(session, options.parameters_out)
        written.append(options.parameters_out)
    if options.stems_out is not None:
        paths = export_stems(session, opened.stems, options.stems_out, cancel=cancel)
        written.extend(str(path) for path in paths)
    outcome = MixOutcome(
        session, report, method, opened.notes + notes, tuple(str(e) for e in opened.unreadable), tuple(written)
    )
    if options.report is not None:
        write_report(
            options.report, session, opened.stems, report, notes=outcome.notes,
            progress=scaled(progress, 0.85, 1.0), cancel=cancel,
        )  # fmt: skip
        outcome = replace(outcome, written=(*outcome.written, options.report))
    return outcome


def _checked(options: MixOptions) -> str:
    """Refuses early what would fail late; returns the method."""
    method = options.method or DEFAULT_METHOD
    if method not in METHOD_NAMES:
        raise MixAssistError(
            "there is no such method", subject=method, remedy=f"Choose one of {', '.join(METHOD_NAMES)}"
        )
    if (options.view or DEFAULT_VIEW) not in available_views():
        raise MixAssistError("there is no trained network to render it", subject="--view model", remedy="Use wet")
    use_device(options.device)
    file_format_for(Path(options.output), options.bit_depth)
    check_outputs([options.output, options.parameters_out], [options.stems_out, options.report])
    return method


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
        progress=scaled(progress, 0.15, 0.35), cancel=cancel,
    )  # fmt: skip
    return ApplyPrediction(suggestion.predictions, method).apply(session), suggestion.notes


def _mastered(session: Session, opened: Opened, progress: Progress, cancel: CancelToken | None) -> tuple[Session, str]:
    graph = render_session(session, opened.stems, session.view, progress=scaled(progress, 0.35, 0.7), cancel=cancel)
    _, decision = fit_master(graph, session.master, progress=scaled(progress, 0.7, 0.75), cancel=cancel)
    return replace(session, master=replace(session.master, gain_db=decision.gain_db)), decision.limited_by


def render(
    source: str | Path,
    output: str | Path,
    view: View | None = None,
    *,
    bit_depth: int | None = None,
    device: str = "auto",
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> MixReport:
    """Writes a session as it stands: its controls, its mutes and solos, its master gain."""
    use_device(device)
    check_outputs([output])
    opened = open_source([source], cancel=cancel).require_audio()
    decode(opened.session, opened.stems, progress=scaled(progress, 0.0, 0.3), cancel=cancel)
    return export_mix(
        opened.session, opened.stems, output, view, bit_depth=bit_depth,
        progress=scaled(progress, 0.3, 1.0), cancel=cancel,
    )  # fmt: skip
