# SPDX-License-Identifier: Apache-2.0
"""Turns minima and maxima into a picture of a waveform, with soft edges; numpy does the work."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtGui import QColor, QImage

_BEND = 0.62
"""Exponent on the level, so that quiet stems are still seen."""

FULL_SCALE = 32767.0 / 32768.0
"""From this magnitude on a sample counts as clipped: the largest of 16 bits."""

_CLIP_PX = 3


def bent(levels: np.ndarray) -> np.ndarray:
    """Maps sample values −1 … 1 to heights −1 … 1, quiet ones lifted."""
    heights: np.ndarray = np.sign(levels) * np.minimum(np.abs(levels), 1.0) ** _BEND
    return heights


def lane_image(lows: np.ndarray, highs: np.ndarray, height: int, colour: QColor, clip: QColor | None = None) -> QImage:
    """Paints a waveform.

    Args:
        lows, highs: (columns,) smallest and largest sample of each pixel column.
        height: of the picture in pixels.
        clip: colour of the marks where the wave reaches full scale; None leaves them out.

    Returns:
        A picture of (columns, height) pixels, clear outside the wave.
    """
    picture = wave_pixels(lows, highs, height, colour)
    if clip is not None:
        mark_clipping(picture, lows, highs, clip)
    return image_of(picture)


def wave_pixels(
    lows: np.ndarray,
    highs: np.ndarray,
    height: int,
    colour: QColor,
    shape: Callable[[np.ndarray], np.ndarray] = bent,
) -> np.ndarray:
    """Returns the pixels of a waveform: (height, columns, 4) uint8, blue green red alpha, premultiplied.

    Args:
        shape: maps sample values to heights −1 … 1.
    """
    columns, middle = len(lows), height / 2.0
    top = middle - shape(np.maximum(highs, lows)) * (middle - 0.5) - 0.5
    bottom = middle - shape(np.minimum(lows, highs)) * (middle - 0.5) + 0.5
    rows = np.arange(height, dtype=np.float32)[:, None]
    cover = np.clip(np.minimum(bottom[None, :], rows + 1.0) - np.maximum(top[None, :], rows), 0.0, 1.0)
    picture = np.empty((height, columns, 4), np.uint8)
    for channel, part in enumerate((colour.blue(), colour.green(), colour.red(), 255)):
        picture[:, :, channel] = (cover * part).astype(np.uint8)
    return picture


def mark_clipping(picture: np.ndarray, lows: np.ndarray, highs: np.ndarray, colour: QColor) -> None:
    """Marks the edge that a wave clips at: above where it reaches full scale upward, below where downward."""
    height, columns = picture.shape[:2]
    depth = max(1, min(_CLIP_PX, height // 6))
    ink = np.array([colour.blue(), colour.green(), colour.red(), 255], np.uint8)
    # A column alone would be lost on a wide screen, so its neighbours are marked with it.
    for clipped, rows in ((highs >= FULL_SCALE, slice(0, depth)), (lows <= -FULL_SCALE, slice(height - depth, height))):
        places = np.flatnonzero(clipped)
        if len(places):
            wide = np.unique(np.clip(np.concatenate((places - 1, places, places + 1)), 0, columns - 1))
            picture[rows, wide] = ink


def image_of(picture: np.ndarray) -> QImage:
    """Returns premultiplied pixels (height, columns, 4) as an image of its own."""
    height, columns = picture.shape[:2]
    pixels = np.ascontiguousarray(picture)
    return QImage(pixels.data, columns, height, columns * 4, QImage.Format.Format_ARGB32_Premultiplied).copy()
