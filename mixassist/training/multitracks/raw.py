# SPDX-License-Identifier: Apache-2.0
"""Makes clean stems raw, as home recordings are: tone, room, bleed, noise, overload."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import signal

from mixassist.automix.hearing import loudness_lufs
from mixassist.dsp.equalizer import band_biquads
from mixassist.evaluation.recordings import SAMPLE_RATE_HZ

_TONE_DB = 6.0
_ROOM_SHARE, _BLEED_SHARE, _NOISE_SHARE, _OVERLOAD_SHARE = 0.25, 0.25, 0.5, 0.1
_NARROW_SHARE = 0.4


def made_raw(
    samples: NDArray[np.float32], lots: np.random.Generator, bleed: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """Returns a stem, (frames, 1 or 2) at 44,100 Hz, as a careless recording has it; its loudness is about kept.

    Args:
        bleed: what else is heard in the room, any level, at least as long.
    """
    out = samples.astype(np.float64)
    if out.shape[1] == 2 and lots.random() < _NARROW_SHARE:
        out = out.mean(axis=1, keepdims=True)
    for _ in range(int(lots.integers(0, 4))):
        out = _toned(out, lots)
    if lots.random() < _ROOM_SHARE:
        out = out + _room(out, lots)
    if bleed is not None and lots.random() < _BLEED_SHARE:
        heard = bleed[: len(out)].mean(axis=1, keepdims=True)
        out[: len(heard)] += heard * (_rms(out) / _rms(heard) * 10.0 ** (-lots.uniform(18.0, 35.0) / 20.0))
    if lots.random() < _NOISE_SHARE:
        out = out + lots.standard_normal(out.shape) * _rms(out) * 10.0 ** (-lots.uniform(35.0, 60.0) / 20.0)
    if lots.random() < _OVERLOAD_SHARE:
        ceiling = np.abs(out).max() * 10.0 ** (-lots.uniform(1.0, 8.0) / 20.0) + 1e-9
        out = ceiling * np.tanh(out / ceiling)
    return out.astype(np.float32)


def at_loudness(samples: NDArray[np.float32], lufs: float) -> NDArray[np.float32]:
    """Scales a stem to a loudness in LUFS; silence stays silence."""
    loudness = loudness_lufs(samples, SAMPLE_RATE_HZ)
    return samples * np.float32(10.0 ** ((lufs - loudness) / 20.0)) if np.isfinite(loudness) else samples


def _toned(audio: NDArray[np.float64], lots: np.random.Generator) -> NDArray[np.float64]:
    """A broad bell anywhere, up or down by up to 6 dB: microphone, place and instrument."""
    frequency_hz, q = float(np.exp(lots.uniform(np.log(60.0), np.log(12_000.0)))), float(lots.uniform(0.3, 1.2))
    settings = (float(lots.uniform(-_TONE_DB, _TONE_DB)), frequency_hz, q)
    gain, frequency, width = torch.tensor(settings, dtype=torch.float64)
    bell = band_biquads("mid", gain, frequency, width, SAMPLE_RATE_HZ)
    return np.asarray(signal.lfilter(bell.numerator.numpy(), bell.denominator.numpy(), audio, axis=0))


def _room(audio: NDArray[np.float64], lots: np.random.Generator) -> NDArray[np.float64]:
    """A small room's diffuse sound: decaying noise of 0.1 … 0.5 s, 10 … 22 dB below the stem."""
    seconds = float(lots.uniform(0.1, 0.5))
    time_s = np.arange(round(1.2 * seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    response = lots.standard_normal((time_s.size, 1)) * 10.0 ** (-3.0 * time_s / seconds)[:, None]
    response = signal.sosfilt(signal.butter(1, 5000.0, fs=SAMPLE_RATE_HZ, output="sos"), response, axis=0)
    heard = signal.oaconvolve(audio, np.repeat(response, audio.shape[1], axis=1), axes=0)[: len(audio)]
    return np.asarray(heard * (_rms(audio) / _rms(heard) * 10.0 ** (-lots.uniform(10.0, 22.0) / 20.0)))


def _rms(audio: NDArray[np.float64] | NDArray[np.float32]) -> float:
    return float(np.sqrt(np.mean(np.square(audio, dtype=np.float64))) + 1e-9)
