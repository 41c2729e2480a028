# SPDX-License-Identifier: Apache-2.0
"""Sets the gains of a strip by what it does: input gain, make-up, reverberation, and faders for target levels."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from mixassist.automix.levels import is_noise
from mixassist.automix.song import Part, Song
from mixassist.automix.staging import STEREO_CENTRE_DB, StripEffect
from mixassist.domain.fader_law import FADER_FLOOR_DB
from mixassist.domain.loudness import REFERENCE_LUFS
from mixassist.domain.parameters import PARAMETER, Value

_MIX_LUFS = -20.0
"""Loudness of the whole that faders aim at before the master; they sink with the number of tracks."""
_HIGHEST_FADER_DB = 0.0
_LOWEST_FADER_DB = -40.0
_WETTEST = 0.7


def with_locked(part: Part, values: Mapping[str, Value]) -> dict[str, Value]:
    """Lets the user's locked values stand in for the mixer's own."""
    channel = part.track.channel
    return {**values, **{key: channel.controls[key] for key in channel.locks}}


def staging_gain_db(part: Part) -> float:
    """Returns the input gain that brings a stem to −23 LUFS; what is only noise is left where it is."""
    wanted = REFERENCE_LUFS - part.hearing.loudness_lufs
    return 0.0 if is_noise(part) else PARAMETER["input_gain_db"].clipped(wanted)


def input_gain_db(part: Part) -> float:
    """Returns the input gain of a part: the user's where it is locked, else what brings the stem to −23 LUFS."""
    channel = part.track.channel
    return channel.controls.number("input_gain_db") if "input_gain_db" in channel.locks else staging_gain_db(part)


def set_gains(part: Part, values: dict[str, Value], effect: StripEffect, wet_lu: float | None) -> None:
    """Sets make-up to what the compressor took, and wet so that the reverberation stands at `wet_lu` against the dry.

    `wet_lu` is None for a part that stays dry; locked values are left.
    """
    if "makeup_gain_db" not in part.track.channel.locks:
        taken = max(-effect.compressor_lu, 0.0) if "threshold_db" in values else 0.0
        values["makeup_gain_db"] = PARAMETER["makeup_gain_db"].clipped(taken)
    if "reverb_wet" not in part.track.channel.locks and wet_lu is not None and math.isfinite(effect.wet_lu):
        values["reverb_wet"] = float(np.clip(10.0 ** ((wet_lu - effect.wet_lu) / 20.0), 0.0, _WETTEST))


def set_faders(
    song: Song,
    settings: Mapping[str, dict[str, Value]],
    effects: Mapping[str, StripEffect],
    levels: Mapping[str, float],
) -> None:
    """Sets faders so that every part's loudness behind them stands at its target, locked faders being given."""
    if not song.parts:
        return
    wanted = {p.id: levels[p.id] - _level_before_fader(p, settings[p.id], effects[p.id]) for p in song.parts}
    locked = {p.id: _own_fader_db(p) for p in song.parts if "fader_db" in p.track.channel.locks}
    free = [p for p in song.parts if p.id not in locked]
    # A fader that is locked shut says nothing of how loud the others are to be.
    telling = [value - wanted[key] for key, value in locked.items() if value > FADER_FLOOR_DB]
    if telling:
        base = float(np.median(telling))
    elif free:
        whole = 10.0 * math.log10(sum(10.0 ** (levels[p.id] / 10.0) for p in free))
        faint = _faint(song)
        lifted = [wanted[p.id] for p in free if p.id not in faint] or [wanted[p.id] for p in free]
        base = min(_MIX_LUFS - whole, _HIGHEST_FADER_DB - max(lifted))
    for part in free:
        highest = _HIGHEST_FADER_DB if is_noise(part) else PARAMETER["fader_db"].maximum
        settings[part.id]["fader_db"] = float(np.clip(wanted[part.id] + base, _LOWEST_FADER_DB, highest))


def _own_fader_db(part: Part) -> float:
    return part.track.channel.controls.number("fader_db")


def _faint(song: Song) -> frozenset[str]:
    """Stems so faint that input gain and fader together cannot lift them; they must not hold the others down."""
    loudness = {p.id: p.hearing.loudness_lufs for p in song.parts}
    if min(loudness.values()) >= max(loudness.values()) - 20.0:
        return frozenset()
    liftable = REFERENCE_LUFS - PARAMETER["input_gain_db"].maximum
    return frozenset(key for key, lufs in loudness.items() if lufs < liftable)


def _level_before_fader(part: Part, values: Mapping[str, Value], effect: StripEffect) -> float:
    """A part's loudness before its fader; stages that the user has switched off are not heard."""
    stages = part.track.channel.stages
    level = part.hearing.loudness_lufs + float(values["input_gain_db"])
    if stages.equalizer:
        level += effect.equalizer_lu
    if stages.compressor:
        level += effect.compressor_lu + float(values.get("makeup_gain_db", 0.0))
    if stages.reverb:
        dry, wet = float(values.get("reverb_dry", 1.0)), float(values.get("reverb_wet", 0.0))
        power = dry**2 + (wet**2 * 10.0 ** (effect.wet_lu / 10.0) if math.isfinite(effect.wet_lu) else 0.0)
        level += 10.0 * math.log10(max(power, 1e-6))
    return level - (STEREO_CENTRE_DB if part.hearing.channels == 2 else 0.0)
