# SPDX-License-Identifier: Apache-2.0
"""Versions made worse on purpose: anchors that everybody should rate low, and the samples of a screening question."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
from scipy import signal

from mixassist.rendering.play_graph import Samples

Effect = Callable[[Iterator[Samples]], Iterator[Samples]]
"""Passes blocks (frames, 2) through, one after the other."""

SCREENING_NAMES = ("low-pass 4 kHz", "high-pass 300 Hz", "comb filter 1 ms", "noise at 20 dB")
_BLOCK_FRAMES = 65_536
_SEED = 20220


def blocks_of(samples: Samples) -> Iterator[Samples]:
    """Yields (frames, 2) in blocks."""
    for start in range(0, len(samples), _BLOCK_FRAMES):
        yield samples[start : start + _BLOCK_FRAMES]


def mono(blocks: Iterator[Samples]) -> Iterator[Samples]:
    """Sums both sides into one, heard in the middle."""
    for block in blocks:
        yield np.repeat(block.mean(axis=1, keepdims=True), 2, axis=1)


def noise_at(snr_db: float, samples: Samples, start: int, end: int) -> Effect:
    """Returns an effect that adds white noise: `snr_db` below the power of a region of the samples."""
    power = float(np.mean(np.square(samples[start:end], dtype=np.float64))) if end > start else 0.0
    level = math.sqrt(power * 10.0 ** (-snr_db / 10.0))

    def effect(blocks: Iterator[Samples]) -> Iterator[Samples]:
        rng = np.random.default_rng(_SEED)
        for block in blocks:
            yield block + level * rng.standard_normal(block.shape, np.float32)

    return effect


def filtered(sections: np.ndarray) -> Effect:
    """Returns an effect that filters both sides by second-order sections."""

    def effect(blocks: Iterator[Samples]) -> Iterator[Samples]:
        state = np.zeros((len(sections), 2, 2))
        for block in blocks:
            made, state = signal.sosfilt(sections, block, axis=0, zi=state)
            yield made.astype(np.float32)

    return effect


def comb(delay_frames: int, depth: float) -> Effect:
    """Returns an effect that adds the signal's own echo after `delay_frames`."""

    def effect(blocks: Iterator[Samples]) -> Iterator[Samples]:
        past = np.zeros((delay_frames, 2), np.float32)
        for block in blocks:
            line = np.concatenate((past, block))
            yield block + depth * line[: len(block)]
            past = line[len(line) - delay_frames :]

    return effect


def screening_effects(samples: Samples, sample_rate_hz: int, start: int, end: int) -> tuple[Effect, ...]:
    """Returns the four small effects of the screening question, in the order of `SCREENING_NAMES`.

    The kinds are those of Kandpal et al. (ICASSP 2022, section 5.1), which gives no amounts; these can be heard on
    any music by somebody who listens, on loudspeakers of a laptop too.
    """
    low = signal.butter(4, 4000.0, "lowpass", fs=sample_rate_hz, output="sos")
    high = signal.butter(4, 300.0, "highpass", fs=sample_rate_hz, output="sos")
    return (
        filtered(low),
        filtered(high),
        comb(round(0.001 * sample_rate_hz), 0.9),
        noise_at(20.0, samples, start, end),
    )
