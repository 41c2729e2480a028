# SPDX-License-Identifier: Apache-2.0
"""Equaliser moves: what engineers usually do to the instrument, and what this track's spectrum asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mixassist.automix.hearing import THIRD_OCTAVES_HZ, Hearing
from mixassist.automix.instrument_sound import USUAL
from mixassist.automix.rules_table import InstrumentRules, rules_table
from mixassist.automix.song import Part, Song

_PRODUCED_SHARE = 0.25
"""How much of a move a stem gets on which effects are already printed."""
_LEAST_DB = 0.4
"""Smaller moves are left out: nobody hears them, and a flat equaliser costs nothing."""
_UNMASKED = frozenset({"lead_vocal", "kick", "snare", "bass", "drum_kit", "tom", "hihat", "cymbals", "overhead"})


@dataclass(frozen=True)
class Move:
    """A part of what a band does: gain in dB, the frequency and Q it asks for, and why.

    `cause` is empty for the engineers' habit; `for_id` names the track that room is made for.
    """

    band: str
    gain_db: float
    frequency_hz: float
    q: float
    cause: str = ""
    for_id: str = ""


RUMBLE = "rumble below what the instrument plays"
MUD = "more from 200 to 500 Hz than is usual"
DULL = "less above 8 kHz than is usual"


def equalizer_moves(song: Song, levels_lu: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """Returns equaliser controls by track id; bands that stay flat are left out."""
    return {part.id: _controls(tone_moves(song, part, levels_lu), share_of_moves(song, part)) for part in song.parts}


def share_of_moves(song: Song, part: Part) -> float:
    """Returns how much of its moves a part gets: a quarter where effects are already printed."""
    return _PRODUCED_SHARE if song.is_produced(part) else 1.0


def tone_moves(song: Song, part: Part, levels_lu: Mapping[str, float]) -> tuple[Move, ...]:
    """Returns what a part's equaliser does, one thing after the other, before its share is taken."""
    habits = _habits(rules_table()[part.instrument], part.hearing, keeps_lows=_carries_lows(part, song))
    return (*habits, *_corrections(part), *_room_for_lead(song, part, levels_lu))


def band_gains_db(moves: Sequence[Move], share: float) -> dict[str, float]:
    """Returns the gain of every band that does something, in dB."""
    gains: dict[str, float] = {}
    for move in moves:
        gains[move.band] = gains.get(move.band, 0.0) + move.gain_db
    return {band: share * gain for band, gain in gains.items() if abs(share * gain) >= _LEAST_DB}


_LOW_INSTRUMENTS = frozenset({"kick", "tom", "bass", "drum_kit"})
_LOW_CUT_HZ, _LOW_CUT_FACTOR = 90.0, 1.4
"""A shelf at 90 Hz that is 1.4 times as deep as the engineers' mean curve (high-pass filters in it) at 62.5 Hz follows
that curve from 60 to 180 Hz; this console has no high-pass filter."""
_USUAL_WARMTH_DB = 10.0
"""Third octaves of 200 … 500 Hz over those of 1 … 4 kHz: the upper quartile of finished voices and synths."""


def _habits(rule: InstrumentRules, hearing: Hearing, *, keeps_lows: bool) -> tuple[Move, ...]:
    """The engineers' mean curve on this instrument, where the track has something to turn."""
    curve = rule.curve_db

    def mean(*octaves: float) -> float:
        # Octaves in which the track holds next to nothing are not worth a move (and may be noise).
        present = [curve[f] for f in octaves if hearing.density_db(f / 1.5, f * 1.5) > -50.0]
        return float(np.mean(present)) if present else 0.0

    low_db = 0.0 if keeps_lows else _LOW_CUT_FACTOR * mean(62.5)
    return (
        Move("low_shelf", low_db, _LOW_CUT_HZ, 0.707),
        Move("low_mid", mean(250.0, 500.0), 350.0, 0.7),
        Move("mid", mean(1000.0), 1000.0, 0.7),
        Move("high_mid", mean(2000.0, 4000.0), 3500.0, 0.7),
        Move("high_shelf", mean(8000.0, 16000.0), 9000.0, 0.707),
    )


