# SPDX-License-Identifier: Apache-2.0
"""One spectrogram, or the difference of two, over time: drawn beside the window, a little wider than what is seen."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QPointF, QRectF, Signal
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QToolTip, QWidget

from mixassist.gui import paint
from mixassist.gui.theme import Theme, theme_of
from mixassist.gui.views.colour_maps import difference_colours, level_colours
from mixassist.gui.views.mel_desk import MelDesk
from mixassist.gui.views.mel_image import MelImage, band_of_y, band_y, mel_image
from mixassist.gui.views.picture_thread import PictureThread
from mixassist.gui.views.time_axis import TimeAxis
from mixassist.gui.views.time_picture import HEADER_WIDTH, PictureCursor, TimePicture
from mixassist.gui.views.time_ruler import time_text

_AROUND = 0.25
_LABELS_HZ = (20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 40_000)
_FINE_LABELS_HZ = (30, 70, 150, 300, 700, 1500, 3000, 4000, 7000, 15_000)
_LABEL_PX = 15
_LABELS_WIDTH = 28
"""What the frequencies take of the header."""


@dataclass(frozen=True)
class MelWish:
    """What a row's image depends on."""

    first: Any
    second: Any
    gain_db: float
    low_db: float
    high_db: float
    fits: bool
    start: float
    span: float
    width: int
    height: int
    look: Any
    ground: int
    bad: int
    edition: int


