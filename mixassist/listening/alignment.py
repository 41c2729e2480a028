# SPDX-License-Identifier: Apache-2.0
"""How late one version of the same music is: files from elsewhere seldom begin on the same sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import signal

from mixassist.rendering.play_graph import Samples

MAX_LAG_S = 0.5
SURE_ABOVE = 0.5
"""Share of the smaller energy that has to agree before a version is moved."""


@dataclass(frozen=True)
class Lag:
    """How many frames later than the reference a version is, and how alike the two are there (0 … 1)."""

    frames: int
    likeness: float

    @property
    def is_sure(self) -> bool:
        """Whether they are alike enough to be moved against one another."""
        return self.likeness >= SURE_ABOVE


def find_lag(reference: Samples, other: Samples, sample_rate_hz: int) -> Lag:
    """Finds the lag, up to half a second either way, at which (frames, 2) of two versions agree best.

    By the peak of the normalised cross-correlation of the sums of both sides; polarity does not matter.
    """
    a, b = (np.asarray(x, np.float64).sum(axis=1) for x in (reference, other))
    frames = min(len(a), len(b))
    a, b = a[:frames], b[:frames]
    energy = float(np.sqrt(np.dot(a, a) * np.dot(b, b)))
    if not frames or energy <= 0.0:
        return Lag(0, 0.0)
    reach = min(round(MAX_LAG_S * sample_rate_hz), frames - 1)
    found = np.abs(signal.correlate(b, a, "full", "fft"))[frames - 1 - reach : frames + reach]
    best = int(np.argmax(found))
    return Lag(best - reach, min(float(found[best]) / energy, 1.0))
