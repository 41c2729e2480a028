# SPDX-License-Identifier: Apache-2.0
"""The compressor's history: the waveform around the playhead, and how much was taken away, from the top down."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from mixassist.gui import paint
from mixassist.gui.still import StillPicture
from mixassist.gui.theme import Theme, mixed, theme_of

SPAN_S = 6.0
"""How much of the track is in sight."""
PAST_SHARE = 0.75
"""Where the playhead stands: most of what is shown has been heard."""
_TOP_DB = 20.0


class CompressorHistory(QWidget):
    """Shows peaks and gain reduction, one value a column, and the playhead."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._peaks = np.zeros(0)
        self._reduction_db: np.ndarray | None = None
        self._ground = StillPicture()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(
            self.tr("The track around the playhead; from the top down how much the compressor takes away, 0 to 20 dB")
        )

    def sizeHint(self) -> QSize:
        return QSize(290, 38)

    @property
    def reduction_db(self) -> np.ndarray | None:
        """What is shown of the gain reduction, in dB above 0, a value a column; None while the compressor rests."""
        return self._reduction_db

    def show_history(self, peaks: np.ndarray, reduction_db: np.ndarray | None) -> None:
        """Shows a stretch of the track.

        Args:
            peaks: 0 … 1, as many columns as fit.
            reduction_db: as many, dB above 0; None while the compressor rests.
        """
        self._peaks, self._reduction_db = peaks, reduction_db
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self)
        area = QRectF(self.rect())
        painter = QPainter(self)
        box = self._ground.pixels(
            self, theme.name, lambda p: paint.box(p, area, theme.colour("sunken"), theme.colour("line"), 5)
        )
        painter.drawPixmap(0, 0, box)
        inner = area.adjusted(2, 2, -2, -2)
        if len(self._peaks) > 1:
            painter.drawImage(inner, self._columns(theme, round(inner.height() * self.devicePixelRatioF())))
        x = inner.left() + PAST_SHARE * inner.width()
        painter.setPen(QPen(theme.colour("text"), 1.0))
        painter.drawLine(QPointF(x, inner.top()), QPointF(x, inner.bottom()))

    def _columns(self, theme: Theme, height: int) -> QImage:
        """Returns wave and reduction as an image, a pixel a column; as polygons they take forty times as long."""
        sunken, dim, warning = theme.colour("sunken"), theme.colour("dim"), theme.colour("warning")
        wave = mixed(sunken, dim, 0.5)
        table = np.array([c.rgb() for c in (sunken, wave, mixed(sunken, warning, 0.5), mixed(wave, warning, 0.5))])
        rows = np.arange(height)[:, None] + 0.5
        kinds = (rows > height * (1.0 - np.minimum(self._peaks, 1.0))).astype(np.intp)
        if self._reduction_db is not None and len(self._reduction_db) == len(self._peaks):
            kinds += 2 * (rows < height * np.minimum(self._reduction_db / _TOP_DB, 1.0))
        pixels = np.ascontiguousarray(table[kinds], np.uint32)
        return QImage(
            pixels.tobytes(), len(self._peaks), height, 4 * len(self._peaks), QImage.Format.Format_RGB32
        ).copy()
