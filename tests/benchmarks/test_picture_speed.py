# SPDX-License-Identifier: Apache-2.0
"""How long pictures and numbers of a five-minute stereo mix take, beside a plain torchaudio spectrogram of it."""

from __future__ import annotations

import time

import numpy as np
import pytest
import torch
from torchaudio.transforms import MelSpectrogram

from mixassist import api
from mixassist.analysis.mel_tiles import MelTiles, look_for
from mixassist.analysis.sounds import GraphSound
from mixassist.rendering.play_graph import PlayGraph, PlayStrip

RATE = 44_100
SECONDS = 300
TRACKS = 24

pytestmark = pytest.mark.benchmark


def processor_s(work: object) -> tuple[float, float]:
    """Runs something and returns seconds by the clock and of the processor."""
    clock, own = time.perf_counter(), time.process_time()
    work()  # type: ignore[operator]
    return time.perf_counter() - clock, time.process_time() - own


def test_spectrograms_waveforms_and_numbers_of_five_minutes() -> None:
    rng = np.random.default_rng(0)
    noise = (0.02 * rng.standard_normal((SECONDS * RATE, 1))).astype(np.float32)
    strips = tuple(PlayStrip(str(n), noise, 1000 * n, 0.7, 0.6) for n in range(TRACKS))
    sound = GraphSound(PlayGraph(strips, 1.0, SECONDS * RATE, RATE))
    mixed = sound.read(0, sound.frames)
    plain = MelSpectrogram(RATE, n_fft=4096, win_length=2048, hop_length=512, n_mels=128)
    tiles, look = MelTiles(), look_for(RATE)
    stages = tiles.refine(sound, look, 0.0, SECONDS, 1600)
    pyramid = api.waveform_of(sound)
    report = {
        f"mixing {TRACKS} tracks": processor_s(lambda: sound.read(0, sound.frames)),
        "plain torchaudio spectrogram of the mix": processor_s(lambda: plain(torch.from_numpy(mixed.T))),
        "first coarse picture": processor_s(lambda: next(stages)),
        "full detail": processor_s(lambda: list(stages)),
        "100 pictures while panning": processor_s(
            lambda: [tiles.picture(sound, look, n, n + 60.0, 1600) for n in range(100)]
        ),
        "waveform of the mix": processor_s(lambda: pyramid.extend(sound.frames)),
        "numbers of the mix": processor_s(lambda: api.numbers_of(sound)),
    }
    print()
    base = report["plain torchaudio spectrogram of the mix"][1]
    for what, (clock, own) in report.items():
        print(f"{what}: {clock:.2f} s by the clock, {own:.2f} s of the processor, {own / base:.2f} of the plain one")
    print(f"tiles hold {tiles.held_bytes / 1e6:.0f} MB")
    assert tiles.picture(sound, look, 0.0, SECONDS, 1600).is_exact
    assert tiles.held_bytes <= tiles.limit_bytes
