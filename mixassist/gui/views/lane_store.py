# SPDX-License-Identifier: Apache-2.0
"""The lanes' waves and their pictures: drawn beside the window, a little wider than what is seen, and kept."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PySide6.QtCore import QCoreApplication, QRectF
from PySide6.QtGui import QColor, QPainter

from mixassist.gui.views.lane_picture import SAMPLES_FROM, LanePicture, LaneWish, draw_samples, drawn_lane
from mixassist.gui.views.picture_thread import PictureThread
from mixassist.gui.views.time_axis import TimeAxis
from mixassist.gui.views.time_ruler import time_text

_AROUND = 0.35
"""Share of what is seen that is drawn beyond each edge, so that panning finds it there."""


@dataclass
class Lane:
    """One lane: its waveform, the gain reduction over it, and the newest picture of both."""

    id: str
    pyramid: Any = None
    reduction_db: np.ndarray | None = None
    block_frames: int = 512
    edition: int = 0
    picture: LanePicture | None = None
    wished: LaneWish | None = None


class LaneStore:
    """Keeps lanes by id and has their pictures drawn as they are needed."""

    def __init__(self, thread: PictureThread) -> None:
        self._thread = thread
        self._lanes: dict[str, Lane] = {}
        self.shows_reduction = True
        self.on_drawn: Callable[[Lane], None] = lambda lane: None

    def lane(self, lane_id: str) -> Lane | None:
        """Returns a lane, if something is known of it."""
        return self._lanes.get(lane_id)

    def keep(self, ids: Collection[str]) -> None:
        """Forgets all other lanes."""
        for lane_id in [i for i in self._lanes if i not in ids]:
            self._thread.forget((id(self), lane_id))
            del self._lanes[lane_id]

    def set_pyramid(self, lane_id: str, pyramid: Any) -> None:
        """Takes a lane's waveform, or the same one with other content; None forgets the lane."""
        if pyramid is None:
            self._thread.forget((id(self), lane_id))
            self._lanes.pop(lane_id, None)
            return
        lane = self._lanes.setdefault(lane_id, Lane(lane_id))
        lane.pyramid = pyramid
        lane.edition += 1

    def set_reduction(self, lane_id: str, reduction_db: np.ndarray | None, block_frames: int) -> None:
        """Takes a lane's gain reduction; lanes without a waveform have none."""
        lane = self._lanes.get(lane_id)
        if lane is not None and lane.reduction_db is not reduction_db:
            lane.reduction_db, lane.block_frames = reduction_db, block_frames
            lane.edition += 1

    def draw(
        self, painter: QPainter, lane_id: str, body: QRectF, colour: QColor, clip: QColor, axis: TimeAxis,
        start_frames: int, ratio: float,
    ) -> bool:  # fmt: skip
        """Paints the newest picture of a lane into a rectangle that shows what the axis sees.

        Args:
            start_frames: the session's frame of the lane's first sample.
            ratio: device pixels a pixel.

        Returns:
            Whether there is a wave at all; its picture may still be on its way.
        """
        lane = self._lanes.get(lane_id)
        if lane is None:
            return False
        wish = self._wish(lane, body, colour, clip, axis, start_frames, ratio)
        if lane.picture is None or not _serves(lane.picture.wish, wish):
            self._wish_for(lane, wish)
        picture = lane.picture
        if picture is None:
            return True
        frame_px = body.width() / axis.span
        painter.save()
        painter.setClipRect(body)
        if picture.image is not None:
            left = body.left() + (picture.wish.start + start_frames - axis.start) * frame_px
            target = QRectF(left, body.top(), picture.wish.span * frame_px, body.height())
            painter.drawImage(target, picture.image, QRectF(picture.image.rect()))
        elif frame_px * 2 > 1.0:
            draw_samples(
                painter, picture, body, colour, lambda f: body.left() + (f - axis.start) * frame_px, frame_px,
                start_frames,
            )  # fmt: skip
        painter.restore()
        return True

    def _wish(
        self, lane: Lane, body: QRectF, colour: QColor, clip: QColor, axis: TimeAxis, start_frames: int, ratio: float
    ) -> LaneWish:
        columns = max(round(body.width() * ratio), 1)
        return LaneWish(
            axis.start - start_frames, axis.span, columns, max(round(body.height() * ratio), 4),
            colour.rgba(), clip.rgba(), (lane.edition, self.shows_reduction),
        )  # fmt: skip

    def _wish_for(self, lane: Lane, wish: LaneWish) -> None:
        wider = _widened(wish, len(lane.pyramid.samples))
        if lane.wished == wider:
            return
        lane.wished = wider
        pyramid, blocks = lane.pyramid, lane.block_frames
        reduction = lane.reduction_db if self.shows_reduction else None

        def take(picture: LanePicture) -> None:
            if lane.wished == picture.wish:
                lane.wished = None
            if self._lanes.get(lane.id) is lane:
                lane.picture = picture
                self.on_drawn(lane)

        self._thread.draw((id(self), lane.id), lambda: drawn_lane(pyramid, wider, reduction, blocks), take)


def _serves(has: LaneWish, wish: LaneWish) -> bool:
    """Whether a picture made for one wish shows another as well, but for being moved."""
    same = replace(has, start=0.0, span=0.0, columns=0) == replace(wish, start=0.0, span=0.0, columns=0)
    zoom = (has.span / has.columns) / (wish.span / wish.columns)
    covers = has.start <= wish.start + 1e-6 and has.start + has.span >= wish.start + wish.span - 1e-6
    return same and covers and abs(zoom - 1.0) < 1e-3


def _widened(wish: LaneWish, frames: int) -> LaneWish:
    """Returns a wish for more than is seen, at the same zoom, but for nothing far outside the audio."""
    per_column = wish.span / wish.columns
    left = min(_AROUND * wish.span, max(wish.start, 0.0))
    right = min(_AROUND * wish.span, max(frames - wish.start - wish.span, 0.0))
    before, behind = math.ceil(left / per_column), math.ceil(right / per_column)
    if per_column >= SAMPLES_FROM:
        # Whole columns on a grid that does not move: the same samples fall into the same column while panning.
        start = math.floor((wish.start - before * per_column) / per_column) * per_column
        columns = wish.columns + before + behind + 1
    else:
        start, columns = wish.start - before * per_column, wish.columns + before + behind
    return replace(wish, start=start, span=columns * per_column, columns=columns)


def reading_words(lane: Lane, frame: int, frames: int, start_frames: int, sample_rate_hz: int) -> str:
    """Returns time, peak level and gain reduction of a lane over a few frames, in words."""
    local = frame - start_frames
    lows, highs = lane.pyramid.window(local, local + frames, 1)
    peak = float(max(highs.max(), -lows.min(), 0.0))
    level = f"{20 * math.log10(peak):.1f}".replace("-", "−") if peak > 0 else "−∞"
    words = [time_text(frame / sample_rate_hz), f"{level} dBFS"]
    if (
        lane.reduction_db is not None
        and len(lane.reduction_db)
        and 0 <= local // lane.block_frames < len(lane.reduction_db)
    ):
        reduction = float(lane.reduction_db[local // lane.block_frames])
        text = QCoreApplication.translate("LaneStore", "gain reduction {0} dB")
        words.append(text.format(f"{reduction:.1f}"))
    return "  ·  ".join(words)
