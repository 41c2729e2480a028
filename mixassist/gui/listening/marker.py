# SPDX-License-Identifier: Apache-2.0
"""A marker on the axis of a multi-stimulus page: a real slider, small, moved along by its axis."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QSlider, QWidget

from mixassist.gui import paint
from mixassist.gui.theme import theme_of

STEPS = 1000
MARKER_WIDTH, MARKER_HEIGHT = 34, 46
_STEP_OF_KEY = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_Up: 1}


class Marker(QSlider):
    """One version. Emits `wanted` when a person wants to hear it and `placed` with a share 0 … 1 when it is moved.

    Drag it, or hold the focus and press the arrows (0.01, with Shift 0.1), Home and End.
    """

    wanted = Signal(str)
    placed = Signal(str, float)

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.key = key
        self.is_placed = False
        self.is_sounding = False
        self.setObjectName(f"blind.marker.{key}")
        self.setAccessibleName(self.tr("Version {0}").format(key))
        self.setRange(0, STEPS)
        self.setSingleStep(STEPS // 100)
        self.setPageStep(STEPS // 10)
        self.setFixedSize(MARKER_WIDTH, MARKER_HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self._grip: float | None = None
        self.actionTriggered.connect(lambda _: self._place(self.sliderPosition()))

    def sizeHint(self) -> QSize:
        return QSize(MARKER_WIDTH, MARKER_HEIGHT)

    def show_state(self, is_sounding: bool) -> None:
        """Shows whether it sounds now."""
        if is_sounding != self.is_sounding:
            self.is_sounding = is_sounding
            self.update()

    def show_place(self, share: float) -> None:
        """Shows a place without saying that a person put it there."""
        self.blockSignals(True)
        self.setValue(round(share * STEPS))
        self.blockSignals(False)
        self._move_along()

    def _place(self, value: int) -> None:
        self.is_placed = True
        self.setValue(value)
        self._move_along()
        self.update()
        self.placed.emit(self.key, self.value() / STEPS)

    def _move_along(self) -> None:
        axis = self.parentWidget()
        if axis is not None:
            self.move(round(self.value() / STEPS * (axis.width() - self.width())), self.y())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._grip = event.position().x()
            self.raise_()
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.wanted.emit(self.key)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        axis = self.parentWidget()
        if self._grip is None or axis is None:
            return
        x = self.mapToParent(event.position().toPoint()).x() - self._grip
        share = min(max(x / max(axis.width() - self.width(), 1), 0.0), 1.0)
        self._place(round(share * STEPS))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grip = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_Up: 1}.get(
            Qt.Key(event.key())
        )
        if step is not None:
            fine = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            size = self.pageStep() if fine else self.singleStep()
            self._place(min(max(self.value() + step * size, 0), STEPS))
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._place(0 if event.key() == Qt.Key.Key_Home else STEPS)
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        theme = theme_of(self)
        head = QRectF(2, 2, self.width() - 4, 28)
        fill = theme.colour("accent" if self.is_sounding else "raised")
        line = theme.colour("accent" if self.is_placed else "dim")
        paint.triangle(painter, QPointF(self.width() / 2, self.height() - 2), 12, "down", line)
        paint.box(painter, head, fill, line, 7)
        painter.setFont(paint.sized(self.font(), 15, bold=True))
        paint.label(painter, head, self.key, theme.colour("on_accent" if self.is_sounding else "text"))
        if self.hasFocus():
            paint.focus_ring(painter, head, theme.colour("text"), 7)
