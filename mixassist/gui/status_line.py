# SPDX-License-Identifier: Apache-2.0
"""The line at the window's foot: facts about the session, the sound device, and what is under way."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from mixassist.gui.sound_device import SoundDevice
from mixassist.gui.tasks import TaskRunner
from mixassist.gui.widgets.device_button import DeviceButton
from mixassist.gui.widgets.task_area import TaskArea


class StatusLine(QStatusBar):
    """Facts and device at the left, the present task with its progress and its way out at the right."""

    def __init__(self, device: SoundDevice, tasks: TaskRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.setFixedHeight(28)
        self.facts = QLabel("", self)
        self.facts.setObjectName("facts")
        self.facts.setContentsMargins(10, 0, 10, 0)
        self.device = DeviceButton(device, self)
        self.task_area = TaskArea(tasks, self)
        self.addWidget(self.facts)
        self.addWidget(self.device)
        self.addPermanentWidget(self.task_area)
