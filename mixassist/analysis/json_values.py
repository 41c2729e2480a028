# SPDX-License-Identifier: Apache-2.0
"""Measures as JSON, which knows neither infinity nor "not a number".

Such a value is written as null, and a table `not_finite` beside the others names it by its path and says which it was:
`{"null_depth_db": null, "not_finite": {"null_depth_db": "-inf"}}`; "nan" means undefined (a correlation with a silent
side, say). No table, no such value.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

import numpy as np

NOT_FINITE_KEY = "not_finite"


def json_safe(values: Mapping[str, object]) -> dict[str, object]:
    """Returns a copy made of dict, list, str, int, float, bool and None, with the table `not_finite` where needed.

    Mappings, sequences, sets, numpy scalars and arrays, enums, paths and dataclasses are understood.

    Raises:
        TypeError: anything else.
    """
    table: dict[str, str] = {}
    plain = {str(key): _plain(value, str(key), table) for key, value in values.items() if key != NOT_FINITE_KEY}
    inherited = values.get(NOT_FINITE_KEY)
    if isinstance(inherited, Mapping):
        table.update({str(k): str(v) for k, v in inherited.items()})
    return {**plain, NOT_FINITE_KEY: table} if table else plain


def _plain(value: object, path: str, table: dict[str, str]) -> object:
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return _number(float(value), path, table)
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "to_dict"):
        return _plain(value.to_dict(), path, table)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _plain({f.name: getattr(value, f.name) for f in dataclasses.fields(value)}, path, table)
    if isinstance(value, Mapping):
        return _plain_mapping(value, path, table)
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, (set, frozenset)):
        value = sorted(value)
    if isinstance(value, (list, tuple)):
        return [_plain(item, f"{path}.{index}", table) for index, item in enumerate(value)]
    raise TypeError(f"{path}: {type(value).__name__} has no form in JSON")


def _plain_mapping(values: Mapping[object, object], path: str, table: dict[str, str]) -> dict[str, object]:
    plain: dict[str, object] = {}
    for key, value in values.items():
        name = str(key.value) if isinstance(key, Enum) else str(key)
        if name == NOT_FINITE_KEY and isinstance(value, Mapping):
            # A part that was made safe already: its names become paths from here.
            table.update({f"{path}.{inner}": str(kind) for inner, kind in value.items()})
        else:
            plain[name] = _plain(value, f"{path}.{name}", table)
    return plain


def _number(value: float, path: str, table: dict[str, str]) -> float | None:
    if math.isfinite(value):
        return value
    table[path] = "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return None
