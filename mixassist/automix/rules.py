# SPDX-License-Identifier: Apache-2.0
"""The knowledge-engineered mixer: rules of engineers, with numbers from human mixes, applied to what is heard.

After De Man & Reiss, "A knowledge-engineered autonomous mixing system" (AES 135, 2013).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mixassist.automix.dynamics import compressor_settings
from mixassist.automix.gain_setting import set_faders, set_gains, staging_gain_db, with_locked
from mixassist.automix.inputs import Prediction, TrackAudio
from mixassist.automix.levels import is_noise, target_levels
from mixassist.automix.polarity import inverted
from mixassist.automix.song import Song, hear_song
from mixassist.automix.space import reverb_kind, song_decay, wet_level_lu
from mixassist.automix.staging import clipped, strip_effects
from mixassist.automix.stereo import pans
from mixassist.automix.tone import equalizer_moves
from mixassist.domain.controls import NEUTRAL, Controls
from mixassist.domain.parameters import Value
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled


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
        set_gains(part, settings[part.id], effects[part.id], wet_level_lu(part, song))
    set_faders(song, settings, effects, levels)
    progress(1.0, "Mixed")
    controls = {part.id: Controls(with_locked(part, clipped(settings[part.id]))) for part in song.parts}
    quiet = {a.track.id: silent_controls(a) for a in inputs if a.track.id in song.silent}
    return Prediction({a.track.id: {**controls, **quiet}[a.track.id] for a in inputs}, song_notes(song, flipped))


def _settings(song: Song, levels: Mapping[str, float], flipped: frozenset[str]) -> dict[str, dict[str, Value]]:
    """All controls but make-up, wet and fader, which wait for what the strip makes of these."""
    places, moves = pans(song, levels), equalizer_moves(song, levels)
    decay = song_decay(song) if song.parts else 1.0
    settings: dict[str, dict[str, Value]] = {}
    for part in song.parts:
        input_gain = staging_gain_db(part)
        values: dict[str, Value] = {"input_gain_db": input_gain, "pan": places[part.id], **moves[part.id]}
        if part.id in flipped:
            values["polarity_inverted"] = True
        values.update(compressor_settings(part, song, input_gain))
        values.update(reverb_kind(part, song, decay))
        settings[part.id] = with_locked(part, clipped(values))
    return settings


def silent_controls(audio: TrackAudio) -> Controls:
    """Returns a neutral strip for a track that is silent, with what the user locked."""
    channel = audio.track.channel
    return NEUTRAL.taken_from(channel.controls, channel.locks)


def song_notes(song: Song, flipped: frozenset[str]) -> tuple[str, ...]:
    """Returns sentences for people on what was noticed: what hearing noted, faint parts and flipped ones."""
    faint = sorted(f"{p.track.name} is very faint and is not lifted" for p in song.parts if is_noise(p))
    turned = sorted(f"{p.track.name} works against its neighbour and is flipped" for p in song.parts if p.id in flipped)
    return (*song.notes, *faint, *turned)
