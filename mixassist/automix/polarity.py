# SPDX-License-Identifier: Apache-2.0
"""Finds microphones on one source that cancel one another, as above and below a snare."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mixassist.audio.name_pairs import name_tokens
from mixassist.automix.excerpts import clean, loudest_part
from mixassist.automix.song import Part, Song

_SOURCES = ("kick", "snare", "tom", "bass", "electric_guitar", "acoustic_guitar")
"""Instruments that are taken up by two microphones, or a microphone and a line."""
_BOTTOMS = frozenset(["bottom", "bot", "btm", "bottm", "bt", "under", "below", "unten", "snb", "snbot", "sbot"])
_OPPOSED = -0.4
"""Correlation from which on two tracks count as the same source upside down."""
_STRETCH_S = 6.0
_COMPARED_HZ = 1500
"""Comparison happens at a rate of about this: the lows are what cancels."""


def inverted(song: Song) -> dict[str, Part]:
    """Returns, by track id, the tracks to flip and what each is opposed to: its instrument's darkest at the same time.

    Of a drum's two sides it is the bottom that is flipped.
    """
    found = {}
    for instrument in _SOURCES:
        group = sorted(song.of(instrument), key=lambda p: (_is_bottom(p), p.order))
        for part in group[1:]:
            if part.track.start_frames == group[0].track.start_frames:
                alike = _correlation(group[0], part, song.sample_rate_hz) * _held_sign(group[0])
                if alike < _OPPOSED and "polarity_inverted" not in part.track.channel.locks:
                    found[part.id] = group[0]
    return found


def _is_bottom(part: Part) -> bool:
    return not _BOTTOMS.isdisjoint(name_tokens(part.track.name))


def _held_sign(part: Part) -> float:
    """−1 for a track that the user holds upside down by a lock."""
    channel = part.track.channel
    return -1.0 if "polarity_inverted" in channel.locks and channel.controls["polarity_inverted"] else 1.0


def _correlation(one: Part, other: Part, sample_rate_hz: int) -> float:
    """Correlation of the lows over the loudest seconds of the first; 0 where either is silent there."""
    frames = one.audio.samples.shape[0]
    start, end = loudest_part(one.hearing.levels, frames, sample_rate_hz, _STRETCH_S)
    first, second = (_lows(p, start, end, sample_rate_hz) for p in (one, other))
    count = min(first.size, second.size)
    first, second = first[:count], second[:count]
    energy = float(np.sqrt(np.sum(first**2) * np.sum(second**2)))
    return float(np.sum(first * second)) / energy if energy > 1e-9 else 0.0


def _lows(part: Part, start: int, end: int, sample_rate_hz: int) -> NDArray[np.float64]:
    """The sum of the sides, averaged down to the compared rate, without its mean."""
    mono = clean(part.audio.samples[start:end]).mean(axis=1, dtype=np.float64)
    step = max(sample_rate_hz // _COMPARED_HZ, 1)
    whole = mono.size // step * step
    lows = mono[:whole].reshape(-1, step).mean(axis=1)
    return np.asarray(lows - lows.mean() if lows.size else lows)
