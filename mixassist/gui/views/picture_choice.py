# SPDX-License-Identifier: Apache-2.0
"""What the pictures show, as a person has chosen it: one small value, remembered between starts."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from mixassist.domain.channel import View

SPECTROGRAMS, DIFFERENCES, PAIR, PORTRAITS = "spectrograms", "differences", "pair", "portraits"
KINDS = (SPECTROGRAMS, DIFFERENCES, PAIR, PORTRAITS)
SCALES = ("mel", "log", "linear")
RESOLUTIONS = ("time", "balanced", "pitch")
RANGES_DB = (60, 80, 100, 120)
"""How far below the loudest colour the darkest lies."""
FITS = 0
"""Each difference has a range of its own, which follows what is seen of it."""
DIFFERENCE_RANGES_DB = (FITS, 1, 3, 6, 12, 24)
"""From the middle of the colours to either end, the same for all differences."""


@dataclass(frozen=True)
class PictureChoice:
    """Everything that can be chosen in the pictures' panel.

    Attributes:
        kind: one of `KINDS`.
        of_mix: the mix, else the selected channel.
        top_db: level of the brightest colour.
        first, second: what the pair compares: a view, or `snapshot:NAME`.
        matched: the second is brought to the loudness of the first.
    """

    kind: str = SPECTROGRAMS
    of_mix: bool = True
    scale: str = "mel"
    resolution: str = "balanced"
    range_db: int = 80
    top_db: int = 0
    difference_range_db: int = FITS
    first: str = View.WET.value
    second: str = View.MODEL.value
    matched: bool = False
    numbers: bool = True

    def to_lists(self) -> dict[str, list[str]]:
        """Returns the fields as texts, for the settings."""
        return {entry.name: [str(getattr(self, entry.name))] for entry in fields(self)}


def choice_from(found: dict[str, list[str]]) -> PictureChoice:
    """Reads a choice from the settings; what is missing, of another type or unknown keeps its default."""
    read: dict[str, Any] = {}
    for entry in fields(PictureChoice):
        text = (found.get(entry.name) or [""])[0]
        kind = type(entry.default)
        if kind is bool and text in ("True", "False"):
            read[entry.name] = text == "True"
        elif (kind is int and text.lstrip("-").isdecimal()) or (kind is str and text):
            read[entry.name] = kind(text)
    choice = PictureChoice(**read)
    known: dict[str, tuple[Any, ...]] = {
        "kind": KINDS, "scale": SCALES, "resolution": RESOLUTIONS, "range_db": RANGES_DB,
        "difference_range_db": DIFFERENCE_RANGES_DB,
    }  # fmt: skip
    for name, values in known.items():
        if getattr(choice, name) not in values:
            choice = replace(choice, **{name: getattr(PictureChoice(), name)})
    return choice
