# SPDX-License-Identifier: Apache-2.0
"""Whole songs with a mix beside them: raw stems, drawn human decisions, and what the console makes of both."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import torch
from numpy.typing import NDArray

from mixassist.audio.atomic import atomic_path
from mixassist.automix.gain_setting import set_faders, set_gains, staging_gain_db
from mixassist.automix.inputs import TrackAudio
from mixassist.automix.song import Part, Song, hear_song
from mixassist.automix.staging import clipped, strip_effects
from mixassist.domain.controls import Controls
from mixassist.domain.instruments import INSTRUMENT
from mixassist.domain.parameters import PARAMETER, Value
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.dsp.channel_strip import channel_strip, controls_tensor
from mixassist.evaluation.excerpts import SPREAD_DB, track_of
from mixassist.evaluation.recordings import SAMPLE_RATE_HZ
from mixassist.training.lots import lots_of
from mixassist.training.multitracks.decisions import Decisions, wanted_level_lu
from mixassist.training.multitracks.human_mixes import HumanChannel
from mixassist.training.multitracks.raw import at_loudness, made_raw
from mixassist.training.multitracks.songs import SongFolder

MOST_STEMS = 16
MIXES_EACH = 3
_PEAK = 0.7
_RECORDED_SHARE = 0.6
_LOUDEST_RAW_LUFS, _SOFTEST_RAW_LUFS = -12.0, -45.0


@dataclass(frozen=True)
class MixedSong:
    """Raw stems by name, each (frames, 1 or 2); what each is; the controls of the target mix; the mix, (frames, 2)."""

    stems: Mapping[str, NDArray[np.float32]]
    instruments: Mapping[str, str]
    controls: Mapping[str, Controls]
    mix: NDArray[np.float32]


def mixed_song(
    songs: Sequence[SongFolder], decisions: Decisions, lots: np.random.Generator, most_stems: int = MOST_STEMS
) -> MixedSong:
    """Makes raw stems of a song's folders (several folders of one song are one song), and mixes them as people do.

    Levels, places, equalisers, compressors and reverbs are those of one human mix, by instrument; the console's gains
    are set so that the levels stand behind all stages.
    """
    clean = [(stem, song.read(stem)) for song in songs for stem in song.stems]
    chosen = [clean[i] for i in sorted(lots.permutation(len(clean))[:most_stems])]
    instruments = [stem.instrument for stem, _ in chosen]
    channels = decisions.channels_for(instruments, lots)
    whole: NDArray[np.float32] = np.sum([a.mean(axis=1, keepdims=True) for _, a in chosen], axis=0, dtype=np.float32)
    as_recorded = lots.random() < _RECORDED_SHARE
    stems, inputs = {}, []
    for number, ((stem, audio), channel) in enumerate(zip(chosen, channels, strict=True), 1):
        name = f"{number:02d} {INSTRUMENT[stem.instrument].label}"
        lufs = channel.raw_lufs if as_recorded else -23.0 + float(lots.uniform(-SPREAD_DB, SPREAD_DB))
        lufs = float(np.clip(lufs, _SOFTEST_RAW_LUFS, _LOUDEST_RAW_LUFS))
        stems[name] = at_loudness(made_raw(audio, lots, whole), lufs)
        inputs.append(TrackAudio(track_of(name, SAMPLE_RATE_HZ, stems[name], stem.instrument), stems[name]))
    controls = _decided(hear_song(inputs, SAMPLE_RATE_HZ), dict(zip(stems, channels, strict=True)))
    mix = np.zeros((len(whole), 2), dtype=np.float32)
    for name, settings in controls.items():
        audio = torch.from_numpy(np.ascontiguousarray(stems[name].T))[None]
        with torch.no_grad():
            mix += channel_strip(audio, controls_tensor([settings]), SAMPLE_RATE_HZ)[0].T.numpy()
    peak = float(np.abs(mix).max())
    kept = {name: audio for name, audio in stems.items() if name in controls}
    names = dict(zip(stems, instruments, strict=True))
    return MixedSong(kept, {k: names[k] for k in kept}, controls, mix * np.float32(_PEAK / max(peak, 1e-6)))


def _decided(song: Song, channels: Mapping[str, HumanChannel]) -> dict[str, Controls]:
    settings = {part.id: _settings(part, channels[part.id]) for part in song.parts}
    levels = {part.id: wanted_level_lu(channels[part.id]) for part in song.parts}
    effects = strip_effects(song.parts, settings, song.sample_rate_hz)
    for part in song.parts:
        reverb = channels[part.id].reverb
        set_gains(part, settings[part.id], effects[part.id], reverb[1] if reverb else None)
    set_faders(song, settings, effects, levels)
    return {part.id: Controls(clipped(settings[part.id])) for part in song.parts}


def _settings(part: Part, channel: HumanChannel) -> dict[str, Value]:
    values: dict[str, Value] = {
        **channel.settings,
        "input_gain_db": staging_gain_db(part),
        "pan": channel.pan if channel.is_stereo == (part.hearing.channels == 2) else 0.0,
    }
    if channel.reverb:
        values.update({"reverb_type": channel.reverb[0], "reverb_decay": 0.8})
    return values


def write_mixed_song(folder: Path, name: str, song: MixedSong) -> None:
    """Writes `stems/NAME.flac`, `mix.flac` and `truth.json`, which comes last."""
    (folder / "stems").mkdir(parents=True, exist_ok=True)
    channels = []
    for stem, samples in song.stems.items():
        loudest = max(float(np.abs(samples).max()), 1.0)
        parameters = dict(song.controls[stem].items())
        # A stem that would pass full scale is written softer, and its input gain gives that back.
        gain_db = float(song.controls[stem].number("input_gain_db")) + 20.0 * np.log10(loudest)
        parameters["input_gain_db"] = PARAMETER["input_gain_db"].clipped(gain_db)
        channels.append({"name": stem, "instrument": song.instruments[stem], "parameters": parameters})
        with atomic_path(folder / "stems" / f"{stem}.flac") as path:
            soundfile.write(path, samples / loudest, SAMPLE_RATE_HZ, format="FLAC", subtype="PCM_24")
    with atomic_path(folder / "mix.flac") as path:
        soundfile.write(path, song.mix, SAMPLE_RATE_HZ, format="FLAC", subtype="PCM_24")
    with atomic_path(folder / "truth.json") as path:
        path.write_text(json.dumps({"song": name, "channels": channels}, indent=1), encoding="utf-8")


def held_out_songs(
    songs: Sequence[SongFolder],
    decisions: Decisions,
    folder: Path,
    *,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> int:
    """Writes mixed songs for every held-out song, each as three engineers have it; returns how many.

    Songs that are there already are left. How far a mixer is from people depends much on the one that it is held
    against, so every song is held against several.
    """
    names = sorted({s.name for s in songs if s.is_held_out})
    wanted = [(name, number) for name in names for number in range(1, MIXES_EACH + 1)]
    for index, (name, number) in enumerate(wanted):
        if cancel is not None:
            cancel.check()
        target = f"{name}, mix {number}"
        progress(index / len(wanted), f"Mixing {target}")
        if not (folder / target / "truth.json").is_file():
            lots = lots_of(target)
            parts = [s for s in songs if s.name == name]
            write_mixed_song(folder / target, name, mixed_song(parts, decisions, lots))
    return len(wanted)
