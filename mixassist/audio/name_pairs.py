# SPDX-License-Identifier: Apache-2.0
"""Which two tracks of one instrument are counterparts, as their names tell: left and right, take and double, 1 and 2.

Names are read, not compared two by two: every name gives *readings*, each a key and the place that the name takes
under it. `OHL` reads as the first of `oh*`, `OHR` as the second; both stand under one key, so they are a pair. A
letter that happens to end a word (`Floor`, `Vocal`) thus means nothing as long as no name completes it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from mixassist.audio.instrument_words import DOUBLE_WORDS
from mixassist.audio.names import natural_key


class Relation(IntEnum):
    """How two names belong together, the strongest first."""

    SIDES = 0
    """`OHL` and `OHR`, `Room Left` and `Room Right`."""
    DOUBLE = 1
    """`BkV1` and `BkV1D`, `Paul GTR` and `Paul GTR.double`."""
    LETTERS = 2
    """`EGtr1a` and `EGtr1b`."""
    NUMBERS = 3
    """`Gtr 1` and `Gtr 2`, `Gtr 3` and `Gtr 4`, but not 2 and 3."""
    EXTENSION = 4
    """One name goes on where the other ends: `Paul GTR` and `Paul GTR R84`."""


@dataclass(frozen=True)
class NamePair:
    """Two counterparts as places in the list of names; the first is the one that engineers put on the left."""

    first: int
    second: int
    relation: Relation


@dataclass(frozen=True)
class _Reading:
    """A key that counterparts share, the place under it (0 first, 1 second), and how far-fetched the reading is."""

    relation: Relation
    key: str
    place: int
    doubt: int = 0


_FRONT = re.compile(r"^\d{1,3}[-._ ]+(?=\S)")
_TAIL = re.compile(
    r"(?:[-._ ]+(?:cons|comp|cmp|edit|mono|stereo|s)|[-._ ]*\((?:edit|mono|stereo)?\)|[._]\d{1,3}(?:-\d{1,3})?)\s*$",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"\d+|[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[^\W\d_A-Za-z]+")
_LEFT = "l left lft links gauche izquierda izq sinistra esquerda"
_RIGHT = "r right rgt rechts droite derecha der destra direita"
_SIDE_WORDS = {word: place for place, words in enumerate((_LEFT, _RIGHT)) for word in words.split()}
_GLUED_SIDES = ("l", "r", "left", "right")
_DOUBLES = DOUBLE_WORDS | {"dup", "dupl", "copy", "dt", "adt"}
_GLUED_DOUBLES = tuple(sorted(word for word in _DOUBLES if len(word) > 2))
_LETTERS = "abcdefgh"
_MOST = 100
"""Numbers above it are microphones' (R121, Beyer 201)."""
_MODELS = frozenset({57, 58})
"""Two microphones that are on every stage, not two takes."""


def name_pairs(names: Sequence[str]) -> tuple[NamePair, ...]:
    """Pairs up the names of one instrument's tracks, the strongest relations first, each track at most once.

    Track numbers in front, takes and edits behind (`_01`, `.09`, ` CONS`), case and separators count for nothing.
    The result depends on the names alone; only among tracks of the very same name does the order given decide.
    How engineers place such pairs is measured by `mixassist.evaluation.pan_sides`.
    """
    under: dict[tuple[Relation, str], tuple[dict[int, int], dict[int, int]]] = defaultdict(lambda: ({}, {}))
    for index, name in enumerate(names):
        for reading in _readings(name):
            there = under[reading.relation, reading.key][reading.place]
            there[index] = min(reading.doubt, there.get(index, reading.doubt))
    ranks = _ranks(names)
    found = {
        (relation, doubt_a + doubt_b, ranks[a], ranks[b], a, b)
        for (relation, _), (firsts, seconds) in under.items()
        for a, doubt_a in firsts.items()
        for b, doubt_b in seconds.items()
        if ranks[a] != ranks[b]
    }
    taken: set[int] = set()
    pairs = []
    for relation, *_, a, b in sorted(found):
        if not {a, b} & taken:
            taken |= {a, b}
            pairs.append(NamePair(a, b, relation))
    return tuple(pairs)


def bare_name(name: str) -> str:
    """Returns a name without the track number in front and without takes and edits behind; never less than a name."""
    bare = _FRONT.sub("", name.strip())
    while (shorter := _TAIL.sub("", bare).strip()) != bare and shorter:
        bare = shorter
    return bare


