# SPDX-License-Identifier: Apache-2.0
"""What a reason for a predicted value is made of: other stems that moved it, and causes in the track itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Influence:
    """How much another stem moves a value: `change` is the value with it less the value without it, in `unit`."""

    track_id: str
    track_name: str
    change: float


@dataclass(frozen=True)
class Cause:
    """Something about the track itself, and how much of the value it makes, in the reason's unit; None = all of it."""

    label: str
    change: float | None = None


@dataclass(frozen=True)
class Reason:
    """One predicted value of a channel and what moved it, the strongest first.

    `together` where all stems decide at once, so that none can be told apart.
    """

    label: str
    unit: str
    value: float
    influences: tuple[Influence, ...] = ()
    causes: tuple[Cause, ...] = ()
    together: bool = False
