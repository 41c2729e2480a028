# SPDX-License-Identifier: Apache-2.0
"""A flat chooser for a control that is one of several words."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from mixassist.domain.parameters import Parameter
from mixassist.domain.value_text import format_value
from mixassist.gui import paint
from mixassist.gui.theme import Theme
from mixassist.gui.widgets.flat_combo import FlatCombo


class ChoiceBox(FlatCombo):
    """Shows a choice of the table and emits the one a person picks."""

    edited = Signal(str)
    menu_wanted = Signal(object)
    prediction_wanted = Signal()

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parent, height=20, pixels=11)
        self.parameter = parameter
        self._predicted: str | None = None
        self._locked = False
        for choice in parameter.choices:
            self.addItem(format_value(parameter, choice), choice)
        self.setToolTip(parameter.tooltip)
        self.activated.connect(lambda index: self.edited.emit(self.itemData(index)))

    def sizeHint(self) -> QSize:
        return QSize(84, 20)

    @property
    def choice(self) -> str:
        """The choice shown."""
        return str(self.currentData())

    def show_value(self, value: str, predicted: str | None = None, locked: bool = False) -> None:
        """Shows a choice; emits nothing."""
        if (value, predicted, locked) == (self.choice, self._predicted, self._locked):
            return
        self._predicted, self._locked = predicted, locked
        blocked = self.blockSignals(True)
        self.setCurrentIndex(self.parameter.choices.index(value))
        self.blockSignals(blocked)
        self.setAccessibleDescription(self.currentText())
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and event.button() == Qt.MouseButton.LeftButton:
            self.prediction_wanted.emit()
            event.accept()
            return
        super().mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())
        event.accept()

    @property
    def marks_width(self) -> int:
        return 9 if self._locked else 0

    def draw_marks(self, painter: QPainter, theme: Theme, rect: QRectF) -> None:
        """Paints a violet edge where the choice is not the predicted one, and a padlock when locked."""
        if self._predicted is not None and self._predicted != self.choice:
            painter.fillRect(QRectF(rect.left() + 4, rect.bottom() - 3.5, rect.width() - 8, 2), theme.colour("ghost"))
        if self._locked:
            paint.padlock(painter, QPointF(rect.right() - 19, rect.center().y()), 7.0, theme.colour("lock"))
