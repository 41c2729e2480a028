# SPDX-License-Identifier: Apache-2.0
"""One or two waveforms on one axis, true to scale: A and B laid over one another, or what remains of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from mixassist.gui import paint
from mixassist.gui.theme import Theme, mixed
from mixassist.gui.views.lane_image import image_of, wave_pixels
from mixassist.gui.views.picture_thread import PictureThread
from mixassist.gui.views.time_axis import TimeAxis
from mixassist.gui.views.time_picture import HEADER_WIDTH, PictureCursor, TimePicture
from mixassist.gui.views.time_ruler import time_text
from mixassist.gui.views.wave_desk import WaveDesk

_SAMPLES_FROM = 0.5
_AROUND = 0.25
_STEP_DB = 6.0
_LEAST_TOP_DB = -120.0


@dataclass(frozen=True)
class Wave:
    """A waveform of the row: its key on the desk, words and colour."""

    key: Any
    words: str
    colour: str


@dataclass(frozen=True)
class _Wish:
    waves: tuple[Wave, ...]
    start: float
    span: float
    width: int
    height: int
    edition: int
    top: float


@dataclass(frozen=True)
class _Drawn:
    image: QImage | None
    samples: tuple[np.ndarray, ...]
    first: int
    peak: float


class WaveRow(TimePicture):
    """Shows waveforms linearly; its range follows what is seen, in steps of 6 dB."""

    def __init__(
        self, axis: TimeAxis, cursor: PictureCursor, desk: WaveDesk, thread: PictureThread,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(axis, cursor, parent)
        self._desk, self._thread = desk, thread
        self.waves: tuple[Wave, ...] = ()
        self.state_words = ""
        self._edition = 0
        self._top = 1.0
        self._drawn: _Drawn | None = None
        self._has: _Wish | None = None
        self._wished: _Wish | None = None
        self.setAccessibleName(self.tr("Waveform"))
        desk.more_known.connect(self._more_known)

    @property
    def is_drawn(self) -> bool:
        """Whether the newest of what is known is drawn."""
        if all(self._desk.pyramid(w.key) is None for w in self.waves):
            return True
        return self._has is not None and _serves(self._has, self._wish(self.body()))

    def show_waves(self, title: str, waves: tuple[Wave, ...]) -> None:
        """Shows other waveforms."""
        if (title, waves) == (self.title, self.waves):
            return
        self.title, self.waves = title, waves
        self._drawn = self._has = None
        self.setAccessibleName(self.tr("{0}, waveform").format(title))
        self.update()

    def show_state(self, words: str) -> None:
        """Says what is under way or wrong."""
        if words != self.state_words:
            self.state_words = words
            self.setAccessibleDescription(words)
            self.update()

    def levels_at(self, frame: float) -> tuple[float, ...]:
        """Returns the largest magnitude of each wave over the pixel at a frame, as it is drawn."""
        frames = max(round(self.axis.span / max(self.body().width(), 1.0)), 1)
        found = []
        for wave in self.waves:
            pyramid = self._desk.pyramid(wave.key)
            if pyramid is None:
                found.append(math.nan)
                continue
            lows, highs = pyramid.window(int(frame), int(frame) + frames, 1)
            found.append(float(max(highs.max(), -lows.min(), 0.0)))
        return tuple(found)

    def reading(self) -> str:
        if self.cursor_place.frame is None:
            return ""
        words = [f"{self.title}  {time_text(self.cursor_place.frame / self.axis.sample_rate_hz)}"]
        for wave, level in zip(self.waves, self.levels_at(self.cursor_place.frame), strict=True):
            words.append(f"{wave.words} {dbfs_text(level)}")
        return "  ·  ".join(words)

    def draw_body(self, painter: QPainter, theme: Theme, body: QRectF) -> None:
        paint.box(painter, body, theme.colour("sunken"), None, 3)
        if not self.waves or all(self._desk.pyramid(w.key) is None for w in self.waves):
            self.draw_words(painter, theme, body, self.state_words or self.tr("drawing…"))
            return
        wish = self._wish(body)
        if self._has is None or not _serves(self._has, wish):
            self._wish_for(wish)
        for share in (0.25, 0.5, 0.75):
            strength = 0.9 if share == 0.5 else 0.4
            painter.setPen(QPen(mixed(theme.colour("sunken"), theme.colour("line"), strength), 1))
            y = body.top() + share * body.height()
            painter.drawLine(QPointF(body.left(), y), QPointF(body.right(), y))
        if self._drawn is not None and self._has is not None:
            self._draw_waves(painter, theme, body, self._drawn, self._has)

    def _draw_waves(self, painter: QPainter, theme: Theme, body: QRectF, drawn: _Drawn, wish: _Wish) -> None:
        if drawn.image is not None:
            left, right = self.x_of(wish.start), self.x_of(wish.start + wish.span)
            painter.drawImage(
                QRectF(left, body.top(), right - left, body.height()), drawn.image, QRectF(drawn.image.rect())
            )
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        per_frame = body.width() / self.axis.span
        for wave, samples in zip(wish.waves, drawn.samples, strict=True):
            ink = QColor(wave.colour)
            for side in range(samples.shape[1]):
                heights = body.center().y() - np.clip(samples[:, side] / wish.top, -1, 1) * (body.height() / 2 - 2)
                points = [QPointF(self.x_of(drawn.first + i), y) for i, y in enumerate(heights.tolist())]
                painter.setPen(QPen(ink if side == 0 else ink.darker(130), 1.3))
                painter.drawPolyline(QPolygonF(points))
                if per_frame >= 6:
                    painter.setPen(QPen(ink, 4.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
                    painter.drawPoints(QPolygonF(points))

    def draw_header(self, painter: QPainter, theme: Theme, head: QRectF) -> None:
        super().draw_header(painter, theme, head)
        painter.setFont(paint.sized(self.font(), 10))
        y = head.top() + 19
        for wave in self.waves if len(self.waves) > 1 else ():
            paint.box(painter, QRectF(head.left() + 5, y + 4, 8, 8), QColor(wave.colour), None, 2)
            room = QRectF(head.left() + 17, y, head.width() - 18, 16)
            paint.label(painter, room, wave.words, theme.colour("text"), paint.Align.AlignLeft, elide=True)
            y += 15
        body = self.body()
        painter.setFont(paint.sized(self.font(), 9))
        for share, words in ((0.0, dbfs_text(self._top)), (0.5, "−∞")):
            place = body.top() + share * body.height()
            if share == 0.5 and place < y + 8:
                continue
            room = QRectF(head.left(), max(place - 7, y if share else 0), HEADER_WIDTH - 8, 14)
            if share == 0.0:
                room.moveTop(max(body.bottom() - 15, y))
                words = self.tr("± {0}").format(words)
            paint.label(painter, room, words, theme.colour("dim"), paint.Align.AlignRight)

    def _more_known(self, key: Any) -> None:
        if any(w.key == key for w in self.waves):
            self._edition += 1
            self.update()

    def _wish(self, body: QRectF) -> _Wish:
        ratio = self.devicePixelRatioF()
        width, height = max(round(body.width() * ratio), 1), max(round(body.height() * ratio), 4)
        return _Wish(self.waves, self.axis.start, self.axis.span, width, height, self._edition, self._top)

    def _wish_for(self, wish: _Wish) -> None:
        per_pixel = wish.span / wish.width
        start = max(wish.start - _AROUND * wish.span, 0.0)
        end = min(wish.start + (1 + _AROUND) * wish.span, self.axis.whole_span)
        first, last = math.floor(start / per_pixel + 1e-9), math.ceil(end / per_pixel - 1e-9)
        wider = replace(wish, start=first * per_pixel, span=(last - first) * per_pixel, width=last - first)
        if wider == self._wished:
            return
        self._wished = wider
        pyramids = tuple(self._desk.pyramid(w.key) for w in wish.waves)
        inks = tuple(w.colour for w in wish.waves)

        def take(drawn: _Drawn) -> None:
            if self._wished == wider:
                self._wished = None
            if wider.waves != self.waves:
                return
            top = fitting_top(drawn.peak)
            self._drawn, self._has = drawn, wider
            if top != self._top:
                self._top = top
            self.update()
            self.redrawn.emit()

        self._thread.draw(id(self), lambda: _drawn(pyramids, inks, wider, wish), take)


def _drawn(pyramids: tuple[Any, ...], colours: tuple[str, ...], wider: _Wish, seen: _Wish) -> _Drawn:
    peak = 0.0
    for pyramid in pyramids:
        if pyramid is not None:
            lows, highs = pyramid.window(int(seen.start), int(seen.start + seen.span) + 1, min(seen.width, 200))
            peak = max(peak, float(highs.max(initial=0.0)), float(-lows.min(initial=0.0)))
    if wider.span / wider.width < _SAMPLES_FROM:
        first, last = max(int(wider.start) - 1, 0), int(wider.start + wider.span) + 2
        samples = tuple(
            np.nan_to_num(np.asarray(p.samples[first : min(last, len(p.samples))], np.float32))
            if p is not None
            else np.zeros((0, 1), np.float32)
            for p in pyramids
        )
        return _Drawn(None, samples, first, peak)
    whole = np.zeros((wider.height, wider.width, 4), np.uint16)
    for pyramid, colour in zip(pyramids, colours, strict=True):
        if pyramid is None:
            continue
        start = round(wider.start)
        lows, highs = pyramid.window(start, max(round(wider.start + wider.span), start + 1), wider.width)
        ink = QColor(colour)
        pixels = wave_pixels(
            lows.min(axis=1), highs.max(axis=1), wider.height, ink, lambda v: np.clip(v / wider.top, -1.0, 1.0)
        )
        # Two waves let one another through, so that neither hides the other.
        strength = 256 if len(pyramids) == 1 else 176
        over = pixels.astype(np.uint16) * strength >> 8
        whole = over + (whole * (255 - over[:, :, 3:]) + 127) // 255
    return _Drawn(image_of(np.minimum(whole, 255).astype(np.uint8)), (), 0, peak)


def fitting_top(peak: float) -> float:
    """Returns the amplitude at the row's edge for a peak: the next of 0, −6, −12 … dBFS above it, or above 0."""
    if not peak > 0:
        return 1.0
    level = max(20.0 * math.log10(peak), _LEAST_TOP_DB)
    return float(10.0 ** (math.ceil(level / _STEP_DB - 1e-6) * _STEP_DB / 20.0))


def dbfs_text(amplitude: float) -> str:
    """Returns an amplitude as dBFS."""
    if math.isnan(amplitude):
        return "–"
    if amplitude <= 0:
        return "−∞ dBFS"
    return f"{20 * math.log10(amplitude) + 0.0:.1f} dBFS".replace("-", "−").replace(".0 ", " ")


def _serves(has: _Wish, wish: _Wish) -> bool:
    same = (has.waves, has.edition, has.height, has.top) == (wish.waves, wish.edition, wish.height, wish.top)
    zoom = (has.span / has.width) / (wish.span / wish.width)
    covers = has.start <= wish.start + 1e-6 and has.start + has.span >= wish.start + wish.span - 1e-6
    return same and covers and abs(zoom - 1.0) < 1e-4
