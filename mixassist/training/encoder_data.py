# SPDX-License-Identifier: Apache-2.0
"""Patches to teach the encoder: log-mels, what instrument they are, and what the AudioSet teacher hears in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
import torch
from numpy.typing import NDArray

from mixassist.audio.instruments import guess_instrument
from mixassist.automix.excerpts import clean
from mixassist.automix.hearing import loudness_lufs
from mixassist.domain.errors import MixAssistError
from mixassist.domain.loudness import REFERENCE_LUFS
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.evaluation.recordings import HELD_OUT_SONGS, SAMPLE_RATE_HZ
from mixassist.networks.encoder import INSTRUMENT_KEYS
from mixassist.networks.log_mel import log_mel_patches, patch_samples
from mixassist.training.multitracks.songs import SongFolder
from mixassist.training.teacher import Teacher

NO_LABEL = -1
_PATCH_STEP_S = 1.5
_MOST_PATCHES = 24
_SILENT_BELOW_DB = 25.0
_SURE = 0.5


@dataclass(frozen=True)
class PatchSet:
    """Patches (n, 64, 96) float16, instrument indices (n,), teacher's embeddings (n, 1024) and scores (n, 521)."""

    patches: torch.Tensor
    labels: torch.Tensor
    embeddings: torch.Tensor
    scores: torch.Tensor

    def __len__(self) -> int:
        return int(self.patches.shape[0])


@dataclass(frozen=True)
class Recording:
    """One piece of audio (frames, sides) at 44,100 Hz and its instrument's key, empty where it is none."""

    samples: NDArray[np.float32]
    instrument: str


def song_recordings(songs: Iterable[SongFolder]) -> Iterator[Recording]:
    """The stems of song folders."""
    for song in songs:
        for stem in song.stems:
            yield Recording(song.read(stem), stem.instrument)


def real_recordings(data: Path, *, held_out: bool) -> Iterator[Recording]:
    """The stems of real songs on one side of the split, and for training guitars and noises besides."""
    for path in sorted((data / "stems").rglob("*.ogg")):
        if path.parent.name.startswith(HELD_OUT_SONGS) == held_out:
            guess = guess_instrument(path.stem)
            yield Recording(_read(path), guess.instrument if guess.confidence >= _SURE else "")
    if held_out:
        return
    for path in sorted((data / "noise").rglob("*.ogg")):
        yield Recording(_read(path), "")
    yield Recording(_read(data / "guitar" / "di-guitar.ogg"), "electric_guitar")


def _read(path: Path) -> NDArray[np.float32]:
    try:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError) as error:
        raise MixAssistError("cannot be read as audio", subject=path, remedy=str(error)) from error
    if rate != SAMPLE_RATE_HZ:
        samples = soxr.resample(samples, rate, SAMPLE_RATE_HZ)
    return np.asarray(samples[:, :2], dtype=np.float32)


def patch_set(
    recordings: Iterable[Recording],
    teacher: Teacher,
    *,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> PatchSet:
    """Cuts recordings into patches of 0.96 s where they sound, and asks the teacher about each."""
    labels: list[int] = []
    patches, embeddings, scores = [], [], []
    for number, recording in enumerate(recordings):
        if cancel is not None:
            cancel.check()
        progress(0.0, f"{number} recordings, {len(labels)} patches")
        samples = clean(recording.samples)
        loudness = loudness_lufs(samples, SAMPLE_RATE_HZ)
        starts = _sounding_starts(samples)
        if not np.isfinite(loudness) or not starts:
            continue
        length = patch_samples(SAMPLE_RATE_HZ)
        cut = torch.from_numpy(np.stack([samples[s : s + length].T for s in starts]))
        patches.append(log_mel_patches(cut, SAMPLE_RATE_HZ, REFERENCE_LUFS - loudness).half())
        label = INSTRUMENT_KEYS.index(recording.instrument) if recording.instrument else NO_LABEL
        labels += [label] * len(starts)
        for piece in cut.numpy():
            heard = teacher.hear(piece.mean(axis=0), SAMPLE_RATE_HZ, REFERENCE_LUFS - loudness)
            embeddings.append(torch.from_numpy(heard.embedding).half())
            scores.append(torch.from_numpy(heard.scores).half())
    if not patches:
        raise MixAssistError("there is no audio to learn from", remedy="Make multitracks first: mixassist train data")
    return PatchSet(torch.cat(patches), torch.tensor(labels), torch.stack(embeddings), torch.stack(scores))


def _sounding_starts(samples: NDArray[np.float32]) -> list[int]:
    """Where patches begin: every 1.5 s where the patch is within 25 dB of the loud ones, thinned to two dozen."""
    length = patch_samples(SAMPLE_RATE_HZ)
    if samples.shape[0] < length:
        return []
    starts = np.arange(0, samples.shape[0] - length + 1, round(_PATCH_STEP_S * SAMPLE_RATE_HZ))
    level = np.array([10.0 * np.log10(np.mean(np.square(samples[s : s + length])) + 1e-12) for s in starts])
    kept = starts[level > np.percentile(level, 95) - _SILENT_BELOW_DB]
    return [int(kept[i]) for i in np.unique(np.linspace(0, kept.size - 1, min(_MOST_PATCHES, kept.size)).astype(int))]
