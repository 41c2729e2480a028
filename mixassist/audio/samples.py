# SPDX-License-Identifier: Apache-2.0
"""What counts as a sample of audio, and what becomes of everything else: silence."""

from __future__ import annotations

import numpy as np

LARGEST_SAMPLE = 1000.0
"""+60 dBFS. A float file may pass full scale, but nothing that anybody recorded is a thousand times over it."""


def cleaned(block: np.ndarray) -> tuple[np.ndarray, int]:
    """Silences what is no audio: NaN, infinities, and samples beyond `LARGEST_SAMPLE`.

    Args:
        block: samples as factors of full scale, of any shape.

    Returns:
        The block itself where all of it is audio, else a copy with zeros; and how many samples were silenced.
    """
    # One comparison tells of all three: whatever is compared with NaN is false.
    if not block.size or (block.max() <= LARGEST_SAMPLE and block.min() >= -LARGEST_SAMPLE):
        return block, 0
    bad = ~(np.abs(block) <= LARGEST_SAMPLE)
    return np.where(bad, block.dtype.type(0.0), block), int(np.count_nonzero(bad))
