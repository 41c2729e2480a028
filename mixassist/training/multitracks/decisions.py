# SPDX-License-Identifier: Apache-2.0
"""Draws what an engineer would do with a song: the channels of one human mix, handed out by instrument."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mixassist.automix.rules_table import rules_table
from mixassist.evaluation.derive_rules import LIKE
from mixassist.training.multitracks.human_mixes import HumanChannel, HumanMix

_KIT = ("kick", "snare", "tom", "hihat", "cymbals", "overhead")
_SWITCHED_OFF_LU = -20.0
_AGREED_SHARE = 0.5
"""How far a level is moved from one engineer's towards what all engineers of the song agree on."""


class Decisions:
    """The human mixes to draw from; `songs` names those that may be used (all by default)."""

    def __init__(self, mixes: Sequence[HumanMix], without: Sequence[str] = ()) -> None:
        self.mixes = [m for m in mixes if m.song not in without]
        weights = np.array([m.weight for m in self.mixes])
        self.weights = weights / weights.sum()
        self.by_instrument: dict[str, list[HumanChannel]] = {}
        for mix in self.mixes:
            for channel in mix.channels:
                self.by_instrument.setdefault(channel.instrument, []).append(channel)

    def draw_mix(self, lots: np.random.Generator) -> HumanMix:
        """Draws a mix, the better rated ones oftener."""
        return self.mixes[int(lots.choice(len(self.mixes), p=self.weights))]

    def channels_for(self, instruments: Sequence[str], lots: np.random.Generator) -> list[HumanChannel]:
        """Returns a channel for each instrument of a song, as many as possible from one mix.

        An instrument that the mix lacks takes a channel of another mix, one that no mix has takes its relative's,
        moved by the difference of the two in the table of rules.
        """
        mix = self.draw_mix(lots)
        left: dict[str, list[HumanChannel]] = {}
        for channel in lots.permutation(np.array(mix.channels, dtype=object)):
            left.setdefault(channel.instrument, []).append(channel)
        return [self._channel(mix, instrument, left, lots) for instrument in instruments]

    def _channel(
        self, mix: HumanMix, instrument: str, left: dict[str, list[HumanChannel]], lots: np.random.Generator
    ) -> HumanChannel:
        if instrument == "drum_kit":
            return whole_kit(mix) or self._channel(mix, "overhead", left, lots)
        if left.get(instrument):
            return left[instrument].pop()
        if instrument in self.by_instrument:
            choices = self.by_instrument[instrument]
            return choices[int(lots.integers(len(choices)))]
        relative = LIKE.get(instrument, "keys")
        found = self._channel(mix, relative, left, lots)
        moved = rules_table()[instrument].level_lu - rules_table()[relative].level_lu
        return replace(found, instrument=instrument, level_lu=found.level_lu + moved, agreed_lu=found.agreed_lu + moved)


def wanted_level_lu(channel: HumanChannel) -> float:
    """Returns a channel's level in LU, half way between its engineer's and the agreed one, never switched off."""
    level = channel.level_lu + _AGREED_SHARE * (channel.agreed_lu - channel.level_lu)
    return max(level, _SWITCHED_OFF_LU)


def whole_kit(mix: HumanMix) -> HumanChannel | None:
    """Returns a mix's drums as one stereo channel: powers summed, nothing done to it; None where it has no drums."""
    drums = [c for c in mix.channels if c.instrument in _KIT]
    if not drums:
        return None

    def summed(levels: Sequence[float]) -> float:
        return float(10.0 * np.log10(np.sum(10.0 ** (np.asarray(levels) / 10.0))))

    return HumanChannel(
        "drum_kit",
        summed([c.raw_lufs for c in drums]),
        summed([c.level_lu for c in drums]),
        summed([c.agreed_lu for c in drums]),
        0.0,
        True,
        {},
        None,
    )
