# SPDX-License-Identifier: Apache-2.0
"""Writing what was mixed: the mix, the processed stems, the parameters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from mixassist.api.inspecting import counted, finite
from mixassist.api.outputs import check_outputs, files_read
from mixassist.audio.files import file_format_for
from mixassist.audio.stems import StemLibrary
from mixassist.domain.channel import View
from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled
from mixassist.domain.session import Session
from mixassist.interchange import parameters_file
from mixassist.rendering.mixdown import measure_mix, render_session, write_mix
from mixassist.rendering.mixdown import write_stems as write_rendered_stems

_AUDIBLY_OVER_DBTP = 0.05
"""What rounds to +0.1 dBTP passes full scale."""


@dataclass(frozen=True)
class MixReport:
    """What a written mix measures. Levels of silence are None."""

    path: str
    view: str
    sample_rate_hz: int
    seconds: float
    master_gain_db: float
    integrated_lufs: float | None
    true_peak_dbtp: float | None
    limited_by: str
    clipped_samples: int = 0
    loudness_target_lufs: float | None = None
    ceiling_dbtp: float = -1.0
    unreadable: tuple[str, ...] = ()
    """What `render` left out, a sentence each."""

    def to_dict(self) -> dict[str, Any]:
        """Returns the fields as plain values fit for JSON; `unreadable` only where something was left out."""
        return {key: value for key, value in asdict(self).items() if value or key != "unreadable"}

    @property
    def sentence(self) -> str:
        """The measures in one sentence."""
        lufs = "no loudness" if self.integrated_lufs is None else f"{self.integrated_lufs:.1f} LUFS"
        peak = "−∞" if self.true_peak_dbtp is None else f"{self.true_peak_dbtp:.1f}"
        # What is printed must agree: other gain than the mix was measured at, other blocks pass the gate at −70 LUFS.
        off = lufs not in ("no loudness", f"{self.loudness_target_lufs or 0.0:.1f} LUFS")
        why = {
            "loudness": f"the loudness target of {self.loudness_target_lufs} LUFS was {'nearly ' if off else ''}met",
            "ceiling": f"the true-peak ceiling of {self.ceiling_dbtp} dBTP was met "
            f"before the loudness target of {self.loudness_target_lufs} LUFS",
            "silence": "there is no sound to measure",
            "off": "no loudness target",
        }.get(self.limited_by, "the session's own master gain")
        clips = f"; {counted(self.clipped_samples, 'sample')} clipped" if self.clipped_samples else ""
        return f"{lufs}, {peak} dBTP, master {self.master_gain_db:+.2f} dB: {why}{clips}"

    @property
    def warning(self) -> str:
        """What to mind about the levels that were written, as a sentence; empty where nothing passes full scale."""
        if self.clipped_samples:
            return "What passed full scale is cut off. Fit the master to a target, or write a WAV of 32 bit float"
        if self.true_peak_dbtp is not None and self.true_peak_dbtp >= _AUDIBLY_OVER_DBTP:
            return "The true peak passes full scale: players clip there. Fit the master to a target"
        return ""


def export_mix(
    session: Session,
    stems: StemLibrary,
    path: str | Path,
    view: View | None = None,
    *,
    bit_depth: int | None = None,
    limited_by: str = "",
    inputs: Iterable[str | Path] = (),
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> MixReport:
    """Renders a view exactly and writes it with the session's own master gain: what is heard is what is written.

    Args:
        view: defaults to the session's.
        bit_depth: 16, 24 or 32 (float); by the file's kind when None.
        limited_by: what the master gain was fitted to, for the report.
        inputs: more files that must not be overwritten, beside the session's audio.

    Raises:
        MixAssistError: no tracks, a view that cannot be rendered, or a path that cannot be written, or that the mix is
            made from.
        Cancelled: `cancel` was set; no file is left.
    """
    if not session.tracks:
        raise MixAssistError("the session has no tracks to write", subject=path)
    target = Path(path)
    check_outputs([target], inputs=files_read(session, stems, inputs))
    file_format = file_format_for(target, bit_depth)
    chosen = view or session.view
    graph = render_session(session, stems, chosen, progress=scaled(progress, 0.0, 0.7), cancel=cancel)
    measures = measure_mix(graph, progress=scaled(progress, 0.7, 0.9), cancel=cancel)
    written = write_mix(graph, target, file_format, progress=scaled(progress, 0.9, 1.0), cancel=cancel)
    return MixReport(
        path=str(target),
        view=chosen.value,
        sample_rate_hz=session.sample_rate_hz,
        seconds=round(session.length_frames / session.sample_rate_hz, 3),
        master_gain_db=round(session.master.gain_db, 4),
        integrated_lufs=finite(measures.integrated_lufs),
        true_peak_dbtp=finite(measures.true_peak_dbtp),
        limited_by=limited_by,
        clipped_samples=written.clipped_samples,
        loudness_target_lufs=session.master.loudness_target_lufs,
        ceiling_dbtp=session.master.ceiling_dbtp,
    )


def export_stems(
    session: Session,
    stems: StemLibrary,
    folder: str | Path,
    view: View | None = None,
    *,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> list[Path]:
    """Writes every audible track as it stands in the mix: same start, same length, and their sum is the mix."""
    check_outputs(folders=[folder], inputs=files_read(session, stems))
    graph = render_session(session, stems, view or session.view, progress=scaled(progress, 0.0, 0.6), cancel=cancel)
    # Floating point: a stem may pass full scale where the mix does not, and the sum must stay the mix.
    form = file_format_for("stem.wav", 32)
    return write_rendered_stems(graph, session, folder, form, scaled(progress, 0.6, 1.0), cancel)


def export_parameters(session: Session, path: str | Path, *, inputs: Iterable[str | Path] = ()) -> None:
    """Writes every channel's 26 controls as JSON, or as CSV when the name ends in .csv.

    Args:
        inputs: more files that must not be overwritten, beside the session's audio.

    Raises:
        MixAssistError: another ending, a path that cannot be written, or one that the mix is made from.
    """
    target = Path(path)
    check_outputs([target], inputs=files_read(session, inputs=inputs))
    check_table_name(target)
    if target.suffix.lower() == ".csv":
        parameters_file.write_parameters_csv(target, session)
    else:
        parameters_file.write_parameters_json(target, session)


def check_table_name(path: str | Path) -> None:
    """Raises MixAssistError where a parameter table's name does not end in .json or .csv."""
    ending = Path(path).suffix
    if ending.lower() not in (".json", ".csv"):
        raise MixAssistError(
            f"parameters are not written as {ending}" if ending else "the name of a parameter table has an ending",
            subject=path,
            remedy="Let the name end in .json, or in .csv for a spreadsheet",
        )


def use_parameters(session: Session, path: str | Path) -> tuple[Session, tuple[str, ...]]:
    """Reads a parameter file and sets the channels it names; returns a note on what did not match.

    Raises:
        MixAssistError: not a parameter file, a control outside the table, with channel and control named, or a table
            that fits no track.
    """
    table = parameters_file.read_parameters(Path(path))
    try:
        applied, notes = parameters_file.apply_parameters(session, table)
    except MixAssistError as error:
        raise MixAssistError(error.message, subject=path, remedy=error.remedy) from error
    return replace(applied, method="parameters"), notes
