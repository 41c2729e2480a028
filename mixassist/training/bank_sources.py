# SPDX-License-Identifier: Apache-2.0
"""Where the bank's stems come from: song folders, groups of their stems, real excerpts, and multitracks with mixes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import soxr

from mixassist.automix.hearing import listen
from mixassist.automix.song import hear_song
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.evaluation.excerpts import Excerpt, each_excerpt, levelled_inputs
from mixassist.evaluation.four_stems import in_four_stems
from mixassist.evaluation.recordings import SAMPLE_RATE_HZ
from mixassist.evaluation.stem_fit import fitted_levels_lufs, stem_powers
from mixassist.networks.encoder import INSTRUMENT_KEYS, Encoder
from mixassist.training.datasets.multitrack import MultitrackSong, read_song, song_frames
from mixassist.training.lots import lots_of
from mixassist.training.multitracks.raw import made_raw
from mixassist.training.multitracks.songs import SongFolder
from mixassist.training.stem_bank import Row, StemBank, listened

_CLEAN_SHARE = 0.3
_CROP_S = (12.0, 25.0)
_HEARD_S = 15.0
_LONGEST_S = 60.0
_SOUNDING = 0.02


def bank_of_songs(
    songs: Iterable[SongFolder],
    encoder: Encoder,
    *,
    takes: int = 1,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> StemBank:
    """Listens to the stems of song folders, each made raw in `takes` ways (a third of them left clean)."""

    def rows() -> Iterator[Row]:
        for song, audio in _read_songs(songs, progress, cancel):
            whole = _summed(audio)
            for stem, samples in zip(song.stems, audio, strict=True):
                for take in range(takes):
                    lots = lots_of(f"{song.name}/{stem.file}/{take}")
                    raw = samples if lots.random() < _CLEAN_SHARE else made_raw(samples, lots, whole)
                    yield song.name, song.source, stem.file, stem.instrument, raw, float("nan")

    return listened(rows(), encoder, SAMPLE_RATE_HZ)


GROUPS: tuple[tuple[str, frozenset[str]], ...] = (
    ("drum_kit", frozenset({"kick", "snare", "hihat", "tom", "cymbals", "percussion", "overhead", "room"})),
    ("electric_guitar", frozenset({"electric_guitar", "acoustic_guitar"})),
    ("strings", frozenset({"strings", "brass", "woodwind"})),
    ("keys", frozenset({"piano", "keys", "organ", "synth_pad", "synth_lead"})),
    ("backing_vocal", frozenset({"backing_vocal"})),
)
"""Stems that people hand over as one: what it is called, and what is in it."""


def bank_of_groups(
    songs: Iterable[SongFolder],
    encoder: Encoder,
    *,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> StemBank:
    """Listens to groups of stems summed to one stereo stem, as songs handed over in few stems have them.

    Besides the families of `GROUPS` there is `other`: all that is neither drums, bass nor voice.
    """
    rest = ("other", frozenset(INSTRUMENT_KEYS) - {"bass", "lead_vocal", "backing_vocal"} - GROUPS[0][1])

    def rows() -> Iterator[Row]:
        for song, audio in _read_songs(songs, progress, cancel):
            for instrument, members in (*GROUPS, rest):
                chosen = [a for a, s in zip(audio, song.stems, strict=True) if s.instrument in members]
                if len(chosen) >= 2:
                    lots = lots_of(f"{song.name}/{instrument}")
                    yield (
                        song.name,
                        f"group of {song.source}",
                        instrument,
                        instrument,
                        _together(chosen, lots),
                        float("nan"),
                    )

    return listened(rows(), encoder, SAMPLE_RATE_HZ)


def _together(audio: list[np.ndarray], lots: np.random.Generator) -> np.ndarray:
    """Stems at about one level, placed from left to right, as one of two sides."""
    whole = np.zeros((max(len(a) for a in audio), 2), dtype=np.float32)
    for samples in audio:
        rms = float(np.sqrt(np.mean(np.square(samples))) + 1e-9)
        angle = (float(lots.uniform(-0.7, 0.7)) + 1.0) * np.pi / 4.0
        gain = 0.05 / rms * 10.0 ** (float(lots.uniform(-5.0, 5.0)) / 20.0)
        whole[: len(samples)] += samples * np.array([np.cos(angle), np.sin(angle)], dtype=np.float32) * np.float32(gain)
    return whole


def bank_of_excerpts(data: Path, encoder: Encoder, *, crops: int = 3, progress: Progress = no_progress) -> StemBank:
    """Listens to the real excerpts, whole and in `crops` shorter stretches; their levels are the artist's."""

    def rows() -> Iterator[Row]:
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

    return listened(rows(), encoder, SAMPLE_RATE_HZ, finished=True)


def bank_of_multitracks(
    songs: Iterable[MultitrackSong],
    encoder: Encoder,
    *,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> StemBank:
    """Listens to multitracks with finished mixes, such as MedleyDB's; levels are those that fit the mix.

    Songs without a mix are left out; of every song the middle minute counts.
    """

    def rows() -> Iterator[Row]:
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

    return listened(rows(), encoder, SAMPLE_RATE_HZ)


def _instruments(excerpt: Excerpt) -> list[str]:
    song = hear_song(levelled_inputs(excerpt, "normalised"), excerpt.sample_rate_hz)
    known = {part.track.name: part.instrument for part in song.parts}
    return [known.get(name, "other") for name in excerpt.names]


def _crop(excerpt: Excerpt, number: int) -> tuple[int, int]:
    frames = excerpt.stems[0].shape[0]
    if number == 0:
        return 0, frames
    lots = lots_of(f"{excerpt.name}/{number}")
    length = min(round(float(lots.uniform(*_CROP_S)) * excerpt.sample_rate_hz), frames)
    start = int(lots.integers(0, frames - length + 1))
    return start, start + length


def _read_songs(
    songs: Iterable[SongFolder], progress: Progress, cancel: CancelToken | None
) -> Iterator[tuple[SongFolder, list[np.ndarray]]]:
    """Yields every song folder with the middle of each of its stems."""
    for number, song in enumerate(songs):
        if cancel is not None:
            cancel.check()
        progress(0.0, f"{number} songs: {song.name}")
        yield song, [_middle(song.read(stem)) for stem in song.stems]


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
