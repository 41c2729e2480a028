# SPDX-License-Identifier: Apache-2.0
"""The base of painted buttons: Enter presses them, whatever Enter means elsewhere in the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QWidget

from mixassist.gui.widgets.enter_presses import EnterPresses


class PaintedButton(EnterPresses, QAbstractButton):
    """A button that paints itself."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
