# SPDX-License-Identifier: Apache-2.0
"""Devices that trainings are tried on, and songs small enough to learn by heart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from mixassist.evaluation.recordings import SAMPLE_RATE_HZ
from mixassist.training.multitracks.songs import is_held_out, write_song


@pytest.fixture(params=["cpu", "cuda"])
def device(request: pytest.FixtureRequest) -> str:
    """The processor, and a CUDA GPU where there is one."""
    name = str(request.param)
    if name == "cuda" and not torch.cuda.is_available():
        pytest.skip("this machine has no CUDA device")
    return name


def _written_songs(root: Path, count: int = 2, first: int = 0) -> Path:
    """Writes folders of short songs of four stems; `first` gives others."""
    lots = np.random.default_rng(4)
    time = np.arange(4 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    sounds = {
        "kick": np.sin(2 * np.pi * 55 * time) * np.exp(-(time % 0.5) * 20),
        "bass": np.sin(2 * np.pi * 80 * time),
        "lead_vocal": np.sin(2 * np.pi * 440 * time) * (0.5 + 0.5 * np.sin(2 * np.pi * 3 * time)),
        "keys": lots.standard_normal(len(time)) * 0.3,
    }
    names = [f"tune {i}" for i in range(first, first + 40) if not is_held_out(f"tune {i}")][:count]
    for name in names:
        stems = [(f"{k}.flac", k, "made up", v[:, None].astype(np.float32)) for k, v in sounds.items()]
        write_song(root / name, name, "MIDI made up", stems)
    return root


@pytest.fixture(scope="session")
def write_songs() -> Callable[..., Path]:
    """Writes song folders below a root, and returns it."""
    return _written_songs
