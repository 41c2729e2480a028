# SPDX-License-Identifier: Apache-2.0
"""What a mixer is given and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mixassist.domain.controls import Controls
from mixassist.domain.track import Track

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class TrackAudio:
    """A track with its audio: `samples` is (frames, 1 or 2) float32 at the session's rate, memory-mapped or not."""

    track: Track
    samples: Samples | np.memmap[Any, np.dtype[np.float32]]


@dataclass(frozen=True)
class Prediction:
    """Controls by track id, and sentences for people on what was noticed on the way."""

    controls: Mapping[str, Controls]
    notes: tuple[str, ...] = ()
