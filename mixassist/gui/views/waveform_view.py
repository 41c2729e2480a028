# SPDX-License-Identifier: Apache-2.0
"""All tracks' waveforms on one time line: click seeks, Ctrl+wheel zooms, Shift+wheel scrolls in time."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from mixassist.domain.session import Session
from mixassist.domain.track import Track
from mixassist.gui import paint
from mixassist.gui.theme import Theme, mixed, theme_of
from mixassist.gui.views.lane_image import lane_image
from mixassist.gui.views.time_ruler import draw_ruler

HEADER_WIDTH = 112
RULER_HEIGHT = 22
_LOWEST_LANE, _HIGHEST_LANE, _GOOD_LANE = 21, 84, 46


class WaveformView(QAbstractScrollArea):
    """Shows a session's lanes and the playhead; emits where to seek and which track to select."""

    seek_wanted = Signal(int)
    selected = Signal(str)
    track_menu_wanted = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("waveforms")
        self.setAccessibleName(self.tr("Waveforms"))
        self._session = Session()
        self._pyramids: dict[str, object] = {}
        self._pictures: dict[str, tuple[tuple, QPixmap]] = {}
        self._selected_id = ""
        self._faults: Mapping[str, tuple[str, ...]] = {}
        self._position = 0
        self._start = 0.0
        self._frames_per_pixel = 0.0
        self._seeking = False
        self._look: tuple[object, ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.horizontalScrollBar().valueChanged.connect(self._scrolled)
        self.verticalScrollBar().valueChanged.connect(lambda _: self.viewport().update())

    def sizeHint(self) -> QSize:
        return QSize(700, 200)

    def wanted_height(self) -> int:
        """Returns the height at which every lane can be seen comfortably."""
        return RULER_HEIGHT + len(self._session.tracks) * _GOOD_LANE + 12

    def show_session(self, session: Session, selected_id: str) -> None:
        """Shows a session's tracks; pictures whose look did not change are kept."""
        rescale = session.length_frames != self._session.length_frames
        look = _look_of(session, selected_id)
        self._session, self._selected_id = session, selected_id
        if look == self._look:
            return
        self._look = look
        ids = {t.id for t in session.tracks}
        self._pictures = {k: v for k, v in self._pictures.items() if k in ids}
        self._pyramids = {k: v for k, v in self._pyramids.items() if k in ids}
        if rescale:
            self._frames_per_pixel = 0.0
        self._fit()
        self.viewport().update()

    def show_faults(self, faults: Mapping[str, tuple[str, ...]]) -> None:
        """Marks the lanes that something is wrong with."""
        self._faults = faults
        self.viewport().update()

    def words_at(self, y: float) -> str:
        """Returns the tool tip of the lane header at a height: the whole name, and what is wrong with the track."""
        track = self._track_at(y)
        if track is None:
            return ""
        return "\n".join((track.name, *(f"⚠ {fault}" for fault in self._faults.get(track.id, ()))))

    def set_pyramid(self, track_id: str, pyramid: object) -> None:
        """Takes a track's waveform; None forgets it."""
        if pyramid is None:
            self._pyramids.pop(track_id, None)
        else:
            self._pyramids[track_id] = pyramid
        self._pictures.pop(track_id, None)
        self.viewport().update()

    def pyramid(self, track_id: str) -> object | None:
        """Returns the waveform that is shown for a track."""
        return self._pyramids.get(track_id)

    def show_position(self, frame: int) -> None:
        """Moves the playhead and repaints what it leaves and enters."""
        before, self._position = self._x_of(self._position), frame
        after = self._x_of(frame)
        if round(before) != round(after):
            for x in (before, after):
                self.viewport().update(QRect(int(x) - 6, 0, 13, self.viewport().height()))

    def frame_at(self, x: float) -> int:
        """Returns the frame under a horizontal place of the viewport, within the session."""
        frame = self._start + (x - HEADER_WIDTH) * self._frames_per_pixel
        return int(min(max(frame, 0), self._session.length_frames))

    def zoom(self, factor: float, x: float | None = None) -> None:
        """Zooms in time around a horizontal place, the playhead's by default."""
        if not self._session.length_frames:
            return
        centre = self._x_of(self._position) if x is None else x
        frame = self._start + (centre - HEADER_WIDTH) * self._frames_per_pixel
        self._frames_per_pixel = min(max(self._frames_per_pixel / factor, 0.05), self._whole())
        self._start = frame - (centre - HEADER_WIDTH) * self._frames_per_pixel
        self._fit()
        self.viewport().update()

    def zoom_to_whole(self) -> None:
        """Shows the whole session."""
        self._frames_per_pixel = 0.0
        self._fit()
        self.viewport().update()

    def _width(self) -> int:
        return max(self.viewport().width() - HEADER_WIDTH - 4, 10)

    def _whole(self) -> float:
        return max(self._session.length_frames / self._width(), 0.05)

    def _x_of(self, frame: float) -> float:
        return HEADER_WIDTH + (frame - self._start) / max(self._frames_per_pixel, 1e-9)

    def _lane_height(self) -> int:
        room = self.viewport().height() - RULER_HEIGHT
        return min(max(room // max(len(self._session.tracks), 1), _LOWEST_LANE), _HIGHEST_LANE)

    def _fit(self) -> None:
        """Brings zoom, start and scroll bars into agreement with the size and the session."""
        whole = self._whole()
        if self._frames_per_pixel <= 0.0 or self._frames_per_pixel > whole:
            self._frames_per_pixel = whole
        seen = self._width() * self._frames_per_pixel
        last = max(self._session.length_frames - seen, 0.0)
        self._start = min(max(self._start, 0.0), last)
        bar = self.horizontalScrollBar()
        blocker = QSignalBlocker(bar)
        bar.setPageStep(self._width())
        bar.setRange(0, round(last / self._frames_per_pixel) if last > self._frames_per_pixel else 0)
        bar.setSingleStep(40)
        bar.setValue(round(self._start / self._frames_per_pixel))
        blocker.unblock()
        lanes = len(self._session.tracks) * self._lane_height()
        room = self.viewport().height() - RULER_HEIGHT
        self.verticalScrollBar().setRange(0, max(lanes - room, 0))
        self.verticalScrollBar().setPageStep(max(room, 1))
        self.verticalScrollBar().setSingleStep(self._lane_height())

    def _scrolled(self, value: int) -> None:
        self._start = value * self._frames_per_pixel
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        was_whole = abs(self._start) < 1.0 and self.horizontalScrollBar().maximum() == 0
        if was_whole:
            self._frames_per_pixel = 0.0
        self._fit()
        super().resizeEvent(event)

    def _track_at(self, y: float) -> Track | None:
        index = int((y - RULER_HEIGHT + self.verticalScrollBar().value()) // self._lane_height())
        return self._session.tracks[index] if y >= RULER_HEIGHT and 0 <= index < len(self._session.tracks) else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        track = self._track_at(event.position().y())
        if track is not None:
            self.selected.emit(track.id)
        if event.position().x() >= HEADER_WIDTH and self._session.tracks:
            self._seeking = True
            self.seek_wanted.emit(self.frame_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._seeking:
            self.seek_wanted.emit(self.frame_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._seeking = False

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.words_at(event.y()) if event.x() < HEADER_WIDTH else "", self)
            return True
        return super().viewportEvent(event)

    def contextMenuEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        track = self._track_at(event.pos().y())
        if track is not None:
            self.selected.emit(track.id)
            self.track_menu_wanted.emit(track.id, event.globalPos())

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(1.25 ** (delta / 120.0), event.position().x())
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier or event.angleDelta().x():
            bar = self.horizontalScrollBar()
            bar.setValue(bar.value() - delta)
        else:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() - round(delta / 120.0 * self._lane_height()))
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = theme_of(self)
        area = event.rect()
        painter.fillRect(area, theme.colour("window"))
        height, scrolled = self._lane_height(), self.verticalScrollBar().value()
        for index, track in enumerate(self._session.tracks):
            top = RULER_HEIGHT + index * height - scrolled
            lane = QRect(0, top, self.viewport().width(), height)
            if lane.intersects(area) and lane.bottom() > RULER_HEIGHT:
                self._draw_lane(painter, theme, track, lane, area)
        rate = self._session.sample_rate_hz
        ruler = QRectF(HEADER_WIDTH, 0, self.viewport().width() - HEADER_WIDTH, RULER_HEIGHT)
        painter.fillRect(QRect(0, 0, self.viewport().width(), RULER_HEIGHT), theme.colour("window"))
        if self._session.tracks:
            draw_ruler(painter, theme, self.font(), ruler, self._start / rate, self._frames_per_pixel / rate)
        self._draw_playhead(painter, theme)

    def _draw_lane(self, painter: QPainter, theme: Theme, track: Track, lane: QRect, area: QRect) -> None:
        chosen = track.id == self._selected_id
        colour = QColor(track.channel.colour) if track.channel.colour else theme.family_colour(track.channel.instrument)
        if not self._session.is_audible(track):
            colour = mixed(colour, theme.colour("panel"), 0.72)
        body = QRectF(lane).adjusted(HEADER_WIDTH, 1, -4, -1)
        ground = mixed(theme.colour("panel"), theme.colour("raised"), 0.75 if chosen else 0.0)
        paint.box(painter, body, ground, None, 3)
        painter.setPen(QPen(mixed(theme.colour("line"), colour, 0.25), 1))
        painter.drawLine(QPointF(body.left(), body.center().y()), QPointF(body.right(), body.center().y()))
        picture = self._picture(track, int(body.height()), colour)
        if picture is not None:
            painter.drawPixmap(QPointF(body.left(), body.top()), picture)
        elif area.width() > 20:
            painter.setFont(paint.sized(self.font(), 10))
            paint.label(
                painter, body.adjusted(10, 0, 0, 0), self.tr("reading…"), theme.colour("dim"), paint.Align.AlignLeft
            )
        self._draw_header(painter, theme, track, QRectF(lane), colour, chosen)

    def _draw_header(
        self, painter: QPainter, theme: Theme, track: Track, lane: QRectF, colour: QColor, chosen: bool
    ) -> None:
        head = QRectF(lane.left() + 2, lane.top() + 1, HEADER_WIDTH - 6, lane.height() - 2)
        paint.box(painter, head, mixed(theme.colour("panel"), colour, 0.30 if chosen else 0.10), None, 3)
        paint.box(painter, QRectF(head.left(), head.top(), 4, head.height()), colour, None, 2)
        audible = self._session.is_audible(track)
        ink = theme.colour("text" if audible else "dim")
        room = head.adjusted(10, 0, -4, 0)
        if track.id in self._faults:
            paint.warning_mark(painter, QPointF(head.right() - 9, head.center().y()), 10, theme.colour("warning"))
            room.setRight(head.right() - 18)
        painter.setFont(paint.fitted(self.font(), 11, track.name, room.width(), bold=chosen))
        words = painter.fontMetrics().elidedText(track.name, Qt.TextElideMode.ElideMiddle, int(room.width()))
        paint.label(painter, room, words, ink, paint.Align.AlignLeft)

    def _picture(self, track: Track, height: int, colour: QColor) -> QPixmap | None:
        pyramid = self._pyramids.get(track.id)
        if pyramid is None or height < 4:
            return None
        ratio = self.devicePixelRatioF()
        columns = round(self._width() * ratio)
        key = (round(self._start, 3), self._frames_per_pixel, columns, height, colour.rgb(), track.start_frames)
        kept = self._pictures.get(track.id)
        if kept is not None and kept[0] == key:
            return kept[1]
        start = self._start - track.start_frames
        end = start + columns / ratio * self._frames_per_pixel
        lows, highs = pyramid.window(round(start), max(round(end), round(start) + 1), columns)  # type: ignore[attr-defined]
        image = lane_image(lows.min(axis=-1), highs.max(axis=-1), round(height * ratio), colour)
        image.setDevicePixelRatio(ratio)
        picture = QPixmap.fromImage(image)
        self._pictures[track.id] = (key, picture)
        return picture

    def _draw_playhead(self, painter: QPainter, theme: Theme) -> None:
        x = self._x_of(self._position)
        if not self._session.tracks or x < HEADER_WIDTH - 1:
            return
        painter.setPen(QPen(theme.colour("text"), 1.2))
        painter.drawLine(QPointF(x, 6), QPointF(x, self.viewport().height()))
        paint.triangle(painter, QPointF(x, RULER_HEIGHT - 2), 8, "down", theme.colour("accent"))


def _look_of(session: Session, selected_id: str) -> tuple[object, ...]:
    """Returns all that the lanes' look depends on, but for the waveforms themselves."""
    tracks = tuple(
        (t.id, t.name, t.start_frames, t.channel.colour, t.channel.instrument, session.is_audible(t))
        for t in session.tracks
    )
    return (tracks, session.length_frames, session.sample_rate_hz, selected_id)
