# SPDX-License-Identifier: Apache-2.0
"""Words to sing: one-syllable words, so that a note is a word, in lines that come back as choruses do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_TEXT = """
all are bay blue bone bright burn call came car chain child clear climb cloud cold come dance dark dawn day
deep door down dream drive dry fade fall far fear feel field find fire flame flow fly fold free gold gone grow hand
heart high hill hold home hope how I join keep kind know land late lead leaf lean leave let life light line live
long lose loud love low made man maze mean mind mine moon more morn move my name near new night no now old on one
own play pride rain rave read real ride right rise road roll room rose run sail same sand save say sea see
shade shine ship show side sing sky sleep slow smile snow so soul sound stand star stay steel still stone storm
strange street strong sun sweet swim tale tall time tone town trail train tree true turn vain voice wait wake walk
wall warm wave way we well while white wide wild wind wing wish wood word world year you young zone
"""

WORDS: tuple[str, ...] = tuple(_TEXT.split())
"""Mostly open vowels and voiced consonants, which carry a tune."""

_VOCABULARY = 36
_LINE_WORDS = (5, 9)
_LINES = 6


def draw_lyrics(count: int, lots: np.random.Generator) -> list[str]:
    """Draws a song's words: a few lines from a small vocabulary, sung again and again in changing order.

    Args:
        count: how many words.
        lots: draws vocabulary, lines and their order.
    """
    vocabulary = lots.choice(len(WORDS), size=_VOCABULARY, replace=False)
    lines = [lots.choice(vocabulary, size=lots.integers(*_LINE_WORDS, endpoint=True)) for _ in range(_LINES)]
    words: list[str] = []
    while len(words) < count:
        words += [WORDS[index] for index in lines[lots.integers(_LINES)]]
    return words[:count]


def fit_lyrics(words: Sequence[str], count: int) -> list[str]:
    """Returns `count` words: the given ones, from the start again where they do not suffice.

    Raises:
        ValueError: no words for at least one note.
    """
    if count and not words:
        raise ValueError("there is nothing to sing")
    return [words[index % len(words)] for index in range(count)]
