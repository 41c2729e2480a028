# SPDX-License-Identifier: Apache-2.0
"""Which side a part stands on, once it is known how far from the middle: pairs face each other, the rest balances."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from mixassist.automix.song import Part, Song
from mixassist.automix.stereo import leaning, marked_side, may_move

_MIDDLE = 0.06
"""A reach below this stays in the middle: nobody hears it, and mono sums thank it."""
_SINGLE_SHARE = 0.7
"""How much of its distance a part gets that has no counterpart and whose name tells no side: on the side that the
engineer did not choose, distance counts twice. Mixes of the training songs are nearer to people's so."""


def placed(song: Song, reach: Mapping[str, float], levels_lu: Mapping[str, float]) -> dict[str, float]:
    """Returns pan positions −1 … 1 by track id from distances 0 … 1.

    Locked pans are given. Marks in the names (`OH L`) decide their sides. Parts of one instrument go left and right
    in turn, neighbours in sound facing each other with the mean of their distances; whatever is left over, the loud
    ones first, goes to the side that is lighter by then and stays a little nearer to the middle.
    """
    places = {part.id: _given(part) for part in song.parts}
    free = [p for p in song.parts if may_move(p, song) and reach[p.id] >= _MIDDLE]
    left_over: list[Part] = []
    for instrument in sorted({p.instrument for p in free}):
        group = [p for p in free if p.instrument == instrument]
        for part in [p for p in group if marked_side(p)]:
            places[part.id] = marked_side(part) * reach[part.id]
        group = [p for p in group if not marked_side(p)]
        pairs = len(group) // 2
        for index in range(pairs):
            one, other = group[2 * index], group[2 * index + 1]
            distance = 0.5 * (reach[one.id] + reach[other.id])
            side = -1.0 if index % 2 == 0 else 1.0
            places[one.id], places[other.id] = side * distance, -side * distance
        left_over.extend(group[2 * pairs :])
    places.update(_balanced(song, left_over, places, reach, levels_lu))
    return places


def _given(part: Part) -> float:
    channel = part.track.channel
    return channel.controls.number("pan") if "pan" in channel.locks else 0.0


def _balanced(
    song: Song,
    parts: Sequence[Part],
    places: Mapping[str, float],
    reach: Mapping[str, float],
    levels_lu: Mapping[str, float],
) -> dict[str, float]:
    def power(part: Part) -> float:
        return float(10.0 ** (levels_lu[part.id] / 10.0))

    lean = sum(power(p) * leaning(places[p.id], p) for p in song.parts)
    found: dict[str, float] = {}
    for part in sorted(parts, key=lambda p: (-round(levels_lu[p.id], 3), p.order)):
        distance = _SINGLE_SHARE * reach[part.id]
        place = -math.copysign(distance, lean) if lean else -distance
        found[part.id] = place
        lean += power(part) * leaning(place, part)
    return found
