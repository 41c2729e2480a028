# SPDX-License-Identifier: Apache-2.0
"""The learned mixer: the controller network's prediction for every channel, passed through the same gain staging.

Steinmetz et al. 2021, "Automatic multitrack mixing with a differentiable mixing console of neural audio effects".
Groups of controls that the network is not trusted with come from the rules.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import torch

from mixassist.audio.instruments import guess_instrument
from mixassist.automix.controller_weights import ControllerNetwork, shipped_controller
from mixassist.automix.direct_signals import beside_amplifiers
from mixassist.automix.inputs import Prediction, TrackAudio
from mixassist.automix.network_settings import NetworkSettings, network_settings
from mixassist.automix.rules import mix_by_rules
from mixassist.automix.side_by_side import for_each
from mixassist.automix.sides import placed
from mixassist.automix.song import Part, Song, hear_song
from mixassist.automix.stem_features import hearing_vector, instrument_vector, level_vectors, stem_patches
from mixassist.automix.strips import StripWishes, rule_wishes, set_up
from mixassist.automix.wished_levels import strayed, wished_levels
from mixassist.domain.instruments import INSTRUMENT
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled
from mixassist.networks.encoder import INSTRUMENT_KEYS

_SURE = 0.7
"""Probability from which the encoder is believed: on real songs that it never met, the family was right then."""

MISSING = "The controller's weights are not there: the rules mixed instead"


@dataclass(frozen=True)
class HeardSong:
    """A song and what the network is told of its parts: `stems` is (parts, features), in the order of `song.parts`."""

    song: Song
    stems: torch.Tensor


def mix_by_controller(
    inputs: Sequence[TrackAudio],
    sample_rate_hz: int,
    *,
    seed: int = 0,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> Prediction:
    """Predicts all controls of all tracks; locked controls are taken as given and the rest fits them.

    Seed 0 is the network's best guess; every other seed is an alternative, drawn as far from it as the network is
    unsure. Where the weights are missing, `mix_by_rules` mixes and a note says so.
    """
    network = shipped_controller()
    if network is None:
        found = mix_by_rules(inputs, sample_rate_hz, seed=seed, progress=progress, cancel=cancel)
        return Prediction(found.controls, (*found.notes, MISSING))
    return mix_with(network, inputs, sample_rate_hz, seed=seed, progress=progress, cancel=cancel)


def mix_with(
    network: ControllerNetwork,
    inputs: Sequence[TrackAudio],
    sample_rate_hz: int,
    *,
    seed: int = 0,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> Prediction:
    """Mixes with a given network; see `mix_by_controller`."""
    heard = hear_for_controller(network, inputs, sample_rate_hz, scaled(progress, 0.0, 0.7), cancel)
    asked = network_settings(network, heard.song, heard.stems, seed)
    levels = strayed(heard.song, wished_levels(heard.song, asked.levels_lu), asked.stray_lu)
    wishes = with_network(rule_wishes(heard.song, levels), heard.song, asked, network.groups)
    return set_up(heard.song, wishes, inputs, scaled(progress, 0.7, 1.0), cancel, network.device)


def with_network(wishes: StripWishes, song: Song, asked: NetworkSettings, groups: Collection[str]) -> StripWishes:
    """Returns wishes in which the groups that the network is trusted with are the network's."""
    if "pan" in groups:
        wishes = replace(wishes, pan=beside_amplifiers(song, placed(song, asked.pan_reach, wishes.levels_lu)))
    if "equalizer" in groups:
        wishes = replace(wishes, equalizer=asked.equalizer)
    if "compressor" in groups:
        wishes = replace(wishes, compressor=asked.compressor)
    if "reverb" in groups:
        wishes = replace(wishes, reverb=asked.reverb, wet_lu=asked.wet_lu)
    return wishes


def hear_for_controller(
    network: ControllerNetwork,
    inputs: Sequence[TrackAudio],
    sample_rate_hz: int,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> HeardSong:
    """Listens to every track and has the encoder listen too; a stem's audio is in memory while it is listened to."""
    song = hear_song(inputs, sample_rate_hz, scaled(progress, 0.0, 0.6), cancel)
    if not song.parts:
        return HeardSong(song, torch.zeros(0, 0))
    recognising = scaled(progress, 0.6, 1.0)
    found = for_each(
        song.parts,
        lambda part: _recognise(network, part, sample_rate_hz),
        lambda index, part: recognising(index / len(song.parts), f"Recognising {part.track.name}"),
        cancel,
    )
    parts, rows = zip(*found, strict=True)
    song = replace(song, parts=parts, notes=(*song.notes, *_namings(song.parts, parts)))
    levels = torch.from_numpy(level_vectors([p.hearing.loudness_lufs for p in song.parts]))
    return HeardSong(song, torch.cat([torch.stack(rows), levels], dim=1))


def _recognise(network: ControllerNetwork, part: Part, sample_rate_hz: int) -> tuple[Part, torch.Tensor]:
    """Returns the part, named if only its sound tells what it is, and its features without its level."""
    with torch.no_grad():
        embeddings = network.encoder(stem_patches(part.audio.samples, part.hearing, sample_rate_hz, network.encoder))
        heard = network.encoder.instrument_logits(embeddings).softmax(dim=-1).mean(dim=0).cpu()
    known = "" if part.instrument == "other" else part.instrument  # `other` is what nothing is known of
    vectors = [embeddings.mean(dim=0).cpu(), torch.from_numpy(hearing_vector(part.hearing)), heard]
    return recognised(part, heard), torch.cat([*vectors, torch.from_numpy(instrument_vector(known))])


def _namings(before: Sequence[Part], after: Sequence[Part]) -> tuple[str, ...]:
    """Sentences on the parts that got their instrument by their sound alone."""
    pairs = [(b, a) for b, a in zip(before, after, strict=True) if b.instrument != a.instrument]
    return tuple(
        f"{a.track.name} says nothing of what it is; it sounds like {INSTRUMENT[a.instrument].label.lower()} and is "
        "mixed as that"
        for _, a in sorted(pairs, key=lambda pair: pair[0].order)
    )


def recognised(part: Part, heard: torch.Tensor) -> Part:
    """Names a part of which neither its strip nor its name tell anything, where the encoder is sure of it.

    Args:
        heard: probabilities of the instruments, (24,).
    """
    track = part.track
    sure = float(heard.max()) > _SURE
    if not sure or track.channel.instrument or guess_instrument(track.name).confidence > 0.0:
        return part
    return replace(part, instrument=INSTRUMENT_KEYS[int(heard.argmax())])
