# SPDX-License-Identifier: Apache-2.0
"""Lists whose rows can be ticked: a tick, not only a colour, as in the boxes elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from mixassist.gui import paint
from mixassist.gui.theme import theme_of


class TickDelegate(QStyledItemDelegate):
    """Draws a tick into the style sheet's square."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        if Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole) or 0) is not Qt.CheckState.Checked:
            return
        widget = option.widget
        whole = QStyleOptionViewItem(option)
        self.initStyleOption(whole, index)
        style = widget.style() if isinstance(widget, QWidget) else QApplication.style()
        box = QRectF(style.subElementRect(QStyle.SubElement.SE_ItemViewItemCheckIndicator, whole, widget))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint.tick(painter, box, theme_of(widget).colour("on_accent"))
        painter.restore()
