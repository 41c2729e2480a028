# SPDX-License-Identifier: Apache-2.0
"""What a track sounds like, in numbers: loudness, spectrum, dynamics, width, and how much of the time it plays."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft, signal

from mixassist.automix.excerpts import (
    BLOCK_S,
    LevelSurvey,
    block_powers,
    clean,
    listening_parts,
    near_loudest,
    survey,
)
from mixassist.automix.inputs import Samples

THIRD_OCTAVES_HZ: NDArray[np.float64] = 1000.0 * 2.0 ** (np.arange(-16, 13) / 3.0)
"""Centres of 29 bands, 25 Hz … 16 kHz."""
NOISE_LUFS = -60.0
"""A stem below this is noise or bleed: it is not lifted like the others, and its level tells nothing."""

_WINDOW_S = 0.093
_GATE_BLOCK_S = 0.4
_STROKE_DB, _STRUCK_DB = 6.0, 20.0


@dataclass(frozen=True)
class Hearing:
    """A track as heard. Levels are those of the stem as it is, before any gain.

    Attributes:
        loudness_lufs: gated loudness (ITU-R BS.1770-4) of the parts listened to; −inf when silent.
        bands_db: (29,) level in third octaves relative to the whole, K-weighting not applied.
        rms_dbfs: level of the sounding frames.
        crest_db: how far peaks stand above the level, median over half-second stretches that sound.
        attack_db: how far the loud tens of milliseconds stand above the middling ones: percussive sounds 10 and more.
        range_db: spread of the block levels while it sounds (90th less 10th percentile).
        activity: share of the song in which it sounds, 0 … 1.
        side_db: side against mid energy in dB; −99 for mono.
        balance_db: left against right energy in dB.
        strokes_hz: how often a second its level rises by 6 dB from one tenth of a second to the next, while it sounds.
        digest: identifies the content; breaks ties.
    """

    loudness_lufs: float
    bands_db: NDArray[np.float64]
    rms_dbfs: float
    crest_db: float
    attack_db: float
    range_db: float
    activity: float
    side_db: float
    balance_db: float
    strokes_hz: float
    channels: int
    digest: str
    levels: LevelSurvey

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing to mix."""
        return not np.isfinite(self.loudness_lufs)

    def band_db(self, low_hz: float, high_hz: float) -> float:
        """Level of the bands between two frequencies relative to the whole, in dB (energy sum)."""
        inside = (low_hz <= THIRD_OCTAVES_HZ) & (high_hz > THIRD_OCTAVES_HZ)
        return float(10.0 * np.log10(np.sum(10.0 ** (self.bands_db[inside] / 10.0)) + 1e-9))

    def density_db(self, low_hz: float, high_hz: float) -> float:
        """Mean level of the third octaves between two frequencies relative to the whole, in dB (energy mean)."""
        inside = (low_hz <= THIRD_OCTAVES_HZ) & (high_hz > THIRD_OCTAVES_HZ)
        return float(10.0 * np.log10(np.mean(10.0 ** (self.bands_db[inside] / 10.0)) + 1e-9))

    @property
    def centroid_hz(self) -> float:
        """Centre of gravity of the third-octave energies on a logarithmic frequency axis."""
        energy = 10.0 ** (self.bands_db / 10.0)
        return float(2.0 ** (np.sum(energy * np.log2(THIRD_OCTAVES_HZ)) / np.sum(energy)))


