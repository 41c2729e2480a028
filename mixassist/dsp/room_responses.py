# SPDX-License-Identifier: Apache-2.0
"""The five reverbs' impulse responses, generated from a recipe at any sample rate.

Early reflections are image sources in a shoebox (J. B. Allen, D. A. Berkley, J. Acoust. Soc. Am. 65(4), 1979), seen by
two spaced receivers. The tail is seeded noise whose octave bands decay exponentially, each at its own rate
(J. A. Moorer, Computer Music Journal 3(2), 1979), independent for the two sides. A plate has no single reflections; its
tail is dense from the start, and its bass arrives later, as bending waves do.

Everything is defined in continuous time and frequency and only sampled at the rate asked for: the noise is drawn a
frequency at a time from the bottom up, the reflections are band-limited pulses. So all rates sound the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mixassist.domain.parameters import REVERB_DECAY_S

Array = NDArray[np.float64]

OCTAVES_HZ: tuple[float, ...] = (62.5, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16000.0)
"""Centres of the bands that decay on their own."""

_SPEED_OF_SOUND_M_S = 343.0
_LENGTH_SHARE = 1.25
"""A response ends, faded out, after this share of its decay time: 75 dB down."""
_FADE_SHARE = 0.15
_TOP_HZ, _TOP_START_HZ = 20_000.0, 17_000.0
_BOTTOM_HZ, _BOTTOM_END_HZ = 25.0, 70.0


@dataclass(frozen=True)
class _Recipe:
    """What the reverb of a type is made of.

    `seed` draws the tail's noise: of some dozens tried, the one whose octaves decay nearest to what is stated.
    `decay_shares` is RT60 of each octave as a share of that at 1 kHz, `REVERB_DECAY_S`. `levels_db` tilts the octaves.
    A room has a size, a source and two receivers (metres), and reflects `reflection` of the amplitude at each wall;
    from `early_end_s` on there is only the tail, which rises over `tail_rise_s` from the first reflection.
    """

    reverb_type: str
    seed: int
    decay_shares: tuple[float, ...]
    levels_db: tuple[float, ...]
    tail_rise_s: float
    tail_start_s: tuple[float, ...] = (0.0,) * len(OCTAVES_HZ)
    size_m: tuple[float, float, float] | None = None
    source_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    receivers_m: tuple[tuple[float, float, float], ...] = ()
    reflection: float = 0.0
    early_end_s: float = 0.0
    early_share: float = 0.0

    @property
    def decay_s(self) -> float:
        """RT60 at 1 kHz."""
        return REVERB_DECAY_S[self.reverb_type]


_ROOM_SHARES = (1.1, 1.08, 1.05, 1.0, 1.0, 0.95, 0.85, 0.7, 0.5)
_HALL_SHARES = (1.15, 1.12, 1.08, 1.0, 1.0, 0.92, 0.75, 0.52, 0.35)
_PLATE_SHARES = (1.1, 1.1, 1.08, 1.03, 1.0, 0.95, 0.85, 0.68, 0.5)
_ROOM_LEVELS = (-6.0, -2.0, 0.0, 0.0, 0.0, -0.5, -2.0, -4.0, -8.0)
_PLATE_LEVELS = (-9.0, -4.0, -1.0, 0.0, 0.0, 0.5, 0.5, -1.0, -4.0)

_RECIPES: dict[str, _Recipe] = {
    "small_room": _Recipe(
        "small_room", 11, _ROOM_SHARES, _ROOM_LEVELS, 0.012, size_m=(4.2, 3.4, 2.6), source_m=(1.3, 1.1, 1.2),
        receivers_m=((2.65, 2.0, 1.4), (2.95, 2.15, 1.4)), reflection=0.78, early_end_s=0.035, early_share=0.5),
    "medium_room": _Recipe(
        "medium_room", 74, _ROOM_SHARES, _ROOM_LEVELS, 0.022, size_m=(8.3, 6.1, 3.4), source_m=(2.4, 2.2, 1.4),
        receivers_m=((5.1, 3.5, 1.6), (5.4, 3.9, 1.6)), reflection=0.82, early_end_s=0.055, early_share=0.45),
    "large_room": _Recipe(
        "large_room", 109, _ROOM_SHARES, _ROOM_LEVELS, 0.035, size_m=(15.7, 11.3, 5.9), source_m=(4.1, 4.3, 1.6),
        receivers_m=((9.3, 6.2, 1.8), (9.7, 6.9, 1.8)), reflection=0.84, early_end_s=0.08, early_share=0.4),
    "hall": _Recipe(
        "hall", 53, _HALL_SHARES, _ROOM_LEVELS, 0.06, size_m=(38.9, 23.7, 14.3), source_m=(6.3, 11.1, 2.0),
        receivers_m=((19.1, 10.2, 2.6), (19.3, 12.9, 2.6)), reflection=0.86, early_end_s=0.12, early_share=0.3),
    "plate": _Recipe(
        "plate", 70, _PLATE_SHARES, _PLATE_LEVELS, 0.004,
        tail_start_s=(0.009, 0.0065, 0.0045, 0.003, 0.002, 0.0015, 0.001, 0.0007, 0.0005)),
}  # fmt: skip


def octave_decay_s(reverb_type: str) -> dict[float, float]:
    """Returns the stated RT60 in seconds of each octave, by its centre in Hz, with the decay control at 1."""
    recipe = _RECIPES[reverb_type]
    return {f: recipe.decay_s * share for f, share in zip(OCTAVES_HZ, recipe.decay_shares, strict=True)}


@lru_cache(maxsize=16)
def full_response(reverb_type: str, sample_rate_hz: int) -> Tensor:
    """Returns a type's whole response, (2, frames) float64 on the CPU; do not write into it.

    Each side's energy is such that pink noise (50 Hz … 16 kHz) leaves as loud as it came.
    """
    recipe = _RECIPES[reverb_type]
    frames = math.ceil(_LENGTH_SHARE * recipe.decay_s * sample_rate_hz)
    times = np.arange(frames) / sample_rate_hz
    tail = _tail(recipe, sample_rate_hz, times)
    if recipe.size_m is not None:
        early = np.stack([_early(recipe, receiver, sample_rate_hz, frames) for receiver in recipe.receivers_m])
        # The reflections carry a set share of the energy that the tail has in its first part.
        head = times < 2.0 * recipe.early_end_s
        early *= math.sqrt(recipe.early_share * float(np.sum(tail[:, head] ** 2)) / float(np.sum(early**2)))
        tail += early
    fade = np.clip((1.0 - times / (_LENGTH_SHARE * recipe.decay_s)) / _FADE_SHARE, 0.0, 1.0)
    response = tail * np.sin(0.5 * math.pi * fade) ** 2
    return torch.from_numpy(response / _pink_gain(response, sample_rate_hz)[:, None])


def _band_weights(freqs_hz: Array) -> list[Array]:
    """Splits frequencies into the octaves, cross-faded over a third of an octave; the weights sum to 1."""
    octaves = np.log2(np.maximum(freqs_hz, 1.0) / OCTAVES_HZ[0])
    rises = [np.ones_like(octaves)]
    for index in range(1, len(OCTAVES_HZ)):
        place = np.clip((octaves - (index - 0.5)) * 3.0 + 0.5, 0.0, 1.0)
        rises.append(0.5 - 0.5 * np.cos(math.pi * place))
    rises.append(np.zeros_like(octaves))
    return [low - high for low, high in pairwise(rises)]


def _tail(recipe: _Recipe, sample_rate_hz: int, times: Array) -> Array:
    """Returns decaying noise, (2, frames): flat spectrum, random phases, times band levels and band decays."""
    period_s = math.ceil(_LENGTH_SHARE * recipe.decay_s + 0.25)
    freqs = np.arange(period_s * sample_rate_hz // 2 + 1) / period_s
    drawn = math.ceil(_TOP_HZ * period_s)
    edges = np.clip((freqs - _BOTTOM_HZ) / (_BOTTOM_END_HZ - _BOTTOM_HZ), 0.0, 1.0)
    edges *= np.clip((_TOP_HZ - freqs) / (_TOP_HZ - _TOP_START_HZ), 0.0, 1.0)
    shape = np.sin(0.5 * math.pi * edges) ** 2
    weights = _band_weights(freqs)
    tail = np.zeros((2, len(times)))
    for side in range(2):
        phases = np.zeros(len(freqs))
        phases[:drawn] = np.random.default_rng([recipe.seed, side]).random(drawn)[: len(freqs)]
        noise = shape * np.exp(2j * math.pi * phases)
        for band, weight in enumerate(weights):
            late = np.maximum(times - recipe.tail_start_s[band], 0.0)
            rise = np.sin(0.5 * math.pi * np.minimum(late / recipe.tail_rise_s, 1.0)) ** 2
            decay = np.exp(-math.log(1e3) * times / (recipe.decay_s * recipe.decay_shares[band]))
            level = 10.0 ** (recipe.levels_db[band] / 20.0)
            wave = np.fft.irfft(noise * weight, n=period_s * sample_rate_hz)[: len(times)]
            tail[side] += level * wave * rise * decay
    return tail


def _early(recipe: _Recipe, receiver: tuple[float, ...], sample_rate_hz: int, frames: int) -> Array:
    """Returns one receiver's reflections, (frames,): an image source each, timed from the direct sound's arrival."""
    size = np.array(recipe.size_m)
    reach = np.ceil(recipe.early_end_s * _SPEED_OF_SOUND_M_S * 2.0 / size).astype(int)
    cells = [np.arange(-r, r + 1) for r in reach]
    index = np.stack(np.meshgrid(*cells, indexing="ij"), -1).reshape(-1, 3)
    source = np.array(recipe.source_m)
    images = np.where(index % 2 == 0, index * size + source, (index + 1) * size - source)
    distances = np.linalg.norm(images - np.array(receiver), axis=1)
    bounces = np.abs(index).sum(1)
    direct = float(distances[bounces == 0][0])
    delays = (distances - direct) / _SPEED_OF_SOUND_M_S
    heard = (bounces > 0) & (delays < recipe.early_end_s)
    out = np.zeros(frames)
    for delay, distance, bounce in zip(delays[heard], distances[heard], bounces[heard], strict=True):
        share_left = 1.0 - delay / recipe.early_end_s
        amplitude = recipe.reflection**bounce * direct / distance * math.sqrt(share_left)
        # Walls take the treble first: each bounce lowers the pulse's bandwidth.
        _add_pulse(out, delay, amplitude, 18_000.0 * 0.8**bounce, sample_rate_hz)
    return out


def _add_pulse(out: Array, delay_s: float, amplitude: float, bandwidth_hz: float, sample_rate_hz: int) -> None:
    """Adds a band-limited pulse of unit gain below its bandwidth: a Hann-windowed sinc sampled at the rate."""
    reach_s = 8.0 / bandwidth_hz
    first = max(math.ceil((delay_s - reach_s) * sample_rate_hz), 0)
    last = min(math.floor((delay_s + reach_s) * sample_rate_hz), len(out) - 1)
    offset = np.arange(first, last + 1) / sample_rate_hz - delay_s
    window = 0.5 + 0.5 * np.cos(math.pi * offset / reach_s)
    gain = amplitude * 2.0 * bandwidth_hz / sample_rate_hz
    out[first : last + 1] += gain * np.sinc(2.0 * bandwidth_hz * offset) * window


def _pink_gain(response: Array, sample_rate_hz: int) -> Array:
    """Returns by which factor each side changes the level of pink noise between 50 Hz and 16 kHz."""
    length = 1 << (response.shape[-1] - 1).bit_length()
    power = np.abs(np.fft.rfft(response, n=length)) ** 2
    freqs = np.arange(length // 2 + 1) * (sample_rate_hz / length)
    pink = np.where((freqs >= 50.0) & (freqs <= 16_000.0), 1.0 / np.maximum(freqs, 1.0), 0.0)
    return np.asarray(np.sqrt((power * pink).sum(-1) / pink.sum()))
