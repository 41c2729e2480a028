# SPDX-License-Identifier: Apache-2.0
"""Which side a part stands on, once it is known how far from the middle: pairs face each other, the rest balances."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from mixassist.automix.counterparts import MIDDLE, named_counterparts, pairs_by_sound
from mixassist.automix.song import Part, Song
from mixassist.automix.space import is_bare_rest
from mixassist.automix.stereo import REST_ASIDE, balanced, doubles, given_place, marked_side, may_move
from mixassist.automix.toms import tom_row

_SINGLE_SHARE = 0.7
"""How much of its distance a part gets that has no counterpart and whose name tells no side: on the side that the
engineer did not choose, distance counts twice. Mixes of the training songs are nearer to people's so."""


def placed(song: Song, reach: Mapping[str, float], levels_lu: Mapping[str, float]) -> dict[str, float]:
    """Returns pan positions −1 … 1 by track id from distances 0 … 1.

    Locked pans are given, and who is the counterpart of a locked part mirrors it. Counterparts by name face each other
    with the mean of their distances, the first on the left, further out where they double each other and far out where
    they are two sides of one recording; a mark in a single name (`Gtr L`) decides its side. Toms stand as their drummer
    sees them. Others of one instrument go left and right in turn, neighbours in sound facing each other; whatever is
    left over, the loud ones first, goes to the side that is lighter by then and stays a little nearer to the middle.
    The rest of a song in one mono stem leaves the middle to the voice.
    """
    places = {part.id: given_place(part) for part in song.parts}
    least = REST_ASIDE / _SINGLE_SHARE
    reach = {p.id: max(reach[p.id], least) if is_bare_rest(p, song) else reach[p.id] for p in song.parts}
    free = [p for p in song.parts if may_move(p, song) and (reach[p.id] >= MIDDLE or marked_side(p))]
    left_over: list[Part] = []
    for instrument in sorted({p.instrument for p in free}):
        group = [p for p in free if p.instrument == instrument]
        if instrument == "lead_vocal":
            group = doubles(song, group, levels_lu)
        named = named_counterparts(song, group)
        places.update(named.mirrored)
        places.update({p.id: marked_side(p) * reach[p.id] for p in named.rest if marked_side(p)})
        group = [p for p in named.rest if not marked_side(p)]
        if instrument == "tom":
            row = _tom_places(song, group, reach)
            places.update(row)
            group = [p for p in group if p.id not in row]
        pairs, single = pairs_by_sound(group)
        for pair in (*named.pairs, *pairs):
            distance = pair.distance(0.5 * (reach[pair.left.id] + reach[pair.right.id]))
            places[pair.left.id], places[pair.right.id] = -distance, distance
        left_over.extend(single)
    distances = {part.id: _SINGLE_SHARE * reach[part.id] for part in left_over}
    places.update(balanced(song, distances, places, levels_lu))
    return places


def _tom_places(song: Song, toms: Sequence[Part], reach: Mapping[str, float]) -> dict[str, float]:
    """Two toms or more at their own distances, but no tom nearer to the middle than its inner neighbour; else none."""
    row = [(at, parts) for at, parts in tom_row(song, toms) if parts]
    if all(at == 0.0 for at, _ in row):
        return {}
    places: dict[str, float] = {}
    for side in (-1.0, 1.0):
        # Of an odd number of toms, engineers put the middle one to the lower ones.
        half = sorted((abs(at), parts) for at, parts in row if math.copysign(1.0, at) == side)
        distances = sorted(sum(reach[p.id] for p in parts) / len(parts) for _, parts in half)
        if len(half) > 1 and half[0][0] == 0.0:
            distances[0] = min(distances[0], 0.5 * distances[1])  # three toms are heard at three places
        places.update(
            {p.id: side * distance for (_, parts), distance in zip(half, distances, strict=True) for p in parts}
        )
    return places
