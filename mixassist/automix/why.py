# SPDX-License-Identifier: Apache-2.0
"""Why a control was predicted so: which other stems moved it most, found by leaving each of them out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch

from mixassist.automix.controller import HeardSong
from mixassist.automix.controller_weights import ControllerNetwork
from mixassist.automix.direct_signals import BEHIND_LU
from mixassist.automix.network_settings import NetworkSettings, network_settings, predicted
from mixassist.automix.reason import Cause, Influence, Reason
from mixassist.automix.rule_reasons import RULE_REASONS
from mixassist.automix.song import Part, Song
from mixassist.automix.stereo import given_place, may_move
from mixassist.automix.wished_levels import lifts_in_mix_lu, spectrum_moves_lu, wished_levels
from mixassist.domain.parameters import BANDS
from mixassist.networks.controller import MixPrediction
from mixassist.networks.mix_controls import (
    EQUALIZER_KEYS,
    level_lu,
    pan_reach,
    places_in_units,
    wet_level_lu,
)

OWN_LEVEL = "lift by its own level"
"""For takes that were recorded louder or softer than is usual for their instrument."""
SPECTRUM = "lift for the mix's spectrum"
"""For parts that stand louder or softer so that the whole mix is neither dull nor thin."""
DIRECT = "distance behind its amplifier"
"""For direct signals whose amplifier or microphone is there too."""
PLACE = "distance from the middle"
CENTRED = "low end and lead stay in the middle"
STAYS = "it keeps its place: stereo, locked, or there are copies of it"
_LEAST_LIFT_LU = 0.1


def reasons(network: ControllerNetwork, heard: HeardSong, track_id: str, most: int = 3) -> tuple[Reason, ...]:
    """Returns what was wished for a track, and why: the stems that moved the network's wishes, the rules' causes.

    The network is asked again without each other stem in turn; its levels are told against the mean of the stems that
    are there both times, so that a stem's leaving is not itself a change. Groups that it is not trusted with are told
    by the rules.

    Raises:
        KeyError: the song has no such sounding track.
    """
    parts = heard.song.parts
    own = next((i for i, p in enumerate(parts) if p.id == track_id), None)
    if own is None:
        raise KeyError(track_id)
    whole = predicted(network, heard.stems)
    changes: dict[str, list[Influence]] = {}
    values = {
        name: read(whole, own, None)
        for name, (_, group, read) in _READERS.items()
        if group in network.groups and _can_read(whole, name)
    }
    for other, part in enumerate(parts):
        if other == own:
            continue
        kept = [i for i in range(len(parts)) if i != other]
        without = predicted(network, heard.stems[kept])
        place = kept.index(own)
        for name in values:
            read = _READERS[name][2]
            change = read(whole, own, kept) - read(without, place, list(range(len(kept))))
            changes.setdefault(name, []).append(Influence(part.id, part.track.name, change))
    found = [
        Reason(name, _READERS[name][0], value, tuple(sorted(changes.get(name, []), key=_strength)[:most]))
        for name, value in values.items()
    ]
    wishes = network_settings(network, heard.song, heard.stems)
    wished = wishes.levels_lu
    if "pan" in network.groups:
        found = [_kept_place(r, parts[own], heard.song, wishes) if r.label == PLACE else r for r in found]
    if "gain" in network.groups:
        lifts = {
            OWN_LEVEL: lifts_in_mix_lu(heard.song)[track_id],
            SPECTRUM: spectrum_moves_lu(heard.song, wished)[track_id],
        }
        found[1:1] = [
            Reason(name, "LU", lift, together=name == SPECTRUM)
            for name, lift in lifts.items()
            if abs(lift) >= _LEAST_LIFT_LU
        ]
        if (other_take := heard.song.amplified.get(track_id)) is not None:
            behind = Influence(other_take.id, other_take.track.name, -BEHIND_LU)
            found.insert(1, Reason(DIRECT, "LU", -BEHIND_LU, (behind,)))
    levels = wished_levels(heard.song, wished)
    for group, told in RULE_REASONS.items():
        if group not in network.groups:
            found += told(heard.song, parts[own], levels)
    return tuple(found)


def _kept_place(reason: Reason, part: Part, song: Song, wishes: NetworkSettings) -> Reason:
    """The reason for a part's place, where something keeps it there whatever the network wishes."""
    if wishes.pan_reach[part.id] == 0.0:
        return Reason(PLACE, "", 0.0, causes=(Cause(CENTRED),))
    return reason if may_move(part, song) else Reason(PLACE, "", abs(given_place(part)), causes=(Cause(STAYS),))


def _strength(influence: Influence) -> tuple[float, str]:
    return (-abs(influence.change), influence.track_name)


_Reader = Callable[[MixPrediction, int, "list[int] | None"], float]


def _level(prediction: MixPrediction, row: int, counted: list[int] | None) -> float:
    levels = level_lu(prediction.values["level"])
    among = levels if counted is None else levels[counted]
    return float(levels[row] - among.mean())


def _pan(prediction: MixPrediction, row: int, counted: list[int] | None) -> float:
    return float(pan_reach(prediction.values["pan"])[row])


def _band_gain(band: str) -> _Reader:
    def read(prediction: MixPrediction, row: int, counted: list[int] | None) -> float:
        found = places_in_units(EQUALIZER_KEYS, prediction.values["equalizer"][row])
        return float(found[f"{band}_gain_db"])

    return read


def _wet(prediction: MixPrediction, row: int, counted: list[int] | None) -> float:
    return float(wet_level_lu(prediction.values["reverb_level"])[row])


def _compression(prediction: MixPrediction, row: int, counted: list[int] | None) -> float:
    return float(torch.sigmoid(prediction.values["compressor_use"][row, 0]))


_READERS: Mapping[str, tuple[str, str, _Reader]] = {
    "level": ("LU", "gain", _level),
    PLACE: ("", "pan", _pan),
    **{f"{band.replace('_', ' ')} gain": ("dB", "equalizer", _band_gain(band)) for band in BANDS},
    "likelihood of compression": ("", "compressor", _compression),
    "reverberation": ("LU", "reverb", _wet),
}
"""The network's wishes: unit, group of controls, and how to read them."""


def _can_read(prediction: MixPrediction, name: str) -> bool:
    return "equalizer" in prediction.values or name in ("level", PLACE)
