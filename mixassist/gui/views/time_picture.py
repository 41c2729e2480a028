# SPDX-License-Identifier: Apache-2.0
"""What every picture below the time ruler shares: the axis, the playhead, the selection, the cursor, the mouse."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from mixassist.gui import paint
from mixassist.gui.theme import Theme, mixed, theme_of
from mixassist.gui.views.time_axis import TimeAxis
from mixassist.gui.views.time_mouse import TimeMouse, draw_playhead, draw_selection
from mixassist.gui.views.time_ruler import draw_ruler

HEADER_WIDTH = 110
RIGHT_MARGIN = 4
LEAST_HEIGHT = 44


class PictureCursor(QObject):
    """Where the mouse or the keyboard looks, in all pictures at once: a frame and a height, 0 at the bottom … 1."""

    moved = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.frame: float | None = None
        self.share = 0.5
        self.row: QWidget | None = None

    def look(self, row: QWidget, frame: float, share: float) -> None:
        """Looks at a place in a row."""
        self.row, self.frame, self.share = row, frame, min(max(share, 0.0), 1.0)
        self.moved.emit()

    def look_away(self) -> None:
        """Looks nowhere."""
        if self.frame is not None:
            self.row = self.frame = None
            self.moved.emit()


class TimePicture(QWidget):
    """One row of pictures. Subclasses paint the header and the body.

    Args:
        axis: the stretch of time that is seen and selected.
        cursor: shared by all rows.
    """

    seek_wanted = Signal(int)
    redrawn = Signal()
    """Something else can be read under the cursor."""

    def __init__(self, axis: TimeAxis, cursor: PictureCursor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.axis, self.cursor_place = axis, cursor
        self.position = 0
        self.title = ""
        self.selects_by_press = False
        self._mouse = TimeMouse(axis, self.frame_at, self.x_of, self)
        self._mouse.seek_wanted.connect(self.seek_wanted)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        axis.moved.connect(self.update)
        axis.selection_changed.connect(self.update)
        cursor.moved.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(500, 120)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, LEAST_HEIGHT)

    @property
    def is_drawn(self) -> bool:
        """Whether the newest of what is known is drawn."""
        return True

    def body(self) -> QRectF:
        """Returns the rectangle of the picture itself."""
        return QRectF(self.rect()).adjusted(HEADER_WIDTH, 1, -RIGHT_MARGIN, -1)

    def x_of(self, frame: float) -> float:
        """Maps a frame to a horizontal place."""
        body = self.body()
        return body.left() + (frame - self.axis.start) / self.axis.span * body.width()

    def frame_at(self, x: float) -> float:
        """Maps a horizontal place to a frame, within the session."""
        body = self.body()
        frame = self.axis.start + (x - body.left()) / max(body.width(), 1.0) * self.axis.span
        return min(max(frame, 0.0), float(self.axis.length_frames))

    def show_position(self, frame: int) -> None:
        """Moves the playhead and repaints what it leaves and enters."""
        before, self.position = round(self.x_of(self.position)), frame
        after = round(self.x_of(frame))
        if before != after:
            for x in (before, after):
                self.update(x - 3, 0, 7, self.height())

    def reading(self) -> str:
        """Returns what is under the cursor, in words."""
        return ""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = theme_of(self)
        body = self.body()
        painter.fillRect(QRectF(event.rect()), theme.colour("window"))
        painter.save()
        painter.setClipRect(body)
        self.draw_body(painter, theme, body)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_selection(painter, theme, self.axis, body, self.x_of, filled=not self.has_height)
        painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if event.rect().left() < HEADER_WIDTH:
            self.draw_header(painter, theme, QRectF(0, 0, HEADER_WIDTH - 4, self.height()))
        self._draw_cursor(painter, theme, body)
        x = self.x_of(self.position)
        if body.left() - 1 <= x <= body.right() + 1:
            draw_playhead(painter, theme, x, body.top(), body.bottom(), None)
        if self.hasFocus():
            paint.focus_ring(painter, QRectF(self.rect()), theme.colour("accent"), 3)

    def draw_body(self, painter: QPainter, theme: Theme, body: QRectF) -> None:
        """Paints the picture."""

    def draw_header(self, painter: QPainter, theme: Theme, head: QRectF) -> None:
        """Paints what stands beside the picture: its title by default."""
        painter.setFont(paint.fitted(self.font(), 11, self.title, head.width() - 10, bold=True))
        words = painter.fontMetrics().elidedText(self.title, Qt.TextElideMode.ElideRight, int(head.width() - 8))
        room = QRectF(head.left() + 4, head.top() + 2, head.width() - 6, 16)
        paint.label(painter, room, words, theme.colour("text"), paint.Align.AlignLeft)

    def draw_words(self, painter: QPainter, theme: Theme, body: QRectF, words: str) -> None:
        """Paints a sentence where a picture would be."""
        paint.box(painter, body, theme.colour("panel"), None, 3)
        painter.setFont(paint.sized(self.font(), 11))
        paint.label(painter, body.adjusted(10, 0, -10, 0), words, theme.colour("dim"), elide=True)

    def _draw_cursor(self, painter: QPainter, theme: Theme, body: QRectF) -> None:
        if self.cursor_place.frame is None:
            return
        ink = mixed(theme.colour("text"), theme.colour("accent"), 0.4)
        ink.setAlpha(170)
        painter.setPen(QPen(ink, 1, Qt.PenStyle.DotLine))
        x = self.x_of(self.cursor_place.frame)
        painter.drawLine(QPointF(x, body.top()), QPointF(x, body.bottom()))
        if self.has_height:
            y = body.bottom() - self.cursor_place.share * body.height()
            painter.drawLine(QPointF(body.left(), y), QPointF(body.right(), y))

    @property
    def has_height(self) -> bool:
        """Whether the cursor's height means something here."""
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.axis.length_frames:
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._mouse.press(event.position().x(), selecting=shift or self.selects_by_press)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place, body = event.position(), self.body()
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._mouse.move(place.x())
        if body.contains(place):
            self.cursor_place.look(
                self, self.frame_at(place.x()), (body.bottom() - place.y()) / max(body.height(), 1.0)
            )
        else:
            self.cursor_place.look_away()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._mouse.release(event.position().x())

    def leaveEvent(self, event: QEvent) -> None:
        self.cursor_place.look_away()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._mouse.wheel(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down move the cursor at the playhead, so that the picture can be read without a mouse."""
        step = {Qt.Key.Key_Up: 0.02, Qt.Key.Key_Down: -0.02, Qt.Key.Key_PageUp: 0.1, Qt.Key.Key_PageDown: -0.1}
        if event.key() in step:
            self.cursor_place.look(self, float(self.position), self.cursor_place.share + step[Qt.Key(event.key())])
        elif event.key() == Qt.Key.Key_Escape and self.cursor_place.frame is not None:
            self.cursor_place.look_away()
        else:
            super().keyPressEvent(event)


class RulerRow(TimePicture):
    """The time ruler above the rows: a drag selects."""

    def __init__(self, axis: TimeAxis, cursor: PictureCursor, parent: QWidget | None = None) -> None:
        super().__init__(axis, cursor, parent)
        self.setObjectName("pictures.ruler")
        self.setAccessibleName(self.tr("Time ruler"))
        self.selects_by_press = True
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(20)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 20)

    def draw_body(self, painter: QPainter, theme: Theme, body: QRectF) -> None:
        rate = self.axis.sample_rate_hz
        if self.axis.length_frames:
            per_pixel = self.axis.span / max(body.width(), 1.0) / rate
            draw_ruler(painter, theme, self.font(), body, self.axis.start / rate, per_pixel)

    def draw_header(self, painter: QPainter, theme: Theme, head: QRectF) -> None:
        painter.setFont(paint.sized(self.font(), 10))
        room = QRectF(head.left() + 4, head.top(), head.width() - 8, head.height())
        paint.label(painter, room, self.tr("min:s"), theme.colour("dim"), paint.Align.AlignRight)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.axis.select_none()