def _carries_lows(part: Part, song: Song) -> bool:
    """Whether a part is, or holds, what makes the low end of a mix, which engineers do not cut."""
    if part.instrument in _LOW_INSTRUMENTS or part.instrument == "other":
        return True
    if part.instrument in ("overhead", "room"):
        return not song.of("kick")
    return _has_more_lows_than_usual(part) and (part.instrument == "percussion" or _may_reach_low(part))


def _may_reach_low(part: Part) -> bool:
    return USUAL[part.instrument].lowest_hz < 60.0


def _has_more_lows_than_usual(part: Part) -> bool:
    return part.hearing.band_db(20.0, 150.0) > USUAL[part.instrument].low_db + 6.0


def _corrections(part: Part) -> list[Move]:
    """Rumble, mud and dullness, each measured against what is usual."""
    hearing, usual = part.hearing, USUAL[part.instrument]
    found = []
    rumble = hearing.band_db(20.0, usual.lowest_hz * 0.7) if usual.lowest_hz > 40.0 else -90.0
    # In instruments that may reach low, plenty of lows is the sound itself.
    if rumble > -30.0 and not (_may_reach_low(part) and _has_more_lows_than_usual(part)):
        found.append(Move("low_shelf", -min(0.6 * (rumble + 34.0), 15.0), usual.lowest_hz * 0.9, 0.707, RUMBLE))
    mud, mud_hz = _mud(hearing)
    if mud > 2.0 and part.instrument not in _LOW_INSTRUMENTS:
        found.append(Move("low_mid", -min(0.4 * mud, 3.5), mud_hz, 1.0, MUD))
    air = hearing.density_db(8000.0, 16_500.0) - hearing.density_db(1000.0, 4000.0)
    # Nothing at all up there is a low-bandwidth recording, not a dull one: lifting it would lift noise.
    if air < usual.air_db - 6.0 and hearing.density_db(8000.0, 16_500.0) > -60.0 and usual.air_db > -20.0:
        lift = min(0.3 * (usual.air_db - 6.0 - air) + 0.5, 3.0)
        found.append(Move("high_shelf", lift, 9000.0, 0.707, DULL))
    return found


def _mud(hearing: Hearing) -> tuple[float, float]:
    """How far 200 … 500 Hz stand above their usual place over 1 … 4 kHz, in dB, and where they do most.

    Parts that hold next to nothing above 1 kHz (pads, sub basses) are dark by intent, not muddy.
    """
    inside = (THIRD_OCTAVES_HZ > 190.0) & (THIRD_OCTAVES_HZ < 520.0)
    where = float(THIRD_OCTAVES_HZ[inside][int(np.argmax(hearing.bands_db[inside]))])
    presence = hearing.density_db(1000.0, 4000.0)
    if presence < -35.0:
        return 0.0, where
    return hearing.density_db(190.0, 520.0) - presence - _USUAL_WARMTH_DB, where


def _room_for_lead(song: Song, part: Part, levels_lu: Mapping[str, float]) -> list[Move]:
    """A gentle dip around 3 kHz in parts that would cover the lead's consonants."""
    leads = song.of("lead_vocal")
    if not leads or part.instrument in _UNMASKED:
        return []
    lead = max(leads, key=lambda p: (_presence(p, levels_lu), p.order))
    excess = _presence(part, levels_lu) - (_presence(lead, levels_lu) - 4.0)
    return [Move("high_mid", -min(0.5 * excess, 2.5), 3000.0, 0.8, for_id=lead.id)] if excess > 0.0 else []


def _presence(part: Part, levels_lu: Mapping[str, float]) -> float:
    """Level between 2 and 5 kHz, on the scale of the targets."""
    return levels_lu[part.id] + part.hearing.band_db(2000.0, 5000.0)


def _controls(moves: Sequence[Move], share: float) -> dict[str, float]:
    """Where moves meet in a band, gains add up and the later one's frequency and Q hold."""
    controls = {}
    last = {move.band: move for move in moves}
    for band, gain_db in band_gains_db(moves, share).items():
        controls[f"{band}_gain_db"] = gain_db
        controls[f"{band}_freq_hz"] = last[band].frequency_hz
        if not band.endswith("shelf"):
            controls[f"{band}_q"] = last[band].q
    return controls