def name_tokens(name: str) -> tuple[str, ...]:
    """Returns a name's words and numbers in lower case and without accents: `OrgODL 01` as org, odl, 1."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return tuple(str(int(t)) if t.isdecimal() else t.casefold() for t in _TOKEN.findall(plain))


def _ranks(names: Sequence[str]) -> list[int]:
    order = {name: rank for rank, name in enumerate(sorted(set(names), key=natural_key))}
    return [order[name] for name in names]


def _readings(name: str) -> Iterator[_Reading]:
    # A number at an end may be a take's or what tells two tracks apart, so a name is read with and without it.
    for tokens in {name_tokens(name), name_tokens(_FRONT.sub("", name)), name_tokens(bare_name(name))}:
        yield from _sides(tokens)
        yield from _doubles(tokens)
        yield from _letters(tokens)
        yield from _numbers(tokens)
        yield from _extensions(tokens)


def _key(tokens: Sequence[str]) -> str:
    # Numbers keep their borders, words do not: `BG vox` is `BGVox`, but 1 and 2 are not 12.
    return "".join(f"<{t}>" if t.isdecimal() else t for t in tokens)


def _with(tokens: tuple[str, ...], at: int, *instead: str) -> str:
    return _key((*tokens[:at], *instead, *tokens[at + 1 :]))


def _sides(tokens: tuple[str, ...]) -> Iterator[_Reading]:
    for at, token in enumerate(tokens):
        if token in _SIDE_WORDS:
            yield _Reading(Relation.SIDES, _with(tokens, at, "*"), _SIDE_WORDS[token])
        for place, mark in enumerate(_GLUED_SIDES):
            if token.endswith(mark) and token != mark:
                yield _Reading(Relation.SIDES, _with(tokens, at, token.removesuffix(mark), "*"), place % 2, 1)


def _doubles(tokens: tuple[str, ...]) -> Iterator[_Reading]:
    yield _Reading(Relation.DOUBLE, _key(tokens), 0)
    for at, token in enumerate(tokens):
        before, after = tokens[:at], tokens[at + 1 :]
        stems: list[tuple[str, ...]] = []
        if at and (token in _DOUBLES or token == "d"):
            stems.append(())
        elif at and token == "x" and before[-1] == "2" and not (after and after[0].isdecimal()):
            before = before[:-1]
            stems.append(())
        stems += [(token.removesuffix(m),) for m in (*_GLUED_DOUBLES, "d") if token.endswith(m) and token != m]
        for stem in stems:
            doubt = len(stem)
            yield _Reading(Relation.DOUBLE, _key((*before, *stem, *after)), 1, doubt)
            if after and after[0].isdecimal():
                # `Dbl1` may be the double of the first or the first double.
                yield _Reading(Relation.DOUBLE, _key((*before, *stem, *after[1:])), 1, doubt + 2)


def _letters(tokens: tuple[str, ...]) -> Iterator[_Reading]:
    for at, token in enumerate(tokens):
        letter = _LETTERS.find(token[-1])
        if letter >= 0 and (at or len(token) > 1):
            pair, place = divmod(letter, 2)
            key = _with(tokens, at, token[:-1], f"*{pair}")
            yield _Reading(Relation.LETTERS, key, place, min(len(token) - 1, 1))


def _numbers(tokens: tuple[str, ...]) -> Iterator[_Reading]:
    for at, token in enumerate(tokens):
        if token.isdecimal() and 0 < (number := int(token)) <= _MOST and number not in _MODELS:
            pair, place = divmod(number - 1, 2)
            yield _Reading(Relation.NUMBERS, _with(tokens, at, f"*{pair}"), place)
        elif not token.isdecimal():
            # `Gtr` is the first where there is a `Gtr 2`.
            yield _Reading(Relation.NUMBERS, _with(tokens, at, token, "*0"), 0, 1)


def _extensions(tokens: tuple[str, ...]) -> Iterator[_Reading]:
    whole = _key(tokens)
    yield _Reading(Relation.EXTENSION, whole, 0)
    for count in range(len(tokens)):
        last = tokens[count]
        cuts = range(1 if count == 0 else 0, 1 if last.isdecimal() else len(last))
        for cut in cuts:
            key = _key((*tokens[:count], *([last[:cut]] if cut else [])))
            if len(key) > 1:
                yield _Reading(Relation.EXTENSION, key, 1, len(whole) - len(key))
