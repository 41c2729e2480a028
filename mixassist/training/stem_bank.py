# SPDX-License-Identifier: Apache-2.0
"""The bank of stems that the controller learns from: what is heard of each, kept once; lessons need no audio."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soxr
import torch

from mixassist.automix.hearing import Hearing, listen
from mixassist.automix.stem_features import MOST_PATCHES, hearing_vector, stem_patches
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.evaluation.excerpts import Excerpt, each_excerpt
from mixassist.evaluation.four_stems import in_four_stems
from mixassist.evaluation.stem_fit import fitted_levels_lufs, stem_powers
from mixassist.networks.controller import HEARING_SIZE
from mixassist.networks.encoder import INSTRUMENT_KEYS, StemEncoder
from mixassist.networks.log_mel import BANDS, PATCH_FRAMES
from mixassist.training.datasets.multitrack import MultitrackSong, read_song, song_frames
from mixassist.training.keeping import keep, kept
from mixassist.training.multitracks.fluidsynth import SAMPLE_RATE_HZ
from mixassist.training.multitracks.raw import made_raw
from mixassist.training.multitracks.songs import SongFolder

_CLEAN_SHARE = 0.3
_CROP_S = (12.0, 25.0)
_HEARD_S = 15.0
_LONGEST_S = 60.0
_SOUNDING = 0.02


@dataclass
class StemBank:
    """Stems by row; `songs` names the song of each row, `players` what sort of recording it is.

    `patches` (rows, 16, 64, 96) float16 with `counts` of them used; `hearing` (rows, 40); `instruments` (rows,)
    indices; `levels` (rows,) the loudness in the artist's mix in LUFS, NaN where there is none; `stereo` (rows,);
    `finished` (rows,) whether a stem is just as it sounds in that mix, so that nothing else was done to it there.
    """

    songs: list[str]
    sources: list[str]
    names: list[str]
    patches: torch.Tensor
    counts: torch.Tensor
    hearing: torch.Tensor
    instruments: torch.Tensor
    levels: torch.Tensor
    stereo: torch.Tensor
    finished: torch.Tensor

    def __len__(self) -> int:
        return len(self.songs)

    def save(self, path: Path) -> None:
        """Keeps the bank as a torch file of this machine's own making."""
        keep(path, self.__dict__)

    @staticmethod
    def load(path: Path) -> StemBank:
        """Reads what `save` wrote."""
        return StemBank(**kept(path))

    @staticmethod
    def joined(banks: Iterable[StemBank]) -> StemBank:
        """Returns several banks as one."""
        parts = [b for b in banks if len(b)]
        rows: dict[str, Any] = {k: [x for b in parts for x in getattr(b, k)] for k in ("songs", "sources", "names")}
        for key in ("patches", "counts", "hearing", "instruments", "levels", "stereo", "finished"):
            rows[key] = torch.cat([getattr(b, key) for b in parts])
        return StemBank(**rows)

    @torch.no_grad()
    def embedded(self, encoder: StemEncoder) -> tuple[torch.Tensor, torch.Tensor]:
        """Returns each stem's mean embedding (rows, 128) and heard instrument (rows, 24), as `automix` forms them."""
        embeddings, heard = [], []
        for row in range(len(self)):
            embedding, instrument = encoded(encoder, self.patches[row, : int(self.counts[row])].float())
            embeddings.append(embedding)
            heard.append(instrument)
        return torch.stack(embeddings), torch.stack(heard)


