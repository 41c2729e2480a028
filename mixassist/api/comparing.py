# SPDX-License-Identifier: Apache-2.0
"""Level-matched differences of two audio files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mixassist.analysis.comparison import compare_files
from mixassist.analysis.explained import EXPLAINED
from mixassist.domain.progress import CancelToken, Progress, no_progress


def compare(
    a: str | Path, b: str | Path, *, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> dict[str, Any]:
    """Compares the file `b` with the reference `a`, as they are and level-matched; plain values fit for JSON.

    Raises:
        MixAssistError: a file that cannot be read.
    """
    return dict(compare_files(a, b, progress=progress, cancel=cancel).to_dict())


def comparison_lines(found: dict[str, Any]) -> list[str]:
    """Returns what `compare` found as lines for people: the differences, then both files side by side."""
    rate = found["sample_rate_hz"]
    lines = [f"The common {found['frames'] / rate:.3f} s at {rate:g} Hz, the second against the first:"]
    of_pair = [k for k in EXPLAINED if _value(found, k) is not _ABSENT]
    lines.extend(f"  {EXPLAINED[key].label:<32}{EXPLAINED[key].text(_value(found, key)):>16}" for key in of_pair)
    lines.append(f"  {'':<32}{'first':>16}{'second':>16}")
    for key, known in EXPLAINED.items():
        values = [_value(found, f"{side}.{key}") for side in ("a", "b")]
        if _ABSENT not in values:
            lines.append(f"  {known.label:<32}{known.text(values[0]):>16}{known.text(values[1]):>16}")
    lines.extend(f"  note: {note}" for note in found["notes"])
    return lines


_ABSENT = object()


def _value(found: dict[str, Any], path: str) -> Any:
    """Looks a number up by its dotted path; infinite ones, null in JSON, are numbers again."""
    lost = found.get("not_finite", {}).get(path)
    if lost is not None:
        return float(lost)
    value: Any = found
    for key in path.split("."):
        if not isinstance(value, dict) or key not in value:
            return _ABSENT
        value = value[key]
    return value
