# SPDX-License-Identifier: Apache-2.0
"""How loud voices, drums, bass and the rest are in finished songs, from MedleyDB's annotations.

`python -m mixassist.evaluation.medley_families ANNOTATIONS ../shared/data/mix-decisions` prints it. ANNOTATIONS is a
folder of MedleyDB's `SONG_ACTIVATION_CONF.lab`; the package medleydb-instruments 1.0.1 (MIT) brings them along in
`medleydb_instruments/resources/annotations`. Levels are not in them as such: see `censored_levels`.
"""

from __future__ import annotations

import argparse
import math
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mixassist.automix.families import BASS, DRUMS, FAMILIES, REST, VOICES
from mixassist.automix.rules_table import family_levels_lu
from mixassist.domain.errors import MixAssistError
from mixassist.evaluation.censored_levels import envelope_db, stem_level
from mixassist.evaluation.mix_decisions import read_json

_SUFFIX = "_ACTIVATION_CONF.lab"
_FAMILY_WORDS: Mapping[str, tuple[str, ...]] = {
    VOICES: ("singer", "vocalists", "rapper", "speaker", "screamer"),
    DRUMS: ("drum", "percussion", "high hat", "cymbal", "tambourine", "shaker", "tabla", "conga", "bongo", "toms"),
    BASS: ("electric bass", "double bass"),
}
_LEFT_OUT = frozenset({"Main System", "crowd"})
"""Microphones that hear everybody."""
_OTHER_MUSIC = "Classical"

LOUDER_THAN_ENVELOPE_LU: Mapping[str, float] = {VOICES: 31.9, DRUMS: 34.7, BASS: 30.4, REST: 31.7}
"""How much louder (LUFS, ITU-R BS.1770) stems are than what the mean root of their samples says, in 40 dB a decade.

Strokes have high peaks and low means. Medians of the families' sums in 25 rendered songs and nine real excerpts;
standard deviations 1.4 (voices) to 4 (rest). The excerpt that the package stempeg brings along has 30.7, 34.4, 29.0
and 31.5.
"""
_LEAST_GAIN, _CLIPPED_GAIN, _BOUNDS = 0.05, (0.6, 1.6), (0.55, 3.5)
_FITTED_SHARE = 0.7
"""Where gains were fitted and not set by ear: how many of them must not lie at the fit's bounds."""


@dataclass(frozen=True)
class FinishedSong:
    """A song with all four families, each family's level in LU against the mean of the four."""

    name: str
    genre: str
    families_lu: Mapping[str, float]


def finished_songs(annotations: str | Path, decisions: str | Path) -> list[FinishedSong]:
    """Returns the songs of popular music that have voices, drums, a bass and something else, and no bleed.

    Stems that sound seldom count less in their family's sum, as in `families.level_together_lu`.

    Raises:
        MixAssistError: there are no annotations, none of such a song, or a file is something else.
    """
    stems_of = read_json(Path(decisions) / "medleydb-stems.json")
    gains_of = _gains(Path(decisions) / "medleydb-mixing_coefficients_version2.yaml")
    files = sorted(Path(annotations).glob(f"*{_SUFFIX}"))
    if not files:
        raise MixAssistError("holds no annotations", subject=Path(annotations), remedy=f"Give a folder of *{_SUFFIX}")
    found = []
    for file in files:
        name = file.name.removesuffix(_SUFFIX)
        entry, gains = stems_of.get(name), gains_of.get(name)
        if entry is None or gains is None or entry.get("has_bleed") == "yes" or entry.get("genre") == _OTHER_MUSIC:
            continue
        powers = _powers(file, entry["stems"], gains)
        if len(powers) == len(FAMILIES):
            levels = {f: 10.0 * math.log10(sum(p * s for p, s in v) / max(s for _, s in v)) for f, v in powers.items()}
            mean = float(np.mean(list(levels.values())))
            found.append(FinishedSong(name, str(entry["genre"]), {f: levels[f] - mean for f in FAMILIES}))
    if not found:
        raise MixAssistError("holds no song with voices, drums, bass and the rest", subject=Path(annotations))
    return found


