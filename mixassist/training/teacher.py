# SPDX-License-Identifier: Apache-2.0
"""The AudioSet teacher: YAMNet as a TensorFlow Lite file, run only while the encoder is taught."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from mixassist.domain.errors import MixAssistError

RATE_HZ = 16_000
SAMPLES = 15_600
EMBEDDING_SIZE = 1024
SCORES = 521
_EMBEDDING_LAYER = "global_average_pooling2d/Mean"


@dataclass(frozen=True)
class Heard:
    """What the teacher hears in a second: its embedding (1024,) and the scores 0 … 1 of 521 classes (521,)."""

    embedding: NDArray[np.float32]
    scores: NDArray[np.float32]


class Teacher:
    """YAMNet (Plakal & Ellis, Google, Apache-2.0), an AudioSet classifier."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise MixAssistError("the teacher is not there", subject=path, remedy="Name the data's folder with --data")
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError:
            raise MixAssistError(
                "the teacher needs a package that is not installed", remedy="Type: pip install ai-edge-litert"
            ) from None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of the memory that intermediate tensors take: 15 MB here
            self._interpreter = Interpreter(str(path), num_threads=1, experimental_preserve_all_tensors=True)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._scores = self._interpreter.get_output_details()[0]["index"]
        details = self._interpreter.get_tensor_details()
        found = [d for d in details if _EMBEDDING_LAYER in d["name"] and tuple(d["shape"]) == (1, EMBEDDING_SIZE)]
        self._embedding = found[0]["index"]
        self._shape = self._interpreter.get_input_details()[0]["shape"]

    def hear(self, mono: NDArray[np.float32], sample_rate_hz: int, gain_db: float = 0.0) -> Heard:
        """Listens to about a second of mono audio, after a gain; longer audio is cut, shorter is padded."""
        audio = soxr.resample(mono * np.float32(10.0 ** (gain_db / 20.0)), sample_rate_hz, RATE_HZ)
        audio = np.clip(audio[:SAMPLES], -1.0, 1.0).astype(np.float32)
        audio = np.pad(audio, (0, SAMPLES - audio.size))
        self._interpreter.set_tensor(self._input, audio.reshape(self._shape))
        self._interpreter.invoke()
        return Heard(
            self._interpreter.get_tensor(self._embedding).reshape(-1).copy(),
            self._interpreter.get_tensor(self._scores).reshape(-1).copy(),
        )
