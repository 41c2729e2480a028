# SPDX-License-Identifier: Apache-2.0
"""An order that is fixed, and provably so, before anybody answers, and told only afterwards."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")

NONCE_BYTES = 32


@dataclass(frozen=True)
class SealedOrder:
    """Whatever the listener must not know: any JSON value, with a nonce that keeps it from being guessed.

    `commitment` can be published at once; whoever later learns nonce and order can check that they belong to it.
    Neither shows itself in the text of an error or a debugger's list.
    """

    order: Any = field(repr=False)
    nonce: str = field(default_factory=lambda: secrets.token_hex(NONCE_BYTES), repr=False)

    @property
    def commitment(self) -> str:
        """SHA-256 of nonce and order, lower-case hex."""
        return commitment_of(self.nonce, self.order)


def commitment_of(nonce: str, order: Any) -> str:
    """Returns the SHA-256 of `NONCE:ORDER`, the order as JSON without blanks, in lower-case hex."""
    text = f"{nonce}:{json.dumps(order, separators=(',', ':'))}"
    return hashlib.sha256(text.encode()).hexdigest()


def coin_flips(count: int) -> list[int]:
    """Returns independent flips of a fair coin, 0 or 1, from the system's own randomness."""
    return [secrets.randbits(1) for _ in range(count)]


def shuffled(items: Sequence[T]) -> list[T]:
    """Returns the items in an order of which every one is equally probable (Fisher and Yates)."""
    mixed = list(items)
    for last in range(len(mixed) - 1, 0, -1):
        other = secrets.randbelow(last + 1)
        mixed[last], mixed[other] = mixed[other], mixed[last]
    return mixed
