# SPDX-License-Identifier: Apache-2.0
"""Turns a spectrogram's cells into an image of exactly as many pixels as the view has; runs beside the window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QImage

from mixassist.analysis.mel_tiles import UNKNOWN, MelPicture


@dataclass(frozen=True)
class MelImage:
    """A drawn stretch of time [start_s, start_s + span_s), and the cells it was drawn from, for the cursor.

    Attributes:
        low_db, high_db: the ends of its colours.
    """

    image: QImage
    picture: MelPicture
    start_s: float
    span_s: float
    low_db: float
    high_db: float


def mel_image(
    picture: MelPicture, start_s: float, span_s: float, width: int, height: int, colours: np.ndarray,
    low_db: float, high_db: float, empty: int, bad: int,
) -> MelImage:  # fmt: skip
    """Draws a picture.

    Args:
        start_s, span_s: the stretch of time that the image's width shows.
        colours: (n,) 0xffRRGGBB from `low_db` to `high_db`; levels beyond have the end's colour.
        empty: colour where nothing is known yet, or there is no audio.
        bad: colour where the audio holds samples that are no numbers.
    """
    firsts, lasts = _columns(picture, start_s, span_s, width)
    pixels = np.full((height, width), empty, np.uint32)
    shown = np.flatnonzero(lasts > firsts)
    if len(shown):
        cells = _squeezed(picture.decibels, firsts[shown], lasts[shown])
        bands = len(cells)
        # The middle of row 0 is at the top of the axis; bands are drawn from centre to centre.
        place = np.clip((bands - 0.5) - (np.arange(height) + 0.5) * bands / height, 0.0, bands - 1.0)
        below = np.minimum(place.astype(np.int64), bands - 2) if bands > 1 else np.zeros(height, np.int64)
        share = (place - below).astype(np.float32)[:, None]
        rows = cells[below] * (1.0 - share) + cells[np.minimum(below + 1, bands - 1)] * share
        scale = (len(colours) - 1) / (high_db - low_db)
        wrong = np.isnan(rows)
        index = np.clip(np.rint((np.where(wrong, low_db, rows) - low_db) * scale), 0, len(colours) - 1)
        drawn = colours[index.astype(np.int16)]
        drawn[wrong] = bad
        known = picture.known[firsts[shown]] != UNKNOWN
        pixels[:, shown[known]] = drawn[:, known]
    image = QImage(pixels.data, width, height, width * 4, QImage.Format.Format_RGB32).copy()
    return MelImage(image, picture, start_s, span_s, low_db, high_db)


def band_y(band: float, bands: int, height: float) -> float:
    """Returns where the centre of a band (0 is the lowest) lies in an image of some height."""
    return height * (1.0 - (band + 0.5) / bands)


def band_of_y(y: float, bands: int, height: float) -> float:
    """Returns the band at a height of the image, fractional: the inverse of `band_y`."""
    return bands * (1.0 - y / height) - 0.5


def _columns(picture: MelPicture, start_s: float, span_s: float, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns first column and one past the last for every pixel; equal where there is none."""
    step = picture.grid.column_s
    edges = (start_s + np.arange(width + 1) * span_s / width - picture.start_s) / step
    total = picture.decibels.shape[1]
    firsts = np.floor(edges[:-1] + 1e-9).astype(np.int64)
    lasts = np.maximum(np.ceil(edges[1:] - 1e-9).astype(np.int64), firsts + 1)
    # A pixel narrower than a column shows the column that its middle is in.
    if span_s / width <= step:
        firsts = np.floor((edges[:-1] + edges[1:]) / 2).astype(np.int64)
        lasts = firsts + 1
    firsts, lasts = np.clip(firsts, 0, total), np.clip(lasts, 0, total)
    return firsts, lasts


def _squeezed(decibels: np.ndarray, firsts: np.ndarray, lasts: np.ndarray) -> np.ndarray:
    """Returns the mean level of columns [first, last) for each pixel, (bands, pixels)."""
    most = int((lasts - firsts).max())
    if most == 1:
        return decibels[:, firsts]
    total = np.zeros((decibels.shape[0], len(firsts)), np.float32)
    for step in range(most):
        total += decibels[:, np.minimum(firsts + step, lasts - 1)]
    return total / most
