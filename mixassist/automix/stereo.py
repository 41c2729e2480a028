# SPDX-License-Identifier: Apache-2.0
"""Where parts stand between left and right."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from mixassist.audio.name_pairs import bare_name
from mixassist.audio.names import side_of
from mixassist.automix.counterparts import LOW_END, SIDES_DISTANCE, Pair, named_counterparts, pairs_by_sound
from mixassist.automix.instrument_sound import has_width
from mixassist.automix.rules_table import rules_table
from mixassist.automix.song import Part, Song
from mixassist.automix.space import is_bare_rest
from mixassist.automix.toms import tom_row

_CENTRED = frozenset({"kick", "snare", "bass", "drum_kit", "room"})
"""In the middle when they are alone."""
_DUO = 2
_ALONE = 0.4
"""Share of an instrument's usual spread for a part that has no counterpart."""
REST_ASIDE = 0.2
"""How far the rest of a song in one mono stem stands aside, about as far as a guitar without a counterpart: in the
middle it would cover the voice, and a mix of mono stems has no other width than its reverberation."""
_KIT_SPREAD = {"tom": (0.41, -1.0), "hihat": (0.4, -1.0), "cymbals": (0.6, 1.0)}
"""The kit as its drummer sees it: usual spread and the side of the first: hi-hat and high tom left, ride right."""
_WIDEST = 0.75
"""Widest place of a pair that is not a pair of microphones; full width is for overheads and rooms."""
_LOW_END_DB = -4.0
"""Energy below 150 Hz from which on a part counts as low end."""
_STAY = frozenset({"kick", "snare", "bass", "drum_kit", "other"})


def pans(song: Song, levels_lu: Mapping[str, float]) -> dict[str, float]:
    """Returns pan positions by track id, −1 … 1.

    Stereo stems stay where they are, and so do the lead, kick, snare and bass. Who is the counterpart of a part with a
    locked pan mirrors it. Counterparts by name face each other, the first on the left, as wide as engineers spread
    them; a mark in a single name (`Gtr L`) is followed. Others of one instrument are spread in pairs of like sound;
    those left over go to whichever side is the lighter by then, the loud ones first.
    """
    places = {part.id: given_place(part) for part in song.parts}
    movable = [p for p in song.parts if may_move(p, song)]
    left_over: list[Part] = []
    for instrument in sorted({p.instrument for p in movable}):
        group = [p for p in movable if p.instrument == instrument]
        if instrument == "lead_vocal":
            group = doubles(song, group, levels_lu)
        named = named_counterparts(song, group)
        places.update(named.mirrored)
        places.update(_two_sides(instrument, [pair for pair in named.pairs if pair.marked]))
        marks = {p.id: marked_side(p) for p in named.rest if marked_side(p)}
        places.update({key: side * rules_table()[instrument].pan_spread for key, side in marks.items()})
        pairs = [pair for pair in named.pairs if not pair.marked]
        group = [p for p in named.rest if p.id not in marks]
        if instrument in _STAY:
            left_over.extend(p for p in group if is_bare_rest(p, song))
            continue
        if instrument in _KIT_SPREAD:
            places.update(_kit_places(song, instrument, pairs, group))
            continue
        by_sound, single = pairs_by_sound(group)
        places.update(_pair_places(instrument, [*pairs, *by_sound]))
        left_over.extend(single)
    places.update(balanced(song, {part.id: _alone(part) for part in left_over}, places, levels_lu))
    return places


def _two_sides(instrument: str, pairs: Sequence[Pair]) -> dict[str, float]:
    distance = 0.0 if instrument in LOW_END else max(rules_table()[instrument].pan_spread, SIDES_DISTANCE)
    return {p.id: at for pair in pairs for p, at in ((pair.left, -distance), (pair.right, distance))}


def given_place(part: Part) -> float:
    """Where a part stands before anything is moved: in the middle, or where the user locked it."""
    channel = part.track.channel
    return channel.controls.number("pan") if "pan" in channel.locks else 0.0


