# SPDX-License-Identifier: Apache-2.0
"""Turns minima and maxima into a picture of a waveform, with soft edges; numpy does the work."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor, QImage

_BEND = 0.62
"""Exponent on the level, so that quiet stems are still seen."""


def bent(levels: np.ndarray) -> np.ndarray:
    """Maps sample values −1 … 1 to heights −1 … 1, quiet ones lifted."""
    return np.sign(levels) * np.minimum(np.abs(levels), 1.0) ** _BEND


def lane_image(lows: np.ndarray, highs: np.ndarray, height: int, colour: QColor) -> QImage:
    """Paints a waveform.

    Args:
        lows, highs: (columns,) smallest and largest sample of each pixel column.
        height: of the picture in pixels.

    Returns:
        A picture of (columns, height) pixels, clear outside the wave.
    """
    columns, middle = len(lows), height / 2.0
    top = middle - bent(np.maximum(highs, lows)) * (middle - 0.5) - 0.5
    bottom = middle - bent(np.minimum(lows, highs)) * (middle - 0.5) + 0.5
    rows = np.arange(height, dtype=np.float32)[:, None]
    cover = np.clip(np.minimum(bottom[None, :], rows + 1.0) - np.maximum(top[None, :], rows), 0.0, 1.0)
    picture = np.empty((height, columns, 4), np.uint8)
    for channel, part in enumerate((colour.blue(), colour.green(), colour.red(), 255)):
        picture[:, :, channel] = (cover * part).astype(np.uint8)
    image = QImage(picture.data, columns, height, columns * 4, QImage.Format.Format_ARGB32_Premultiplied)
    return image.copy()
