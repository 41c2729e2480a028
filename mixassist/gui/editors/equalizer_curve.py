# SPDX-License-Identifier: Apache-2.0
"""The equaliser's curve with a node a band: drag = frequency and gain, wheel = Q, double-click = reset.

Behind it lies the spectrum of what is heard, before or after the equaliser.
"""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from mixassist.domain.controls import NEUTRAL, Controls
from mixassist.domain.parameters import BANDS, PARAMETER
from mixassist.gui import curves, paint
from mixassist.gui.stage_words import equalizer_words
from mixassist.gui.still import StillPicture, polygon
from mixassist.gui.theme import BAND_COLOURS, Theme, mixed, theme_of
from mixassist.gui.widgets.corner_button import CornerButton

COUNT = 128
RANGES_DB = (6.0, 12.0, 18.0, 24.0)
_DECADES = (20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
_FINE = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class EqualizerCurve(QWidget):
    """Shows a channel's equaliser and emits the band values a person drags to."""

    bands_edited = Signal(dict, str)
    bands_nudged = Signal(dict, str)
    gesture_started = Signal()
    gesture_ended = Signal()
    prediction_wanted = Signal(tuple)
    """The keys of a band that shall go back to the prediction."""
    spectrum_picked = Signal(str)
    """`before`, `after` or `off`."""
    range_picked = Signal(str)
    """`auto` or one of the ranges in dB."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controls: Controls = NEUTRAL
        self._ghost: Controls | None = None
        self._on = True
        self._rate_hz = 44_100
        self._dragged = ""
        self._drag_range_db = RANGES_DB[-1]
        self._hovered = ""
        self._last = QPointF()
        self._spectrum_db: np.ndarray | None = None
        self._range = "auto"
        self._ground, self._curves = StillPicture(), StillPicture()
        self.spectrum_button = CornerButton(
            (("after", self.tr("spectrum after")), ("before", self.tr("spectrum before")),
             ("off", self.tr("no spectrum"))), self,
        )  # fmt: skip
        self.spectrum_button.setToolTip(self.tr("Spectrum of what is heard, before or after the equaliser, or none"))
        self.spectrum_button.picked.connect(self.spectrum_picked)
        self.range_button = CornerButton(
            (("auto", "±24 dB auto"), *((f"{r:g}", f"±{r:g} dB") for r in RANGES_DB)), self
        )
        self.range_button.setToolTip(self.tr("Range of the curve: fitting, or ±6, 12, 18 or 24 dB"))
        self.range_button.picked.connect(self.range_picked)
        self.setMouseTracking(True)
        self.setMaximumHeight(230)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setToolTip(self.tr("Drag a node: frequency and gain. Wheel: Q. Double-click: reset. Five fixed bands."))

    def sizeHint(self) -> QSize:
        return QSize(290, 110)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 88)

    def show_controls(self, controls: Controls, ghost: Controls | None, on: bool, sample_rate_hz: int) -> None:
        """Shows a channel's equaliser; emits nothing."""
        state = (controls, ghost, on, sample_rate_hz)
        if state != (self._controls, self._ghost, self._on, self._rate_hz):
            self._controls, self._ghost, self._on, self._rate_hz = state
            self._say_range()
            self.setAccessibleDescription(equalizer_words(controls, on))
            self.update()

    def show_spectrum(self, level_db: np.ndarray | None) -> None:
        """Shows a spectrum in dB at `curves.frequencies_hz(COUNT)`; None takes it away."""
        if level_db is not None or self._spectrum_db is not None:
            self._spectrum_db = level_db
            self.update()

    def show_choices(self, spectrum: str, range_choice: str) -> None:
        """Shows which spectrum and which range are chosen; emits nothing."""
        self.spectrum_button.show_choice(spectrum)
        self._range = range_choice
        self._say_range()
        self.update()

    def _say_range(self) -> None:
        auto = self.tr(" auto") if self._range == "auto" else ""
        self.range_button.show_choice(self._range, f"±{self.range_db:g} dB{auto}")

    @property
    def range_db(self) -> float:
        """The chosen range, or the smallest one that shows every band; while a band is dragged it stays."""
        if self._range != "auto":
            return float(self._range)
        if self._dragged:
            return self._drag_range_db
        most = max(abs(self._controls.number(f"{band}_gain_db")) for band in BANDS)
        return next((r for r in RANGES_DB if most <= 0.85 * r), RANGES_DB[-1])

    def node_at(self, band: str, controls: Controls | None = None) -> QPointF:
        """Returns where a band's node is drawn; beyond a chosen range it waits at the edge."""
        area, shown = self._area(), controls or self._controls
        x = math.log(shown.number(f"{band}_freq_hz") / 20.0) / math.log(1000.0)
        y = min(max(shown.number(f"{band}_gain_db") / self.range_db, -1.0), 1.0)
        return QPointF(area.left() + x * area.width(), area.center().y() - y * area.height() / 2)

    def _area(self) -> QRectF:
        # The buttons in the corners stand above what can be dragged.
        return QRectF(self.rect()).adjusted(6, self.range_button.geometry().bottom() + 4, -6, -14)

    def _band_near(self, point: QPointF) -> str:
        def distance(band: str) -> float:
            offset = self.node_at(band) - point
            return math.hypot(offset.x(), offset.y())

        nearest = min(BANDS, key=distance)
        return nearest if distance(nearest) <= 14.0 else ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        band = self._band_near(event.position()) if event.button() == Qt.MouseButton.LeftButton else ""
        if band and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.prediction_wanted.emit(tuple(key for key in PARAMETER if key.startswith(f"{band}_")))
            return
        self._drag_range_db = self.range_db  # whatever comes of the drag, the scale must not move under the pointer
        self._dragged = band
        if self._dragged:
            self._say_range()
            self._last = event.position()
            self.gesture_started.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._dragged:
            hovered = self._band_near(event.position())
            if hovered != self._hovered:
                self._hovered = hovered
                self.update()
            return
        share = 0.1 if event.modifiers() & _FINE else 1.0
        moved, area, band = event.position() - self._last, self._area(), self._dragged
        self._last = event.position()
        gain, freq = PARAMETER[f"{band}_gain_db"], PARAMETER[f"{band}_freq_hz"]
        values = {
            gain.key: gain.clipped(
                self._controls.number(gain.key) - share * moved.y() / (area.height() / 2) * self.range_db
            ),
            freq.key: freq.clipped(self._controls.number(freq.key) * 1000.0 ** (share * moved.x() / area.width())),
        }
        self.bands_edited.emit(values, band.replace("_", " "))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragged:
            self._dragged = ""
            self._say_range()
            self.update()
            self.gesture_ended.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        band = self._band_near(event.position())
        if band:
            keys = [key for key in PARAMETER if key.startswith(f"{band}_")]
            self.bands_edited.emit({k: PARAMETER[k].default for k in keys}, f"reset {band.replace('_', ' ')}")

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = ""
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        band = self._band_near(event.position())
        key = f"{band}_q"
        if not band or key not in PARAMETER:
            event.ignore()
            return
        notches = event.angleDelta().y() / 120.0 * (0.1 if event.modifiers() & _FINE else 1.0)
        value = PARAMETER[key].stepped(self._controls.number(key), notches)
        self.bands_nudged.emit({key: value}, f"{band.replace('_', ' ')} Q")
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._ground.pixels(self, theme.name, lambda p: self._draw_ground(p, theme)))
        if self._spectrum_db is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._draw_spectrum(painter, theme, self._area())
        marked = (self._dragged, self._hovered)
        look = (theme.name, self._controls, self._ghost, self._on, self._rate_hz, self.range_db, marked)
        painter.drawPixmap(0, 0, self._curves.pixels(self, look, lambda p: self._draw_curves(p, theme)))

    def _draw_ground(self, painter: QPainter, theme: Theme) -> None:
        """Paints what lies behind the spectrum."""
        paint.box(painter, QRectF(self.rect()), theme.colour("sunken"), theme.colour("line"), 5)
        self._draw_grid(painter, theme, self._area())

    def _draw_curves(self, painter: QPainter, theme: Theme) -> None:
        """Paints what lies before the spectrum: bands, sum, prediction and nodes."""
        area = self._area()
        painter.save()
        painter.setClipRect(area.adjusted(0, -3, 0, 3))
        if self._ghost is not None and self._ghost != self._controls:
            painter.setPen(QPen(theme.colour("ghost"), 1.2, Qt.PenStyle.DashLine))
            painter.drawPolyline(self._polyline(area, curves.equalizer_db(self._ghost, self._rate_hz, COUNT)))
        if self._on:
            self._draw_bands(painter, area)
        ink = theme.colour("text" if self._on else "dim")
        painter.setPen(QPen(ink, 2.0))
        painter.drawPolyline(self._polyline(area, curves.equalizer_db(self._controls, self._rate_hz, COUNT)))
        painter.restore()
        self._draw_nodes(painter, theme)

    def _draw_grid(self, painter: QPainter, theme: Theme, area: QRectF) -> None:
        faint = mixed(theme.colour("line"), theme.colour("sunken"), 0.4)
        painter.setFont(paint.sized(self.font(), 9))
        for frequency in _DECADES:
            x = area.left() + math.log(frequency / 20.0) / math.log(1000.0) * area.width()
            painter.setPen(QPen(faint, 1))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            words = f"{frequency // 1000}k" if frequency >= 1000 else str(frequency)
            spot = QRectF(min(max(x - 15, 3), self.width() - 33), area.bottom() + 1, 30, 12)
            paint.label(painter, spot, words, theme.colour("dim"))
        for share in (-0.5, 0.0, 0.5):
            y = area.center().y() - share * area.height()
            if share == 0.0:
                painter.setPen(QPen(theme.colour("line"), 1))
                painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))

    def _draw_spectrum(self, painter: QPainter, theme: Theme, area: QRectF) -> None:
        assert self._spectrum_db is not None
        share = np.clip(self._spectrum_db / curves.SPECTRUM_FLOOR_DB, 0.0, 1.0)
        xs = np.linspace(area.left(), area.right(), len(share))
        outline = polygon(
            np.concatenate((xs[:1], xs, xs[-1:])),
            np.concatenate(([area.bottom()], area.top() + share * area.height(), [area.bottom()])),
        )
        painter.setPen(QPen(mixed(theme.colour("sunken"), theme.colour("dim"), 0.6), 1.0))
        painter.setBrush(mixed(theme.colour("sunken"), theme.colour("dim"), 0.34))
        painter.drawPolygon(outline)

    def _draw_bands(self, painter: QPainter, area: QRectF) -> None:
        for band in BANDS:
            if self._controls.number(f"{band}_gain_db") == 0.0:
                continue
            line = self._polyline(area, curves.equalizer_db(self._controls, self._rate_hz, COUNT, band))
            colour = QColor(BAND_COLOURS[band])
            painter.setPen(QPen(colour, 1.1))
            painter.drawPolyline(line)
            filled = QPolygonF(line)
            filled.append(QPointF(area.right(), area.center().y()))
            filled.append(QPointF(area.left(), area.center().y()))
            colour.setAlpha(38)
            painter.setBrush(colour)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawPolygon(filled)
            painter.setBrush(Qt.BrushStyle.NoBrush)

    def _draw_nodes(self, painter: QPainter, theme: Theme) -> None:
        self._draw_ghost_nodes(painter, theme)
        painter.setFont(paint.sized(self.font(), 9, bold=True))
        for number, band in enumerate(BANDS, 1):
            centre = self.node_at(band)
            colour = QColor(BAND_COLOURS[band]) if self._on else theme.colour("dim")
            radius = 8.0 if band in (self._dragged, self._hovered) else 6.5
            painter.setPen(QPen(theme.colour("sunken"), 1.5))
            painter.setBrush(colour)
            painter.drawEllipse(centre, radius, radius)
            spot = QRectF(centre.x() - 8, centre.y() - 8, 16, 16)
            paint.label(painter, spot, str(number), theme.colour("on_lamp"))

    def _draw_ghost_nodes(self, painter: QPainter, theme: Theme) -> None:
        """Marks where moved nodes were predicted."""
        if self._ghost is None:
            return
        painter.setPen(QPen(theme.colour("ghost"), 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for band in BANDS:
            place = self.node_at(band, self._ghost)
            offset = place - self.node_at(band)
            if math.hypot(offset.x(), offset.y()) > 1.0:
                painter.drawEllipse(place, 4.5, 4.5)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for button in (self.spectrum_button, self.range_button):
            button.resize(button.sizeHint())
        self.spectrum_button.move(7, 2)
        self.range_button.move(self.width() - self.range_button.width() - 7, 2)

    def _polyline(self, area: QRectF, response_db: np.ndarray) -> QPolygonF:
        xs = np.linspace(area.left(), area.right(), len(response_db))
        ys = area.center().y() - np.clip(response_db, -60, 60) / self.range_db * area.height() / 2
        return polygon(xs, ys)
