# SPDX-License-Identifier: Apache-2.0
"""Derives the rules mixer's table from human mixes.

`python -m mixassist.evaluation.derive_rules ../shared/data/mix-decisions` writes mixassist/automix/rules_table.json.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mixassist.domain.errors import MixAssistError
from mixassist.domain.instruments import INSTRUMENTS
from mixassist.evaluation.mix_decisions import MixedTrack, read_medley_gains, read_mixology
from mixassist.evaluation.rule_figures import (
    compressor_figures,
    equalizer_figures,
    family_figures,
    level_figures,
    pan_figures,
    recorded_figures,
    reverb_figures,
    with_finished_songs,
)

DEFAULT_OUTPUT = Path(__file__).resolve().parents[1] / "automix" / "rules_table.json"

LIKE: dict[str, str] = {
    "drum_kit": "overhead",
    "room": "overhead",
    "piano": "keys",
    "organ": "keys",
    "synth_lead": "keys",
    "synth_pad": "keys",
    "strings": "keys",
    "brass": "keys",
    "woodwind": "keys",
    "effects": "percussion",
    "other": "keys",
}
"""Instruments without human decisions, and whose figures they take."""

SOURCES = (
    {
        "name": "MixologyDB",
        "licence": "MIT",
        "used": "79 human mixes of 10 songs: faders, pans, equalisers, compressors, reverbs, raw loudness, ratings",
    },
    {
        "name": "MedleyDB",
        "licence": "MIT",
        "used": "stem gains estimated for 122 songs (version 1): offsets of instruments that MixologyDB lacks",
    },
    {
        "name": "H. Zafrin, Identifying Trends in Mixed Audio, 2016",
        "licence": "figures",
        "used": "published loudness of the stems of two finished pop songs: levels of families",
    },
    {
        "name": "MedleyDB, annotations of activity",
        "licence": "MIT",
        "used": "levels of families in 138 finished songs (python -m mixassist.evaluation.medley_families)",
    },
)

HOW = {
    "weights": "every mix counts by its listeners' mean rating, every song alike",
    "level_lu": (
        "loudness in the mix (raw loudness + fader) against the mean of its mix: least absolute deviations on "
        "instruments; 'against_lead_lu' is the median against the loudest lead vocal; 'spread_lu' half of the "
        "distance between the quartiles of the residuals"
    ),
    "pan": "'spread' is the median |pan| of channels that are not centred (|pan| > 0.05), 'centred' their share",
    "families": (
        "level of all voices, all drums, the bass and the rest together on the same scale, median over mixes; stems "
        "that sound seldom count less (mixassist/automix/families.py); 'by_faders_lu' is that alone, the others lie "
        "between that and finished songs (FINISHED_FAMILIES_LU): 'raw_lu' for raw takes, 'produced_lu' for stems with "
        "effects printed"
    ),
    "recorded": (
        "'usual_lu' is the loudness of raw takes against the mean take of their mix, by instrument as 'level_lu' is; "
        "'spread_lu' the standard deviation of takes around it within a song; 'kept_share' the slope of what stands "
        "louder in the mix than its instrument does over what was recorded louder: median of the songs"
    ),
    "equalizer": (
        "mean of the channels' summed bells, shelves and high-pass filters at octaves, each within ±12 dB, channels "
        "without an equaliser counting as flat; 'high_pass_share' and 'high_pass_hz' (median) of the high-pass filters"
    ),
    "compressor": "share of channels with one; medians of ratio, attack and release",
    "reverb": "share of channels with one; share of plates, halls and rooms among them; medians of level and length",
    "like": "instruments without data take another's figures; their level is moved by the difference of MedleyDB gains",
}


def derive(folder: str | Path) -> dict[str, Any]:
    """Derives the whole table from the folder with mixologydb.json and the MedleyDB files.

    Raises:
        MixAssistError: a file is missing or unreadable.
    """
    tracks = read_mixology(Path(folder) / "mixologydb.json")
    medley = read_medley_gains(folder)
    by_instrument: dict[str, list[MixedTrack]] = {}
    for track in tracks:
        by_instrument.setdefault(track.instrument, []).append(track)
    levels = level_figures(tracks, medley, LIKE)
    table: dict[str, Any] = {}
    for key in (i.key for i in INSTRUMENTS):
        own = by_instrument.get(LIKE.get(key, key), [])
        table[key] = {
            "like": LIKE.get(key, ""),
            "tracks": len(own),
            "songs": len({t.song for t in own}),
            "level": levels[key],
            "pan": pan_figures(own),
            "equalizer": equalizer_figures(own),
            "compressor": compressor_figures(own),
            "reverb": reverb_figures(own),
        }
    return {
        "format": "mixassist-rules",
        "version": 1,
        "command": "python -m mixassist.evaluation.derive_rules ../shared/data/mix-decisions",
        "sources": list(SOURCES),
        "how": HOW,
        "families": with_finished_songs(
            family_figures(
                tracks, [t.level_lufs for t in tracks], {key: figures["level_lu"] for key, figures in levels.items()}
            )
        ),
        "recorded": recorded_figures(tracks, LIKE),
        "instruments": table,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line: the folder of decisions and, optionally, where to write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--output", type=Path, default=DEFAULT_OUTPUT)
    options = parser.parse_args(arguments)
    try:
        table = derive(options.folder)
    except MixAssistError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    text = json.dumps(table, indent=1, ensure_ascii=False) + "\n"
    options.output.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
