# SPDX-License-Identifier: Apache-2.0
"""Toms in a row as their drummer sees them: the high ones left, the floor tom right."""

from __future__ import annotations

from collections.abc import Sequence

from mixassist.audio.name_pairs import bare_name, name_tokens
from mixassist.automix.counterparts import placed_by_hand
from mixassist.automix.song import Part, Song

_RACK = 1
_SIZES: dict[str, int] = {
    word: size
    for size, words in (
        (0, "high hi small ht hightom hitom alto"),
        (_RACK, "rack rt racktom hangetom"),
        (2, "mid middle medium mt midtom"),
        (3, "low lo large lt lowtom"),
        (4, "floor flr fl ft f ftom fltom flrtom floortom stand standtom basse surdo goliat"),
    )
    for word in words.split()
}
_LARGEST_IN = 24
"""Toms are numbered, or called by their inches; larger numbers are microphones'."""


def tom_size(name: str) -> tuple[int, int]:
    """Returns a key that sorts toms from high to low as their names tell: rack before floor, 1 before 2.

    Toms that are called the same but for their microphones get the same key.
    """
    tokens = name_tokens(bare_name(name))
    words = [_SIZES[t] for t in tokens if t in _SIZES]
    numbers = [int(t) for t in tokens if t.isdecimal() and int(t) <= _LARGEST_IN]
    return max(words, default=_RACK), numbers[0] if numbers else 0


def tom_row(song: Song, free: Sequence[Part]) -> list[tuple[float, list[Part]]]:
    """Returns where toms stand in the row, −1 (left) … 1, and which of the free ones stand there.

    Names decide where they tell toms apart, else their sound. Toms that the user has placed count as members of the
    row; where they stand the other way round, as the audience sees them, the whole row is turned. A middle of −0.0
    leans left, 0.0 right.
    """
    toms = [*free, *placed_by_hand(song, "tom")]
    sizes = {p.id: tom_size(p.track.name) for p in toms}
    if len(set(sizes.values())) > 1:
        groups = [[p for p in toms if sizes[p.id] == size] for size in sorted(set(sizes.values()))]
    else:
        groups = [[p] for p in sorted(toms, key=lambda p: p.order, reverse=True)]
    last = max(len(groups) - 1, 1)
    row = [(2.0 * i / last - 1.0 if len(groups) > 1 else 0.0, group) for i, group in enumerate(groups)]
    movable = {p.id for p in free}
    by_hand = sum(at * p.track.channel.controls.number("pan") for at, ps in row for p in ps if p.id not in movable)
    turn = -1.0 if by_hand < 0.0 else 1.0
    return [(turn * at, [p for p in parts if p.id in movable]) for at, parts in row]