class MelRow(TimePicture):
    """Shows `first`, or `first` − `second` where there is a second."""

    columns_changed = Signal()
    """The picture is so many pixels wide now: another step of time may serve it."""

    def __init__(
        self, axis: TimeAxis, cursor: PictureCursor, mel: MelDesk, thread: PictureThread, parent: QWidget | None = None
    ) -> None:
        super().__init__(axis, cursor, parent)
        self._mel, self._thread = mel, thread
        self.first: Any = None
        self.second: Any = None
        self.gain_db = 0.0
        self.low_db, self.high_db, self.fits = -80.0, 0.0, False
        self.state_words = ""
        self._image: MelImage | None = None
        self._has: MelWish | None = None
        self._wished: MelWish | None = None
        self._mean_for: object = None
        self._mean_db: float | None = None
        mel.more_known.connect(self._more_known)

    @property
    def columns(self) -> int:
        """How many pixels of the screen the picture is wide, at least 1."""
        return max(round(self.body().width() * self.devicePixelRatioF()), 1)

    @property
    def has_height(self) -> bool:
        return True

    @property
    def is_difference(self) -> bool:
        """Whether two are subtracted."""
        return self.second is not None

    @property
    def is_drawn(self) -> bool:
        """Whether the newest of what is known is drawn."""
        if self.first is None or not self.axis.length_frames:
            return True
        return self._has is not None and _serves(self._has, self._wish(theme_of(self), self.body()))

    @property
    def image(self) -> MelImage | None:
        """The newest image."""
        return self._image

    def show_subjects(self, title: str, first: Any, second: Any = None, gain_db: float = 0.0) -> None:
        """Shows another sound, or the difference of two, the second turned up by a gain."""
        if (title, first, second, gain_db) == (self.title, self.first, self.second, self.gain_db):
            return
        if (first, second) != (self.first, self.second):
            self._image = self._has = None
        self.title, self.first, self.second, self.gain_db = title, first, second, gain_db
        words = self.tr("Difference in dB over time and frequency") if second else self.tr("Spectrogram")
        self.setAccessibleName(f"{title}, {words}")
        self.update()

    def show_range(self, low_db: float, high_db: float, fits: bool = False) -> None:
        """Spreads the colours over a range of levels, or over one that fits what is seen of a difference."""
        if (low_db, high_db, fits) != (self.low_db, self.high_db, self.fits):
            self.low_db, self.high_db, self.fits = low_db, high_db, fits
            self.update()

    @property
    def ends_db(self) -> tuple[float, float] | None:
        """The ends of the colours that are shown; None where they are to fit and nothing is drawn yet."""
        if not self.fits:
            return self.low_db, self.high_db
        return None if self._image is None else (self._image.low_db, self._image.high_db)

    def show_state(self, words: str) -> None:
        """Says what is under way or wrong."""
        if words != self.state_words:
            self.state_words = words
            self.setAccessibleDescription(words)
            self.update()

    def level_at(self, frame: float, share: float) -> tuple[float, float] | None:
        """Returns frequency in Hz and level (or difference) in dB of the cell at a frame and a height 0 … 1."""
        if self._image is None:
            return None
        picture = self._image.picture
        bands = picture.grid.bands
        band = band_of_y(1.0 - share, bands.count, 1.0)
        frequency_hz = float(bands.hz_at(min(max(band, 0.0), bands.count - 1.0)))
        level = picture.at(frame / self.axis.sample_rate_hz, frequency_hz)
        return None if level is None else (frequency_hz, level)

    def mean_difference_db(self) -> float | None:
        """Returns the mean magnitude of the difference over what is seen and can be heard; None where none is shown."""
        if self._image is None or not self.is_difference:
            return None
        seen = (id(self._image), self.axis.start, self.axis.span)
        if seen != self._mean_for:
            rate = self.axis.sample_rate_hz
            start_s, end_s = self.axis.start / rate, (self.axis.start + self.axis.span) / rate
            self._mean_for, self._mean_db = seen, self._image.picture.mean_magnitude(start_s, end_s)
        return self._mean_db

    def reading(self) -> str:
        if self.cursor_place.frame is None:
            return ""
        words = time_text(self.cursor_place.frame / self.axis.sample_rate_hz)
        found = self.level_at(self.cursor_place.frame, self.cursor_place.share)
        if found is None:
            return f"{self.title}  {words}"
        frequency_hz, level = found
        return f"{self.title}  {words}  ·  {hz_text(frequency_hz)}  ·  {level_text(level, self.is_difference)}"

    def draw_body(self, painter: QPainter, theme: Theme, body: QRectF) -> None:
        if self.first is None or not self.axis.length_frames:
            self.draw_words(painter, theme, body, self.state_words or self.tr("Nothing to show"))
            return
        wish = self._wish(theme, body)
        if self._has is None or not _serves(self._has, wish):
            self._wish_for(wish)
        image = self._image
        if image is None or not image.picture.known.any():
            self.draw_words(painter, theme, body, self.state_words or self.tr("drawing…"))
            return
        rate = self.axis.sample_rate_hz
        left, right = self.x_of(image.start_s * rate), self.x_of((image.start_s + image.span_s) * rate)
        target = QRectF(left, body.top(), right - left, body.height())
        ratio = self.devicePixelRatioF()
        if abs(target.width() * ratio - image.image.width()) < 1.0:
            # Drawn for just this zoom: whole pixels, nothing is smoothed.
            target.moveLeft(round(target.left() * ratio) / ratio)
            target.setWidth(image.image.width() / ratio)
        painter.drawImage(target, image.image, QRectF(image.image.rect()))
        if self.state_words:
            self._draw_state(painter, theme, body)

    def draw_header(self, painter: QPainter, theme: Theme, head: QRectF) -> None:
        super().draw_header(painter, theme, head)
        body = self.body()
        for number, (words, role) in enumerate(self._facts()):
            room = QRectF(head.left() + 4, head.top() + 19 + 14 * number, head.width() - _LABELS_WIDTH - 4, 14)
            if room.bottom() <= self.height():
                painter.setFont(paint.fitted(self.font(), 10, words, room.width()))
                paint.label(painter, room, words, theme.colour(role), paint.Align.AlignLeft, elide=True)
        painter.setFont(paint.sized(self.font(), 9))
        for frequency_hz, y in label_places(self._mel.look.grid(0).bands, round(body.height())):
            place = body.top() + y
            painter.setPen(QPen(theme.colour("line"), 1))
            painter.drawLine(QPointF(HEADER_WIDTH - 4, place), QPointF(HEADER_WIDTH, place))
            room = QRectF(head.left(), place - _LABEL_PX / 2, head.width() - 3, _LABEL_PX)
            paint.label(painter, room, short_hz(frequency_hz), theme.colour("dim"), paint.Align.AlignRight)

    def _facts(self) -> list[tuple[str, str]]:
        """Returns what stands below the title of a difference, and in which colour: a faint map need not be empty."""
        mean_db, ends_db = self.mean_difference_db(), self.ends_db
        facts = [] if mean_db is None else [(self.tr("mean {0}").format(mean_text(mean_db)), "dim")]
        if mean_db is not None and self.fits and ends_db is not None:
            facts.append((f"±{ends_db[1]:g} dB", "text"))
        return facts

    def header_words(self) -> str:
        """Returns what the header has no room for, in full."""
        mean_db, ends_db = self.mean_difference_db(), self.ends_db
        if mean_db is None or ends_db is None:
            return self.title
        words = self.tr("{0}: they differ by {1} in the mean, over what is seen and can be heard. Colours: ±{2:g} dB.")
        return words.format(self.title, mean_text(mean_db), ends_db[1])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.columns_changed.emit()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.columns_changed.emit()
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            if event.pos().x() < HEADER_WIDTH:
                QToolTip.showText(event.globalPos(), self.header_words(), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def _draw_state(self, painter: QPainter, theme: Theme, body: QRectF) -> None:
        painter.setFont(paint.sized(self.font(), 10))
        width = painter.fontMetrics().horizontalAdvance(self.state_words) + 14
        place = QRectF(body.right() - width - 4, body.top() + 4, width, 17)
        ground = QColor(theme.colour("window"))
        ground.setAlpha(200)
        paint.box(painter, place, ground, None, 4)
        paint.label(painter, place, self.state_words, theme.colour("text"))

    def _wish(self, theme: Theme, body: QRectF) -> MelWish:
        ratio = self.devicePixelRatioF()
        ground = theme.colour("panel" if self.is_difference else "sunken")
        return MelWish(
            self.first, self.second, self.gain_db, self.low_db, self.high_db, self.fits,
            self.axis.start, self.axis.span,
            self.columns, max(round(body.height() * ratio), 1), self._mel.look,
            ground.rgb(), theme.colour("high").rgb(),
            self._mel.edition(self.first, self.second),
        )  # fmt: skip

    def _more_known(self) -> None:
        if not self.is_drawn:
            self.update()

    def _wish_for(self, wish: MelWish) -> None:
        wider = _widened(wish, self.axis.whole_span)
        if wider == self._wished:
            return
        self._wished = wider
        rate, mel = self.axis.sample_rate_hz, self._mel

        def take(image: MelImage | None) -> None:
            if self._wished == wider:
                self._wished = None
            if (wider.first, wider.second) == (self.first, self.second):
                self._image, self._has = image, wider
                self.update()
                self.redrawn.emit()

        self._thread.draw(id(self), lambda: drawn(mel, wider, rate), take)


def drawn(mel: MelDesk, wish: MelWish, rate: int) -> MelImage | None:
    """Draws what is known of a wish; may run in any thread."""
    from mixassist.analysis.difference_scale import fitting_range_db
    from mixassist.analysis.mel_tiles import difference_picture

    start_s, span_s = wish.start / rate, wish.span / rate
    picture = mel.picture(wish.first, start_s, start_s + span_s, wish.width)
    if picture is not None and wish.second is not None:
        other = mel.picture(wish.second, start_s, start_s + span_s, wish.width)
        picture = None if other is None else difference_picture(picture, other, wish.gain_db)
    if picture is None:
        return None
    ground = QColor.fromRgb(wish.ground)
    colours = difference_colours(ground.name()) if wish.second is not None else level_colours()
    low_db, high_db = wish.low_db, wish.high_db
    if wish.fits:
        high_db = fitting_range_db(picture.decibels)
        low_db = -high_db
    return mel_image(
        picture, start_s, span_s, wish.width, wish.height, colours, low_db, high_db,
        int(np.uint32(ground.rgb())), int(np.uint32(wish.bad)),
    )  # fmt: skip


@lru_cache(maxsize=32)
def label_places(bands: Any, height: int) -> tuple[tuple[float, float], ...]:
    """Returns the frequencies to label on an axis of bands, and their heights from the top; none touches another."""
    kept: list[tuple[float, float]] = []
    for frequency_hz in (*_LABELS_HZ, *_FINE_LABELS_HZ):
        band = float(bands.at(frequency_hz))
        y = band_y(band, bands.count, height)
        is_free = all(abs(y - other) >= _LABEL_PX for _, other in kept)
        if -0.5 <= band <= bands.count - 0.5 and is_free and y <= height - 3:
            kept.append((float(frequency_hz), y))
    return tuple(kept)


def _serves(has: MelWish, wish: MelWish) -> bool:
    same = replace(has, start=0.0, span=0.0, width=0) == replace(wish, start=0.0, span=0.0, width=0)
    zoom = (has.span / has.width) / (wish.span / wish.width)
    covers = has.start <= wish.start + 1e-6 and has.start + has.span >= wish.start + wish.span - 1e-6
    return same and covers and abs(zoom - 1.0) < 1e-4


def _widened(wish: MelWish, whole: float) -> MelWish:
    """Returns a wish for more than is seen, on a grid of pixels that stands still while panning."""
    per_pixel = wish.span / wish.width
    start = max(wish.start - _AROUND * wish.span, 0.0)
    end = min(wish.start + (1.0 + _AROUND) * wish.span, whole)
    first, last = math.floor(start / per_pixel + 1e-9), math.ceil(end / per_pixel - 1e-9)
    return replace(wish, start=first * per_pixel, span=(last - first) * per_pixel, width=last - first)


def short_hz(frequency_hz: float) -> str:
    """Returns a frequency as an axis has it: 200, 1k, 1.5k."""
    return f"{frequency_hz / 1000:g}k" if frequency_hz >= 1000 else f"{frequency_hz:g}"


def hz_text(frequency_hz: float) -> str:
    """Returns a frequency with its unit, three digits."""
    if frequency_hz >= 1000:
        return f"{frequency_hz / 1000:.3g} kHz" if frequency_hz < 10_000 else f"{frequency_hz / 1000:.1f} kHz"
    return f"{frequency_hz:.0f} Hz"


def mean_text(level: float) -> str:
    """Returns a mean magnitude in dB, two decimals where it is small."""
    if 0.0 < level < 0.005:
        return "< 0.01 dB"
    return f"{level:.2f} dB" if level < 0.995 else f"{level:.1f} dB"


def level_text(level: float, is_difference: bool) -> str:
    """Returns a level in dB; a difference with its sign, and words where the audio holds no numbers."""
    if math.isnan(level):
        return QCoreApplication.translate("MelRow", "samples that are no numbers")
    if not is_difference and level <= -199.5:
        return "−∞ dB"
    rounded = round(level, 1) + 0.0
    return (f"{rounded:+.1f} dB" if is_difference and rounded else f"{rounded:.1f} dB").replace("-", "−")