def may_move(part: Part, song: Song) -> bool:
    """Copies of one recording stay in the middle, where they are heard; so does what carries the low end.

    So do direct signals, which follow their amplifier afterwards, and toms that came as one track. Sides of one
    recording (`Drums L`) are placed whatever they carry, but for bass and kick.
    """
    if part.id in song.amplified or (part.instrument == "tom" and len(song.of("tom")) == 1):
        return False
    low = part.hearing.band_db(20.0, 150.0)
    is_side = marked_side(part) != 0.0 and part.instrument not in LOW_END
    return (
        "pan" not in part.track.channel.locks
        and not has_width(part.hearing)
        and part.hearing.digest not in song.copies
        and (low < _LOW_END_DB or part.instrument == "tom" or is_side)
    )


def marked_side(part: Part) -> float:
    """Returns −1 or 1 where the part's name says left or right, else 0."""
    found = side_of(part.track.name) or side_of(bare_name(part.track.name))
    return 0.0 if found is None else (-1.0 if found[1] == "L" else 1.0)


def doubles(song: Song, group: Sequence[Part], levels_lu: Mapping[str, float]) -> list[Part]:
    """Returns the lead vocals that may leave the middle: all but the one that sings most, and only of three or more."""
    if len(song.of("lead_vocal")) < 3:
        return []
    first = max(song.of("lead_vocal"), key=lambda p: (p.hearing.activity, levels_lu[p.id], p.order))
    return [p for p in group if p.id != first.id]


def _kit_places(song: Song, instrument: str, pairs: Sequence[Pair], group: Sequence[Part]) -> dict[str, float]:
    """Toms from high to low, hi-hats and cymbals in turn, as seen from the drummer's stool."""
    width, side = _KIT_SPREAD[instrument]
    if instrument == "tom":
        return {p.id: at * width for at, parts in tom_row(song, group) for p in parts}
    places = {p.id: side * width * (1.0 if i % 2 == 0 else -1.0) for i, p in enumerate(group)}
    for pair in pairs:
        places[pair.left.id], places[pair.right.id] = -width, width
    return places


def _pair_places(instrument: str, pairs: Sequence[Pair]) -> dict[str, float]:
    """Pairs left and right, the first as wide as usual, further ones nearer to the middle."""
    width = rules_table()[instrument].pan_spread
    if instrument not in ("overhead", "room"):
        width = min(width, _WIDEST)
    places = {}
    for index, pair in enumerate(pairs):
        reach = width * (1.0 - 0.6 * index / len(pairs))
        places[pair.left.id], places[pair.right.id] = -reach, reach
    return places


def _alone(part: Part) -> float:
    """How far from the middle the rules put a part without a counterpart."""
    if part.instrument == "other":
        return REST_ASIDE
    centred = part.instrument in _CENTRED or part.instrument == "overhead"
    return 0.0 if centred else _ALONE * rules_table()[part.instrument].pan_spread


def balanced(
    song: Song, distances: Mapping[str, float], places: Mapping[str, float], levels_lu: Mapping[str, float]
) -> dict[str, float]:
    """Places single parts, the loud ones first, at given distances on the side that is lighter so far; by track id.

    One or two parts have nobody to balance them and stay in the middle.
    """

    def power(part: Part) -> float:
        return float(10.0 ** (levels_lu[part.id] / 10.0))

    if len(song.parts) <= _DUO:
        return dict.fromkeys(distances, 0.0)
    lean = sum(power(p) * leaning(places[p.id], p) for p in song.parts)
    found: dict[str, float] = {}
    single = [p for p in song.parts if p.id in distances]
    for part in sorted(single, key=lambda p: (-round(levels_lu[p.id], 3), p.order)):
        distance = distances[part.id]
        place = -math.copysign(distance, lean) if lean else -distance
        found[part.id] = place
        lean += power(part) * leaning(place, part)
    return found


def leaning(pan: float, part: Part) -> float:
    """How far a part pulls to the right: −1 … 1, for stereo stems from their own balance too."""
    ratio = math.pow(10.0, -part.hearing.balance_db / 10.0)
    own = (ratio - 1.0) / (ratio + 1.0)
    return math.sin(pan * math.pi / 2.0) + own
