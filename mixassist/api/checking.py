# SPDX-License-Identifier: Apache-2.0
"""What is wrong with the stems of a session, told before anything is mixed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mixassist.audio.analysis import SILENCE_DBFS, StemAnalysis, analyse_stems
from mixassist.audio.faults import Fault, find_faults
from mixassist.audio.stems import StemLibrary
from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled
from mixassist.domain.session import Session

_NAMES_SHOWN = 4
_BLOCK_FRAMES = 1 << 18


@dataclass(frozen=True)
class Checked:
    """Facts by track id, and the faults in the tracks' order."""

    analyses: Mapping[str, StemAnalysis]
    faults: tuple[Fault, ...]

    @property
    def is_silent(self) -> bool:
        """Whether no track holds any sound."""
        return all(a.silent for a in self.analyses.values())


def check_tracks(
    session: Session, stems: StemLibrary, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> Checked:
    """Measures every decoded track and lists what is wrong with it or between two of them.

    Raises:
        Cancelled: `cancel` was set.
    """
    found = [stems.stem(t.source, session.sample_rate_hz) for t in session.tracks]
    measured = [a.analysis for a in analyse_stems(found, scaled(progress, 0.0, 0.8), cancel)]
    names = [t.name for t in session.tracks]
    faults = find_faults(
        {name: stem.samples for name, stem in zip(names, found, strict=True)},
        session.sample_rate_hz,
        scaled(progress, 0.8, 1.0),
        cancel,
        analyses=dict(zip(names, measured, strict=True)),
    )
    return Checked({t.id: a for t, a in zip(session.tracks, measured, strict=True)}, faults)


def require_sound(session: Session, stems: StemLibrary, subject: str) -> None:
    """Refuses decoded tracks of which none holds any sound.

    Raises:
        MixAssistError: says it of the subject.
    """
    least = 10.0 ** (SILENCE_DBFS / 20.0)
    for track in session.tracks:
        samples = stems.stem(track.source, session.sample_rate_hz).samples
        for start in range(0, len(samples), _BLOCK_FRAMES):
            block = samples[start : start + _BLOCK_FRAMES]
            if max(block.max(), -block.min()) >= least:
                return
    raise silence(subject, len(session.tracks))


def silence(subject: str, track_count: int) -> MixAssistError:
    """Returns the error of a source in which there is no sound to mix."""
    what = "is silent" if track_count == 1 else "holds nothing but silent stems"
    return MixAssistError(what, subject=subject, remedy="Export the stems again, with sound in them")


def sentences(notes: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Turns (track name, message) into lines; tracks of which the same is said share a line."""
    by_message: dict[str, list[str]] = {}
    for name, message in notes:
        by_message.setdefault(message, []).append(name)
    lines = []
    for message, names in by_message.items():
        told = [name for name in names if name]
        shown = told if len(told) <= _NAMES_SHOWN else [*told[: _NAMES_SHOWN - 1], f"{len(told) - 3} more tracks"]
        lines.append(f"{', '.join(shown)}: {message}" if shown else message)
    return tuple(lines)
