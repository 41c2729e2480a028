# SPDX-License-Identifier: Apache-2.0
"""Small stems, and the command line called in this process or in one of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from mixassist.cli import main

RATE = 44_100


def tone(frequency_hz: float, seconds: float = 1.0, level: float = 0.2, rate: int = RATE) -> np.ndarray:
    """A tone that swells and fades twice a second."""
    time_s = np.arange(round(seconds * rate)) / rate
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * 2 * time_s)
    return (level * swell * np.sin(2 * np.pi * frequency_hz * time_s)).astype(np.float32)


def write(path: Path, audio: np.ndarray, rate: int = RATE, subtype: str | None = None) -> Path:
    """Writes audio; 24-bit WAV unless told otherwise."""
    soundfile.write(path, audio, rate, subtype=subtype or ("PCM_24" if path.suffix == ".wav" else None))
    return path


@dataclass(frozen=True)
class Answer:
    """What a command gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Answer]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line in this process."""

    def call(*words: object) -> Answer:
        capsys.readouterr()
        try:
            code = main([str(word) for word in words])
        except SystemExit as stopped:  # --help and --version
            code = int(stopped.code or 0)
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return call


@pytest.fixture
def program(tmp_path: Path) -> Run:
    """Runs a command line in a process of its own."""

    def call(*words: object, environment: Mapping[str, str | None] | None = None, **options: Any) -> Answer:
        variables = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "", **(environment or {})}
        done = subprocess.run(
            [sys.executable, "-m", "mixassist", *map(str, words)],
            capture_output=True,
            env={k: v for k, v in variables.items() if v is not None},
            timeout=240,
            **options,
        )
        return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())

    return call


@pytest.fixture
def stems(tmp_path: Path) -> Path:
    """A folder of three stems, mono and stereo."""
    folder = tmp_path / "stems"
    folder.mkdir()
    write(folder / "Kick.wav", tone(60))
    write(folder / "Vox.wav", tone(440))
    write(folder / "Gtr.wav", np.stack([tone(220), tone(330)], axis=1))
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """An empty folder for results."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def refused(answer: Answer, *told: object) -> None:
    """Asserts that the user was told what is wrong in one line, with all of `told` in it."""
    assert answer.code == 2, answer
    assert answer.out == ""
    assert answer.err.count("\n") == 1 and answer.err.endswith("\n"), answer.err
    assert answer.err.startswith("error: ")
    assert "Traceback" not in answer.err
    for text in told:
        assert str(text) in answer.err
