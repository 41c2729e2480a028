# SPDX-License-Identifier: Apache-2.0
"""Text in columns that a terminal shows one under the other, whatever script a name is written in."""

from __future__ import annotations

import unicodedata

WIDEST_NAME = 40
"""Columns that a name may take; longer ones are cut in their middle, as their ends tell them apart."""


def width(text: str) -> int:
    """Returns how many columns of a terminal a text takes: wide East Asian characters two, combining marks none."""
    return sum(_columns(c) for c in text)


def elided(text: str, most: int = WIDEST_NAME) -> str:
    """Returns a text of at most `most` columns: what is too much goes from the middle, `…` stands for it.

    Control characters, which a terminal would obey, become replacement characters.
    """
    plain = "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Cs") else c for c in text)
    if width(plain) <= most:
        return plain
    front = _front(plain, most // 2)
    back = _front(plain[::-1], most - 1 - width(front))[::-1]
    return f"{front}…{back}"


def padded(text: str, columns: int) -> str:
    """Returns a text with blanks behind it, up to a number of columns."""
    return text + " " * (columns - width(text))


def _front(text: str, most: int) -> str:
    taken = 0
    for index, character in enumerate(text):
        taken += _columns(character)
        if taken > most:
            return text[:index]
    return text


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