def mean_error_lu(songs: Sequence[FinishedSong], levels_lu: Mapping[str, float]) -> float:
    """Returns how far the songs' families are from given levels: the mean absolute difference, means taken off."""
    given = np.array([levels_lu[f] for f in FAMILIES])
    there = np.array([[s.families_lu[f] for f in FAMILIES] for s in songs])
    return float(np.abs(there - (given - given.mean())).mean())


def _powers(
    file: Path, stems: Mapping[str, Mapping[str, Any]], gains: Mapping[int, float]
) -> dict[str, list[tuple[float, float]]]:
    """Each family's stems: power in the mix and share of the song in which they sound."""
    columns, confidence = _confidences(file)
    found: dict[str, list[tuple[float, float]]] = {}
    for column, values in zip(columns, confidence.T, strict=True):
        entry, level = stems.get(column), stem_level(envelope_db(values))
        if entry is None or level is None:
            continue
        name = entry["instrument"] if isinstance(entry["instrument"], str) else entry["instrument"][0]
        if name in _LEFT_OUT:
            continue
        family = _family(name, str(entry.get("component", "")))
        gain_db = 20.0 * math.log10(max(gains.get(int(column[1:]), 1.0), _LEAST_GAIN))
        level_lu = level.level_db + LOUDER_THAN_ENVELOPE_LU[family] + gain_db
        found.setdefault(family, []).append((10.0 ** (level_lu / 10.0), level.share))
    return found


def _family(instrument: str, component: str) -> str:
    if instrument == "synthesizer" and component == "bass":
        return BASS
    return next((f for f, words in _FAMILY_WORDS.items() if any(w in instrument for w in words)), REST)


def _confidences(file: Path) -> tuple[list[str], np.ndarray]:
    """Names of the stems' columns, and the confidences (frames, stems)."""
    lines = file.read_text(encoding="utf-8").splitlines()
    try:
        columns = lines[0].split(",")[1:]
        values = np.array([[float(v) for v in line.split(",")[1:]] for line in lines[1:] if line])
        return columns, values.reshape(-1, len(columns))
    except (IndexError, ValueError) as error:
        raise MixAssistError(
            "is no table of confidences", subject=file, remedy=f"Give MedleyDB's *{_SUFFIX} as they are"
        ) from error


def _gains(path: Path) -> dict[str, dict[int, float]]:
    """Stem gains (version 2) where they are known: set by ear, else fitted and, all but a few, not at the bounds."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise MixAssistError(
            "cannot be read", subject=path, remedy="Give the folder with the MedleyDB files"
        ) from error
    found = {}
    for song, body in re.findall(r"(?m)^(\S+):\n((?:  .*\n?)+)", text):
        ways = {
            way: {int(k): float(v) for k, v in re.findall(r"(\d+):\s*([\d.e+-]+)", values)}
            for way, values in re.findall(r"(\w+):\s*\{([^}]*)\}", body)
        }
        fitted = ways.get("audio", {})
        if "manual" in ways:
            found[song] = ways["manual"]
        elif fitted and np.mean([_BOUNDS[0] < g < _BOUNDS[1] for g in fitted.values()]) > _FITTED_SHARE:
            found[song] = {number: float(np.clip(gain, *_CLIPPED_GAIN)) for number, gain in fitted.items()}
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line: the folders of annotations and of decisions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("annotations", type=Path)
    parser.add_argument("decisions", type=Path)
    options = parser.parse_args(arguments)
    try:
        songs = finished_songs(options.annotations, options.decisions)
    except MixAssistError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    groups = {"all": songs} | {g: [s for s in songs if s.genre == g] for g in sorted({s.genre for s in songs})}
    for group, members in groups.items():
        table = np.array([[s.families_lu[f] for f in FAMILIES] for s in members])
        text = ", ".join(
            f"{f} {m:+.1f} ± {d:.1f}" for f, m, d in zip(FAMILIES, table.mean(0), table.std(0), strict=True)
        )
        print(f"{group} ({len(members)} songs): {text} LU")
    for name, levels in {
        "equal loudness": dict.fromkeys(FAMILIES, 0.0),
        "the rules for raw takes": family_levels_lu(0.0),
        "the rules for stems with effects printed": family_levels_lu(1.0),
    }.items():
        print(f"{name}: {mean_error_lu(songs, levels):.2f} LU off, mean over songs and families")
    return 0


if __name__ == "__main__":
    sys.exit(main())
