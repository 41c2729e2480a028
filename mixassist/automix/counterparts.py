# SPDX-License-Identifier: Apache-2.0
"""Which parts of one instrument face each other across the middle: by their names first, then by their sound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mixassist.audio.name_pairs import Relation, name_pairs
from mixassist.automix.instrument_sound import has_width
from mixassist.automix.song import Part, Song

MIDDLE = 0.06
"""A place nearer than this to the middle is the middle: nobody hears it, and mono sums thank it."""
SIDES_DISTANCE = 0.9
"""At least how far from the middle two parts stand whose names say left and right, for they are one recording: the
engineers' median in MixologyDB is 0.91, mean of nine songs; of other counterparts it is 0.4 … 0.7."""
FACING_SHARE = 1.25
"""How much further out than the network wishes, which is not told of counterparts, stand takes and their doubles, and
a and b: engineers have backing voices with such a counterpart at 0.63 in the mean, keys at 0.84 and guitars at 0.5, the
network about 0.45 (MixologyDB)."""
_FACING = frozenset({Relation.DOUBLE, Relation.LETTERS})
LOW_END = frozenset({"bass", "kick"})
"""In the middle whatever their names say."""
_WEAKEST: Mapping[str, Relation] = {
    # Numbers there tell microphones of one drum or the sizes of toms, not parts that answer each other.
    **dict.fromkeys(("kick", "snare", "tom", "bass", "drum_kit"), Relation.SIDES),
    # Where nobody knows what plays, `Audio 3` and `Audio 4` may be anything.
    "other": Relation.LETTERS,
}


@dataclass(frozen=True)
class Pair:
    """Two parts that face each other; `relation` is what their names say, None for neighbours in sound."""

    left: Part
    right: Part
    relation: Relation | None = None

    @property
    def marked(self) -> bool:
        """Whether the names say left and right."""
        return self.relation is Relation.SIDES

    def distance(self, wished: float) -> float:
        """Returns how far out the two stand, 0 … 1, where `wished` was wished for each without knowing of the other."""
        if self.left.instrument in LOW_END:
            return wished
        if self.marked:
            return max(wished, SIDES_DISTANCE)
        return min(FACING_SHARE * wished, 1.0) if self.relation in _FACING else wished


@dataclass(frozen=True)
class Named:
    """What names tell of an instrument's parts.

    `mirrored` are places −1 … 1 by track id of parts whose counterpart is locked off the middle; `rest` are those of
    which names tell nothing, in the order given.
    """

    mirrored: Mapping[str, float]
    pairs: tuple[Pair, ...]
    rest: tuple[Part, ...]


def named_counterparts(song: Song, group: Sequence[Part]) -> Named:
    """Finds the counterparts among parts of one instrument that may move, and among those that the user has placed."""
    if not group:
        return Named({}, (), ())
    instrument = group[0].instrument
    parts = [*group, *placed_by_hand(song, instrument)]
    movable = {p.id for p in group}
    weakest = _WEAKEST.get(instrument, Relation.EXTENSION)
    mirrored: dict[str, float] = {}
    pairs: list[Pair] = []
    for found in name_pairs([p.track.name for p in parts]):
        one, other = parts[found.first], parts[found.second]
        if found.relation > weakest:
            continue
        if one.id in movable and other.id in movable:
            pairs.append(Pair(one, other, found.relation))
        elif one.id in movable:
            mirrored[one.id] = -_pan(other)
        elif other.id in movable:
            mirrored[other.id] = -_pan(one)
    used = {*mirrored, *(p.id for pair in pairs for p in (pair.left, pair.right))}
    return Named(mirrored, tuple(pairs), tuple(p for p in group if p.id not in used))


def pairs_by_sound(group: Sequence[Part]) -> tuple[list[Pair], list[Part]]:
    """Pairs neighbours in a group sorted by sound, the lower one left and right in turn; returns what is left over."""
    count = len(group) // 2
    pairs = [Pair(group[2 * i], group[2 * i + 1]) for i in range(count)]
    turned = [Pair(p.right, p.left) if i % 2 else p for i, p in enumerate(pairs)]
    return turned, list(group[2 * count :])


def placed_by_hand(song: Song, instrument: str) -> list[Part]:
    """Returns the parts of an instrument whose pan is locked off the middle; stereo stems have no side."""
    return [
        p
        for p in song.of(instrument)
        if "pan" in p.track.channel.locks and abs(_pan(p)) >= MIDDLE and not has_width(p.hearing)
    ]


def _pan(part: Part) -> float:
    return part.track.channel.controls.number("pan")
