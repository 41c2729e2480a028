# SPDX-License-Identifier: Apache-2.0
"""Spoken words, taken apart: espeak-ng speaks a word, and the WORLD vocoder finds its spectra over time.

espeak-ng (GPL 3.0) is a program of its own that is started to make training data; it is neither linked nor shipped.
WORLD (Morise, Yokomori and Ozawa 2016; BSD) is reached through pyworld (MIT).
"""

from __future__ import annotations

import functools
import io
import subprocess
import warnings
from dataclasses import dataclass
from types import ModuleType

import numpy as np
import soundfile
from scipy import signal

from mixassist.domain.errors import MixAssistError
from mixassist.training.multitracks.notes import RATE_HZ

FRAME_S = 0.005
"""Time between the vocoder's frames."""

_SPEAK_TIMEOUT_S = 30
_SPEECH_FLOOR_HZ, _SPEECH_CEILING_HZ = 55.0, 500.0
_KNOWN_TO_HZ = 9_000.0
"""espeak-ng speaks at 22,050 Hz; above this its spectra are made up: they go on falling, and are breath."""
_FALL_DB_PER_OCTAVE = -14.0
_EDGE_DB = -38.0
_NUCLEUS_DB = -9.0


@dataclass(frozen=True)
class SpokenWord:
    """One word as the vocoder sees it, a frame every `FRAME_S`.

    Args:
        power: (frames, bins) float32, power spectrum without its harmonics.
        aperiodicity: (frames, bins) float32, the part of it that is noise, 0 to 1.
        voiced: (frames,) whether there is a tone.
        nucleus: first frame of the vowel, and the frame after its last.
    """

    power: np.ndarray
    aperiodicity: np.ndarray
    voiced: np.ndarray
    nucleus: tuple[int, int]

    @property
    def frames(self) -> int:
        """How many frames the word has."""
        return len(self.power)


def world() -> ModuleType:
    """Returns pyworld.

    Raises:
        MixAssistError: it is not installed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it asks setuptools for its own version, in a way that is going away
            import pyworld
    except ImportError as error:
        raise MixAssistError(
            "the singer needs the vocoder pyworld", remedy="Install it with: pip install 'mixassist[train]'"
        ) from error
    module: ModuleType = pyworld
    return module


@functools.lru_cache(maxsize=128)
def spoken_word(word: str, speaker: str, tone: int) -> SpokenWord:
    """Has a word spoken and takes it apart; the last 128 words are kept, about 1 MB each.

    Args:
        word: any English word; best of one syllable.
        speaker: a voice of espeak-ng with its variant, such as `en-us+f2`.
        tone: espeak-ng's base pitch, 0 to 99.

    Raises:
        MixAssistError: espeak-ng or pyworld is missing, or fails.
    """
    vocoder = world()
    speech = _trimmed(_speak(word, speaker, tone))
    rough, times_s = vocoder.dio(speech, RATE_HZ, _SPEECH_FLOOR_HZ, _SPEECH_CEILING_HZ, frame_period=1000.0 * FRAME_S)
    tone_hz = vocoder.stonemask(speech, rough, times_s, RATE_HZ)
    power = vocoder.cheaptrick(speech, tone_hz, times_s, RATE_HZ)
    aperiodicity = vocoder.d4c(speech, tone_hz, times_s, RATE_HZ)
    _extend(power, aperiodicity)
    voiced = tone_hz > 0.0
    nucleus = _nucleus(power, voiced)
    return SpokenWord(power.astype(np.float32), aperiodicity.astype(np.float32), voiced, nucleus)


def _speak(word: str, speaker: str, tone: int) -> np.ndarray:
    command = ["espeak-ng", "-v", speaker, "-s", "120", "-p", str(tone), "--stdout", "--", word]
    try:
        run = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=_SPEAK_TIMEOUT_S)
    except FileNotFoundError as error:
        raise MixAssistError(
            "the singer needs espeak-ng, which speaks its words",
            remedy="On Debian and Ubuntu type: sudo apt-get install espeak-ng",
        ) from error
    except subprocess.TimeoutExpired as error:
        raise MixAssistError("espeak-ng does not answer", subject=word) from error
    try:
        speech, rate_hz = soundfile.read(io.BytesIO(run.stdout), dtype="float64")
    except soundfile.SoundFileError as error:
        raise MixAssistError(
            f"espeak-ng cannot speak with the voice {speaker}",
            subject=word,
            remedy=run.stderr.decode(errors="replace").strip(),
        ) from error
    return np.asarray(signal.resample_poly(speech, RATE_HZ, rate_hz))


def _trimmed(speech: np.ndarray) -> np.ndarray:
    """Cuts the silence around a word off, all but 10 ms."""
    loud = np.flatnonzero(np.abs(speech) > np.abs(speech).max() * 10.0 ** (_EDGE_DB / 20.0))
    if not len(loud):
        raise MixAssistError("espeak-ng spoke nothing but silence")
    margin = round(0.01 * RATE_HZ)
    return np.ascontiguousarray(speech[max(loud[0] - margin, 0) : loud[-1] + margin])


def _extend(power: np.ndarray, aperiodicity: np.ndarray) -> None:
    """Continues the spectra above what was spoken, in place."""
    frequencies_hz = np.linspace(0.0, RATE_HZ / 2.0, power.shape[1])
    known = int(np.searchsorted(frequencies_hz, _KNOWN_TO_HZ))
    around = np.exp(np.log(power[:, known - 48 : known]).mean(axis=1))
    fall_db = _FALL_DB_PER_OCTAVE * np.log2(frequencies_hz[known:] / _KNOWN_TO_HZ)
    power[:, known:] = around[:, None] * 10.0 ** (fall_db / 10.0)
    aperiodicity[:, known:] = 1.0


def _nucleus(power: np.ndarray, voiced: np.ndarray) -> tuple[int, int]:
    """Finds the vowel: the longest voiced run of frames not far below the loudest one."""
    level_db = 10.0 * np.log10(power.sum(axis=1) + 1e-20)
    level_db = np.where(voiced, level_db, -np.inf)
    inside = level_db > level_db.max() + _NUCLEUS_DB if voiced.any() else np.ones(len(power), dtype=bool)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], inside.astype(np.int8), [0]])))
    runs = edges.reshape(-1, 2)
    first, after = runs[int(np.argmax(runs[:, 1] - runs[:, 0]))]
    return int(first), int(after)
