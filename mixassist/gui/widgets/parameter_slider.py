# SPDX-License-Identifier: Apache-2.0
"""The base of every continuous control: a slider over the parameter table that holds no truth.

It shows a value, the predicted one beside it and whether it is locked, and emits what the user wants. Relative
drags, Ctrl or Shift for a tenth, double-click for the default, Alt-click for the prediction, typed values.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QEnterEvent, QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QWidget

from mixassist.domain.errors import MixAssistError
from mixassist.domain.parameters import Parameter
from mixassist.domain.value_text import format_value, nearest_value
from mixassist.gui.widgets.value_entry import ValueEntry

_FINE = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
_OWN_KEYS = {
    Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
    Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Delete, Qt.Key.Key_Backspace,
    Qt.Key.Key_F2,
}  # fmt: skip


class ParameterSlider(QAbstractSlider):
    """A continuous control of the table.

    The integer value of the underlying slider is the number in units of the table's last decimal (−6.0 dB is −60),
    so that screen readers and scripts reach every value; `number` is exact.
    """

    edited = Signal(float)
    """A new value inside a gesture or on its own: one undo step a gesture."""
    nudged = Signal(float)
    """A new value by wheel or key; neighbours in time belong together."""
    gesture_started = Signal()
    gesture_ended = Signal()
    prediction_wanted = Signal()
    menu_wanted = Signal(object)
    """The context menu is asked for, at a global point."""
    refused = Signal(str)
    """Typed text was no value; the sentence says why."""

    drag_pixels = 160
    """How far a drag runs from one end to the other."""
    drag_horizontal = False

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parameter = parameter
        self._number = float(parameter.default)
        self._predicted: float | None = None
        self._locked = False
        self._place = parameter.normalised(self._number)
        self._drag_from: QPointF | None = None
        self._drag_place = 0.0
        self._entry: ValueEntry | None = None
        self._unit_steps = 10**parameter.decimals
        self.setRange(round(parameter.minimum * self._unit_steps), round(parameter.maximum * self._unit_steps))
        self._mirror()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(parameter.tooltip)
        self.valueChanged.connect(self._moved_from_outside)

    @property
    def number(self) -> float:
        """The value shown, in the table's unit."""
        return self._number

    @property
    def predicted(self) -> float | None:
        """The predicted value, where there is a prediction."""
        return self._predicted

    @property
    def locked(self) -> bool:
        """Whether automix leaves this control alone."""
        return self._locked

    @property
    def place(self) -> float:
        """The place on the travel, 0 … 1."""
        return self._place

    @property
    def ghost_place(self) -> float | None:
        """The predicted place on the travel, where the control was moved away from it."""
        if self._predicted is None:
            return None
        ghost = self.parameter.normalised(self._predicted)
        return ghost if abs(ghost - self._place) > 1e-6 else None

    def text(self) -> str:
        """The value as people write it."""
        return format_value(self.parameter, self._number)

    def show_value(self, number: float, predicted: float | None = None, locked: bool = False) -> None:
        """Shows a value; emits nothing."""
        if (number, predicted, locked) == (self._number, self._predicted, self._locked):
            return
        self._number, self._predicted, self._locked = number, predicted, locked
        self._place = self.parameter.normalised(number)
        self._mirror()
        self.update()

    def edit(self, number: float) -> None:
        """Asks for a value, as one step."""
        self.edited.emit(self.parameter.clipped(number))

    def commit_text(self, text: str) -> bool:
        """Asks for a typed value, or the nearest there is; what is no value is refused with a sentence.

        Returns:
            Whether it was a value.
        """
        try:
            number = float(nearest_value(self.parameter, text))
        except MixAssistError as error:
            self.refused.emit(str(error))
            return False
        self.edited.emit(number)
        return True

    def start_typing(self) -> None:
        """Opens a field over the number."""
        if self._entry is None:
            self._entry = ValueEntry(self)
            self._entry.committed.connect(self.commit_text)
            self._entry.closed.connect(self._forget_entry)
        self._entry.open(self.text(), self.entry_rect())

    def _forget_entry(self) -> None:
        self._entry = None

    def entry_rect(self) -> QRect:
        """Where the field for typing opens."""
        return self.rect()

    def hit_number(self, point: QPointF) -> bool:
        """Whether a point lies on the written number, where a double-click types."""
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        event.accept()
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.prediction_wanted.emit()
            return
        self._drag_from, self._drag_place = event.position(), self._place
        self.setSliderDown(True)
        self.gesture_started.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag_from is None:
            return
        moved = event.position() - self._drag_from
        pixels = moved.x() if self.drag_horizontal else -moved.y()
        if pixels == 0.0:
            return
        share = 0.1 if event.modifiers() & _FINE else 1.0
        self._drag_place = min(max(self._drag_place + share * pixels / self.travel_pixels(), 0.0), 1.0)
        self._drag_from = event.position()
        self.edited.emit(float(self.parameter.denormalised(self._drag_place)))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drag_from is not None and event.button() == Qt.MouseButton.LeftButton:
            self._drag_from = None
            self.setSliderDown(False)
            self.gesture_ended.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self.hit_number(event.position()):
            self.start_typing()
        else:
            self.edited.emit(float(self.parameter.default))

    def travel_pixels(self) -> float:
        """How many pixels of drag make the whole travel."""
        return float(self.drag_pixels)

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta().y() or event.angleDelta().x()
        if not self.hasFocus() or delta == 0:
            event.ignore()
            return
        self._nudge(delta / 120.0, bool(event.modifiers() & _FINE))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        fine = bool(event.modifiers() & _FINE)
        notches = {
            Qt.Key.Key_Up: 1.0, Qt.Key.Key_Right: 1.0, Qt.Key.Key_Down: -1.0, Qt.Key.Key_Left: -1.0,
            Qt.Key.Key_PageUp: 5.0, Qt.Key.Key_PageDown: -5.0,
        }.get(Qt.Key(event.key()))  # fmt: skip
        if notches is not None and not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._nudge(notches, fine)
        elif event.key() == Qt.Key.Key_Home:
            self.edited.emit(self.parameter.minimum)
        elif event.key() == Qt.Key.Key_End:
            self.edited.emit(self.parameter.maximum)
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.edited.emit(float(self.parameter.default))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            self.start_typing()
        else:
            event.ignore()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = not event.modifiers() & Qt.KeyboardModifier.AltModifier
            if plain and event.key() in _OWN_KEYS:
                event.accept()
                return True
        return super().event(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def _nudge(self, notches: float, fine: bool) -> None:
        self.nudged.emit(self.parameter.stepped(self._number, notches * (0.1 if fine else 1.0)))

    def _mirror(self) -> None:
        blocker = QSignalBlocker(self)
        self.setValue(round(self._number * self._unit_steps))
        blocker.unblock()
        self.setAccessibleDescription(self.text())

    def _moved_from_outside(self, value: int) -> None:
        """A screen reader or a script moved the slider: that is an edit like any other."""
        self.edited.emit(self.parameter.clipped(value / self._unit_steps))
