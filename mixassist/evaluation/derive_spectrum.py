# SPDX-License-Identifier: Apache-2.0
"""Derives the spectrum of finished music from songs whose stems add up to the artist's mix.

`python -m mixassist.evaluation.derive_spectrum ../shared/data` writes mixassist/analysis/finished_music.json.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mixassist.analysis.finished_music import FORMAT, TABLE_PATH
from mixassist.analysis.spectral import third_octave_centres_hz, third_octave_spectrum_db
from mixassist.audio.loudness import integrated_loudness_lufs
from mixassist.domain.errors import MixAssistError
from mixassist.evaluation.excerpts import Excerpt, each_excerpt

PASSAGE_S = 15.0
PERCENTILES = (10, 50, 90)
ABSENT_DB = -45.0
"""A band that stays below this, re the song's loudness, in all passages of a song lies above the song's bandwidth."""


def derive(excerpts: Iterable[Excerpt]) -> dict[str, Any]:
    """Derives the table from excerpts, all at one rate.

    Each passage of 15 s gives its third-octave levels less its integrated loudness; percentiles are taken over
    passages, every song counting alike.

    Raises:
        MixAssistError: no excerpt is long and loud enough.
    """
    levels: list[np.ndarray] = []
    songs: list[str] = []
    count, centres = 0, np.zeros(0)
    for excerpt in excerpts:
        rate, mix = excerpt.sample_rate_hz, excerpt.target()
        count, centres = count + 1, third_octave_centres_hz(rate)
        passage = round(PASSAGE_S * rate)
        for start in range(0, len(mix) - passage + 1, passage):
            part = mix[start : start + passage]
            lufs = integrated_loudness_lufs(part, rate)
            if math.isfinite(lufs):
                levels.append(third_octave_spectrum_db(part, rate) - lufs)
                songs.append(excerpt.song)
    if not levels:
        raise MixAssistError("there is no passage to measure", remedy="Give folders of stems of at least 15 s.")
    names = sorted(set(songs))
    bands = [_band(np.array(songs), names, column) for column in np.stack(levels).T]
    return {
        "format": FORMAT,
        "version": 1,
        "command": "python -m mixassist.evaluation.derive_spectrum ../shared/data",
        "source": "“Everything is Free” by Software-Entwicklungskit, CC0 1.0: the sums of the artist's own stems",
        "how": (
            f"level of each third of an octave, dB re a full-scale sine, less the integrated loudness in LUFS, of "
            f"passages of {PASSAGE_S:g} s; percentiles {PERCENTILES} over passages, every song counting alike; songs "
            f"whose recording holds nothing in a band (below {ABSENT_DB:g} dB throughout) are left out there"
        ),
        "songs": names,
        "excerpts": count,
        "passages": len(levels),
        "percentiles": list(PERCENTILES),
        "bands": [{"centre_hz": round(float(c), 2), **band} for c, band in zip(centres, bands, strict=True)],
    }


def _band(songs: np.ndarray, names: Sequence[str], levels_db: np.ndarray) -> dict[str, Any]:
    # Below the lowest instrument there is little in any song: then little is what finished music has there.
    present = [n for n in names if levels_db[songs == n].max() >= ABSENT_DB] or list(names)
    chosen = np.isin(songs, present)
    weights = np.array([1.0 / (songs == song).sum() for song in songs[chosen]])
    found = [round(weighted_percentile(levels_db[chosen], weights, p), 1) for p in PERCENTILES]
    return {"songs": len(present), "levels_db": found}


def weighted_percentile(values: np.ndarray, weights: np.ndarray, percent: float) -> float:
    """Returns a percentile of values that count unequally: linear between the middles of their shares."""
    order = np.argsort(values)
    sorted_weights = weights[order]
    places = (np.cumsum(sorted_weights) - sorted_weights / 2) / sorted_weights.sum()
    return float(np.interp(percent / 100.0, places, values[order]))


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line: the folder of songs and, optionally, where to write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--output", type=Path, default=TABLE_PATH)
    options = parser.parse_args(arguments)
    try:
        table = derive(each_excerpt(options.folder))
    except MixAssistError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    options.output.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
