# SPDX-License-Identifier: Apache-2.0
"""Compressors and reverbs of other desks in this console's terms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from mixassist.domain.loudness import REFERENCE_LUFS
from mixassist.domain.parameters import PARAMETER, Value

_REVERB_TYPES: Mapping[str, str] = {
    "PLATE": "plate",
    "SPRING": "plate",
    "HALL": "hall",
    "CHURCH": "hall",
    "STAGE": "hall",
    "ROOM": "medium_room",
}
_USUAL_WET_LU = -17.0
_SEND_SLOPE = 0.35
"""LU of reverberation for a dB of send: sends of other desks are not calibrated, so only the tendency is kept."""
_USUAL_SEND_DB = -12.0
_LOUDEST_WET_LU = -11.0
_SOFTEST_WET_LU = -28.0


def compressor_controls(parameters: Mapping[str, Any], raw_lufs: float) -> dict[str, Value]:
    """Returns threshold, ratio, attack and release of a channel's first real compressor; none where there is none.

    The threshold is moved with the take, which stands at −23 LUFS here instead of at its recorded loudness.
    """
    for compressor in parameters.get("compression", ()):
        ratio = _number(re.match(r"\s*([\d.]+)", str(compressor.get("ratio", ""))))
        threshold = compressor.get("thresh", compressor.get("thres"))
        if ratio is None or ratio <= 1.05 or not isinstance(threshold, (int, float)):
            continue
        return {
            "threshold_db": PARAMETER["threshold_db"].clipped(float(threshold) + REFERENCE_LUFS - raw_lufs),
            "ratio": PARAMETER["ratio"].clipped(ratio),
            "attack_ms": PARAMETER["attack_ms"].clipped(_time(compressor.get("attack"), 10.0)),
            "release_ms": PARAMETER["release_ms"].clipped(_time(compressor.get("release"), 100.0)),
        }
    return {}


def reverb_choice(parameters: Mapping[str, Any]) -> tuple[str, float] | None:
    """Returns the first reverb's (type, level in LU against the dry sound), or None."""
    for reverb in parameters.get("reverb", ()):
        kind = next((v for k, v in _REVERB_TYPES.items() if k in str(reverb.get("type", "")).upper()), "")
        if not kind:
            continue
        send = reverb.get("gain")
        moved = 0.0
        if isinstance(send, (int, float)) and str(reverb.get("send")) == "True":
            moved = _SEND_SLOPE * (float(np.clip(send, -40.0, 6.0)) - _USUAL_SEND_DB)
        return kind, float(np.clip(_USUAL_WET_LU + moved, _SOFTEST_WET_LU, _LOUDEST_WET_LU))
    return None


def _number(match: re.Match[str] | None) -> float | None:
    try:
        return float(match[1]) if match else None
    except ValueError:
        return None


def _time(value: object, default_ms: float) -> float:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0 else default_ms
