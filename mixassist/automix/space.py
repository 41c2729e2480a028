# SPDX-License-Identifier: Apache-2.0
"""Reverberation: which kind and how long; how much is set after measuring it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from mixassist.automix.families import REST, family_of
from mixassist.automix.instrument_sound import USUAL, has_width
from mixassist.automix.rules_table import rules_table
from mixassist.automix.song import Part, Song

_TYPES: Mapping[str, str] = {"plate": "plate", "hall": "hall", "room": "medium_room", "chamber": "large_room"}
_DRUMS = frozenset({"kick", "snare", "tom", "hihat", "cymbals", "overhead", "drum_kit", "percussion"})
_WHOLE_FAMILIES: Mapping[str, tuple[str, float]] = MappingProxyType(
    {"drum_kit": ("medium_room", -8.0), "other": ("hall", -11.0)}
)
"""Reverberation of families that come as one mono stem, and its loudness in LU against the dry sound: what a kit's
overheads and room microphones hold, and a hall that is not yet an effect. Of songs in four mono stems this gives back
some of the width that microphones and pans would have made."""


def wet_level_lu(part: Part, song: Song) -> float | None:
    """Returns the usual loudness of the reverberation against the dry sound in LU; None for what stays dry."""
    if holds_a_family(part, song):
        return _WHOLE_FAMILIES[part.instrument][1]
    return USUAL[part.instrument].wet_lu


def holds_a_family(part: Part, song: Song) -> bool:
    """Returns whether a mono stem is a whole kit, or all of a song but its voices, drums and bass."""
    if part.instrument not in _WHOLE_FAMILIES or has_width(part.hearing):
        return False
    others = [p for p in song.parts if p.id != part.id]
    alone = not any(family_of(p.instrument) == REST for p in others)
    return part.instrument == "drum_kit" or (alone and bool(others))


def is_bare_rest(part: Part, song: Song) -> bool:
    """Returns whether a mono stem is all of a song but its voices, drums and bass."""
    return part.instrument == "other" and holds_a_family(part, song)


def reverb_kind(part: Part, song: Song, decay: float) -> dict[str, float | str]:
    """Returns type and decay, or nothing for parts that stay dry.

    Dry stay: instruments that engineers leave dry more often than not in a third of the mixes, and stems on which
    the room is already printed (stereo). The kind is the one engineers use most on the instrument; a lead vocal gets
    the plate, which stands nearest to the voice. A kit or the rest of a song that comes as one mono stem gets a space.
    """
    rule = rules_table()[part.instrument]
    if wet_level_lu(part, song) is None or song.is_produced(part):
        return {}
    if holds_a_family(part, song):
        return {"reverb_type": _WHOLE_FAMILIES[part.instrument][0], "reverb_decay": decay}
    if rule.reverb_share < 0.3:
        return {}
    kinds = {k: v for k, v in rule.reverb_kinds.items() if k in _TYPES}
    kind = "plate" if part.instrument == "lead_vocal" else max(sorted(kinds), key=lambda k: kinds[k], default="room")
    return {"reverb_type": _TYPES[kind], "reverb_decay": decay}


def song_decay(song: Song) -> float:
    """Share of the full decay time: busy songs get short reverberation, slow ones long.

    Busy is measured as strokes a second (rises of 6 dB between 0.1 s blocks) in the parts of the kit, or in all
    parts where there is no kit.
    """
    struck = [p for p in song.parts if p.instrument in _DRUMS] or list(song.parts)
    return float(np.clip(1.05 - 0.12 * float(np.median([p.hearing.strokes_hz for p in struck] or [2.0])), 0.4, 0.9))
