# SPDX-License-Identifier: Apache-2.0
"""Human drum performances: the Groove MIDI Dataset (Google, CC BY 4.0; Gillick et al., 2019) as notes."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from mixassist.domain.errors import MixAssistError
from mixassist.training.multitracks.midi_notes import drum_notes
from mixassist.training.multitracks.notes import Note

HELD_OUT_DRUMMERS = frozenset({"drummer5", "drummer8"})
"""Nobody trains on these two of the ten drummers: about a fifth of the beats, rock, jazz, Latin and funk among them."""

_TO_GENERAL_MIDI: Mapping[int, int] = MappingProxyType({22: 42, 26: 46, 50: 48, 47: 45, 58: 43, 55: 49, 52: 57})
"""The electronic kit tells edges and rims from heads by notes of its own: hi-hat edges 22 and 26, tom rims 50, 47 and
58, crash edges 55 and 52 (Gillick et al., table of pitches). Here they are the drum that they belong to."""


@dataclass(frozen=True)
class GroovePerformance:
    """One performance as its table describes it; the notes are read when they are asked for.

    Args:
        path: the MIDI file.
        drummer: who played, such as `drummer1`.
        style: such as `rock` or `funk/groove1`.
        tempo_bpm: of the click.
        kind: `beat` or `fill`.
        length_s: from the table.
    """

    path: Path
    drummer: str
    style: str
    tempo_bpm: float
    kind: str
    length_s: float

    @property
    def held_out(self) -> bool:
        """Whether the drummer is one that nobody trains on."""
        return self.drummer in HELD_OUT_DRUMMERS

    def notes(self) -> list[Note]:
        """Reads the performance as General MIDI drum notes, sorted by time.

        Raises:
            MixAssistError: the file cannot be read, or mido is not installed.
        """
        return drum_notes(self.path, _TO_GENERAL_MIDI)


def groove_performances(
    data_dir: Path, *, held_out: bool | None = None, kind: str | None = None
) -> list[GroovePerformance]:
    """Lists the performances whose files are there, in the order of their table.

    Args:
        data_dir: the folder with the training data; the performances are in its folder `midi/groove`.
        held_out: only those of the held-out drummers (True), only those of the others (False), or all (None).
        kind: only `beat` or only `fill`; all by default.

    Raises:
        MixAssistError: the table is missing or is not as expected.
    """
    folder = Path(data_dir) / "midi" / "groove"
    table = folder / "info.csv"
    try:
        with table.open(encoding="utf-8", newline="") as lines:
            listed = [_performance(row, folder) for row in csv.DictReader(lines)]
    except OSError as error:
        raise MixAssistError(
            "the table of drum performances cannot be read",
            subject=table,
            remedy="Name the folder with the training data.",
        ) from error
    except (KeyError, ValueError, TypeError) as error:
        raise MixAssistError("this is not the table of the Groove MIDI Dataset", subject=table) from error
    return [
        performance
        for performance in listed
        if performance.path.is_file()
        and (held_out is None or performance.held_out == held_out)
        and (kind is None or performance.kind == kind)
    ]


def _performance(row: Mapping[str, str], folder: Path) -> GroovePerformance:
    return GroovePerformance(
        path=folder / row["midi_filename"],
        drummer=row["drummer"],
        style=row["style"],
        tempo_bpm=float(row["bpm"]),
        kind=row["beat_type"],
        length_s=float(row["duration"]),
    )
