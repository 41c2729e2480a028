# SPDX-License-Identifier: Apache-2.0
"""What the samplers share: reading recorded notes, choosing a dynamic, and laying samples into a part."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile

from mixassist.domain.errors import MixAssistError
from mixassist.training.multitracks.notes import RATE_HZ

_LEVEL_WINDOW_S = 0.1
MAX_LIFT_DB = 8.0
"""A sample is never raised by more than this: its noise would come up with it."""


def read_sample(path: Path) -> np.ndarray:
    """Returns a recorded note as float32 (frames,), mono.

    Raises:
        MixAssistError: the file cannot be read or is not at 44,100 Hz.
    """
    try:
        sample, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, soundfile.SoundFileError) as error:
        raise MixAssistError(
            "the sample cannot be read", subject=path, remedy="Check the folder of sampled instruments."
        ) from error
    if rate_hz != RATE_HZ:
        raise MixAssistError(f"the sample is at {rate_hz} Hz, not at {RATE_HZ} Hz", subject=path)
    return np.ascontiguousarray(sample.mean(axis=1))


def attack_level_db(sample: np.ndarray) -> float:
    """Returns the level of a sample's loudest 0.1 s in dB (RMS, all its channels together).

    Args:
        sample: (frames,) or (channels, frames).
    """
    power = np.atleast_2d(sample).astype(np.float64) ** 2
    summed = np.concatenate([[0.0], np.cumsum(power.sum(axis=0))])
    window = min(round(_LEVEL_WINDOW_S * RATE_HZ), power.shape[1])
    loudest = float(np.max(summed[window:] - summed[:-window])) / max(window, 1)
    return 10.0 * float(np.log10(max(loudest, 1e-12)))


def choose_dynamic(levels_db: Sequence[float], velocity: int, lots: np.random.Generator) -> tuple[int, float]:
    """Chooses a recorded dynamic for a velocity and the gain that makes it as loud as the velocity asks.

    The velocities run over the recorded levels, softest at 1, loudest at 127, straight in dB between neighbours. Of
    the two neighbours one is drawn, the nearer one more often, so that equal notes are not the same recording.

    Args:
        levels_db: level of every dynamic, rising.
        velocity: 1 to 127.
        lots: decides between the neighbours.

    Returns:
        The dynamic's index and its gain in dB, at most `MAX_LIFT_DB`.
    """
    position = (velocity - 1) / 126.0 * (len(levels_db) - 1)
    below = min(int(position), max(len(levels_db) - 2, 0))
    share = position - below
    chosen = min(below + int(lots.random() < share), len(levels_db) - 1)
    wanted_db = float(np.interp(position, np.arange(len(levels_db)), levels_db))
    return chosen, min(wanted_db - levels_db[chosen], MAX_LIFT_DB)


def fade_out(sample: np.ndarray, frames: int, fade_s: float) -> np.ndarray:
    """Returns the sample's first `frames` frames, faded to nothing over their last `fade_s`; time is the last axis."""
    shorter = sample[..., : max(frames, 1)].copy()
    fade = min(round(fade_s * RATE_HZ), shorter.shape[-1])
    if fade > 0:
        shorter[..., -fade:] *= np.cos(np.linspace(0.0, np.pi / 2, fade, dtype=np.float32)) ** 2
    return shorter


def lay(part: np.ndarray, sample: np.ndarray, start: int, gain: float) -> None:
    """Adds a sample to a part from a frame on; what lies outside the part is left out. Time is the last axis."""
    first = max(-start, 0)
    count = min(sample.shape[-1], part.shape[-1] - start) - first
    if count > 0:
        begin = start + first
        part[..., begin : begin + count] += np.float32(gain) * sample[..., first : first + count]
