# SPDX-License-Identifier: Apache-2.0
"""The network's outputs as wishes for each part: levels, distances from the middle, and settings of the stages."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from mixassist.automix.controller_weights import ControllerNetwork
from mixassist.automix.levels import lead_in_front
from mixassist.automix.song import Part, Song
from mixassist.domain.parameters import REVERB_TYPES, Value
from mixassist.networks.controller import MixPrediction
from mixassist.networks.mix_controls import (
    COMPRESSOR_KEYS,
    EQUALIZER_KEYS,
    LEVEL_UNIT_LU,
    level_lu,
    pan_reach,
    places_in_units,
    reverb_decay,
    wet_level_lu,
)

_RANGE_LU = 16.0
"""No part stands further than this from the middle of the mix."""
_CENTRED = frozenset({"kick", "snare", "bass", "drum_kit", "lead_vocal"})
_DRIEST_LEAD_LU = -12.0
"""The lead's reverberation is never louder than this against the dry voice: listeners punish drowned vocals."""
_LOUDEST_WET_LU = -8.0
_DRY = frozenset({"kick", "bass"})
_FLAT_DB = 0.3
_NATURAL_SHARE = 0.5
_MOST_STRAY = 2.0


@dataclass(frozen=True)
class NetworkSettings:
    """What the network wishes, by track id; groups that it is not trusted with are empty, but for `pan_reach`.

    `stray_lu` says how far levels stray in an alternative, wherever they come from: not at all in the best guess.
    """

    levels_lu: Mapping[str, float]
    stray_lu: Mapping[str, float]
    pan_reach: Mapping[str, float]
    equalizer: Mapping[str, Mapping[str, Value]]
    compressor: Mapping[str, Mapping[str, Value]]
    reverb: Mapping[str, Mapping[str, Value]]
    wet_lu: Mapping[str, float]


def network_settings(network: ControllerNetwork, song: Song, stems: torch.Tensor, seed: int = 0) -> NetworkSettings:
    """Asks the network; seed 0 is its best guess, others stray from it as far as the network is unsure."""
    if not song.parts:
        return NetworkSettings({}, {}, {}, {}, {}, {}, {})
    prediction = predicted(network, stems)
    levels = _levels(song, prediction) if "gain" in network.groups else {}
    strays = {name: _strays(song, prediction, name, seed) for name in ("level", "pan")}
    reach = {
        p.id: _reach(p, song, float(np.clip(float(r) + strays["pan"][p.id], 0.0, 1.0)))
        for p, r in _each(song, pan_reach(prediction.values["pan"]))
    }
    full = "equalizer" in prediction.values
    return NetworkSettings(
        levels,
        {key: LEVEL_UNIT_LU * stray for key, stray in strays["level"].items()},
        reach,
        _equalizer(song, prediction) if full and "equalizer" in network.groups else {},
        _compressor(song, prediction) if full and "compressor" in network.groups else {},
        *(_reverb(song, prediction) if full and "reverb" in network.groups else ({}, {})),
    )


def predicted(network: ControllerNetwork, stems: torch.Tensor) -> MixPrediction:
    """Runs the network on one song, (parts, features); its outputs are (parts, size)."""
    with torch.no_grad():
        there = stems.unsqueeze(0).to(network.device)
        found = network(there, torch.ones(1, stems.shape[0], dtype=torch.bool, device=network.device))
    values, spread = ({k: v[0].cpu() for k, v in what.items()} for what in (found.values, found.spread))
    return MixPrediction(values, spread)


def _each(song: Song, values: torch.Tensor) -> list[tuple[Part, torch.Tensor]]:
    return list(zip(song.parts, values, strict=True))


def _strays(song: Song, prediction: MixPrediction, name: str, seed: int) -> dict[str, float]:
    """How far each part strays from the best guess, on the output's own scale; each part has lots of its own."""
    found = {}
    for part, spread in _each(song, prediction.spread[name][:, 0]):
        key = hashlib.sha256(f"{seed}/{name}/{part.hearing.digest}/{part.track.name}".encode()).digest()
        lots = np.random.default_rng(int.from_bytes(key[:8], "little"))
        scale = float(spread) if seed else 0.0
        found[part.id] = float(np.clip(lots.laplace(0.0, scale), -_MOST_STRAY * scale, _MOST_STRAY * scale))
    return found


def _levels(song: Song, prediction: MixPrediction) -> dict[str, float]:
    found = level_lu(prediction.values["level"]).double().numpy()
    middle = float(np.median(found))
    kept = np.clip(found, middle - _RANGE_LU, middle + _RANGE_LU)
    return lead_in_front(song, {p.id: float(level) for p, level in zip(song.parts, kept, strict=True)})


def _reach(part: Part, song: Song, reach: float) -> float:
    """Low end and lead stay in the middle, but for doubled leads."""
    alone = part.instrument != "lead_vocal" or len(song.of("lead_vocal")) < 3
    return 0.0 if part.instrument in _CENTRED and alone else reach


def _equalizer(song: Song, prediction: MixPrediction) -> dict[str, dict[str, Value]]:
    found = places_in_units(EQUALIZER_KEYS, prediction.values["equalizer"])
    settings: dict[str, dict[str, Value]] = {}
    for index, part in enumerate(song.parts):
        share = _NATURAL_SHARE if song.is_produced(part) else 1.0
        values = {k: float(v[index]) * (share if k.endswith("gain_db") else 1.0) for k, v in found.items()}
        flat = {k: 0.0 for k, v in values.items() if k.endswith("gain_db") and abs(v) < _FLAT_DB}
        settings[part.id] = {**values, **flat}
    return settings


def _compressor(song: Song, prediction: MixPrediction) -> dict[str, dict[str, Value]]:
    found = places_in_units(COMPRESSOR_KEYS, prediction.values["compressor"])
    used = prediction.values["compressor_use"][..., 0] > 0.0
    return {
        part.id: {k: float(v[index]) for k, v in found.items()}
        for index, part in enumerate(song.parts)
        if bool(used[index]) and not song.is_produced(part)
    }


def _reverb(song: Song, prediction: MixPrediction) -> tuple[dict[str, dict[str, Value]], dict[str, float]]:
    """Type and decay, and the wished loudness of the reverberation."""
    used = prediction.values["reverb_use"][..., 0] > 0.0
    levels = wet_level_lu(prediction.values["reverb_level"])
    kinds = prediction.values["reverb_type"].argmax(dim=-1)
    decays = reverb_decay(prediction.values["reverb_decay"])
    settings: dict[str, dict[str, Value]] = {}
    wet: dict[str, float] = {}
    for index, part in enumerate(song.parts):
        if not bool(used[index]) or part.instrument in _DRY or song.is_produced(part):
            continue
        settings[part.id] = {"reverb_type": REVERB_TYPES[int(kinds[index])], "reverb_decay": float(decays[index])}
        highest = _DRIEST_LEAD_LU if part.instrument in ("lead_vocal", "backing_vocal") else _LOUDEST_WET_LU
        wet[part.id] = min(float(levels[index]), highest)
    return settings, wet
