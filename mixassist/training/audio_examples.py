# SPDX-License-Identifier: Apache-2.0
"""Examples of the audio lesson: a few seconds of raw stems beside the mix that people's decisions make of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile
import torch
from torch import Tensor

from mixassist.audio.atomic import atomic_path
from mixassist.automix.hearing import listen
from mixassist.automix.stem_features import (
    hearing_vector,
    instrument_vector,
    level_vectors,
    stem_patches,
)
from mixassist.domain.errors import MixAssistError
from mixassist.domain.loudness import REFERENCE_LUFS
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.evaluation.recordings import SAMPLE_RATE_HZ
from mixassist.networks.controller import MixController
from mixassist.networks.encoder import Encoder
from mixassist.training.audio_lesson import AudioExample, Chain, TunedController, mixed_by
from mixassist.training.keeping import keep, kept
from mixassist.training.mix_examples import KNOWN_SHARE
from mixassist.training.multitracks.decisions import Decisions
from mixassist.training.multitracks.rendered_songs import MixedSong, mixed_song
from mixassist.training.multitracks.songs import SongFolder
from mixassist.training.stem_bank import encoded

_MOST_STEMS = 8


def audio_examples(
    songs: Sequence[SongFolder],
    decisions: Decisions,
    encoder: Encoder,
    folder: Path,
    *,
    count: int,
    seconds: float,
    seed: int = 0,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> list[AudioExample]:
    """Returns `count` examples, made once and kept in the folder; sung and played parts of one song are together.

    Raises:
        MixAssistError: there is no song among the folders.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = sorted({s.name for s in songs if not s.name.startswith("kit-")})
    if not names:
        raise MixAssistError("there are no songs to mix, only drum takes", remedy="Make some: mixassist train data")
    examples = []
    for number in range(count):
        if cancel is not None:
            cancel.check()
        progress(number / count, f"Mixing example {number + 1} of {count}")
        path = folder / f"{seed}-{seconds:g}s-{number:04d}.pt"
        if not path.is_file():
            lots = np.random.default_rng([seed, number])
            name = names[int(lots.integers(len(names)))]
            song = mixed_song([s for s in songs if s.name == name], decisions, lots, most_stems=_MOST_STEMS)
            example = _example(song, encoder, seconds, lots)
            keep(path, example.__dict__)
        examples.append(AudioExample(**kept(path)))
    return examples


def _example(song: MixedSong, encoder: Encoder, seconds: float, lots: np.random.Generator) -> AudioExample:
    names = list(song.stems)
    heard = [listen(song.stems[name], SAMPLE_RATE_HZ) for name in names]
    known = lots.random() < KNOWN_SHARE
    patches, rows = [], []
    for name, hearing in zip(names, heard, strict=True):
        found = stem_patches(song.stems[name], hearing, SAMPLE_RATE_HZ, encoder)
        with torch.no_grad():
            embedding, instrument = encoded(encoder, found)
        told = torch.from_numpy(instrument_vector(song.instruments[name] if known else ""))
        rows.append(torch.cat([embedding, torch.from_numpy(hearing_vector(hearing)), instrument, told]))
        patches.append(found.half())
    levels = torch.from_numpy(level_vectors([h.loudness_lufs for h in heard]))
    start = _busiest_start(song, seconds)
    frames = round(seconds * SAMPLE_RATE_HZ)
    audio = []
    for name, hearing in zip(names, heard, strict=True):
        piece = song.stems[name][start : start + frames] * 10.0 ** ((REFERENCE_LUFS - hearing.loudness_lufs) / 20.0)
        sides = np.repeat(piece, 2, axis=1) if piece.shape[1] == 1 else piece
        audio.append(torch.from_numpy(np.ascontiguousarray(sides.T, dtype=np.float32)).half())
    sides = torch.tensor([-1.0 if song.controls[name].number("pan") < 0.0 else 1.0 for name in names])
    mix = torch.from_numpy(np.ascontiguousarray(song.mix[start : start + frames].T)).half()
    return AudioExample(
        torch.cat([torch.stack(rows), levels], dim=1),
        torch.stack(audio),
        sides,
        mix,
        torch.cat(patches),
        torch.tensor([p.shape[0] for p in patches]),
    )


def _busiest_start(song: MixedSong, seconds: float) -> int:
    """The stretch in which the mix is loudest, so that most parts play."""
    frames = round(seconds * SAMPLE_RATE_HZ)
    power = np.concatenate(([0.0], np.cumsum(np.square(song.mix, dtype=np.float64).sum(axis=1))))
    if power.size <= frames + 1:
        return 0
    return int(np.argmax(power[frames:] - power[:-frames]))


def write_example_mix(
    path: Path, network: MixController | TunedController, example: AudioExample, chain: Chain, device: torch.device
) -> None:
    """Writes how the network mixes an example now, and behind a second's silence the target, as FLAC."""
    training = network.training
    network.eval()
    with torch.no_grad():
        mix: Tensor = mixed_by(network, example, chain, device).cpu()
    network.train(training)
    pause = torch.zeros(2, SAMPLE_RATE_HZ)
    target = example.mix.float()
    both = torch.cat([0.5 * mix / mix.abs().max().clamp(min=1e-6), pause, 0.5 * target / target.abs().max()], dim=1)
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(path) as partial:
        soundfile.write(partial, both.T.numpy(), SAMPLE_RATE_HZ, format="FLAC", subtype="PCM_16")
