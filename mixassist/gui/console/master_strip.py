# SPDX-License-Identifier: Apache-2.0
"""The master: meter, loudness target, ceiling and the one static gain that playback and export share."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from mixassist.domain.parameters import Group, Parameter, Scale
from mixassist.domain.session import LOUDNESS_TARGETS_LUFS, Master, Session
from mixassist.gui import paint
from mixassist.gui.theme import theme_of
from mixassist.gui.widgets.flat_combo import FlatCombo
from mixassist.gui.widgets.level_meter import LevelMeter
from mixassist.gui.widgets.loudness_panel import LoudnessPanel
from mixassist.gui.widgets.peak_number import PeakNumber
from mixassist.gui.widgets.toggle_button import ToggleButton
from mixassist.gui.widgets.value_box import ValueBox

MASTER_WIDTH = 108
_LEAST_PIXELS, _WHOLE_PIXELS = 280, 360
"""Its lowest height, and the one from which the loudness has room."""
_GAIN = Parameter(
    "gain_db", "Master gain", Group.OUTPUT, "dB", -40.0, 40.0, 0.0, Scale.LINEAR, 0.5, 1,
    "One static gain on the whole mix, heard and exported alike.",
)  # fmt: skip
_CEILING = Parameter(
    "ceiling_dbtp", "Ceiling", Group.OUTPUT, "dB", -12.0, 0.0, -1.0, Scale.LINEAR, 0.1, 1,
    "True peak that the gain may reach at most, in dBTP.",
)  # fmt: skip


class MasterStrip(QFrame):
    """Shows the session's master and emits the master that a person wants."""

    edited = Signal(object, str)
    nudged = Signal(object, str)
    gesture_started = Signal()
    gesture_ended = Signal()
    solo_clear_wanted = Signal()
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._master = Master()
        self.setObjectName("Master.strip")
        self.setAccessibleName(self.tr("Master"))
        self.setFixedWidth(MASTER_WIDTH)
        self.title = QLabel(self.tr("Master"))
        self.loudness = LoudnessPanel(self)
        self.meter = LevelMeter(self, with_scale=True)
        self.meter.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.peak = PeakNumber(self, unit="dBFS")
        self.gain = ValueBox(_GAIN, self, caption=self.tr("gain"))
        self.ceiling = ValueBox(_CEILING, self, caption=self.tr("ceiling"))
        self.target = FlatCombo(self, height=24)
        self.solo_lamp = ToggleButton(self.tr("SOLO"), "solo", self)
        self.solo_lamp.setToolTip(self.tr("Lit while something is soloed; click to clear all solos"))
        self._name_widgets()
        self._lay_out()
        self._connect()

    def minimumSizeHint(self) -> QSize:
        return QSize(MASTER_WIDTH, _LEAST_PIXELS)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a low window the meter keeps its room, and the loudness stands in the numbers beside the pictures."""
        super().resizeEvent(event)
        self.loudness.setVisible(self.height() >= _WHOLE_PIXELS)

    def _name_widgets(self) -> None:
        for widget, key, words in (
            (self.meter, "meter", self.tr("meter")), (self.gain, "gain_db", self.tr("gain")),
            (self.ceiling, "ceiling_dbtp", self.tr("ceiling")), (self.solo_lamp, "solo", self.tr("clear solos")),
            (self.target, "loudness_target", self.tr("loudness target")), (self.peak, "peak", self.tr("highest peak")),
            (self.loudness, "loudness", self.tr("loudness")),
        ):  # fmt: skip
            widget.setObjectName(f"Master.{key}")
            widget.setAccessibleName(f"{self.tr('Master')}, {words}")
        for target in LOUDNESS_TARGETS_LUFS:
            self.target.addItem(self.tr("off") if target is None else f"{target:.0f} LUFS".replace("-", "−"), target)
        self.target.setToolTip(self.tr("Loudness that Automix and export aim at"))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(5)
        self.title.setFont(paint.sized(self.font(), 13, bold=True))
        small = paint.sized(self.font(), 11)
        target_words = QLabel(self.tr("Target"))
        target_words.setFont(small)
        for label in (self.title, target_words):
            label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        for widget in (self.title, target_words, self.target, self.ceiling, self.loudness, self.solo_lamp):
            column.addWidget(widget)
        column.addWidget(self.meter, 1)
        column.addWidget(self.peak)
        column.addWidget(self.gain)

    def _connect(self) -> None:
        for box, field, words in (
            (self.gain, "gain_db", self.tr("Master gain")),
            (self.ceiling, "ceiling_dbtp", self.tr("Master ceiling")),
        ):
            box.edited.connect(lambda v, f=field, w=words: self.edited.emit(replace(self._master, **{f: v}), w))
            box.nudged.connect(lambda v, f=field, w=words: self.nudged.emit(replace(self._master, **{f: v}), w))
            box.gesture_started.connect(self.gesture_started)
            box.gesture_ended.connect(self.gesture_ended)
            box.refused.connect(self.refused)
        self.target.activated.connect(self._pick_target)
        self.solo_lamp.clicked.connect(self.solo_clear_wanted)
        self.meter.forgotten.connect(self.show_peak)
        self.peak.clicked.connect(self.meter.forget)

    def _pick_target(self, index: int) -> None:
        wanted = replace(self._master, loudness_target_lufs=self.target.itemData(index))
        self.edited.emit(wanted, self.tr("Loudness target"))

    def show_session(self, session: Session) -> None:
        """Shows the master and whether something is soloed; emits nothing."""
        self._master = session.master
        self.gain.show_value(_GAIN.clipped(session.master.gain_db))
        self.ceiling.show_value(_CEILING.clipped(session.master.ceiling_dbtp))
        index = self.target.findData(session.master.loudness_target_lufs)
        if index < 0:
            wanted = session.master.loudness_target_lufs
            self.target.addItem(f"{wanted:g} LUFS".replace("-", "−"), wanted)
            index = self.target.count() - 1
        self.target.setCurrentIndex(index)
        self.loudness.show_master(session.master)
        self.solo_lamp.show_on(session.any_solo)
        if not session.any_solo:
            self.solo_lamp.show_dimmed(False)

    def show_measures(self, measures: Any | None) -> None:
        """Shows what the whole mix measures; None while that is not known."""
        self.loudness.show_measures(measures)

    def blink(self, is_bright: bool) -> None:
        """Shows the lamp of the solos bright or dim, while something is soloed."""
        self.solo_lamp.show_dimmed(self.solo_lamp.isChecked() and not is_bright)

    def show_peak(self) -> None:
        """Writes the highest peak under the meter."""
        self.peak.show_peak(self.meter.top_db, self.meter.is_clipped)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self)
        painter = paint.painter_for(self)
        paint.box(painter, QRectF(self.rect()), theme.colour("panel"), theme.colour("line"), 6)
        paint.box(painter, QRectF(0, 0, self.width(), 4), theme.colour("accent"), None, 2)
