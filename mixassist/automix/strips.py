# SPDX-License-Identifier: Apache-2.0
"""From wishes to strips: what every strip is to have, what the rules wish, and the controls that come of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from mixassist.automix.direct_signals import beside_amplifiers
from mixassist.automix.dynamics import compressor_settings
from mixassist.automix.gain_setting import input_gain_db, set_faders, set_gains, with_locked
from mixassist.automix.inputs import Prediction, TrackAudio
from mixassist.automix.levels import is_noise
from mixassist.automix.polarity import inverted
from mixassist.automix.song import Part, Song
from mixassist.automix.space import reverb_kind, song_decay, wet_level_lu
from mixassist.automix.staging import clipped, strip_effects
from mixassist.automix.stereo import pans
from mixassist.automix.tone import equalizer_moves
from mixassist.domain.controls import NEUTRAL, Controls
from mixassist.domain.fader_law import FADER_FLOOR_DB
from mixassist.domain.parameters import Value
from mixassist.domain.progress import CancelToken, Progress

_SHUT = NEUTRAL.replaced({"fader_db": FADER_FLOOR_DB})
_Settings = Mapping[str, Mapping[str, Value]]


@dataclass(frozen=True)
class StripWishes:
    """What the strips of a song are to have, each by track id; gains follow from what the strips make of it.

    `wet_lu` is the loudness of the reverberation against the dry sound; None, or no entry, for what stays dry.
    """

    levels_lu: Mapping[str, float]
    pan: Mapping[str, float]
    equalizer: _Settings
    compressor: _Settings
    reverb: _Settings
    wet_lu: Mapping[str, float | None]


def rule_wishes(song: Song, levels_lu: Mapping[str, float]) -> StripWishes:
    """Returns what the rules wish for a song whose parts are to stand at given levels."""
    decay = song_decay(song) if song.parts else 1.0
    return StripWishes(
        levels_lu,
        beside_amplifiers(song, pans(song, levels_lu)),
        equalizer_moves(song, levels_lu),
        {part.id: compressor_settings(part, song, input_gain_db(part)) for part in song.parts},
        {part.id: reverb_kind(part, song, decay) for part in song.parts},
        {part.id: wet_level_lu(part, song) for part in song.parts},
    )


def set_up(
    song: Song,
    wishes: StripWishes,
    inputs: Sequence[TrackAudio],
    progress: Progress,
    cancel: CancelToken | None,
    device: torch.device | str = "cpu",
) -> Prediction:
    """Sets the strips of all tracks so that their parts sound as wished; locked controls are given and the rest fits.

    Args:
        inputs: all tracks of the song: silent ones keep neutral strips, those set aside get their faders shut.
        device: where the strips are tried.
    """
    progress(0.0, "Setting gains")
    flipped = inverted(song)
    settings: dict[str, dict[str, Value]] = {}
    for part in song.parts:
        stages = (wishes.equalizer, wishes.compressor, wishes.reverb)
        values: dict[str, Value] = {"input_gain_db": input_gain_db(part), "pan": wishes.pan[part.id]}
        for stage in stages:
            values.update(stage.get(part.id, {}))
        if part.id in flipped:
            values["polarity_inverted"] = True
        settings[part.id] = with_locked(part, clipped(values))
    effects = strip_effects(song.parts, settings, song.sample_rate_hz, cancel, device)
    for part in song.parts:
        set_gains(part, settings[part.id], effects[part.id], wishes.wet_lu.get(part.id))
    set_faders(song, settings, effects, wishes.levels_lu)
    progress(1.0, "Mixed")
    controls = {part.id: Controls(with_locked(part, clipped(settings[part.id]))) for part in song.parts}
    for audio in inputs:
        channel = audio.track.channel
        if audio.track.id in song.silent:
            controls[audio.track.id] = NEUTRAL.taken_from(channel.controls, channel.locks)
        elif audio.track.id in song.aside:
            controls[audio.track.id] = _SHUT.taken_from(channel.controls, channel.locks)
    return Prediction({a.track.id: controls[a.track.id] for a in inputs}, _notes(song, flipped))


def _notes(song: Song, flipped: Mapping[str, Part]) -> tuple[str, ...]:
    """Sentences for people on what was noticed: what hearing noted, faint parts and flipped ones."""
    faint = sorted(f"{p.track.name} is very faint and is not lifted" for p in song.parts if is_noise(p))
    names = {p.id: p.track.name for p in song.parts}
    turned = sorted(f"{names[i]} works against {other.track.name} and is flipped" for i, other in flipped.items())
    return (*song.notes, *faint, *turned)
