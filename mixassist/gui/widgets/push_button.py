# SPDX-License-Identifier: Apache-2.0
"""A stock button that Enter presses, although Enter means something else in the rest of the window."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton

from mixassist.gui.widgets.enter_presses import EnterPresses


class PushButton(EnterPresses, QPushButton):
    """A push button as the style paints it."""