def listen(samples: Samples, sample_rate_hz: int) -> Hearing:
    """Listens to a track: (frames, channels) at `sample_rate_hz`; NaN counts as silence; any length, also none."""
    levels = survey(samples, sample_rate_hz)
    frames, channels = samples.shape
    digest = hashlib.sha256(np.round(levels.level_dbfs, 6).tobytes()).hexdigest()
    if levels.is_silent:
        return _nothing(levels, channels, digest)
    parts = [clean(samples[start:end]) for start, end in listening_parts(levels, frames, sample_rate_hz)]
    spectra = [_power_spectra(part, sample_rate_hz) for part in parts]
    power = np.concatenate([s[0] for s in spectra])
    cross = sum(s[1] for s in spectra)
    frame_hz = 2.0 / _WINDOW_S
    loudness, gated = _gated_loudness([s[0] for s in spectra], sample_rate_hz, frame_hz)
    if not np.isfinite(loudness):
        return _nothing(levels, channels, digest)
    spectrum = power[gated].mean(axis=0)
    active = levels.active(30.0)
    sounding = levels.level_dbfs[active]
    crest, attack = _dynamics(parts, sample_rate_hz)
    left, right, both = (float(c) for c in np.asarray(cross))
    return Hearing(
        loudness_lufs=loudness,
        bands_db=_third_octaves(spectrum, sample_rate_hz),
        rms_dbfs=float(10.0 * np.log10(np.mean(10.0 ** (sounding / 10.0)))),
        crest_db=crest,
        attack_db=attack,
        range_db=float(np.subtract(*np.percentile(sounding, [90, 10]))),
        activity=float(np.mean(levels.active(25.0))),
        side_db=_ratio_db(left + right - 2.0 * both, left + right + 2.0 * both) if channels == 2 else -99.0,
        balance_db=_ratio_db(left, right) if channels == 2 else 0.0,
        strokes_hz=_strokes_hz(parts, sample_rate_hz),
        channels=channels,
        digest=digest,
        levels=levels,
    )


def loudness_lufs(samples: Samples, sample_rate_hz: int) -> float:
    """Gated loudness of (frames, channels) in LUFS after ITU-R BS.1770-4, from spectra; −inf for silence."""
    return _gated_loudness([_power_spectra(samples, sample_rate_hz)[0]], sample_rate_hz, 2.0 / _WINDOW_S)[0]


def _nothing(levels: LevelSurvey, channels: int, digest: str) -> Hearing:
    flat = np.full(THIRD_OCTAVES_HZ.size, -10.0 * np.log10(THIRD_OCTAVES_HZ.size))
    return Hearing(-np.inf, flat, -120.0, 0.0, 0.0, 0.0, 0.0, -99.0, 0.0, 0.0, channels, digest, levels)


def _ratio_db(a: float, b: float) -> float:
    return float(np.clip(10.0 * np.log10((max(a, 0.0) + 1e-12) / (max(b, 0.0) + 1e-12)), -99.0, 99.0))


def _power_spectra(part: Samples, sample_rate_hz: int) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Power per frame and bin, summed over the sides, (frames, bins); and the energies of left, right and both."""
    size = fft.next_fast_len(int(_WINDOW_S * sample_rate_hz), real=True)
    hop = size // 2
    window = _hann(size)
    if part.shape[0] < size:
        part = np.pad(part, ((0, size - part.shape[0]), (0, 0)))
    count = 1 + (part.shape[0] - size) // hop
    power = np.zeros((count, size // 2 + 1), dtype=np.float32)
    for side in range(part.shape[1]):
        views = np.lib.stride_tricks.sliding_window_view(np.ascontiguousarray(part[:, side]), size)[::hop]
        for first in range(0, count, 256):
            spectrum = fft.rfft(views[first : first + 256] * window, axis=1)
            power[first : first + 256] += spectrum.real**2 + spectrum.imag**2
    left, right = part[:, 0], part[:, -1]
    energies = [np.dot(left, left), np.dot(right, right), np.dot(left, right)]
    return power, np.asarray(energies, dtype=np.float64)


@lru_cache(maxsize=8)
def _hann(size: int) -> NDArray[np.float32]:
    """A window that keeps power: the spectrum of noise adds up to its mean square."""
    window = np.hanning(size).astype(np.float32)
    return np.asarray(window / np.sqrt(np.sum(window**2) * size / 2.0), dtype=np.float32)


def k_weighting_power(frequencies_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Power response of the K-weighting of ITU-R BS.1770-4 (its 48 kHz biquads) at any frequencies."""
    turns = 2.0 * np.pi * np.minimum(frequencies_hz, 23_500.0) / 48_000.0
    shelf = ([1.53512485958697, -2.69169618940638, 1.19839281085285], [1.0, -1.69065929318241, 0.73248077421585])
    high_pass = ([1.0, -2.0, 1.0], [1.0, -1.99004745483398, 0.99007225036621])
    responses = [signal.freqz(b, a, worN=turns)[1] for b, a in (shelf, high_pass)]
    return np.asarray(np.abs(responses[0] * responses[1]) ** 2)


@lru_cache(maxsize=8)
def _bin_weights(bins: int, sample_rate_hz: int) -> NDArray[np.float32]:
    return k_weighting_power(_bin_frequencies(bins, sample_rate_hz)).astype(np.float32)


