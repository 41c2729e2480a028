# SPDX-License-Identifier: Apache-2.0
"""The instruments a track can be: one vocabulary for import, mixing, colours and training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Instrument:
    """One kind of track. `family` groups kinds that engineers treat alike."""

    key: str
    label: str
    family: str


INSTRUMENTS: tuple[Instrument, ...] = (
    Instrument("lead_vocal", "Lead vocal", "vocals"),
    Instrument("backing_vocal", "Backing vocal", "vocals"),
    Instrument("kick", "Kick", "drums"),
    Instrument("snare", "Snare", "drums"),
    Instrument("hihat", "Hi-hat", "drums"),
    Instrument("tom", "Tom", "drums"),
    Instrument("cymbals", "Cymbals", "drums"),
    Instrument("overhead", "Overhead", "drums"),
    Instrument("room", "Drum room", "drums"),
    Instrument("drum_kit", "Drum kit or loop", "drums"),
    Instrument("percussion", "Percussion", "drums"),
    Instrument("bass", "Bass", "bass"),
    Instrument("electric_guitar", "Electric guitar", "guitars"),
    Instrument("acoustic_guitar", "Acoustic guitar", "guitars"),
    Instrument("piano", "Piano", "keys"),
    Instrument("organ", "Organ", "keys"),
    Instrument("keys", "Keys", "keys"),
    Instrument("synth_lead", "Synth lead", "synths"),
    Instrument("synth_pad", "Synth pad", "synths"),
    Instrument("strings", "Strings", "orchestra"),
    Instrument("brass", "Brass", "orchestra"),
    Instrument("woodwind", "Woodwind", "orchestra"),
    Instrument("effects", "Effects", "effects"),
    Instrument("other", "Other", "other"),
)

INSTRUMENT: Mapping[str, Instrument] = MappingProxyType({i.key: i for i in INSTRUMENTS})
"""Instruments by key; a channel's empty instrument means: not known yet."""
