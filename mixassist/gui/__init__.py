# SPDX-License-Identifier: Apache-2.0
"""The window: the only room that knows Qt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mixassist.gui.main_window import MainWindow


def open_window(source: str | Path | Sequence[str | Path] | None = None) -> MainWindow:
    """Opens the main window, shown and loading; needs a running QApplication.

    Args:
        source: a session, a folder of stems, audio files, or None for the start page.
    """
    from mixassist.gui.app import open_window as open_now

    return open_now(source)
