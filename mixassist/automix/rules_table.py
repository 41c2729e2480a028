# SPDX-License-Identifier: Apache-2.0
"""The rules mixer's numbers, read once from rules_table.json beside this file (derived from human mixes)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

TABLE_PATH = Path(__file__).with_name("rules_table.json")


@dataclass(frozen=True)
class InstrumentRules:
    """What engineers do with one instrument. Curve frequencies in Hz, pans 0 … 1, shares 0 … 1, times in ms.

    `spread_lu` is how far engineers differ in level: half of the distance between the quartiles.
    """

    level_lu: float
    spread_lu: float
    pan_centred: float
    pan_spread: float
    curve_db: Mapping[float, float]
    compressor_share: float
    ratio: float
    attack_ms: float
    release_ms: float
    reverb_share: float
    reverb_kinds: Mapping[str, float]


@dataclass(frozen=True)
class RecordedLevels:
    """How loud takes are recorded, in LU against the mean take of a song: by instrument, and families as a whole.

    `spread_lu` is the standard deviation of takes around that; `kept_share` how much of what a take stands louder is
    kept in the mix.
    """

    usual_lu: Mapping[str, float]
    families_lu: Mapping[str, float]
    spread_lu: float
    kept_share: float


@cache
def _content() -> Mapping[str, Any]:
    content: Mapping[str, Any] = json.loads(TABLE_PATH.read_text(encoding="utf-8"))
    return content


@cache
def rules_table() -> Mapping[str, InstrumentRules]:
    """Returns the rules by instrument key; every instrument of the vocabulary has them."""
    return MappingProxyType({key: _instrument(entry) for key, entry in _content()["instruments"].items()})


def family_levels_lu(produced_share: float = 0.0) -> Mapping[str, float]:
    """Returns the level of each of `families.FAMILIES` as a whole, in LU on the scale of the instruments' levels.

    Args:
        produced_share: share of the stems on which effects are printed, 0 … 1.
    """
    return MappingProxyType(
        {
            key: float((1.0 - produced_share) * entry["raw_lu"] + produced_share * entry["produced_lu"])
            for key, entry in _content()["families"].items()
        }
    )


@cache
def recorded_table() -> RecordedLevels:
    """Returns how loud takes are recorded; every instrument of the vocabulary has a level."""
    entry = _content()["recorded"]
    return RecordedLevels(
        usual_lu=MappingProxyType({key: float(value) for key, value in entry["usual_lu"].items()}),
        families_lu=MappingProxyType({key: float(f["level_lu"]) for key, f in entry["families"].items()}),
        spread_lu=float(entry["spread_lu"]),
        kept_share=float(entry["kept_share"]),
    )


def _instrument(entry: Mapping[str, Any]) -> InstrumentRules:
    equalizer, compressor, reverb = entry["equalizer"], entry["compressor"], entry["reverb"]
    return InstrumentRules(
        level_lu=entry["level"]["level_lu"],
        spread_lu=entry["level"]["spread_lu"],
        pan_centred=entry["pan"]["centred"],
        pan_spread=entry["pan"]["spread"],
        curve_db=MappingProxyType({float(f): g for f, g in equalizer["curve_db"].items()}),
        compressor_share=compressor["share"],
        ratio=compressor["ratio"],
        attack_ms=compressor["attack_ms"],
        release_ms=compressor["release_ms"],
        reverb_share=reverb["share"],
        reverb_kinds=MappingProxyType(dict(reverb["kinds"])),
    )
