# SPDX-License-Identifier: Apache-2.0
"""What General MIDI's programs and drum keys are in this project's vocabulary of instruments."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_PROGRAM_RANGES: tuple[tuple[int, str], ...] = (
    (3, "piano"),
    (5, "keys"),
    (6, "piano"),
    (7, "keys"),
    (15, "keys"),
    (23, "organ"),
    (25, "acoustic_guitar"),
    (31, "electric_guitar"),
    (39, "bass"),
    (46, "strings"),
    (47, "percussion"),
    (51, "strings"),
    (54, "backing_vocal"),
    (55, "effects"),
    (61, "brass"),
    (63, "synth_pad"),
    (79, "woodwind"),
    (87, "synth_lead"),
    (95, "synth_pad"),
    (103, "effects"),
    (107, "acoustic_guitar"),
    (108, "percussion"),
    (109, "woodwind"),
    (110, "strings"),
    (111, "woodwind"),
    (119, "percussion"),
    (127, "effects"),
)
"""Last program (0 … 127) of each family of General MIDI level 1, in order."""

DRUM_KEYS: Mapping[str, frozenset[int]] = MappingProxyType(
    {
        "kick": frozenset({35, 36}),
        "snare": frozenset({37, 38, 40}),
        "hihat": frozenset({42, 44, 46}),
        "tom": frozenset({41, 43, 45, 47, 48, 50}),
        "cymbals": frozenset({49, 51, 52, 53, 55, 57, 59}),
    }
)
"""Keys of the percussion channel by the microphone that would stand there; all others are percussion."""


def instrument_of_program(program: int) -> str:
    """Returns the instrument key of a General MIDI program, 0 … 127."""
    return next(key for last, key in _PROGRAM_RANGES if program <= last)


def instrument_of_drum_key(key: int) -> str:
    """Returns the instrument key of a key on the percussion channel."""
    return next((name for name, keys in DRUM_KEYS.items() if key in keys), "percussion")