def encoded(encoder: StemEncoder, patches: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Returns the mean embedding (128,) of a stem's patches and the mean probabilities of the instruments (24,)."""
    found = encoder(patches)
    return found.mean(dim=0), encoder.instrument_logits(found).softmax(dim=-1).mean(dim=0)


def bank_of_songs(
    songs: Iterable[SongFolder],
    *,
    takes: int = 1,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> StemBank:
    """Listens to the stems of song folders, each made raw in `takes` ways (a third of them left clean)."""

    def rows() -> Iterator[tuple[str, str, str, str, np.ndarray, float]]:
        for number, song in enumerate(songs):
            if cancel is not None:
                cancel.check()
            progress(0.0, f"{number} songs: {song.name}")
            audio = [_middle(song.read(stem)) for stem in song.stems]
            whole = _summed(audio)
            for stem, samples in zip(song.stems, audio, strict=True):
                for take in range(takes):
                    lots = _lots(f"{song.name}/{stem.file}/{take}")
                    raw = samples if lots.random() < _CLEAN_SHARE else made_raw(samples, lots, whole)
                    yield song.name, song.source, stem.file, stem.instrument, raw, float("nan")

    return _bank(rows(), SAMPLE_RATE_HZ)


GROUPS: tuple[tuple[str, frozenset[str]], ...] = (
    ("drum_kit", frozenset({"kick", "snare", "hihat", "tom", "cymbals", "percussion", "overhead", "room"})),
    ("electric_guitar", frozenset({"electric_guitar", "acoustic_guitar"})),
    ("strings", frozenset({"strings", "brass", "woodwind"})),
    ("keys", frozenset({"piano", "keys", "organ", "synth_pad", "synth_lead"})),
    ("backing_vocal", frozenset({"backing_vocal"})),
)
"""Stems that people hand over as one: what it is called, and what is in it."""


def bank_of_groups(
    songs: Iterable[SongFolder], *, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> StemBank:
    """Listens to groups of stems summed to one stereo stem, as songs handed over in few stems have them.

    Besides the families of `GROUPS` there is `other`: all that is neither drums, bass nor voice.
    """
    rest = ("other", frozenset(INSTRUMENT_KEYS) - {"bass", "lead_vocal", "backing_vocal"} - GROUPS[0][1])

    def rows() -> Iterator[tuple[str, str, str, str, np.ndarray, float]]:
        for number, song in enumerate(songs):
            if cancel is not None:
                cancel.check()
            progress(0.0, f"{number} songs: {song.name}")
            audio = [_middle(song.read(stem)) for stem in song.stems]
            for instrument, members in (*GROUPS, rest):
                chosen = [a for a, s in zip(audio, song.stems, strict=True) if s.instrument in members]
                if len(chosen) >= 2:
                    lots = _lots(f"{song.name}/{instrument}")
                    yield (
                        song.name,
                        f"group of {song.source}",
                        instrument,
                        instrument,
                        _together(chosen, lots),
                        float("nan"),
                    )

    return _bank(rows(), SAMPLE_RATE_HZ)


def _together(audio: list[np.ndarray], lots: np.random.Generator) -> np.ndarray:
    """Stems at about one level, placed from left to right, as one of two sides."""
    whole = np.zeros((max(len(a) for a in audio), 2), dtype=np.float32)
    for samples in audio:
        rms = float(np.sqrt(np.mean(np.square(samples))) + 1e-9)
        angle = (float(lots.uniform(-0.7, 0.7)) + 1.0) * np.pi / 4.0
        gain = 0.05 / rms * 10.0 ** (float(lots.uniform(-5.0, 5.0)) / 20.0)
        whole[: len(samples)] += samples * np.array([np.cos(angle), np.sin(angle)], dtype=np.float32) * np.float32(gain)
    return whole


def bank_of_excerpts(data: Path, *, crops: int = 3, progress: Progress = no_progress) -> StemBank:
    """Listens to the real excerpts, whole and in `crops` shorter stretches; their levels are the artist's."""

    def rows() -> Iterator[tuple[str, str, str, str, np.ndarray, float]]:
        for excerpt in each_excerpt(data):
            progress(0.0, excerpt.name)
            summed = in_four_stems(excerpt)
            for crop in range(crops + 1):
                start, end = _crop(excerpt, crop)
                for name, instrument, stem in zip(excerpt.names, _instruments(excerpt), excerpt.stems, strict=True):
                    piece = stem[start:end]
                    level = listen(piece, excerpt.sample_rate_hz).loudness_lufs
                    yield excerpt.song, f"{excerpt.name}/{crop}", name, instrument, piece, level
                for name, whole in zip(summed.names, summed.stems, strict=True):
                    instrument, piece = summed.instruments[name], whole[start:end]
                    level = listen(piece, excerpt.sample_rate_hz).loudness_lufs
                    yield excerpt.song, f"{excerpt.name}/{crop} in four", name, instrument, piece, level

    return _bank(rows(), SAMPLE_RATE_HZ, finished=True)


def bank_of_multitracks(
    songs: Iterable[MultitrackSong], *, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> StemBank:
    """Listens to multitracks with finished mixes, such as MedleyDB's; levels are those that fit the mix.

    Songs without a mix are left out; of every song the middle minute counts.
    """

    def rows() -> Iterator[tuple[str, str, str, str, np.ndarray, float]]:
        for song in songs:
            if cancel is not None:
                cancel.check()
            if song.mix is None:
                continue
            progress(0.0, f"Listening to {song.name}")
            length = round(_LONGEST_S * song.sample_rate_hz)
            frames = song_frames(song)
            audio = read_song(song, max((frames - length) // 2, 0), min(frames, length))
            assert audio.mix is not None
            levels = fitted_levels_lufs(stem_powers(audio.stems, song.sample_rate_hz), audio.mix, song.sample_rate_hz)
            for stem, samples, level in zip(song.stems, audio.stems, levels, strict=True):
                if np.isfinite(level):
                    kept = (
                        samples
                        if song.sample_rate_hz == SAMPLE_RATE_HZ
                        else soxr.resample(samples, song.sample_rate_hz, SAMPLE_RATE_HZ)
                    )
                    place = f"{song.dataset}/{song.name}"
                    yield place, place, stem.name, stem.instrument or "other", kept, float(level)

    return _bank(rows(), SAMPLE_RATE_HZ)


def _instruments(excerpt: Excerpt) -> list[str]:
    from mixassist.automix.song import hear_song
    from mixassist.evaluation.excerpts import levelled_inputs

    song = hear_song(levelled_inputs(excerpt, "normalised"), excerpt.sample_rate_hz)
    known = {part.track.name: part.instrument for part in song.parts}
    return [known.get(name, "other") for name in excerpt.names]


def _crop(excerpt: Excerpt, number: int) -> tuple[int, int]:
    frames = excerpt.stems[0].shape[0]
    if number == 0:
        return 0, frames
    lots = _lots(f"{excerpt.name}/{number}")
    length = min(round(float(lots.uniform(*_CROP_S)) * excerpt.sample_rate_hz), frames)
    start = int(lots.integers(0, frames - length + 1))
    return start, start + length


def _bank(
    rows: Iterator[tuple[str, str, str, str, np.ndarray, float]], sample_rate_hz: int, *, finished: bool = False
) -> StemBank:
    songs, sources, names = [], [], []
    patches, counts, vectors, instruments, levels, stereo = [], [], [], [], [], []
    for song, source, name, instrument, samples, level in rows:
        hearing: Hearing = listen(samples, sample_rate_hz)
        if hearing.is_silent:
            continue
        found = stem_patches(samples, hearing, sample_rate_hz).half()
        padded = torch.zeros(MOST_PATCHES, *found.shape[1:], dtype=torch.float16)
        padded[: found.shape[0]] = found
        songs.append(song)
        sources.append(source)
        names.append(name)
        patches.append(padded)
        counts.append(found.shape[0])
        vectors.append(torch.from_numpy(hearing_vector(hearing)))
        instruments.append(INSTRUMENT_KEYS.index(instrument))
        levels.append(level)
        stereo.append(samples.shape[1] == 2)
    return StemBank(
        songs,
        sources,
        names,
        torch.stack(patches) if patches else torch.zeros(0, MOST_PATCHES, BANDS, PATCH_FRAMES, dtype=torch.float16),
        torch.tensor(counts, dtype=torch.int64),
        torch.stack(vectors) if vectors else torch.zeros(0, HEARING_SIZE),
        torch.tensor(instruments, dtype=torch.int64),
        torch.tensor(levels, dtype=torch.float32),
        torch.tensor(stereo, dtype=torch.bool),
        torch.full((len(songs),), finished),
    )


def _middle(samples: np.ndarray) -> np.ndarray:
    """The quarter of a minute around the middle, or where that is silent the whole."""
    length = round(_HEARD_S * SAMPLE_RATE_HZ)
    start = max((samples.shape[0] - length) // 2, 0)
    piece = samples[start : start + length]
    return piece if np.abs(piece).max(initial=0.0) > _SOUNDING else samples


def _summed(audio: list[np.ndarray]) -> np.ndarray:
    whole = np.zeros((max(len(a) for a in audio), 1), dtype=np.float32)
    for samples in audio:
        rms = float(np.sqrt(np.mean(np.square(samples))) + 1e-9)
        whole[: len(samples)] += samples.mean(axis=1, keepdims=True) / rms
    return whole


def _lots(name: str) -> np.random.Generator:
    return np.random.default_rng(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little"))
