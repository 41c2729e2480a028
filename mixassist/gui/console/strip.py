# SPDX-License-Identifier: Apache-2.0
"""One channel strip, top to bottom in signal order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from mixassist.domain.instruments import INSTRUMENT
from mixassist.domain.parameters import KEYS, PARAMETER
from mixassist.domain.session import Session
from mixassist.domain.track import Track
from mixassist.gui import paint
from mixassist.gui.editor import name_control, show_control
from mixassist.gui.theme import mixed, theme_of
from mixassist.gui.widgets.choice_box import ChoiceBox
from mixassist.gui.widgets.fader import Fader
from mixassist.gui.widgets.group_tag import GroupTag
from mixassist.gui.widgets.honesty_label import HonestyLabel
from mixassist.gui.widgets.level_meter import LevelMeter
from mixassist.gui.widgets.name_label import NameLabel
from mixassist.gui.widgets.pan_slider import PanSlider
from mixassist.gui.widgets.peak_number import PeakNumber
from mixassist.gui.widgets.thumbnails import CompressorThumbnail, EqualizerThumbnail
from mixassist.gui.widgets.toggle_button import ToggleButton
from mixassist.gui.widgets.value_box import ValueBox

if TYPE_CHECKING:
    from mixassist.api.honesty import Honesty
    from mixassist.playback.meters import Needle

NARROW_WIDTH = 84
WIDE_WIDTH = 116


class Strip(QFrame):
    """Shows one track and emits what its buttons want; its parameter widgets are bound by the console."""

    selected = Signal(str)
    """Picked by a click; the keys held then say what is meant."""
    stage_wanted = Signal(str, str)
    menu_wanted = Signal(str, object)
    mute_wanted = Signal(str, bool)
    solo_wanted = Signal(str)
    lock_wanted = Signal(str, bool)
    rename_wanted = Signal(str, str)
    group_menu_wanted = Signal(str, object)

    def __init__(self, track_id: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.track_id = track_id
        self._name = ""
        self._is_selected = False
        self._is_picked = False
        self._is_audible = True
        self.setFixedWidth(NARROW_WIDTH)
        self._make()
        self._lay_out()
        self._connect()

    def _make(self) -> None:
        self.title = NameLabel(self)
        self.input_gain = ValueBox(PARAMETER["input_gain_db"], self)
        self.polarity = ToggleButton("polarity", "warning", self)
        self.polarity.setToolTip(PARAMETER["polarity_inverted"].tooltip)
        self.equalizer = EqualizerThumbnail(self.tr("Equaliser"), 34, self)
        self.compressor = CompressorThumbnail(self.tr("Compressor"), 25, self)
        self.honesty = HonestyLabel(self)
        self.reverb_type = ChoiceBox(PARAMETER["reverb_type"], self)
        self.reverb_wet = ValueBox(PARAMETER["reverb_wet"], self, caption=self.tr("wet"))
        self.pan = PanSlider(self)
        self.mute = ToggleButton("M", "mute", self)
        self.mute.setToolTip(self.tr("Mute (M)"))
        self.solo = ToggleButton("S", "solo", self)
        self.solo.setToolTip(self.tr("Solo (S); Ctrl-click for only this one"))
        self.lock = ToggleButton("lock", "lock", self)
        self.lock.setToolTip(self.tr("Lock: Automix leaves this strip alone"))
        self.fader = Fader(self)
        self.meter = LevelMeter(self)
        self.fader_text = ValueBox(PARAMETER["fader_db"], self)
        self.peak = PeakNumber(self)
        self.group = GroupTag(self)
        self.foot = NameLabel(self, two_lines=False)
        self.controls: dict[str, QWidget] = {
            "input_gain_db": self.input_gain, "polarity_inverted": self.polarity, "reverb_type": self.reverb_type,
            "reverb_wet": self.reverb_wet, "pan": self.pan, "fader_db": self.fader,
        }  # fmt: skip
        self.doubles: dict[str, tuple[str, QWidget]] = {"fader_db.number": ("fader_db", self.fader_text)}

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(5, 5, 5, 5)
        column.setSpacing(3)
        column.addWidget(self.title)
        row = QHBoxLayout()
        row.setSpacing(3)
        row.addWidget(self.input_gain, 1)
        row.addWidget(self.polarity)
        column.addLayout(row)
        stages = (self.equalizer, self.compressor, self.honesty, self.reverb_type, self.reverb_wet, self.pan)
        for widget in stages:
            column.addWidget(widget)
        lamps = QHBoxLayout()
        lamps.setSpacing(3)
        for lamp in (self.mute, self.solo, self.lock):
            lamps.addWidget(lamp, 1)
        column.addLayout(lamps)
        level = QHBoxLayout()
        level.setSpacing(3)
        level.addWidget(self.fader, 1)
        level.addWidget(self.meter)
        column.addLayout(level, 1)
        numbers = QHBoxLayout()
        numbers.setSpacing(3)
        numbers.addWidget(self.fader_text, 3)
        numbers.addWidget(self.peak, 2)
        column.addLayout(numbers)
        column.addWidget(self.group)
        column.addWidget(self.foot)

    def _connect(self) -> None:
        track_id = self.track_id
        self.title.renamed.connect(lambda name: self.rename_wanted.emit(track_id, name))
        self.foot.renamed.connect(lambda name: self.rename_wanted.emit(track_id, name))
        self.title.clicked.connect(lambda: self.selected.emit(track_id))
        self.foot.clicked.connect(lambda: self.selected.emit(track_id))
        self.mute.clicked.connect(lambda on: self.mute_wanted.emit(track_id, on))
        self.solo.clicked.connect(lambda: self.solo_wanted.emit(track_id))
        self.lock.clicked.connect(lambda on: self.lock_wanted.emit(track_id, on))
        self.equalizer.clicked.connect(lambda: self.stage_wanted.emit(track_id, "equalizer"))
        self.compressor.clicked.connect(lambda: self.stage_wanted.emit(track_id, "compressor"))
        self.meter.forgotten.connect(self.show_peak)
        self.peak.clicked.connect(self.meter.forget)
        self.group.clicked.connect(
            lambda: self.group_menu_wanted.emit(track_id, self.group.mapToGlobal(self.group.rect().bottomLeft()))
        )
        for widget in (self.title, self.foot, self.equalizer, self.compressor, self.meter, self.peak):
            widget.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

    @property
    def tab_order(self) -> tuple[QWidget, ...]:
        """Its widgets from top to bottom, as Tab goes through them."""
        return (
            self.title, self.input_gain, self.polarity, self.equalizer, self.compressor, self.reverb_type,
            self.reverb_wet, self.pan, self.mute, self.solo, self.lock, self.fader, self.meter, self.fader_text,
            self.peak, self.group, self.foot,
        )  # fmt: skip

    @property
    def is_selected(self) -> bool:
        """Whether this is the strip that keys and the channel panel act on."""
        return self._is_selected

    def show_track(
        self,
        track: Track,
        session: Session,
        *,
        selected: bool,
        rendering: bool,
        faults: tuple[str, ...] = (),
        picked: bool = False,
    ) -> None:
        """Shows a track; emits nothing. `picked` says that it is one of several that were chosen."""
        channel = track.channel
        self.setFixedWidth(WIDE_WIDTH if channel.wide else NARROW_WIDTH)
        if track.name != self._name:
            self._rename(track.name)
        for key, widget in self.controls.items():
            show_control(widget, key, channel)
        for key, widget in self.doubles.values():
            show_control(widget, key, channel)
        self.mute.show_on(channel.mute)
        self.solo.show_on(channel.solo)
        self.lock.show_on(len(channel.locks) == len(KEYS))
        rate, stages = session.sample_rate_hz, channel.stages
        self.equalizer.show_controls(channel.controls, channel.prediction, stages.equalizer, rate)
        self.compressor.show_controls(channel.controls, channel.prediction, stages.compressor, rate)
        self._show_title(track, selected, rendering, faults)
        audible = session.is_audible(track)
        if (selected, picked, audible) != (self._is_selected, self._is_picked, self._is_audible):
            self._is_selected, self._is_picked, self._is_audible = selected, picked, audible
            self.update()

    def show_group(self, name: str, colour: str, offered: bool) -> None:
        """Shows the group that the strip belongs to; `offered` says whether there are groups at all."""
        self.group.show_group(name, colour, offered)

    def show_needle(self, needle: Needle | None) -> None:
        """Shows the levels of this moment."""
        self.meter.show_needle(needle)
        self.show_peak()

    def show_peak(self) -> None:
        """Writes the highest peak under the meter."""
        self.peak.show_peak(self.meter.top_db, self.meter.is_clipped)

    def show_honesty(self, honesty: Honesty | None, *, is_current: bool, offered: bool) -> None:
        """Shows how far the model is from the console for this channel; None when there is nothing to compare.

        `offered` says whether there is a model at all.
        """
        self.honesty.show_offered(offered)
        self.honesty.show_honesty(honesty, is_current)

    def _show_title(self, track: Track, selected: bool, rendering: bool, faults: tuple[str, ...]) -> None:
        instrument = INSTRUMENT.get(track.channel.instrument)
        words = self.tr("rendering…") if rendering else (instrument.label if instrument else self.tr("unknown"))
        colour = track.channel.colour or theme_of(self).family_colour(track.channel.instrument).name()
        self.title.show_name(track.name, colour, words, busy=rendering, selected=selected, faults=faults)
        self.foot.show_name(track.name, colour)

    def _rename(self, name: str) -> None:
        self._name = name
        self.setObjectName(f"{name}.strip")
        self.setAccessibleName(name)
        for key, widget in self.controls.items():
            name_control(widget, name, key)
        name_control(self.fader_text, name, "fader_db.number", self.tr("fader in dB"))
        named = {
            "mute": self.mute, "solo": self.solo, "lock": self.lock, "meter": self.meter, "name": self.title,
            "foot": self.foot, "equalizer_curve": self.equalizer, "compressor_curve": self.compressor,
            "honesty": self.honesty, "peak": self.peak, "group": self.group,
        }  # fmt: skip
        for key, widget in named.items():
            name_control(widget, name, key)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.selected.emit(self.track_id)
        super().mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if not (self._is_selected or self._is_picked):
            self.selected.emit(self.track_id)
        self.menu_wanted.emit(self.track_id, event.globalPos())
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = paint.painter_for(self)
        theme = theme_of(self)
        fill = theme.colour("panel")
        if self._is_selected:
            fill = mixed(fill, theme.colour("raised"), 0.8)
        elif not self._is_audible:
            fill = mixed(fill, theme.colour("sunken"), 0.6)
        line = theme.colour("line")
        if self._is_selected:
            line = theme.colour("accent")
        elif self._is_picked:
            line = mixed(theme.colour("line"), theme.colour("accent"), 0.6)
        paint.box(painter, QRectF(self.rect()), fill, line, 6)
