# SPDX-License-Identifier: Apache-2.0
"""Compares tracks with each other: copies, and microphones on one source that work against each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from mixassist.domain.progress import CancelToken, Progress, no_progress

COPY_CORRELATION = 0.9999
"""Tracks at least this much alike are copies of each other, at whatever gain."""

_HOPS_A_SECOND = 10
_WINDOW_FRAMES, _WINDOWS = 8192, 16
_LAG_S = 0.001
_ENVELOPES_ALIKE = 0.9
# Two microphones on one drum reach −0.4 … −0.9 when one is turned round; chance and tonal overlap hardly ever do.
_OPPOSED, _OPPOSED_WINDOW = -0.4, -0.2
_CHUNK_FRAMES = 1 << 20


@dataclass(frozen=True)
class Likeness:
    """How two tracks relate. `correlation` is signed; `is_copy` and `is_opposed` are the verdicts."""

    first: str
    second: str
    correlation: float
    is_copy: bool
    is_opposed: bool


def compare_tracks(
    tracks: Mapping[str, np.ndarray],
    sample_rate_hz: int,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> tuple[Likeness, ...]:
    """Finds pairs that are copies or polarity-opposed, among aligned float32 (frames, 1|2).

    Pairs whose envelopes differ are ruled out first; the others are correlated in the windows in which both are
    loudest, at lags up to ±1 ms. Opposed means: over these windows the strongest correlation is clearly negative and
    lies inside that range, no positive one comes near it, and three quarters of the energy agree.
    """
    names = list(tracks)
    envelopes: list[np.ndarray] = []
    for number, name in enumerate(names):
        envelopes.append(_envelope(tracks[name], sample_rate_hz, cancel))
        progress(0.5 * (number + 1) / len(names), "Comparing tracks")
    pairs = _candidates(envelopes)
    found = []
    for number, (a, b) in enumerate(pairs):
        if cancel is not None:
            cancel.check()
        common = np.minimum(*_same_length(envelopes[a], envelopes[b]))
        starts = _loudest(common, sample_rate_hz // _HOPS_A_SECOND)
        likeness = _compare((names[a], tracks[names[a]]), (names[b], tracks[names[b]]), starts, sample_rate_hz)
        if likeness.is_copy or likeness.is_opposed:
            found.append(likeness)
        progress(0.5 + 0.5 * (number + 1) / len(pairs), "Comparing tracks")
    return tuple(found)


def _envelope(samples: np.ndarray, sample_rate_hz: int, cancel: CancelToken | None) -> np.ndarray:
    """Returns the RMS of every 100 ms, scaled to a length of 1; silence gives zeros."""
    hop = sample_rate_hz // _HOPS_A_SECOND
    values = []
    for start in range(0, len(samples), 64 * hop):
        if cancel is not None:
            cancel.check()
        block = samples[start : start + 64 * hop]
        powers = np.einsum("fc,fc->f", block, block)
        values.append(np.add.reduceat(powers, np.arange(0, len(powers), hop)))
    envelope = np.sqrt(np.concatenate([*values, np.zeros(0)], dtype=np.float64) / hop)
    envelope[~np.isfinite(envelope)] = 0.0
    length = float(np.linalg.norm(envelope))
    return envelope / length if length > 0 else envelope


def _candidates(envelopes: Sequence[np.ndarray]) -> list[tuple[int, int]]:
    pairs = []
    for a, b in combinations(range(len(envelopes)), 2):
        first, second = _same_length(envelopes[a], envelopes[b])
        if float(first @ second) > _ENVELOPES_ALIKE:
            pairs.append((a, b))
    return pairs


def _same_length(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    length = min(len(first), len(second))
    return first[:length], second[:length]


def _loudest(envelope: np.ndarray, hop_frames: int) -> list[int]:
    """Returns where the loudest windows start, none overlapping."""
    starts: list[int] = []
    for hop in np.argsort(-envelope)[: 4 * _WINDOWS]:
        start = int(hop) * hop_frames
        if all(abs(start - other) >= _WINDOW_FRAMES for other in starts):
            starts.append(start)
    return starts[:_WINDOWS]


def _compare(
    first: tuple[str, np.ndarray], second: tuple[str, np.ndarray], starts: Sequence[int], sample_rate_hz: int
) -> Likeness:
    (first_name, a), (second_name, b) = first, second
    lags = int(_LAG_S * sample_rate_hz)
    crosses, energies = [], []
    for start in starts:
        x, y = _mid(a[start : start + _WINDOW_FRAMES]), _mid(b[start : start + _WINDOW_FRAMES])
        energy = float(np.sqrt((x @ x) * (y @ y)))
        if energy > 1e-9:
            crosses.append(_cross(x, y, lags))
            energies.append(energy)
    if not crosses:
        return Likeness(first_name, second_name, 0.0, False, False)
    pooled = np.sum(crosses, axis=0) / np.sum(energies)
    at_zero = float(pooled[lags])
    is_copy = at_zero > COPY_CORRELATION - 1e-3 and _are_copies(a, b)
    lowest, highest = float(pooled.min()), float(pooled.max())
    windows = np.array([c.min() / e for c, e in zip(crosses, energies, strict=True)])
    is_opposed = (
        lowest < _OPPOSED
        and highest < 0.25 * -lowest
        and 0 < int(pooled.argmin()) < 2 * lags
        and float(np.average(windows < _OPPOSED_WINDOW, weights=energies)) >= 0.75
    )
    return Likeness(first_name, second_name, at_zero if is_copy else lowest, is_copy, is_opposed)


def _mid(block: np.ndarray) -> np.ndarray:
    mid = block.astype(np.float64).mean(1)
    mid[~np.isfinite(mid)] = 0.0
    return mid - mid.mean() if len(mid) else mid


def _cross(x: np.ndarray, y: np.ndarray, lags: int) -> np.ndarray:
    """Returns the cross-correlation at lags -lags … lags (not normalised)."""
    size = 1 << (2 * max(len(x), len(y), lags) - 1).bit_length()
    product = np.fft.irfft(np.fft.rfft(x, size) * np.conj(np.fft.rfft(y, size)), size)
    return np.concatenate((product[-lags:], product[: lags + 1]))


def _are_copies(a: np.ndarray, b: np.ndarray) -> bool:
    """Correlates the whole of both, side by side; a mono track stands for two equal sides."""
    sides = max(a.shape[1], b.shape[1])
    xx = yy = xy = 0.0
    length = max(len(a), len(b))
    for start in range(0, length, _CHUNK_FRAMES):
        x, y = (np.nan_to_num(t[start : start + _CHUNK_FRAMES].astype(np.float64)) for t in (a, b))
        common = min(len(x), len(y))
        x_all, y_all = (np.broadcast_to(t, (len(t), sides)) if t.shape[1] == 1 else t for t in (x, y))
        xx += float(np.einsum("fc,fc->", x_all, x_all))
        yy += float(np.einsum("fc,fc->", y_all, y_all))
        xy += float(np.einsum("fc,fc->", x_all[:common], y_all[:common]))
    return xx > 0 and yy > 0 and xy / np.sqrt(xx * yy) > COPY_CORRELATION
