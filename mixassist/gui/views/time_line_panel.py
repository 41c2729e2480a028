# SPDX-License-Identifier: Apache-2.0
"""The overview above the waveforms."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from mixassist.gui.views.overview_bar import OverviewBar
from mixassist.gui.views.waveform_view import WaveformView


class TimeLinePanel(QWidget):
    """Stacks overview and lanes."""

    def __init__(self, overview: OverviewBar, waveforms: WaveformView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("time_line")
        self._overview, self._waveforms = overview, waveforms
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(overview)
        column.addWidget(waveforms, 1)

    def wanted_height(self) -> int:
        """Returns the height at which every lane can be seen comfortably."""
        return self._overview.sizeHint().height() + 2 + self._waveforms.wanted_height()
