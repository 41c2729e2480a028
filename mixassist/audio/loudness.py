# SPDX-License-Identifier: Apache-2.0
"""Loudness after ITU-R BS.1770-4 and EBU R 128, block by block, so that hours of audio need no memory.

The K-weighting filters are pyloudnorm's; the gated sums are kept as one energy for every 100 ms.
"""

from __future__ import annotations

import math

import numpy as np
import pyloudnorm
from scipy import signal

ABSOLUTE_GATE_LUFS = -70.0
"""Below this nothing counts (BS.1770-4, eq. 6)."""

_OFFSET_DB = -0.691
_HOPS_A_SECOND = 10
_MOMENTARY_HOPS, _SHORT_TERM_HOPS = 4, 30
_BLOCK_FRAMES = 65_536


class LoudnessMeter:
    """Measures audio that arrives in blocks: integrated, momentary, short-term loudness and loudness range.

    One channel is measured as one channel (3 LU below the same signal on both sides), as the standard has it.

    Args:
        channels: 1 or 2; every channel has weight 1.
    """

    def __init__(self, sample_rate_hz: int, channels: int) -> None:
        self.sample_rate_hz = sample_rate_hz
        filters = pyloudnorm.Meter(sample_rate_hz)._filters.values()
        self._b, self._a = np.ones(1), np.ones(1)
        for stage in filters:
            self._b = np.convolve(self._b, stage.b * stage.passband_gain)
            self._a = np.convolve(self._a, stage.a)
        self._state = np.zeros((channels, len(self._a) - 1))
        self._frames = 0
        self._energies: list[np.ndarray] = []
        self._open_energy = 0.0

    def update(self, block: np.ndarray) -> None:
        """Takes the next (frames, channels) in."""
        for start in range(0, len(block), _BLOCK_FRAMES):
            self.update_planar(np.ascontiguousarray(block[start : start + _BLOCK_FRAMES].T, np.float64))

    def update_planar(self, block: np.ndarray) -> None:
        """Takes the next (channels, frames) in."""
        if not block.any() and not self._state.any():
            power = np.zeros(block.shape[1])
        else:
            weighted, self._state = signal.lfilter(self._b, self._a, block, axis=1, zi=self._state)
            power = np.einsum("cf,cf->f", weighted, weighted)
            # A tail this faint is inaudible, and as denormal numbers it would cost a hundred times the work.
            if np.abs(self._state).max() < 1e-15:
                self._state[:] = 0.0
        self._add(power)

    def integrated_lufs(self) -> float:
        """Returns the gated loudness of all so far; -inf for silence or less than 0.4 s."""
        means = self._block_means(_MOMENTARY_HOPS, closing=True)
        loud = means[_lufs(means) >= ABSOLUTE_GATE_LUFS]
        if not len(loud):
            return -math.inf
        relative_gate = _lufs(loud.mean()) - 10.0
        gated = loud[(_lufs(loud) > relative_gate) & (_lufs(loud) > ABSOLUTE_GATE_LUFS)]
        return float(_lufs(gated.mean())) if len(gated) else -math.inf

    def momentary_lufs(self) -> np.ndarray:
        """Returns the loudness of the 400 ms before each 100 ms mark, from 0.4 s on."""
        return _lufs(self._block_means(_MOMENTARY_HOPS))

    def short_term_lufs(self) -> np.ndarray:
        """Returns the loudness of the 3 s before each 100 ms mark, from 3 s on."""
        return _lufs(self._block_means(_SHORT_TERM_HOPS))

    def loudness_range_lu(self) -> float:
        """Returns the loudness range after EBU Tech 3342; 0 where there is too little to tell."""
        means = self._block_means(_SHORT_TERM_HOPS)
        loud = means[_lufs(means) >= ABSOLUTE_GATE_LUFS]
        if not len(loud):
            return 0.0
        gated = loud[_lufs(loud) >= _lufs(loud.mean()) - 20.0]
        low, high = np.percentile(_lufs(gated), (10, 95))
        return float(high - low)

    def hop_lufs(self) -> np.ndarray:
        """Returns the loudness of every whole 100 ms by itself: where something plays, and where not."""
        return _lufs(self._block_means(1))

    def _edge(self, hop: int) -> int:
        return hop * self.sample_rate_hz // _HOPS_A_SECOND

    def _add(self, power: np.ndarray) -> None:
        first_hop = self._hop_of(self._frames)
        end = self._frames + len(power)
        edges = [e for h in range(first_hop + 1, self._hop_of(end) + 1) if (e := self._edge(h) - self._frames) <= end]
        starts = np.array([0, *[e for e in edges if e < len(power)]])
        sums = np.add.reduceat(power, starts) if len(power) else np.zeros(0)
        if len(sums):
            sums[0] += self._open_energy
            closed = len(edges)
            self._energies.append(sums[:closed])
            self._open_energy = float(sums[closed]) if closed < len(sums) else 0.0
        self._frames = end

    def _hop_of(self, frame: int) -> int:
        """Returns the hop that the frame belongs to: the last whose first frame is not behind it."""
        return ((frame + 1) * _HOPS_A_SECOND - 1) // self.sample_rate_hz

    def _block_means(self, hops: int, closing: bool = False) -> np.ndarray:
        energies = np.concatenate([*self._energies, np.zeros(0)])
        open_frames = self._frames - self._edge(len(energies))
        # pyloudnorm rounds the number of blocks, so half a hop at the end still makes one.
        if closing and open_frames * _HOPS_A_SECOND * 2 > self.sample_rate_hz and len(energies) >= hops:
            energies = np.append(energies, self._open_energy)
        if len(energies) < hops:
            return np.zeros(0)
        sums = np.convolve(energies, np.ones(hops), "valid")
        return sums / (hops * self.sample_rate_hz / _HOPS_A_SECOND)


def integrated_loudness_lufs(audio: np.ndarray, sample_rate_hz: int) -> float:
    """Returns the gated loudness of (frames,) or (frames, channels); -inf for silence or less than 0.4 s."""
    return _measured(audio, sample_rate_hz).integrated_lufs()


def momentary_lufs(audio: np.ndarray, sample_rate_hz: int) -> np.ndarray:
    """Returns the loudness of 400 ms windows every 100 ms."""
    return _measured(audio, sample_rate_hz).momentary_lufs()


def short_term_lufs(audio: np.ndarray, sample_rate_hz: int) -> np.ndarray:
    """Returns the loudness of 3 s windows every 100 ms."""
    return _measured(audio, sample_rate_hz).short_term_lufs()


def loudness_range_lu(audio: np.ndarray, sample_rate_hz: int) -> float:
    """Returns the loudness range in LU (EBU Tech 3342)."""
    return _measured(audio, sample_rate_hz).loudness_range_lu()


def _measured(audio: np.ndarray, sample_rate_hz: int) -> LoudnessMeter:
    block = audio[:, None] if audio.ndim == 1 else audio
    meter = LoudnessMeter(sample_rate_hz, block.shape[1])
    meter.update(block)
    return meter


def _lufs(mean_square: np.ndarray | float) -> np.ndarray:
    with np.errstate(divide="ignore"):
        # Convolution may leave a trace below zero where there is silence.
        return _OFFSET_DB + 10.0 * np.log10(np.maximum(mean_square, 0.0))
