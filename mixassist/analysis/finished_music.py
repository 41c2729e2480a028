# SPDX-License-Identifier: Apache-2.0
"""What spectrum finished music has, and where a mix lies in that range.

The table beside this module is derived by `python -m mixassist.evaluation.derive_spectrum`; it says how few songs it
rests on, and so does `FinishedMusic.sentence`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from mixassist.analysis.measures import Measures

FORMAT = "mixassist-finished-music"
TABLE_PATH = Path(__file__).with_name("finished_music.json")


@dataclass(frozen=True)
class FinishedMusic:
    """Third-octave levels of finished music at 0 LUFS, dB re a full-scale sine.

    Attributes:
        centres_hz: mid-band frequencies (bands,).
        low_db, middle_db, high_db: the percentiles `percentiles` of each band (bands,).
        songs_by_band: how many songs each band rests on.
    """

    centres_hz: np.ndarray
    low_db: np.ndarray
    middle_db: np.ndarray
    high_db: np.ndarray
    percentiles: tuple[int, int, int]
    songs: int
    passages: int
    source: str
    songs_by_band: tuple[int, ...]

    @property
    def sentence(self) -> str:
        """What the range rests on, for people."""
        low, _, high = self.percentiles
        return (
            f"Range of finished music: the {low}th to {high}th percentile of {self.passages} passages of only "
            f"{self.songs} songs by one artist ({self.source}). A hint, not a goal."
        )

    def at(self, integrated_lufs: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Returns low, middle and high at a mix's loudness, dB re a full-scale sine; NaN where it has no loudness."""
        shift = integrated_lufs if math.isfinite(integrated_lufs) else math.nan
        return self.low_db + shift, self.middle_db + shift, self.high_db + shift


@dataclass(frozen=True)
class BandPlace:
    """Where one band of a mix lies: its level less the loudness, the range, and by how much it is outside (0: in)."""

    centre_hz: float
    level_db: float
    low_db: float
    middle_db: float
    high_db: float

    @property
    def outside_db(self) -> float:
        """dB above the range (positive) or below it (negative)."""
        return max(self.level_db - self.high_db, 0.0) + min(self.level_db - self.low_db, 0.0)


@cache
def finished_music() -> FinishedMusic:
    """Returns the table that is shipped."""
    table = json.loads(TABLE_PATH.read_text(encoding="utf-8"))
    bands = table["bands"]
    levels = np.array([b["levels_db"] for b in bands], dtype=np.float64)
    return FinishedMusic(
        centres_hz=np.array([b["centre_hz"] for b in bands]),
        low_db=levels[:, 0],
        middle_db=levels[:, 1],
        high_db=levels[:, 2],
        percentiles=tuple(table["percentiles"]),
        songs=len(table["songs"]),
        passages=table["passages"],
        source=table["source"],
        songs_by_band=tuple(b["songs"] for b in bands),
    )


def places_in_range(third_octave_db: Sequence[float], integrated_lufs: float) -> tuple[BandPlace, ...]:
    """Returns where each band of a mix lies against finished music of the same loudness; none for silence.

    Args:
        third_octave_db: `Measures.third_octave_db`.
        integrated_lufs: `Measures.integrated_lufs`.
    """
    if not math.isfinite(integrated_lufs):
        return ()
    known = finished_music()
    bands = zip(known.centres_hz, third_octave_db, known.low_db, known.middle_db, known.high_db, strict=False)
    return tuple(
        BandPlace(float(c), float(level) - integrated_lufs, float(low), float(middle), float(high))
        for c, level, low, middle, high in bands
    )


def bands_outside(measures: Measures) -> float:
    """Returns in how many third octaves a mix lies outside the range; NaN for silence."""
    places = places_in_range(measures.third_octave_db, measures.integrated_lufs)
    return float(sum(place.outside_db != 0.0 for place in places)) if places else math.nan