def _bin_frequencies(bins: int, sample_rate_hz: int) -> NDArray[np.float64]:
    return np.linspace(0.0, sample_rate_hz / 2.0, bins)


def _gated_loudness(
    parts: list[NDArray[np.float32]], sample_rate_hz: int, frame_hz: float
) -> tuple[float, NDArray[np.bool_]]:
    """Loudness of BS.1770-4 with both gates from power spectra, and which frames passed the gates.

    Blocks of 400 ms are running means over the spectra's frames; mono counts once, as in the recommendation.
    """
    weights = _bin_weights(parts[0].shape[1], sample_rate_hz)
    width = max(round(_GATE_BLOCK_S * frame_hz), 1)
    blocks = []
    for part in parts:
        frame_power = part @ weights
        kernel = np.ones(min(width, frame_power.size))
        # At the ends a block holds fewer frames; each is averaged over those it has.
        held = np.convolve(np.ones(frame_power.size), kernel, mode="same")
        blocks.append(np.convolve(frame_power, kernel, mode="same") / held)
    block_power = np.concatenate(blocks)
    with np.errstate(divide="ignore"):
        level = -0.691 + 10.0 * np.log10(block_power)
    passed = level > -70.0
    if not passed.any():
        return -np.inf, passed
    passed &= level > -0.691 + 10.0 * np.log10(block_power[passed].mean()) - 10.0
    return float(-0.691 + 10.0 * np.log10(block_power[passed].mean())), passed


def _third_octaves(spectrum: NDArray[np.float32], sample_rate_hz: int) -> NDArray[np.float64]:
    """Level of each third octave relative to the whole; narrow low bands share their bins by overlap."""
    frequencies = _bin_frequencies(spectrum.size, sample_rate_hz)
    cumulative = np.concatenate(([0.0], np.cumsum(spectrum.astype(np.float64))))
    edges = np.concatenate((frequencies - frequencies[1] / 2.0, [frequencies[-1] + frequencies[1] / 2.0]))
    low = np.interp(THIRD_OCTAVES_HZ * 2.0 ** (-1 / 6), edges, cumulative)
    high = np.interp(THIRD_OCTAVES_HZ * 2.0 ** (1 / 6), edges, cumulative)
    whole = max(float(cumulative[-1]), 1e-20)
    return np.asarray(np.maximum(10.0 * np.log10((high - low) / whole + 1e-12), -90.0))


def _dynamics(parts: list[Samples], sample_rate_hz: int) -> tuple[float, float]:
    """Crest factor over half seconds and attack strength from 10 ms levels, both in dB."""
    short = max(sample_rate_hz // 100, 1)
    crests, attacks, loud = [], [], []
    for part in parts:
        mono = 0.5 * (part[:, 0] + part[:, -1])  # many times as fast as numpy's mean of two
        pieces = mono[: mono.size // short * short].reshape(-1, short)
        if not len(pieces):
            continue
        per = min(50, len(pieces))
        count = len(pieces) // per
        power = (np.einsum("ps,ps->p", pieces, pieces) / short)[: count * per].reshape(count, per).astype(np.float64)
        power += 1e-12
        peaks = np.maximum(pieces.max(axis=1), -pieces.min(axis=1))[: count * per].reshape(count, per).max(axis=1)
        mean = power.mean(axis=1)
        loud.append(mean)
        crests.append(20.0 * np.log10(peaks + 1e-9) - 10.0 * np.log10(mean))
        attacks.append(10.0 * np.log10(power.max(axis=1) / np.median(power, axis=1)))
    if not loud:
        return 0.0, 0.0
    level = np.concatenate(loud)
    heard = level > level.max() * 10.0**-2.5
    return float(np.median(np.concatenate(crests)[heard])), float(np.median(np.concatenate(attacks)[heard]))


def _strokes_hz(parts: list[Samples], sample_rate_hz: int) -> float:
    block = max(int(BLOCK_S * sample_rate_hz), 1)
    levels = [10.0 * np.log10(block_powers(part, block) + 1e-12) for part in parts]
    rises = np.concatenate([np.diff(level) > _STROKE_DB for level in levels])
    heard = near_loudest(np.concatenate(levels), _STRUCK_DB)
    firsts = np.cumsum([0, *(level.size for level in levels[:-1])])
    behind = np.delete(heard, firsts[[level.size > 0 for level in levels]])
    return float((rises & behind).sum() / max(behind.sum() * BLOCK_S, 1.0))
