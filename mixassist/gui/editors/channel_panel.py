# SPDX-License-Identifier: Apache-2.0
"""All controls of one channel: equaliser, compressor, reverb, each with its switch, lock and way back."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QColor, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from mixassist.domain.channel import Channel
from mixassist.domain.parameters import BANDS, PARAMETER, SHELF_Q, Group
from mixassist.domain.session import Session
from mixassist.domain.track import Track
from mixassist.gui import paint
from mixassist.gui.editor import name_control, show_control
from mixassist.gui.editors.compressor_curve import CompressorCurve
from mixassist.gui.editors.compressor_history import CompressorHistory
from mixassist.gui.editors.equalizer_curve import EqualizerCurve
from mixassist.gui.editors.reverb_curve import Curve, ReverbCurve
from mixassist.gui.editors.stage_header import StageHeader
from mixassist.gui.theme import BAND_COLOURS, theme_of
from mixassist.gui.widgets.choice_box import ChoiceBox
from mixassist.gui.widgets.log_slider import LogSlider
from mixassist.gui.widgets.value_box import ValueBox

PANEL_WIDTH = 312
_TIME_TICKS = {"attack_ms": (0.1, 1.0, 10.0), "release_ms": (100.0, 300.0, 1000.0)}
_STAGES = (("equalizer", Group.EQUALIZER), ("compressor", Group.COMPRESSOR), ("reverb", Group.REVERB))


class BandLabel(QWidget):
    """A band's number and name in its colour."""

    def __init__(self, number: int, band: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words, self._colour = f"{number} {band.replace('_', ' ')}", BAND_COLOURS[band]
        self.setFixedHeight(14)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        painter.setFont(paint.fitted(self.font(), 10, self._words, self.width()))
        rect = QRectF(self.rect())
        painter.fillRect(QRectF(0, rect.bottom() - 2, rect.width(), 2), QColor(self._colour))
        paint.label(painter, rect.adjusted(0, 0, 0, -2), self._words, theme_of(self).colour("text"), elide=True)


class ChannelPanel(QWidget):
    """Shows one track's stages; its parameter widgets are bound by the panel stack."""

    stage_switched = Signal(str, bool)
    stage_lock_wanted = Signal(object, bool)
    stage_back_wanted = Signal(object)

    def __init__(self, track_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.track_id = track_id
        self._name = ""
        self._reverb_curves: tuple[Curve | None, Curve | None] = (None, None)
        self.controls: dict[str, QWidget] = {}
        self.doubles: dict[str, tuple[str, QWidget]] = {}
        self.headers: dict[str, StageHeader] = {}
        self.equalizer_curve = EqualizerCurve(self)
        self.compressor_curve = CompressorCurve(self)
        self.compressor_history = CompressorHistory(self)
        self.reverb_curve = ReverbCurve(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self._add_equalizer(column)
        column.addSpacing(3)
        self._add_compressor(column)
        column.addSpacing(3)
        self._add_reverb(column)
        column.addStretch(1)

    def _add_header(self, column: QVBoxLayout, stage: str, words: str, group: Group, note: str = "") -> None:
        header = StageHeader(words, group, self, note=note)
        self.headers[stage] = header
        header.switched.connect(lambda on: self.stage_switched.emit(stage, on))
        header.lock_wanted.connect(lambda on: self.stage_lock_wanted.emit(group, on))
        header.back_wanted.connect(lambda: self.stage_back_wanted.emit(group))
        column.addWidget(header)

    def _add_equalizer(self, column: QVBoxLayout) -> None:
        self._add_header(column, "equalizer", self.tr("Equaliser"), Group.EQUALIZER, self.tr("five fixed bands"))
        column.addWidget(self.equalizer_curve, 2)
        grid = QGridLayout()
        grid.setSpacing(3)
        for place, band in enumerate(BANDS):
            grid.addWidget(BandLabel(place + 1, band, self), 0, place)
            for row, suffix in enumerate(("gain_db", "freq_hz", "q"), 1):
                key = f"{band}_{suffix}"
                if key in PARAMETER:
                    self.controls[key] = ValueBox(PARAMETER[key], self, accent=BAND_COLOURS[band])
                    grid.addWidget(self.controls[key], row, place)
                else:
                    fixed = QLabel("Q 0.71", self)
                    fixed.setFont(paint.sized(self.font(), 10))
                    fixed.setProperty("dim", True)
                    fixed.setToolTip(self.tr("The shelves' Q is fixed at {0}").format(SHELF_Q))
                    grid.addWidget(fixed, row, place)
            grid.setColumnStretch(place, 1)
        column.addLayout(grid)

    def _add_compressor(self, column: QVBoxLayout) -> None:
        self._add_header(column, "compressor", self.tr("Compressor"), Group.COMPRESSOR)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.compressor_curve)
        boxes = QVBoxLayout()
        boxes.setSpacing(3)
        for key in ("threshold_db", "ratio", "attack_ms", "release_ms", "makeup_gain_db"):
            if key in _TIME_TICKS:
                self.controls[key] = LogSlider(PARAMETER[key], _TIME_TICKS[key], self, caption=PARAMETER[key].label)
            else:
                self.controls[key] = ValueBox(PARAMETER[key], self, caption=PARAMETER[key].label)
            boxes.addWidget(self.controls[key])
        row.addLayout(boxes, 1)
        column.addLayout(row, 1)
        column.addWidget(self.compressor_history)

    def _add_reverb(self, column: QVBoxLayout) -> None:
        self._add_header(column, "reverb", self.tr("Reverb"), Group.REVERB)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.reverb_curve)
        boxes = QVBoxLayout()
        boxes.setSpacing(3)
        chooser = ChoiceBox(PARAMETER["reverb_type"], self)
        self.doubles["reverb_type.panel"] = ("reverb_type", chooser)
        boxes.addWidget(chooser)
        for key in ("reverb_decay", "reverb_dry", "reverb_wet"):
            box = ValueBox(PARAMETER[key], self, caption=PARAMETER[key].label.split()[-1].capitalize())
            if key == "reverb_wet":
                self.doubles["reverb_wet.panel"] = (key, box)
            else:
                self.controls[key] = box
            boxes.addWidget(box)
        row.addLayout(boxes, 1)
        column.addLayout(row)

    def show_track(self, track: Track, session: Session) -> None:
        """Shows a track; emits nothing."""
        if track.name != self._name:
            self._rename(track.name)
        channel: Channel = track.channel
        for key, widget in self.controls.items():
            show_control(widget, key, channel)
        for key, widget in self.doubles.values():
            show_control(widget, key, channel)
        for stage, _ in _STAGES:
            self.headers[stage].show_channel(channel, stage)
        stages, rate = channel.stages, session.sample_rate_hz
        self.equalizer_curve.show_controls(channel.controls, channel.prediction, stages.equalizer, rate)
        self.compressor_curve.show_controls(channel.controls, channel.prediction, stages.compressor)
        self.reverb_curve.show_controls(channel.controls, channel.prediction, stages.reverb)

    @property
    def reverb_curves(self) -> tuple[Curve | None, Curve | None]:
        """The decay curves that are shown: of the controls and of the prediction."""
        return self._reverb_curves

    def show_reverb_curves(self, curve: Curve | None, ghost: Curve | None) -> None:
        """Shows decay curves of the reverb; None while they are being worked out."""
        self._reverb_curves = (curve, ghost)
        self.reverb_curve.show_curves(curve, ghost)

    def _rename(self, name: str) -> None:
        self._name = name
        self.setObjectName(f"{name}.channel")
        for key, widget in self.controls.items():
            name_control(widget, name, key)
        for full, (key, widget) in self.doubles.items():
            name_control(widget, name, full, PARAMETER[key].label.lower())
        for stage, header in self.headers.items():
            header.name(name, stage)
        name_control(self.equalizer_curve, name, "equalizer_editor", self.tr("equaliser curve"))
        name_control(self.compressor_curve, name, "compressor_editor", self.tr("compressor curve"))
        name_control(self.compressor_history, name, "compressor_history", self.tr("gain reduction"))
        name_control(self.reverb_curve, name, "reverb_curve", self.tr("decay of the reverb"))
        name_control(self.equalizer_curve.spectrum_button, name, "spectrum", self.tr("spectrum behind the equaliser"))
        name_control(self.equalizer_curve.range_button, name, "equalizer_range", self.tr("range of the equaliser"))
