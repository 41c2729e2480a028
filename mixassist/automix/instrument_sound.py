# SPDX-License-Identifier: Apache-2.0
"""How instruments usually sound: what a track is held against, and how a wrong or missing name is noticed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mixassist.audio.instruments import guess_instrument
from mixassist.automix.hearing import Hearing
from mixassist.domain.instruments import INSTRUMENT
from mixassist.domain.track import Track


@dataclass(frozen=True)
class UsualSound:
    """What is usual for one instrument, by ear and by the engineers' rules of thumb.

    Attributes:
        lowest_hz: below it the instrument has nothing to say: what is there is rumble or bleed.
        low_db: energy below 150 Hz relative to the whole.
        air_db: third octaves of 8 … 16 kHz against those of 1 … 4 kHz.
        crest_db: crest factor over half a second of an uncompressed take.
        wet_lu: loudness of the reverberation against the dry sound; None = no reverberation.
    """

    lowest_hz: float
    low_db: float
    air_db: float
    crest_db: float
    wet_lu: float | None


USUAL: Mapping[str, UsualSound] = MappingProxyType(
    {
        "lead_vocal": UsualSound(100, -20, -16, 14, -16.0),
        "backing_vocal": UsualSound(120, -20, -17, 14, -14.0),
        "kick": UsualSound(30, -1, -25, 15, None),
        "snare": UsualSound(90, -12, -12, 18, -16.0),
        "hihat": UsualSound(200, -20, 2, 18, None),
        "tom": UsualSound(50, -4, -22, 18, -18.0),
        "cymbals": UsualSound(150, -20, 0, 16, None),
        "overhead": UsualSound(60, -9, -4, 18, None),
        "room": UsualSound(40, -6, -8, 17, None),
        "drum_kit": UsualSound(30, -5, -8, 17, None),
        "percussion": UsualSound(100, -14, -6, 18, -16.0),
        "bass": UsualSound(35, -2, -35, 11, None),
        "electric_guitar": UsualSound(75, -16, -24, 13, -18.0),
        "acoustic_guitar": UsualSound(75, -14, -14, 16, -17.0),
        "piano": UsualSound(40, -13, -22, 15, -17.0),
        "organ": UsualSound(40, -11, -24, 12, -17.0),
        "keys": UsualSound(45, -12, -22, 14, -17.0),
        "synth_lead": UsualSound(45, -12, -20, 13, -18.0),
        "synth_pad": UsualSound(45, -10, -22, 12, None),
        "strings": UsualSound(60, -16, -18, 13, -15.0),
        "brass": UsualSound(60, -18, -18, 14, -16.0),
        "woodwind": UsualSound(90, -20, -18, 13, -15.0),
        "effects": UsualSound(20, -14, -12, 14, None),
        "other": UsualSound(30, -12, -18, 14, None),
    }
)

_SURE = 0.5
"""A name whose guess is less confident than this counts only where the sound says nothing."""


def identify(track: Track, hearing: Hearing) -> tuple[str, str]:
    """Decides what a track is, from its strip's instrument, its name and its sound.

    An instrument set in the strip is believed unless the sound rules it out; so is a name that says it clearly.

    Returns:
        (instrument key, a sentence on what was noticed or an empty string).
    """
    named = track.channel.instrument if track.channel.instrument in INSTRUMENT else ""
    guess = guess_instrument(track.name)
    heard = heard_as(hearing)
    if named in ("", "other", guess.instrument) and guess.confidence < _SURE:
        return heard or named or "other", ""
    named = guess.instrument if named in ("", "other") else named
    if hearing.is_silent or not heard or not _ruled_out(named, hearing):
        return named, ""
    words = INSTRUMENT[named].label.lower(), INSTRUMENT[heard].label.lower()
    return heard, f"{track.name} is called {words[0]} but sounds like {words[1]}, and is mixed as that"


def heard_as(hearing: Hearing) -> str:
    """Names the instrument where the sound leaves little doubt, else returns an empty string."""
    if hearing.is_silent:
        return ""
    low, high = hearing.band_db(20.0, 150.0), hearing.band_db(5000.0, 22_000.0)
    struck = hearing.attack_db > 12.0
    if low > -2.0:
        return "kick" if struck and hearing.density_db(400.0, 5000.0) < -25.0 else ("drum_kit" if struck else "bass")
    if high > -2.0:
        return "hihat" if struck else "cymbals"
    if struck and low > -8.0 and high > -20.0:
        return "drum_kit"
    if hearing.attack_db > 18.0 and hearing.centroid_hz > 600.0:
        return "percussion"
    return ""


def _ruled_out(named: str, hearing: Hearing) -> bool:
    """Whether a track cannot be what it is called: a bass without lows, a voice of nothing but treble …"""
    low, high = hearing.band_db(20.0, 150.0), hearing.band_db(5000.0, 22_000.0)
    if named in ("kick", "bass"):
        return low < -20.0
    if named in ("hihat", "cymbals"):
        return low > -1.5
    if named in ("lead_vocal", "backing_vocal", "electric_guitar", "acoustic_guitar", "woodwind", "snare"):
        return low > -1.0 or (high > -0.7 and named != "snare")
    return False


def has_width(hearing: Hearing) -> bool:
    """Whether a track's two sides differ; one without width is placed by panning it."""
    return hearing.channels == 2 and hearing.side_db > -40.0
