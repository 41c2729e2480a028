# SPDX-License-Identifier: Apache-2.0
"""The 26 values of one channel as a single immutable value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from mixassist.domain.parameters import KEYS, PARAMETERS, Parameter, Value, parameter

_INDEX = {key: index for index, key in enumerate(KEYS)}


class Controls(Mapping[str, Value]):
    """One value for every control of the table, checked; immutable and hashable.

    `Controls()` is the default channel; `Controls({"pan": 0.5})` sets some and leaves the rest at default.

    Raises:
        ControlError: an unknown key, or a value outside the table.
    """

    __slots__ = ("_hash", "_values")

    def __init__(self, values: Mapping[str, object] | None = None) -> None:
        slots = [p.default for p in PARAMETERS]
        for key, value in (values or {}).items():
            slots[_INDEX[parameter(key).key]] = parameter(key).checked(value)
        self._values = tuple(slots)
        self._hash = hash(self._values)

    def __getitem__(self, key: str) -> Value:
        return self._values[_INDEX[key]]

    def __iter__(self) -> Iterator[str]:
        return iter(KEYS)

    def __len__(self) -> int:
        return len(KEYS)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Controls) and self._values == other._values

    def __reduce__(self) -> tuple[type[Controls], tuple[dict[str, Value]]]:
        return Controls, (dict(self),)  # not the kept hash: hashes of strings differ from process to process

    def __repr__(self) -> str:
        moved = {k: v for k, v, p in zip(KEYS, self._values, PARAMETERS, strict=True) if v != p.default}
        return f"Controls({moved})"

    def number(self, key: str) -> float:
        """Returns a continuous control (or a switch as 0 or 1) as a float."""
        return float(self._values[_INDEX[key]])

    def replaced(self, values: Mapping[str, object]) -> Controls:
        """Returns a copy with some controls set; raises `ControlError` as the constructor does."""
        return self._with({key: parameter(key).checked(value) for key, value in values.items()})

    def _with(self, checked: Mapping[str, Value]) -> Controls:
        slots = list(self._values)
        for key, value in checked.items():
            slots[_INDEX[key]] = value
        copy = Controls.__new__(Controls)
        copy._values = tuple(slots)
        copy._hash = hash(copy._values)
        return copy

    def moved_from(self, other: Controls, tolerance: float = 1e-9) -> tuple[str, ...]:
        """Returns the keys whose places on the travel differ from `other`'s."""
        return tuple(
            p.key for p in PARAMETERS if abs(p.normalised(self[p.key]) - p.normalised(other[p.key])) > tolerance
        )

    def shared_with(self, other: Controls) -> tuple[str, ...]:
        """Returns the keys that have the same value in both."""
        return tuple(k for k, mine, its in zip(KEYS, self._values, other._values, strict=True) if mine == its)

    def taken_from(self, other: Controls, keys: Iterable[str]) -> Controls:
        """Returns a copy whose `keys` have `other`'s values."""
        return self._with({key: other[key] for key in keys})


NEUTRAL = Controls()
"""The default channel: transparent up to the pan law."""


def with_amount(neutral: Controls, prediction: Controls, amount: float) -> Controls:
    """Moves from neutral through a prediction, on each control's normalised travel.

    Args:
        amount: 0 = neutral, 1 = the prediction, up to 1.5 beyond it (clipped at the range's ends). Switches and
            choices take the prediction's side from 0.5 on.
    """
    if amount == 1.0:
        return prediction
    values: dict[str, Value] = {}
    for p, start, end in _ways(neutral, prediction):
        if not p.is_continuous:
            values[p.key] = prediction[p.key] if amount >= 0.5 else neutral[p.key]
        else:
            values[p.key] = p.denormalised(start + (end - start) * amount) if amount else neutral[p.key]
    return neutral._with(values)


@lru_cache(maxsize=1024)
def _ways(neutral: Controls, prediction: Controls) -> tuple[tuple[Parameter, float, float], ...]:
    """Returns the controls in which two settings differ, each with its places on the travel: a drag asks again."""
    pairs = ((p, neutral[p.key], prediction[p.key]) for p in PARAMETERS)
    return tuple((p, p.normalised(start), p.normalised(end)) for p, start, end in pairs if start != end)
