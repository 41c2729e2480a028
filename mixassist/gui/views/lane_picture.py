# SPDX-License-Identifier: Apache-2.0
"""One lane as it is drawn beside the window: a wave at any zoom, or its single samples, with gain reduction over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from mixassist.gui.views.lane_image import bent, image_of, mark_clipping, wave_pixels

SAMPLES_FROM = 0.5
"""Frames a pixel, from which down single samples are drawn as points joined."""
REDUCTION_RANGE_DB = 20.0
"""Gain reduction that fills a lane from top to bottom."""
_DOTS_FROM_PX = 6.0
_APART_FROM_PX = 56
"""A lane this high shows the two sides of a stereo track apart."""


@dataclass(frozen=True)
class LaneWish:
    """What a lane's picture depends on, but for the audio: frames on the track, pixels, colours.

    `edition` counts the changes of the wave and of its gain reduction.
    """

    start: float
    span: float
    columns: int
    height: int
    colour: int
    clip: int
    edition: tuple[int, int]


@dataclass(frozen=True)
class LanePicture:
    """A drawn lane: an image over [start, start + span), or the samples from frame `first` on, (frames, sides)."""

    wish: LaneWish
    image: QImage | None = None
    samples: np.ndarray | None = None
    first: int = 0


def drawn_lane(pyramid: Any, wish: LaneWish, reduction_db: np.ndarray | None, block_frames: int) -> LanePicture:
    """Draws a lane; takes milliseconds and may run in any thread.

    Args:
        pyramid: the track's waveform.
        reduction_db: gain reduction of blocks of `block_frames`, dB ≥ 0, or None.
    """
    if wish.span / wish.columns < SAMPLES_FROM:
        first = max(int(wish.start) - 1, 0)
        last = min(int(np.ceil(wish.start + wish.span)) + 2, len(pyramid.samples))
        samples = np.array(pyramid.samples[first : max(last, first)], np.float32)
        return LanePicture(wish, samples=np.nan_to_num(samples, posinf=0.0, neginf=0.0), first=first)
    start = round(wish.start)
    end = max(round(wish.start + wish.span), start + 1)
    lows, highs = pyramid.window(start, end, wish.columns)
    colour, clip = QColor.fromRgba(wish.colour), QColor.fromRgba(wish.clip)
    sides = lows.shape[1] if wish.height >= _APART_FROM_PX else 1
    if sides == 1:
        lows, highs = lows.min(axis=1, keepdims=True), highs.max(axis=1, keepdims=True)
    parts = np.array_split(np.arange(wish.height), sides)
    picture = np.zeros((wish.height, wish.columns, 4), np.uint8)
    for side, rows in enumerate(parts):
        part = wave_pixels(lows[:, side], highs[:, side], len(rows), colour)
        mark_clipping(part, lows[:, side], highs[:, side], clip)
        picture[rows[0] : rows[-1] + 1] = part
    image = image_of(picture)
    if reduction_db is not None and len(reduction_db):
        _draw_reduction(image, reduction_over(reduction_db, block_frames, start, end, wish.columns), clip)
    return LanePicture(wish, image)


def reduction_over(reduction_db: np.ndarray, block_frames: int, start: int, end: int, columns: int) -> np.ndarray:
    """Returns the largest gain reduction in each of `columns` equal stretches of [start, end), dB; 0 outside."""
    edges = (start + np.arange(columns + 1, dtype=np.int64) * (end - start) // columns) // block_frames
    firsts = edges[:-1]
    lasts = np.maximum(edges[1:], firsts + 1)
    inside = (lasts > 0) & (firsts < len(reduction_db))
    found = np.zeros(columns, np.float32)
    if inside.any():
        a = np.clip(firsts[inside], 0, len(reduction_db) - 1)
        b = np.clip(lasts[inside], a + 1, len(reduction_db))
        padded = np.append(reduction_db, reduction_db[-1:])
        found[inside] = np.maximum.reduceat(padded, np.stack((a, b), 1).ravel())[::2]
    return found


def _draw_reduction(image: QImage, reduction_db: np.ndarray, colour: QColor) -> None:
    """Paints gain reduction from the top down, 20 dB over the whole height."""
    height = image.height()
    depth = np.minimum(reduction_db / REDUCTION_RANGE_DB, 1.0) * height
    if not depth.any():
        return
    line = [QPointF(x + 0.5, y) for x, y in enumerate(depth.tolist())]
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    fill = QColor(colour)
    fill.setAlpha(46)
    painter.setPen(QPen(colour, 0))
    painter.setBrush(fill)
    painter.drawPolygon(QPolygonF([QPointF(0.5, -2.0), *line, QPointF(len(line) - 0.5, -2.0)]))
    painter.end()


def draw_samples(
    painter: QPainter,
    picture: LanePicture,
    body: QRectF,
    colour: QColor,
    x_of: Callable[[float], float],
    frame_px: float,
    start_frames: int,
) -> None:
    """Paints single samples as points joined, the sides apart where there is room.

    Args:
        x_of: maps a frame of the session to a place.
        frame_px: pixels from one sample to the next.
        start_frames: the session's frame of the track's first sample.
    """
    samples = picture.samples
    if samples is None or not len(samples):
        return
    sides = samples.shape[1]
    apart = sides > 1 and body.height() >= _APART_FROM_PX
    height = body.height() / (sides if apart else 1)
    xs = [x_of(picture.first + start_frames + i) for i in range(len(samples))]
    for side in range(sides):
        middle = body.top() + height * ((side if apart else 0) + 0.5)
        ys = (middle - bent(samples[:, side]) * (height / 2 - 2)).tolist()
        points = [QPointF(x, y) for x, y in zip(xs, ys, strict=True)]
        ink = colour if side == 0 or apart else colour.darker(135)
        painter.setPen(QPen(ink, 1.2))
        painter.drawPolyline(QPolygonF(points))
        if frame_px >= _DOTS_FROM_PX:
            painter.setPen(QPen(ink, 4.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPoints(QPolygonF(points))
