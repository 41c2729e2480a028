# SPDX-License-Identifier: Apache-2.0
"""The knowledge-engineered mixer: rules of engineers, with numbers from human mixes, applied to what is heard.

After De Man & Reiss, "A knowledge-engineered autonomous mixing system" (AES 135, 2013).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from mixassist.automix.dynamics import STAGED_LUFS, compressor_settings
from mixassist.automix.inputs import Prediction, TrackAudio
from mixassist.automix.instrument_sound import USUAL
from mixassist.automix.levels import is_noise, target_levels
from mixassist.automix.polarity import inverted
from mixassist.automix.song import Part, Song, hear_song
from mixassist.automix.space import reverb_kind, song_decay
from mixassist.automix.staging import STEREO_CENTRE_DB, StripEffect, clipped, strip_effects
from mixassist.automix.stereo import pans
from mixassist.automix.tone import equalizer_moves
from mixassist.domain.controls import NEUTRAL, Controls
from mixassist.domain.parameters import PARAMETER, Value
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled

_MIX_LUFS = -20.0
"""Loudness of the whole that faders aim at before the master; they sink with the number of tracks."""
_HIGHEST_FADER_DB = 0.0
_LOWEST_FADER_DB = -40.0


def mix_by_rules(
    inputs: Sequence[TrackAudio],
    sample_rate_hz: int,
    *,
    seed: int = 0,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> Prediction:
    """Predicts all controls of all tracks; locked controls are taken as given and the rest fits them.

    `seed` changes nothing: the rules draw no lots.
    """
    song = hear_song(inputs, sample_rate_hz, scaled(progress, 0.0, 0.6), cancel)
    levels = target_levels(song)
    flipped = inverted(song)
    settings = _settings(song, levels, flipped)
    progress(0.6, "Setting gains")
    effects = strip_effects(song.parts, settings, sample_rate_hz, cancel)
    for part in song.parts:
        _set_gains(part, settings[part.id], effects[part.id])
    _set_faders(song, settings, effects, levels)
    progress(1.0, "Mixed")
    controls = {part.id: Controls(_with_locked(part, clipped(settings[part.id]))) for part in song.parts}
    quiet = {a.track.id: _silent(a) for a in inputs if a.track.id in song.silent}
    return Prediction(
        {a.track.id: {**controls, **quiet}[a.track.id] for a in inputs}, song.notes + _more_notes(song, flipped)
    )


def _settings(song: Song, levels: Mapping[str, float], flipped: frozenset[str]) -> dict[str, dict[str, Value]]:
    """All controls but make-up, wet and fader, which wait for what the strip makes of these."""
    places, moves = pans(song, levels), equalizer_moves(song, levels)
    decay = song_decay(song) if song.parts else 1.0
    settings: dict[str, dict[str, Value]] = {}
    for part in song.parts:
        input_gain = _input_gain_db(part)
        values: dict[str, Value] = {"input_gain_db": input_gain, "pan": places[part.id], **moves[part.id]}
        if part.id in flipped:
            values["polarity_inverted"] = True
        values.update(compressor_settings(part, song, input_gain))
        values.update(reverb_kind(part, song, decay))
        settings[part.id] = _with_locked(part, clipped(values))
    return settings


def _silent(audio: TrackAudio) -> Controls:
    channel = audio.track.channel
    return NEUTRAL.taken_from(channel.controls, channel.locks)


def _with_locked(part: Part, values: Mapping[str, Value]) -> dict[str, Value]:
    """Lets the user's locked values stand in for the rules' own."""
    channel = part.track.channel
    return {**values, **{key: channel.controls[key] for key in channel.locks}}


def _input_gain_db(part: Part) -> float:
    """Brings a stem to −23 LUFS; what is only noise is left where it is."""
    wanted = STAGED_LUFS - part.hearing.loudness_lufs
    return 0.0 if is_noise(part) else PARAMETER["input_gain_db"].clipped(wanted)


def _set_gains(part: Part, values: dict[str, Value], effect: StripEffect) -> None:
    """Sets make-up to what the compressor took, and wet to the reverberation's place behind the dry sound."""
    if "makeup_gain_db" not in part.track.channel.locks:
        taken = max(-effect.compressor_lu, 0.0) if "threshold_db" in values else 0.0
        values["makeup_gain_db"] = PARAMETER["makeup_gain_db"].clipped(taken)
    wish = USUAL[part.instrument].wet_lu
    if "reverb_wet" not in part.track.channel.locks and wish is not None and math.isfinite(effect.wet_lu):
        values["reverb_wet"] = float(np.clip(10.0 ** ((wish - effect.wet_lu) / 20.0), 0.0, 0.7))


def _set_faders(
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


def _more_notes(song: Song, flipped: frozenset[str]) -> tuple[str, ...]:
    faint = sorted(f"{p.track.name} is very faint and is not lifted" for p in song.parts if is_noise(p))
    turned = sorted(f"{p.track.name} works against its neighbour and is flipped" for p in song.parts if p.id in flipped)
    return (*faint, *turned)
