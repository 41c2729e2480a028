# SPDX-License-Identifier: Apache-2.0
"""The stereo picture as a goniometer shows it: every sample a point, left and right turned by 45°.

Upward is what both sides share, L + R; to the right what only the right side has. A mono signal is a vertical line,
one side alone a line leaning to its side, opposite polarity a horizontal line.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from mixassist.analysis.signals import Audio, as_stereo, blocks
from mixassist.domain.progress import CancelToken, Progress, no_progress

_CELLS = 101


def goniometer_points(audio: Audio, count: int = 4000) -> np.ndarray:
    """Returns points of a goniometer: ((R − L)/√2, (L + R)/√2) of samples spread evenly over the audio.

    Args:
        audio: a stretch, such as the last tenth of a second or the loop; not finite samples count as 0.
        count: how many points at most.

    Returns:
        (points, 2) float32 in full scale, across and up; a full-scale mono sample lies at (0, √2).
    """
    array = as_stereo(audio)
    step = max(1, math.ceil(len(array) / max(count, 1)))
    sides = np.nan_to_num(np.asarray(array[::step], np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    return np.stack((sides[:, 1] - sides[:, 0], sides[:, 0] + sides[:, 1]), axis=1) * np.float32(math.sqrt(0.5))


@dataclass(frozen=True)
class StereoField:
    """How often the points of a goniometer fall where, over a whole mix.

    Attributes:
        density: (up, across) share of all samples in each cell, adding up to 1 (0 for silence); row 0 lies at the
            bottom, both axes reach from −reach to reach.
        reach: the ends of both axes in full scale.
    """

    density: np.ndarray
    reach: float


def stereo_field(
    audio: Audio, *, progress: Progress = no_progress, cancel: CancelToken | None = None, cells: int = _CELLS
) -> StereoField:
    """Counts every sample of a mix in the cells of a goniometer; exact silence on both sides is left out."""
    array = as_stereo(audio)
    peak = 0.0
    for _, block in blocks(array, cancel=cancel):
        peak = max(peak, float(np.abs(block).max(initial=0.0)))
    reach = peak * math.sqrt(2.0) or 1.0
    scale = cells / (2.0 * reach)
    counts = np.zeros(cells * cells)
    for _, block in blocks(array, progress, cancel, "Drawing the stereo field"):
        heard = block[block.any(axis=1)]
        across, up = (heard[:, 1] - heard[:, 0]) * math.sqrt(0.5), (heard[:, 0] + heard[:, 1]) * math.sqrt(0.5)
        column, row = (np.minimum((v + reach) * scale, cells - 1).astype(np.int64) for v in (across, up))
        counts += np.bincount(row * cells + column, minlength=cells * cells)
    total = counts.sum()
    return StereoField((counts / total if total else counts).reshape(cells, cells), reach)
