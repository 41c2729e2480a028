# SPDX-License-Identifier: Apache-2.0
"""Small made-up tracks: voices, drums, basses, as raw takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import signal

from mixassist.automix.inputs import TrackAudio
from mixassist.domain.channel import Channel
from mixassist.domain.track import AudioFile, AudioSource, SourceSide, Track

RATE_HZ = 44_100


def track_audio(name: str, samples: NDArray[np.float64], **channel: object) -> TrackAudio:
    """A track whose id is its name."""
    audio = np.asarray(samples, dtype=np.float32)
    audio = audio[:, None] if audio.ndim == 1 else audio
    file = AudioFile(f"/{name}.wav", 44, RATE_HZ, audio.shape[0], audio.shape[1])
    source = AudioSource(tuple(SourceSide(file, side) for side in range(audio.shape[1])))
    return TrackAudio(Track(name, name, source, channel=replace(Channel(), **channel)), audio)


def noise_band(low_hz: float, high_hz: float, seconds: float, seed: int, level: float = 0.1) -> NDArray[np.float64]:
    """Band-limited noise with slow waves of level, at an RMS of about `level`."""
    lots = np.random.default_rng(seed)
    count = int(seconds * RATE_HZ)
    sos = signal.butter(2, [low_hz, high_hz], "bandpass", fs=RATE_HZ, output="sos")
    sound = signal.sosfilt(sos, lots.standard_normal(count))
    sound *= 1.0 + 0.5 * np.sin(2.0 * np.pi * 1.3 * np.arange(count) / RATE_HZ)
    return level * sound / np.sqrt(np.mean(sound**2))


def strokes(frequency_hz: float, decay_s: float, period_s: float, seconds: float, level: float) -> NDArray[np.float64]:
    """Decaying tones at a steady pace."""
    time = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    within = time % period_s
    return np.asarray(level * np.exp(-within / decay_s) * np.sin(2.0 * np.pi * frequency_hz * within))


def hits(
    low_hz: float, high_hz: float, decay_s: float, period_s: float, seconds: float, seed: int
) -> NDArray[np.float64]:
    """Decaying noise at a steady pace."""
    within = (np.arange(int(seconds * RATE_HZ)) / RATE_HZ) % period_s
    return noise_band(low_hz, high_hz, seconds, seed, 0.2) * np.exp(-within / decay_s)


@pytest.fixture(scope="session")
def sounds() -> SimpleNamespace:
    """The makers of sounds and tracks by name."""
    return SimpleNamespace(rate_hz=RATE_HZ, track_audio=track_audio, noise_band=noise_band, strokes=strokes, hits=hits)


@pytest.fixture
def make_band() -> Callable[..., list[TrackAudio]]:
    """A small band as raw mono takes at careless levels."""

    def make(seconds: float = 6.0) -> list[TrackAudio]:
        return [
            track_audio("Lead Vox", noise_band(200, 4000, seconds, 1, 0.02)),
            track_audio("BGV 1", noise_band(220, 3500, seconds, 2, 0.2)),
            track_audio("BGV 2", noise_band(240, 3800, seconds, 3, 0.05)),
            track_audio("Kick", strokes(55, 0.12, 0.5, seconds, 0.8)),
            track_audio("Snare", hits(180, 6000, 0.05, 0.5, seconds, 4)),
            track_audio("Hi-Hat", hits(6000, 16000, 0.02, 0.25, seconds, 5)),
            track_audio("Bass", noise_band(45, 220, seconds, 6, 0.3)),
            track_audio("Gtr 1", noise_band(120, 3000, seconds, 7, 0.1)),
            track_audio("Gtr 2", noise_band(130, 3300, seconds, 8, 0.1)),
        ]

    return make
