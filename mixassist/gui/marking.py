# SPDX-License-Identifier: Apache-2.0
"""Texts that are marked where they are written and translated where they are shown.

Qt's mark gives back the text itself, which PySide6's stubs call an object.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:

    def QT_TRANSLATE_NOOP(context: str, text: str, /) -> str:
        """Marks a text for the translators; returns it as it is."""
else:
    from PySide6.QtCore import QT_TRANSLATE_NOOP

__all__ = ["QT_TRANSLATE_NOOP"]
