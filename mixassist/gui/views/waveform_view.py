# SPDX-License-Identifier: Apache-2.0
"""All tracks' waveforms and the mix's on one time line: click seeks, the ruler selects, the wheel pans and zooms."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from mixassist.domain.session import Session
from mixassist.domain.track import MASTER_NAME, Track
from mixassist.gui import paint
from mixassist.gui.theme import Theme, mixed, theme_of
from mixassist.gui.views.lane_store import Lane, LaneStore, reading_words
from mixassist.gui.views.picture_thread import PictureThread
from mixassist.gui.views.time_axis import TimeAxis
from mixassist.gui.views.time_mouse import TimeMouse, draw_playhead, draw_selection
from mixassist.gui.views.time_ruler import draw_ruler

HEADER_WIDTH = 112
RULER_HEIGHT = 22
MIX_ID = "\0mix"
"""The mix's lane among the tracks' ids; no track can have it."""
_LOWEST_LANE, _HIGHEST_LANE, _GOOD_LANE = 21, 84, 46
_RIGHT_MARGIN = 4


class WaveformView(QAbstractScrollArea):
    """Shows a session's lanes and the playhead; emits where to seek and which track to select.

    Args:
        axis: the stretch of time that is seen and selected, shared with other pictures.
        thread: draws the lanes beside the window.
    """

    seek_wanted = Signal(int)
    scrub_wanted = Signal(int)
    scrub_ended = Signal()
    selected = Signal(str)
    track_menu_wanted = Signal(str, object)

    def __init__(
        self, axis: TimeAxis | None = None, thread: PictureThread | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("waveforms")
        self.setAccessibleName(self.tr("Waveforms"))
        self.axis = axis if axis is not None else TimeAxis(self)
        self._lanes = LaneStore(thread if thread is not None else PictureThread(self))
        self._lanes.on_drawn = self._lane_drawn
        self._session = Session()
        self._selected_id = ""
        self._faults: Mapping[str, tuple[str, ...]] = {}
        self._position = 0
        self._mouse = TimeMouse(self.axis, self.frame_at, self._x_of, self)
        self._mouse.seek_wanted.connect(self.seek_wanted)
        self._mouse.scrub_wanted.connect(self.scrub_wanted)
        self._mouse.scrub_ended.connect(self.scrub_ended)
        self._look: tuple[object, ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.viewport().setMouseTracking(True)
        self.horizontalScrollBar().valueChanged.connect(self._scrolled)
        self.verticalScrollBar().valueChanged.connect(lambda _: self.viewport().update())
        self.axis.moved.connect(self._show_range)
        self.axis.selection_changed.connect(self.viewport().update)

    def sizeHint(self) -> QSize:
        return QSize(700, 200)

    def wanted_height(self) -> int:
        """Returns the height at which every lane can be seen comfortably."""
        return RULER_HEIGHT + (len(self._session.tracks) + 1) * _GOOD_LANE + 12

    def show_session(self, session: Session, selected_id: str) -> None:
        """Shows a session's tracks; pictures whose look did not change are kept."""
        look = _look_of(session, selected_id)
        self._session, self._selected_id = session, selected_id
        if look == self._look:
            return
        self._look = look
        self._lanes.keep({t.id for t in session.tracks} | {MIX_ID})
        self.axis.show_length(session.length_frames, session.sample_rate_hz)
        self._fit()
        self.viewport().update()

    def show_faults(self, faults: Mapping[str, tuple[str, ...]]) -> None:
        """Marks the lanes that something is wrong with."""
        self._faults = faults
        self.viewport().update()

    def words_at(self, y: float, x: float = 0.0) -> str:
        """Returns the tool tip at a place.

        On a lane's header that is the whole name and what is wrong with the track; on its wave time, level and gain
        reduction there.
        """
        track = self._track_at(y)
        if x >= HEADER_WIDTH:
            lane = self._lanes.lane(track.id if track is not None else MIX_ID if self._is_mix(y) else "")
            if lane is None:
                return ""
            frames = max(round(self._frames_per_pixel), 1)
            start = track.start_frames if track is not None else 0
            return reading_words(lane, round(self.frame_at(x)), frames, start, self.axis.sample_rate_hz)
        if track is None:
            return self.tr("The mix, as it is heard") if self._is_mix(y) else ""
        return "\n".join((track.name, *(f"⚠ {fault}" for fault in self._faults.get(track.id, ()))))

    def set_pyramid(self, track_id: str, pyramid: object) -> None:
        """Takes a track's waveform, or under `MIX_ID` the mix's; None forgets it."""
        self._lanes.set_pyramid(track_id, pyramid)
        self._repaint_lane(track_id)

    def pyramid(self, track_id: str) -> object | None:
        """Returns the waveform that is shown for a track."""
        lane = self._lanes.lane(track_id)
        return None if lane is None else lane.pyramid

    def set_reduction(self, track_id: str, reduction_db: np.ndarray | None, block_frames: int) -> None:
        """Takes a track's gain reduction in dB over blocks of its own frames, to lay over its wave; None leaves it."""
        self._lanes.set_reduction(track_id, reduction_db, block_frames)
        self._repaint_lane(track_id)

    def show_reductions(self, on: bool) -> None:
        """Lays gain reduction over the waves, or takes it away."""
        self._lanes.shows_reduction = on
        self.viewport().update()

    def show_position(self, frame: int) -> None:
        """Moves the playhead and repaints what it leaves and enters."""
        before, self._position = self._x_of(self._position), frame
        after = self._x_of(frame)
        if round(before) != round(after):
            for x in (before, after):
                self.viewport().update(QRect(int(x) - 6, 0, 13, self.viewport().height()))

    def frame_at(self, x: float) -> int:
        """Returns the frame under a horizontal place of the viewport, within the session."""
        frame = self.axis.start + (x - HEADER_WIDTH) * self._frames_per_pixel
        return int(min(max(frame, 0), self._session.length_frames))

    def zoom(self, factor: float) -> None:
        """Zooms in time around the playhead where it is seen, else around the middle."""
        seen = self.axis.start <= self._position <= self.axis.end
        self.axis.zoom(factor, float(self._position) if seen else None)

    def zoom_to_whole(self) -> None:
        """Shows the whole session."""
        self.axis.see_whole()

    @property
    def _frames_per_pixel(self) -> float:
        return self.axis.span / self._width()

    def _width(self) -> int:
        return max(self.viewport().width() - HEADER_WIDTH - _RIGHT_MARGIN, 10)

    def _x_of(self, frame: float) -> float:
        return HEADER_WIDTH + (frame - self.axis.start) / self._frames_per_pixel

    def _lane_height(self) -> int:
        room = self.viewport().height() - RULER_HEIGHT
        return min(max(room // (len(self._session.tracks) + 1), _LOWEST_LANE), _HIGHEST_LANE)

    def _mix_top(self) -> int:
        """Returns where the mix's lane begins: below the tracks, or over the last of them at the bottom."""
        below = RULER_HEIGHT + len(self._session.tracks) * self._lane_height()
        return min(below, self.viewport().height() - self._lane_height())

    def _is_mix(self, y: float) -> bool:
        return bool(self._session.tracks) and self._mix_top() <= y < self._mix_top() + self._lane_height()

    def _fit(self) -> None:
        """Brings the scroll bars into agreement with the size, the session and what is seen."""
        bar = self.horizontalScrollBar()
        blocker = QSignalBlocker(bar)
        hidden = self.axis.whole_span - self.axis.span
        bar.setPageStep(self._width())
        bar.setRange(0, round(hidden / self._frames_per_pixel) if hidden > self._frames_per_pixel else 0)
        bar.setSingleStep(40)
        bar.setValue(round(self.axis.start / self._frames_per_pixel))
        blocker.unblock()
        lanes = len(self._session.tracks) * self._lane_height()
        room = self.viewport().height() - RULER_HEIGHT - self._lane_height()
        self.verticalScrollBar().setRange(0, max(lanes - room, 0))
        self.verticalScrollBar().setPageStep(max(room, 1))
        self.verticalScrollBar().setSingleStep(self._lane_height())

    def _show_range(self) -> None:
        self._fit()
        self.viewport().update()

    def _scrolled(self, value: int) -> None:
        self.axis.see(value * self._frames_per_pixel, self.axis.span)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)

    def _track_at(self, y: float) -> Track | None:
        if y < RULER_HEIGHT or self._is_mix(y):
            return None
        index = int((y - RULER_HEIGHT + self.verticalScrollBar().value()) // self._lane_height())
        return self._session.tracks[index] if 0 <= index < len(self._session.tracks) else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        place = event.position()
        track = self._track_at(place.y())
        if track is not None:
            self.selected.emit(track.id)
        if place.x() >= HEADER_WIDTH - 3 and self._session.tracks:
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._mouse.press(place.x(), selecting=shift or place.y() < RULER_HEIGHT)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = event.position()
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._mouse.move(place.x())
            return
        at_edge = place.y() < RULER_HEIGHT and self._mouse.edge_at(place.x()) is not None
        self.viewport().setCursor(Qt.CursorShape.SizeHorCursor if at_edge else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._mouse.release(event.position().x())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.position().y() < RULER_HEIGHT:
            self.axis.select_none()
        else:
            self.mousePressEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.words_at(event.y(), event.x()), self)
            return True
        return super().viewportEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        track = self._track_at(event.pos().y())
        if track is not None:
            self.selected.emit(track.id)
            self.track_menu_wanted.emit(track.id, event.globalPos())

    def wheelEvent(self, event: QWheelEvent) -> None:
        over_names = event.position().x() < HEADER_WIDTH
        if over_names and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() - round(event.angleDelta().y() / 120.0 * self._lane_height()))
            event.accept()
        else:
            self._mouse.wheel(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = theme_of(self)
        area = event.rect()
        painter.fillRect(area, theme.colour("window"))
        if not self._session.tracks:
            return
        mix_top, region = self._mix_top(), event.region()
        for index, track in enumerate(self._session.tracks):
            lane = self._lane_rect(index)
            if region.intersects(lane) and lane.bottom() > RULER_HEIGHT and lane.top() < mix_top:
                self._draw_track(painter, theme, track, lane, area)
        if region.intersects(self._mix_rect()):
            self._draw_mix(painter, theme, self._mix_rect(), area)
        waves = QRectF(HEADER_WIDTH, 0, self._width(), min(mix_top + self._lane_height(), self.viewport().height()))
        if area.top() < RULER_HEIGHT:
            self._draw_ruler(painter, theme)
        draw_selection(painter, theme, self.axis, waves, self._x_of)
        x = self._x_of(self._position)
        if HEADER_WIDTH - 1 <= x <= waves.right() + 1:
            draw_playhead(painter, theme, x, 6, self.viewport().height(), RULER_HEIGHT - 2)
        if self.hasFocus() and area.height() > RULER_HEIGHT:
            paint.focus_ring(painter, QRectF(self.viewport().rect()), theme.colour("accent"), 3)

    def _draw_track(self, painter: QPainter, theme: Theme, track: Track, lane: QRect, area: QRect) -> None:
        colour = QColor(track.channel.colour) if track.channel.colour else theme.family_colour(track.channel.instrument)
        if not self._session.is_audible(track):
            colour = mixed(colour, theme.colour("panel"), 0.72)
        chosen = track.id == self._selected_id
        self._draw_lane(painter, theme, track.id, colour, lane, area, track.start_frames, chosen)
        if area.left() >= HEADER_WIDTH:  # the playhead moves on: no header is touched
            return
        ink = theme.colour("text" if self._session.is_audible(track) else "dim")
        self._draw_header(painter, theme, track.name, QRectF(lane), colour, ink, chosen, track.id in self._faults)

    def _draw_ruler(self, painter: QPainter, theme: Theme) -> None:
        painter.fillRect(QRect(0, 0, self.viewport().width(), RULER_HEIGHT), theme.colour("window"))
        rate = self.axis.sample_rate_hz
        ruler = QRectF(HEADER_WIDTH, 0, self.viewport().width() - HEADER_WIDTH, RULER_HEIGHT)
        draw_ruler(painter, theme, self.font(), ruler, self.axis.start / rate, self._frames_per_pixel / rate)

    def _draw_mix(self, painter: QPainter, theme: Theme, lane: QRect, area: QRect) -> None:
        painter.fillRect(lane, theme.colour("window"))
        colour = theme.colour("accent")
        self._draw_lane(painter, theme, MIX_ID, colour, lane, area, 0, False)
        if area.left() < HEADER_WIDTH:
            name = self.tr(MASTER_NAME)
            self._draw_header(painter, theme, name, QRectF(lane), colour, theme.colour("text"), False, False)

    def _draw_lane(
        self, painter: QPainter, theme: Theme, lane_id: str, colour: QColor, lane: QRect, area: QRect, start: int,
        chosen: bool,
    ) -> None:  # fmt: skip
        body = QRectF(lane).adjusted(HEADER_WIDTH, 1, -_RIGHT_MARGIN, -1)
        ground = mixed(theme.colour("panel"), theme.colour("raised"), 0.75 if chosen else 0.0)
        paint.box(painter, body, ground, None, 3)
        painter.setPen(QPen(mixed(theme.colour("line"), colour, 0.25), 1))
        painter.drawLine(QPointF(body.left(), body.center().y()), QPointF(body.right(), body.center().y()))
        has_wave = self._lanes.draw(
            painter, lane_id, body, colour, theme.colour("high"), self.axis, start, self.devicePixelRatioF()
        )
        if not has_wave and area.width() > 20:
            painter.setFont(paint.sized(self.font(), 10))
            words = self.tr("drawing…") if lane_id == MIX_ID else self.tr("reading…")
            paint.label(painter, body.adjusted(10, 0, 0, 0), words, theme.colour("dim"), paint.Align.AlignLeft)

    def _draw_header(
        self, painter: QPainter, theme: Theme, name: str, lane: QRectF, colour: QColor, ink: QColor, chosen: bool,
        is_faulty: bool,
    ) -> None:  # fmt: skip
        # What is drawn beside the picture's edge must not shine through.
        painter.fillRect(QRectF(lane.left(), lane.top(), HEADER_WIDTH, lane.height()), theme.colour("window"))
        head = QRectF(lane.left() + 2, lane.top() + 1, HEADER_WIDTH - 6, lane.height() - 2)
        paint.box(painter, head, mixed(theme.colour("panel"), colour, 0.30 if chosen else 0.10), None, 3)
        paint.box(painter, QRectF(head.left(), head.top(), 4, head.height()), colour, None, 2)
        room = head.adjusted(10, 0, -4, 0)
        if is_faulty:
            paint.warning_mark(painter, QPointF(head.right() - 9, head.center().y()), 10, theme.colour("warning"))
            room.setRight(head.right() - 18)
        painter.setFont(paint.fitted(self.font(), 11, name, room.width(), bold=chosen))
        words = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, int(room.width()))
        paint.label(painter, room, words, ink, paint.Align.AlignLeft)

    def _lane_drawn(self, lane: Lane) -> None:
        self._repaint_lane(lane.id)

    def _repaint_lane(self, lane_id: str) -> None:
        """Repaints one lane and no other: while a session is read, dozens come one after another."""
        if lane_id == MIX_ID:
            self.viewport().update(self._mix_rect())
        for index, track in enumerate(self._session.tracks):
            if track.id == lane_id:
                self.viewport().update(self._lane_rect(index))

    def _lane_rect(self, index: int) -> QRect:
        height = self._lane_height()
        top = RULER_HEIGHT + index * height - self.verticalScrollBar().value()
        return QRect(0, top, self.viewport().width(), height)

    def _mix_rect(self) -> QRect:
        return QRect(0, self._mix_top(), self.viewport().width(), self._lane_height())


def _look_of(session: Session, selected_id: str) -> tuple[object, ...]:
    """Returns all that the lanes' look depends on, but for the waveforms themselves."""
    tracks = tuple(
        (t.id, t.name, t.start_frames, t.channel.colour, t.channel.instrument, session.is_audible(t))
        for t in session.tracks
    )
    return (tracks, session.length_frames, session.sample_rate_hz, selected_id)
