# SPDX-License-Identifier: Apache-2.0
"""Reads what engineers did: MixologyDB's channel settings and MedleyDB's stem gains, in this project's words."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mixassist.domain.errors import MixAssistError

MIXOLOGY_INSTRUMENTS: Mapping[tuple[str, str], str] = {
    ("VOCALS", "LEAD"): "lead_vocal",
    ("VOCALS", "BACKGROUND"): "backing_vocal",
    ("GUITARS", "ELECTRIC"): "electric_guitar",
    ("GUITARS", "ACOUSTIC"): "acoustic_guitar",
    ("KEYS", "ELECTRIC"): "keys",
    ("BASS", "ELECTRIC"): "bass",
    ("DRUMS", "KICK"): "kick",
    ("DRUMS", "SNARE"): "snare",
    ("DRUMS", "TOM"): "tom",
    ("DRUMS", "OVERHEAD"): "overhead",
    ("DRUMS", "OVERHEADS"): "overhead",
    ("DRUMS", "HI-HAT"): "hihat",
    ("DRUMS", "RIDE"): "cymbals",
    ("DRUMS", "CRASH"): "cymbals",
    ("DRUMS", "TAMBOURINE"): "percussion",
    ("DRUMS", "MISC"): "percussion",
}

MEDLEY_INSTRUMENTS: Mapping[str, str] = {
    "drum set": "drum_kit",
    "drum machine": "drum_kit",
    "electric bass": "bass",
    "double bass": "bass",
    "clean electric guitar": "electric_guitar",
    "distorted electric guitar": "electric_guitar",
    "acoustic guitar": "acoustic_guitar",
    "piano": "piano",
    "tack piano": "piano",
    "electric piano": "keys",
    "electronic organ": "organ",
    "synthesizer": "synth_lead",
    "fx/processed sound": "effects",
    "male singer": "lead_vocal",
    "female singer": "lead_vocal",
    "vocalists": "backing_vocal",
    "auxiliary percussion": "percussion",
    "violin": "strings",
    "violin section": "strings",
    "viola": "strings",
    "cello": "strings",
    "string section": "strings",
    "trumpet": "brass",
    "trombone": "brass",
    "brass section": "brass",
    "horn section": "brass",
    "flute": "woodwind",
    "clarinet": "woodwind",
    "tenor saxophone": "woodwind",
    "alto saxophone": "woodwind",
}


@dataclass(frozen=True)
class MixedTrack:
    """One channel of one human mix.

    `level_lufs` is the raw take's loudness plus the fader (buses and automation are not known).
    `weight` is the mix's mean rating, scaled so that every song counts alike.
    """

    song: str
    mix: str
    instrument: str
    level_lufs: float
    weight: float
    pans: tuple[float, ...]
    stereo: bool
    parameters: Mapping[str, Any]
    name: str = ""

    @property
    def raw_lufs(self) -> float:
        """Loudness of the take before the fader."""
        return self.level_lufs - float(self.parameters["gain"])


def read_mixology(path: str | Path) -> list[MixedTrack]:
    """Reads mixologydb.json: the audio tracks whose instrument and loudness are known, about 2,000.

    Raises:
        MixAssistError: the file is missing or is something else.
    """
    mixes = read_json(Path(path)).get("mixes", [])
    ratings = [_mean_rating(mix) for mix in mixes]
    song_totals: dict[str, float] = {}
    for mix, rating in zip(mixes, ratings, strict=True):
        song_totals[mix["song-name"]] = song_totals.get(mix["song-name"], 0.0) + rating
    found = []
    for mix, rating in zip(mixes, ratings, strict=True):
        for track in mix["tracks"]:
            kind = (track.get("track-instrument-type"), track.get("track-instrument-subtype"))
            loudness = (track.get("track-audio-features") or {}).get("track-audio-lufs")
            if kind not in MIXOLOGY_INSTRUMENTS or loudness is None or not math.isfinite(loudness):
                continue
            parameters = track["parameters"]
            found.append(
                MixedTrack(
                    song=mix["song-name"],
                    mix=mix["mix-name"],
                    instrument=MIXOLOGY_INSTRUMENTS[kind],
                    level_lufs=float(loudness) + float(parameters["gain"]),
                    weight=rating / song_totals[mix["song-name"]],
                    pans=tuple(float(p) / 100.0 for p in parameters.get("pan", ())),
                    stereo=track.get("channel-mode") == "STEREO",
                    parameters=parameters,
                    name=str(track.get("track-name", "")),
                )
            )
    return found


def read_medley_gains(folder: str | Path) -> dict[str, list[float]]:
    """Reads MedleyDB's stem gains (version 1) in dB relative to their song's median, by instrument."""
    folder = Path(folder)
    stems = read_json(folder / "medleydb-stems.json")
    text = (folder / "medleydb-mixing_coefficients.yaml").read_text(encoding="utf-8")
    gains: dict[str, list[float]] = {}
    for song, body in re.findall(r"(?m)^(\S+):\s*\{([^}]*)\}", text):
        values = {int(k): 20.0 * math.log10(max(float(v), 1e-3)) for k, v in re.findall(r"(\d+):\s*([\d.e+-]+)", body)}
        middle = float(np.median(list(values.values())))
        for number, gain_db in values.items():
            name = stems.get(song, {}).get("stems", {}).get(f"S{number:02d}", {}).get("instrument")
            if isinstance(name, str) and name in MEDLEY_INSTRUMENTS:
                gains.setdefault(MEDLEY_INSTRUMENTS[name], []).append(gain_db - middle)
    return gains


def _mean_rating(mix: Mapping[str, Any]) -> float:
    ratings = [e["track-num-eval"] for e in mix.get("mix-evaluation", []) if e.get("track-num-eval", -1) >= 0]
    return float(np.mean(ratings)) if ratings else 0.5


def read_json(path: Path) -> dict[str, Any]:
    """Reads one of the files of decisions.

    Raises:
        MixAssistError: it is missing, no JSON, or no object.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise MixAssistError(
            "cannot be read as JSON", subject=path, remedy="Give the folder with mixologydb.json and the MedleyDB files"
        ) from error
    if not isinstance(value, dict):
        raise MixAssistError("holds something else than expected", subject=path)
    return value


def weighted_quantile(values: list[float], weights: list[float], share: float = 0.5) -> float:
    """The value below which `share` of the weight lies; values of equal weight give the ordinary lower quantile."""
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(np.asarray(weights)[order])
    at = int(np.searchsorted(cumulative, share * cumulative[-1]))
    return float(np.asarray(values)[order][min(at, len(values) - 1)])
