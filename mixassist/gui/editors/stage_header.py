# SPDX-License-Identifier: Apache-2.0
"""The line above a stage: on/off, its name, lock, back to the prediction."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from mixassist.domain.channel import Channel
from mixassist.domain.parameters import Group, keys_of
from mixassist.gui import paint
from mixassist.gui.editor import name_control
from mixassist.gui.widgets.toggle_button import ToggleButton


class StageHeader(QWidget):
    """Shows one stage's switches and emits what they want."""

    switched = Signal(bool)
    lock_wanted = Signal(bool)
    back_wanted = Signal()

    def __init__(self, words: str, group: Group, parent: QWidget | None = None, *, note: str = "") -> None:
        super().__init__(parent)
        self.group = group
        self.power = ToggleButton("power", "accent", self)
        self.power.setToolTip(self.tr("Stage on or off"))
        self.lock = ToggleButton("lock", "lock", self)
        self.lock.setToolTip(self.tr("Lock this stage: Automix leaves it alone"))
        self.back = ToggleButton("back", "accent", self, checkable=False)
        self.back.setToolTip(self.tr("Back to the prediction"))
        label = QLabel(words, self)
        label.setFont(paint.sized(self.font(), 12, bold=True))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.power)
        row.addWidget(label)
        small = QLabel(note, self)
        small.setFont(paint.sized(self.font(), 10))
        small.setProperty("dim", True)
        row.addWidget(small, 1)
        row.addWidget(self.lock)
        row.addWidget(self.back)
        self.power.clicked.connect(self.switched)
        self.lock.clicked.connect(self.lock_wanted)
        self.back.clicked.connect(self.back_wanted)

    def show_channel(self, channel: Channel, stage: str) -> None:
        """Shows the stage of a channel; emits nothing."""
        self.power.show_on(bool(getattr(channel.stages, stage)))
        self.lock.show_on(channel.group_is_locked(self.group))
        prediction = channel.prediction
        moved = prediction is not None and any(prediction[k] != channel.controls[k] for k in keys_of(self.group))
        self.back.setEnabled(moved)

    def name(self, track_name: str, stage: str) -> None:
        """Names the buttons `STRIP.STAGE_on`, `…_lock`, `…_back`."""
        name_control(self.power, track_name, f"{stage}_on", f"{stage} on")
        name_control(self.lock, track_name, f"{stage}_lock", f"lock {stage}")
        name_control(self.back, track_name, f"{stage}_back", f"{stage} back to the prediction")
