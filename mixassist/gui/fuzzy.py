# SPDX-License-Identifier: Apache-2.0
"""Finding an entry by a few of its letters: letters in order, the better the nearer together and to word starts."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_WORD_START, _NEIGHBOUR, _LETTER, _SKIPPED = 7.0, 8.0, 1.0, 0.05


@dataclass(frozen=True)
class Match:
    """How well a text fits (more is better), and which of its letters were meant."""

    score: float
    places: tuple[int, ...] = ()


def folded(text: str) -> str:
    """Returns a text without case and accents, letter for letter as long as the text."""
    return "".join((unicodedata.normalize("NFKD", letter)[:1] or letter).lower()[:1] for letter in text)


def match(query: str, text: str) -> Match | None:
    """Fits a query to a text: every word of the query must be found, its letters in order. None if it does not fit.

    Words of the query may come in any order; an empty query fits everything with a score of 0.
    """
    score, places = 0.0, set[int]()
    plain = folded(text)
    for word in folded(query).split():
        found = _match_word(word, plain)
        if found is None:
            return None
        score += found.score
        places.update(found.places)
    return Match(score - _SKIPPED * len(plain) if places else 0.0, tuple(sorted(places)))


def contains(query: str, text: str) -> bool:
    """Whether every word of a query stands in a text as it is: in long texts, single letters would find anything."""
    plain = folded(text)
    return all(word in plain for word in folded(query).split())


def _match_word(word: str, text: str) -> Match | None:
    """Finds the best places for the letters of one word, by dynamic programming over (letter, place)."""
    best: list[Match | None] = []
    for step, letter in enumerate(word):
        row: list[Match | None] = [None] * len(text)
        ahead: Match | None = None  # the best way to place the letters before, somewhere before this place
        for place, there in enumerate(text):
            before = best[place - 1] if step and place else None
            if before is not None and (ahead is None or before.score > ahead.score):
                ahead = before
            if there != letter or (step and ahead is None):
                continue
            gain = _LETTER + (_WORD_START if _starts_word(text, place) else 0.0)
            row[place] = Match(gain, (place,)) if not step else _joined(ahead, before, place, gain)
        best = row
    return max((m for m in best if m is not None), key=lambda m: m.score, default=None)


def _joined(ahead: Match | None, before: Match | None, place: int, gain: float) -> Match:
    """Goes on from the letters just before, or from further ahead, whichever scores more."""
    assert ahead is not None
    far = Match(ahead.score + gain, (*ahead.places, place))
    if before is None:
        return far
    near = Match(before.score + gain + _NEIGHBOUR, (*before.places, place))
    return near if near.score >= far.score else far


def _starts_word(text: str, place: int) -> bool:
    return place == 0 or not text[place - 1].isalnum()
