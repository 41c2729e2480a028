# SPDX-License-Identifier: Apache-2.0
"""What file names say besides the instrument: their order, and which two are the sides of one."""

from __future__ import annotations

import re
from collections.abc import Iterable

_DIGITS = re.compile(r"(\d+)")
_SIDE = re.compile(r"^(?P<base>.*?)[ ]?(?P<mark>[._\- (\[])(?P<side>left|right|l|r)[)\]]?$", re.IGNORECASE)


def natural_key(name: str) -> tuple[tuple[tuple[int, int, str], ...], str]:
    """Returns a sort key that puts `Take 2` before `Take 10`, whatever the case; ties keep a fixed order."""
    parts = _DIGITS.split(name.casefold())
    # Odd places hold the digits; numbers sort before letters, as file managers do.
    return tuple((0, int(p), "") if i % 2 else (1, 0, p) for i, p in enumerate(parts) if p), name


def natural_sorted(names: Iterable[str]) -> list[str]:
    """Returns the names in natural order."""
    return sorted(names, key=natural_key)


def side_of(stem: str) -> tuple[str, str] | None:
    """Splits `Gtr_L`, `OH.R`, `Keys-l`, `Pad Left`, `Room (R)` into base and "L" or "R"; None without a mark.

    The base of an empty name is None too: a file called `_L` has nothing to be the side of.
    """
    match = _SIDE.match(stem)
    if match is None or not match["base"].strip():
        return None
    return match["base"], match["side"][0].upper()
