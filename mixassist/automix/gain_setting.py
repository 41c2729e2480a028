# SPDX-License-Identifier: Apache-2.0
"""Sets the gains of a strip by what it does: input gain, make-up, reverberation, and faders for target levels."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from mixassist.automix.dynamics import STAGED_LUFS
from mixassist.automix.levels import is_noise
from mixassist.automix.song import Part, Song
from mixassist.automix.staging import STEREO_CENTRE_DB, StripEffect
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
    wanted = STAGED_LUFS - part.hearing.loudness_lufs
    return 0.0 if is_noise(part) else PARAMETER["input_gain_db"].clipped(wanted)


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
    locked = [p for p in song.parts if "fader_db" in p.track.channel.locks]
    if locked:
        base = float(np.median([float(p.track.channel.controls.number("fader_db")) - wanted[p.id] for p in locked]))
    else:
        whole = 10.0 * math.log10(sum(10.0 ** (levels[p.id] / 10.0) for p in song.parts))
        base = min(_MIX_LUFS - whole, _HIGHEST_FADER_DB - max(v for i, v in wanted.items() if not _is_faint(song, i)))
    for part in song.parts:
        if part not in locked:
            highest = _HIGHEST_FADER_DB if is_noise(part) else PARAMETER["fader_db"].maximum
            settings[part.id]["fader_db"] = float(np.clip(wanted[part.id] + base, _LOWEST_FADER_DB, highest))


def _is_faint(song: Song, track_id: str) -> bool:
    """Whether the stem is so faint that input gain and fader together cannot lift it; it must not hold others down."""
    part = next(p for p in song.parts if p.id == track_id)
    faintest = min(p.hearing.loudness_lufs for p in song.parts)
    loudest = max(p.hearing.loudness_lufs for p in song.parts)
    return part.hearing.loudness_lufs < STAGED_LUFS - 24.0 and faintest < loudest - 20.0


def _level_before_fader(part: Part, values: Mapping[str, Value], effect: StripEffect) -> float:
    level = part.hearing.loudness_lufs + float(values["input_gain_db"]) + effect.equalizer_lu + effect.compressor_lu
    level += float(values.get("makeup_gain_db", 0.0))
    dry = float(values.get("reverb_dry", 1.0))
    wet = float(values.get("reverb_wet", 0.0))
    power = dry**2 + (wet**2 * 10.0 ** (effect.wet_lu / 10.0) if math.isfinite(effect.wet_lu) else 0.0)
    level += 10.0 * math.log10(max(power, 1e-6))
    return level - (STEREO_CENTRE_DB if part.hearing.channels == 2 else 0.0)
