# SPDX-License-Identifier: Apache-2.0
"""Version and licence."""

from __future__ import annotations

from importlib.metadata import version

from PySide6.QtWidgets import QWidget

from mixassist.gui.panels.sheet import Sheet


class AboutSheet(Sheet):
    """Says what MixAssist is."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__("about", parent)
        self.add_words(self.tr("MixAssist {0}").format(version("mixassist")), heading=True)
        self.add_words(
            self.tr(
                "A mixing assistant: it suggests gain, pan, equaliser, compressor and reverb for every stem, as faders "
                "that you can move."
            )
        )
        self.add_words(self.tr("Apache License 2.0"))
        self.body.addStretch(1)
        self.finish(self.tr("About MixAssist"), 420, 200)
