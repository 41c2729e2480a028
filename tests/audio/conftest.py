# SPDX-License-Identifier: Apache-2.0
"""Audio files made on the spot, and the shared data where it is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mixassist.audio.stems import StemLibrary

MakeFile = Callable[..., Path]


@pytest.fixture
def make_file(tmp_path: Path) -> MakeFile:
    """Writes (frames,) or (frames, channels) as a file in a folder and returns its path."""

    def make(name: str, audio: np.ndarray | None = None, rate: int = 44_100, **how: object) -> Path:
        path = tmp_path / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if audio is None:
            audio = noise(rate // 2, 1, seed=len(name))
        soundfile.write(path, audio, rate, **how)
        return path

    return make


@pytest.fixture
def library(tmp_path: Path):
    """A stem library in a folder of its own."""
    made = StemLibrary(tmp_path / "cache")
    yield made
    made.close()


@pytest.fixture
def shared_data() -> Path:
    """The data folder beside the checkout."""
    folder = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the shared data folder is not beside the checkout")
    return folder.resolve()


@pytest.fixture(name="noise")
def noise_fixture():
    """Makes reproducible noise."""
    return noise


def noise(frames: int, channels: int = 1, seed: int = 0, level: float = 0.1) -> np.ndarray:
    """float32 (frames, channels) of white noise."""
    return (np.random.default_rng(seed).standard_normal((frames, channels)) * level).astype(np.float32)
