# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mixassist.audio.files import probe
from mixassist.audio.stems import StemLibrary
from mixassist.domain.channel import Channel
from mixassist.domain.controls import Controls
from mixassist.domain.session import Session
from mixassist.domain.track import AudioSource, SourceSide, Track
from mixassist.rendering.cache import RenderCache

RATE = 44_100


@pytest.fixture
def stems() -> Iterator[StemLibrary]:
    library = StemLibrary()
    yield library
    library.close()


@pytest.fixture
def cache() -> RenderCache:
    return RenderCache()


def music(seed: int, frames: int, sides: int) -> np.ndarray:
    """Bursts of noise over a tone: something for an equaliser, a compressor and a reverb to work on."""
    rng = np.random.default_rng(seed)
    times = np.arange(frames)[:, None] / RATE
    beats = np.exp(-6.0 * (times * 2.0 % 1.0))
    tone = np.sin(2.0 * np.pi * (110.0 * (seed + 1)) * times + np.arange(sides))
    return (0.25 * beats * rng.standard_normal((frames, sides)) / 3.0 + 0.1 * tone).astype(np.float32)


class Maker:
    """Makes tracks from files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def music(self, seed: int, frames: int, sides: int) -> np.ndarray:
        return music(seed, frames, sides)

    def track(
        self, name: str, audio: np.ndarray, start_frames: int = 0, controls: dict[str, object] | None = None
    ) -> Track:
        path = self._folder / f"{name}.wav"
        soundfile.write(path, audio, RATE, subtype="FLOAT")
        file = probe(path)
        source = AudioSource(tuple(SourceSide(file, index) for index in range(audio.shape[1])))
        return Track(name, name, source, start_frames, Channel(Controls(controls or {})))

    def session(self, seconds: float = 6.0) -> Session:
        """Four tracks: mono and stereo, neutral and processed, one that starts later and one that ends early."""
        frames = round(seconds * RATE)
        late = min(RATE, frames // 4)
        return Session(
            tracks=(
                self.track("kick", music(0, frames, 1), controls={"threshold_db": -30.0, "ratio": 4.0, "pan": -0.2}),
                self.track("piano", music(1, frames // 2, 2), controls={"mid_gain_db": 5.0, "fader_db": -3.0}),
                self.track(
                    "voice",
                    music(2, frames - late, 1),
                    late,
                    {"reverb_wet": 0.4, "reverb_type": "plate", "threshold_db": -20.0, "low_shelf_gain_db": -6.0},
                ),
                self.track("plain", music(3, frames, 2), controls={"input_gain_db": -4.0, "polarity_inverted": True}),
            )
        )


@pytest.fixture
def maker(tmp_path: Path) -> Maker:
    folder = tmp_path / "audio"
    folder.mkdir()
    return Maker(folder)
