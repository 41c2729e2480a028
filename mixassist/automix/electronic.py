# SPDX-License-Identifier: Apache-2.0
"""Whether a song is built of machines and synthesizers rather than played by a band: drums and bass then lead it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from mixassist.automix.song import Song

_PRIOR = 0.25
_PLAYED = frozenset({"electric_guitar", "acoustic_guitar", "piano", "organ", "keys", "strings", "brass", "woodwind"})
_SYNTHETIC = frozenset({"synth_lead", "synth_pad"})
_INSTRUMENTS_COUNT = 2.0
_KIT_LOW_DB = (-5.0, -1.5)
"""Energy below 150 Hz of a kit's stem: a band's kit lies at the lower end, programmed ones at the upper."""
_BASS_CENTROID_HZ = (90.0, 50.0)
_NONE, _ALL = 0.25, 0.6


def electronic_share(song: Song) -> float:
    """Returns 0 for a band … 1 for electronic music, from the instruments and the weight of kit and bass.

    Evidence is averaged with a prior, so that a song which tells little is taken for a band's, mostly.
    """
    evidence = [(_PRIOR, 1.0)]
    if song.has_kit_microphones:
        evidence.append((0.0, 1.0))
    elif kits := song.of("drum_kit"):
        evidence.append((_mean(_place(p.hearing.band_db(20.0, 150.0), *_KIT_LOW_DB) for p in kits), 1.0))
    if basses := song.of("bass"):
        evidence.append((_mean(_place(p.hearing.centroid_hz, *_BASS_CENTROID_HZ) for p in basses), 1.0))
    played, synthetic = len(song.of(*_PLAYED)), len(song.of(*_SYNTHETIC))
    if played + synthetic:
        evidence.append((synthetic / (played + synthetic), _INSTRUMENTS_COUNT))
    values, weights = zip(*evidence, strict=True)
    return _place(float(np.average(values, weights=weights)), _NONE, _ALL)


def _mean(values: Iterable[float]) -> float:
    return float(np.mean(list(values)))


def _place(value: float, zero: float, one: float) -> float:
    return float(np.clip((value - zero) / (one - zero), 0.0, 1.0))
