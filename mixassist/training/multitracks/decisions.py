# SPDX-License-Identifier: Apache-2.0
"""Draws what an engineer would do with a song: the channels of one human mix, handed out by instrument."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mixassist.automix.families import AS_ONE, family_of, level_together_lu
from mixassist.automix.rules_table import rules_table
from mixassist.evaluation.derive_rules import LIKE
from mixassist.training.multitracks.human_mixes import HumanChannel, HumanMix

KIT = ("kick", "snare", "tom", "hihat", "cymbals", "overhead", "room")
_FAMILIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("drum_kit", (*KIT, "percussion")),
    ("lead_vocal", ("lead_vocal",)),
    ("backing_vocal", ("backing_vocal",)),
    ("electric_guitar", ("electric_guitar", "acoustic_guitar")),
    ("keys", ("keys",)),
    ("bass", ("bass",)),
)
_APART = ("drum_kit", *KIT, "bass", "lead_vocal", "backing_vocal")
_SUMMED_SHARE, _REST_SHARE = 0.75, 0.35
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
        moved by the difference of the two in the table of rules. Several stems of one instrument take channels that
        are neighbours in the engineer's session, so that a guitar and its double still face each other.
        """
        mix = self.draw_mix(lots)
        left: dict[str, list[HumanChannel]] = {}
        for channel in mix.channels:
            left.setdefault(channel.instrument, []).append(channel)
        wanted = Counter(instruments)
        runs = {key: _run(channels, wanted[key], lots) for key, channels in left.items()}
        return [self._channel(mix, instrument, runs, lots) for instrument in instruments]

    def _channel(
        self, mix: HumanMix, instrument: str, left: dict[str, list[HumanChannel]], lots: np.random.Generator
    ) -> HumanChannel:
        if instrument == "drum_kit":
            return whole_kit(mix) or self._channel(mix, "overhead", left, lots)
        if left.get(instrument):
            return left[instrument].pop(0)
        if instrument in self.by_instrument:
            choices = self.by_instrument[instrument]
            return choices[int(lots.integers(len(choices)))]
        relative = LIKE.get(instrument, "keys")
        found = self._channel(mix, relative, left, lots)
        moved = rules_table()[instrument].level_lu - rules_table()[relative].level_lu
        return replace(found, instrument=instrument, level_lu=found.level_lu + moved, agreed_lu=found.agreed_lu + moved)


def _run(channels: Sequence[HumanChannel], count: int, lots: np.random.Generator) -> list[HumanChannel]:
    """Returns the channels from a place on from which there are `count` of them, if there are so many at all."""
    return list(channels[int(lots.integers(max(len(channels) - count, 0) + 1)) :])


def wanted_level_lu(channel: HumanChannel) -> float:
    """Returns a channel's level in LU, half way between its engineer's and the agreed one, never switched off."""
    level = channel.level_lu + _AGREED_SHARE * (channel.agreed_lu - channel.level_lu)
    return max(level, _SWITCHED_OFF_LU)


def whole_kit(mix: HumanMix) -> HumanChannel | None:
    """Returns a mix's drums as one stereo channel; None where it has no drums."""
    drums = [c for c in mix.channels if c.instrument in KIT]
    return summed("drum_kit", drums) if drums else None


def summed(instrument: str, channels: Sequence[HumanChannel]) -> HumanChannel:
    """Returns channels as one stereo channel, as a group's sum has them: powers added, nothing more done to it."""
    members = [c.instrument for c in channels]
    return HumanChannel(
        instrument,
        level_together_lu([c.raw_lufs for c in channels], members),
        level_together_lu([c.level_lu for c in channels], members),
        level_together_lu([c.agreed_lu for c in channels], members),
        0.0,
        True,
        {},
        None,
        is_single=False,
    )


def in_few_stems(channels: Sequence[HumanChannel], lots: np.random.Generator) -> list[HumanChannel]:
    """Returns a mix as it is handed over in few stems: families summed, each with its own luck; at times all the rest.

    A family of one channel stays as it is.
    """
    left, found = list(channels), []
    for instrument, members in _FAMILIES:
        group = [c for c in left if c.instrument in members]
        if len(group) > 1 and lots.random() < _SUMMED_SHARE:
            left = [c for c in left if c.instrument not in members]
            found.append(summed(instrument, group))
    rest = [c for c in (*left, *found) if c.instrument not in _APART]
    if len(rest) > 1 and lots.random() < _REST_SHARE:
        return [*(c for c in (*left, *found) if c.instrument in _APART), summed("other", rest)]
    return [*left, *found]


_SIX: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("electric_guitar", ("electric_guitar", "acoustic_guitar")),
    ("keys", ("keys", "piano", "organ")),
)


def four_of(instrument: str, *, six: bool = False) -> str:
    """Returns which of the stems that programs take songs apart into holds an instrument: voices, drums, bass, other.

    With `six`, guitars and keys have stems of their own, as in the six-part models of such programs.
    """
    for stem, members in _SIX if six else ():
        if instrument in members:
            return stem
    return AS_ONE[family_of(instrument)]


def in_four_stems(channels: Sequence[HumanChannel], *, six: bool = False) -> list[HumanChannel]:
    """Returns a mix as song separation and stem collections hand it over: voices, drums, bass and all the rest."""
    families: dict[str, list[HumanChannel]] = {}
    for channel in channels:
        families.setdefault(four_of(channel.instrument, six=six), []).append(channel)
    return [
        replace(members[0], instrument=stem) if len(members) == 1 else summed(stem, members)
        for stem, members in families.items()
    ]
