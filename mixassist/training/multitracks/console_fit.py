# SPDX-License-Identifier: Apache-2.0
"""Fits this console's five fixed bands to the responses of other equalisers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from mixassist.domain.parameters import PARAMETER, Group, Value, keys_of
from mixassist.dsp.equalizer import equalizer_response
from mixassist.networks.mix_controls import place_in_units

FIT_FREQUENCIES_HZ: NDArray[np.float64] = np.geomspace(30.0, 18_000.0, 56)
"""Where responses are compared."""
_RATE_HZ = 96_000
_DEEPEST_DB = -24.0
_ROUNDS = 250
_LEARNING_RATE = 0.04
_FAINT_DB = 0.25


def response_db(chain: Sequence[Mapping[str, Any]]) -> NDArray[np.float64]:
    """Returns the response of an equaliser's bands at `FIT_FREQUENCIES_HZ` in dB, (56,), no deeper than −24.

    Bands are analogue prototypes: `NOTCH` a bell, `HS` and `LS` shelves, `HP` and `LP` Butterworth filters whose
    `gain` is their slope in dB an octave.
    """
    total = np.zeros(FIT_FREQUENCIES_HZ.size)
    for band in chain:
        value = band.get("value", {})
        frequency, gain, q = (_number(value.get(k)) for k in ("freq", "gain", "q"))
        if frequency is not None and frequency > 0.0:
            total += _band_db(str(band.get("type", "")), frequency, gain, q)
    return np.asarray(np.clip(total, _DEEPEST_DB, -_DEEPEST_DB))


def _band_db(kind: str, frequency_hz: float, gain_db: float | None, q: float | None) -> NDArray[np.float64]:
    ratio = FIT_FREQUENCIES_HZ / frequency_hz
    quality = float(np.clip(q if q else 0.7, 0.1, 20.0))
    if kind in ("HP", "LP"):
        slope = gain_db if gain_db and gain_db >= 6.0 else 12.0
        order = max(round(float(np.clip(slope, 6.0, 48.0)) / 6.0), 1)
        falling = 1.0 / ratio if kind == "HP" else ratio
        return np.asarray(-10.0 * np.log10(1.0 + np.minimum(falling, 1e3) ** (2 * order)))
    gain = float(np.clip(gain_db or 0.0, _DEEPEST_DB, -_DEEPEST_DB))
    amplitude = 10.0 ** (gain / 40.0)
    s = 1j * ratio
    if kind == "NOTCH":
        response = (s**2 + s * amplitude / quality + 1.0) / (s**2 + s / (amplitude * quality) + 1.0)
    elif kind in ("LS", "HS"):
        s = s if kind == "LS" else 1.0 / s
        root = math.sqrt(amplitude) / 0.707
        response = amplitude * (s**2 + root * s + amplitude) / (amplitude * s**2 + root * s + 1.0)
    else:
        return np.zeros(ratio.size)
    return np.asarray(20.0 * np.log10(np.abs(response)))


def equalizer_controls(responses_db: Sequence[NDArray[np.float64]]) -> list[dict[str, Value]]:
    """Returns the thirteen equaliser controls nearest to each response, in least squares of dB.

    Bands that end up within 0.25 dB of flat are set to 0.
    """
    if not responses_db:
        return []
    wanted = torch.from_numpy(np.stack(responses_db))
    keys = keys_of(Group.EQUALIZER)
    places = {k: torch.full((len(responses_db),), _start(k), dtype=torch.float64, requires_grad=True) for k in keys}
    optimizer = torch.optim.Adam(places.values(), lr=_LEARNING_RATE)
    frequencies = torch.from_numpy(FIT_FREQUENCIES_HZ)
    for _ in range(_ROUNDS):
        optimizer.zero_grad()
        found = equalizer_response(
            {k: place_in_units(PARAMETER[k], p.sigmoid()) for k, p in places.items()}, frequencies, _RATE_HZ
        )
        error = (20.0 * torch.log10(found.abs()) - wanted).square().mean(dim=1)
        error.sum().backward()
        optimizer.step()
    with torch.no_grad():
        values = {k: place_in_units(PARAMETER[k], p.sigmoid()).tolist() for k, p in places.items()}
    rows = [{k: PARAMETER[k].clipped(values[k][i]) for k in keys} for i in range(len(responses_db))]
    return [{k: 0.0 if k.endswith("gain_db") and abs(v) < _FAINT_DB else v for k, v in row.items()} for row in rows]


def _start(key: str) -> float:
    place = PARAMETER[key].normalised(PARAMETER[key].default)
    return math.log(place / (1.0 - place)) if 0.0 < place < 1.0 else math.copysign(4.0, place - 0.5)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
