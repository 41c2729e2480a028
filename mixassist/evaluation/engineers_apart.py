# SPDX-License-Identifier: Apache-2.0
"""How far apart engineers' balances of one song are: what a mixer that agrees with everybody could reach at best.

`python -m mixassist.evaluation.engineers_apart ../shared/data/mix-decisions` prints it song by song.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mixassist.domain.errors import MixAssistError
from mixassist.evaluation.agreed_levels import agreed_levels
from mixassist.evaluation.mix_decisions import MixedTrack, read_mixology

_FEWEST_SHARED = 6
"""Two mixes are compared when they share so many takes."""


@dataclass(frozen=True)
class Apart:
    """Balance distances of a song's mixes in dB: mean absolute differences of levels, their mean taken off.

    Attributes:
        engineers: of every two engineers.
        equal_loudness: of every engineer and equally loud takes.
        agreed: of every engineer and the medians of all, the engineer's own among them.
    """

    engineers: float
    equal_loudness: float
    agreed: float


def engineers_apart(tracks: Sequence[MixedTrack]) -> dict[str, Apart]:
    """Returns the distances by song; songs of which no two mixes share six takes are left out.

    What the channels of a bus have in common is taken off first, for buses are not in the data (`agreed_levels`).
    """
    found = {}
    for song in sorted({t.song for t in tracks}):
        mine = [t for t in tracks if t.song == song]
        levels, agreed = agreed_levels(mine)
        mixes: dict[str, dict[tuple[str, str], tuple[float, float]]] = {}
        for track, level, common in zip(mine, levels, agreed, strict=True):
            mixes.setdefault(track.mix, {})[track.name, track.instrument] = (float(level), float(common))
        between = [
            _distance([one[take][0] - other[take][0] for take in shared])
            for one, other in itertools.combinations(mixes.values(), 2)
            if len(shared := sorted(one.keys() & other.keys())) >= _FEWEST_SHARED
        ]
        if between:
            found[song] = Apart(
                float(np.mean(between)),
                float(np.mean([_distance([level for level, _ in mix.values()]) for mix in mixes.values()])),
                float(
                    np.mean([_distance([level - common for level, common in mix.values()]) for mix in mixes.values()])
                ),
            )
    return found


def _distance(differences: Sequence[float]) -> float:
    values = np.asarray(differences)
    return float(np.mean(np.abs(values - values.mean())))


def to_text(songs: Mapping[str, Apart]) -> str:
    """Returns a table, the mean of the songs last."""
    rows = [(song, a.engineers, a.equal_loudness, a.agreed) for song, a in songs.items()]
    engineers, equal, agreed = (float(np.mean([row[i] for row in rows])) for i in (1, 2, 3))
    rows.append(("mean of the songs", engineers, equal, agreed))
    head = f"{'balance in dB':24}{'two engineers':>16}{'equal loudness':>16}{'agreed':>10}"
    return "\n".join([head, *(f"{row[0]:24}{row[1]:16.2f}{row[2]:16.2f}{row[3]:10.2f}" for row in rows)])


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line: the folder of decisions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args(arguments)
    try:
        songs = engineers_apart(read_mixology(options.folder / "mixologydb.json"))
    except MixAssistError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(to_text(songs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
