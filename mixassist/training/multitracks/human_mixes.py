# SPDX-License-Identifier: Apache-2.0
"""The human mixes as channels to learn from: levels without the missing buses, settings in this console's terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mixassist.domain.parameters import Value
from mixassist.evaluation.agreed_levels import agreed_levels
from mixassist.evaluation.mix_decisions import MixedTrack, read_mixology
from mixassist.training.multitracks.console_fit import equalizer_controls, response_db
from mixassist.training.multitracks.console_terms import compressor_controls, reverb_choice

_WIDEST_LU = 24.0


@dataclass(frozen=True)
class HumanChannel:
    """One channel of a human mix.

    Attributes:
        raw_lufs: loudness of the take as it was recorded.
        level_lu: loudness in the mix relative to the mean channel, the bus's share taken off.
        agreed_lu: the same as all engineers of the song have it, their median.
        pan: −1 … 1; of a stereo channel the middle of its sides.
        is_stereo: whether the channel has two sides.
        settings: the other controls in this console's terms for a take of −23 LUFS; what was not used is absent.
        reverb: (type, level in LU against the dry sound), or None.
    """

    instrument: str
    raw_lufs: float
    level_lu: float
    agreed_lu: float
    pan: float
    is_stereo: bool
    settings: Mapping[str, Value]
    reverb: tuple[str, float] | None
    is_single: bool = True
    """Whether the channel is one take and no sum of several, of which nothing is known but the level."""


@dataclass(frozen=True)
class HumanMix:
    """One engineer's mix of a song; `weight` grows with the listeners' rating, all songs weighing alike."""

    song: str
    mix: str
    weight: float
    channels: tuple[HumanChannel, ...]


def read_human_mixes(decisions: Path) -> list[HumanMix]:
    """Reads the 79 mixes of MixologyDB from the folder of decisions.

    Buses are not in the data: an engineer who turned the drums down by their bus seems to have them far too loud.
    What all channels of a bus have in common against the other engineers' mixes of the song is therefore taken off.

    Raises:
        MixAssistError: the data is not there or is something else.
    """
    tracks = read_mixology(decisions / "mixologydb.json")
    settings = _settings(tracks)
    mixes = []
    for song in sorted({t.song for t in tracks}):
        mine = [i for i, t in enumerate(tracks) if t.song == song]
        levels, agreed = agreed_levels([tracks[i] for i in mine])
        places = dict(zip(mine, range(len(mine)), strict=True))
        for mix in sorted({tracks[i].mix for i in mine}):
            members = [i for i in mine if tracks[i].mix == mix]
            mean = float(np.mean([levels[places[i]] for i in members]))
            agreed_mean = float(np.mean([agreed[places[i]] for i in members]))
            channels = tuple(
                HumanChannel(
                    instrument=tracks[i].instrument,
                    raw_lufs=tracks[i].raw_lufs,
                    level_lu=float(np.clip(levels[places[i]] - mean, -_WIDEST_LU, _WIDEST_LU)),
                    agreed_lu=float(np.clip(agreed[places[i]] - agreed_mean, -_WIDEST_LU, _WIDEST_LU)),
                    pan=float(np.clip(np.mean(tracks[i].pans or (0.0,)), -1.0, 1.0)),
                    is_stereo=tracks[i].stereo or len(tracks[i].pans) == 2,
                    settings=settings[i],
                    reverb=reverb_choice(tracks[i].parameters),
                )
                for i in members
            )
            mixes.append(HumanMix(song, mix, tracks[members[0]].weight, channels))
    return mixes


def _settings(tracks: Sequence[MixedTrack]) -> list[dict[str, Value]]:
    """Equaliser and compressor of every channel in this console's terms."""
    chains: list[Sequence[Mapping[str, Any]]] = [t.parameters.get("eq", ()) for t in tracks]
    used = [i for i, chain in enumerate(chains) if chain]
    fitted = equalizer_controls([response_db(chains[i]) for i in used])
    found: list[dict[str, Value]] = [{} for _ in tracks]
    for i, controls in zip(used, fitted, strict=True):
        found[i].update(controls)
    for track, values in zip(tracks, found, strict=True):
        values.update(compressor_controls(track.parameters, track.raw_lufs))
    return found
