# SPDX-License-Identifier: Apache-2.0
"""The channel panel's frame: the selected track's name and instrument above its stages."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from mixassist.domain.commands import BackToPrediction, RenameTrack, SetChannelFields, set_stage
from mixassist.domain.instruments import INSTRUMENTS
from mixassist.domain.parameters import keys_of
from mixassist.domain.session import Session
from mixassist.domain.track import Track
from mixassist.gui import paint
from mixassist.gui.editor import Editor
from mixassist.gui.editors.channel_panel import PANEL_WIDTH, ChannelPanel
from mixassist.gui.later import MANY, Later
from mixassist.gui.theme import theme_of
from mixassist.gui.widgets.flat_combo import FlatCombo
from mixassist.gui.widgets.name_label import NameLabel
from mixassist.gui.widgets.push_button import PushButton


class ChannelStack(QFrame):
    """One panel a track, of which the selected one is seen."""

    menu_wanted = Signal(str, object)
    choices_changed = Signal()

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("channel")
        self.setFixedWidth(PANEL_WIDTH)
        self._editor = editor
        self._panels: dict[str, ChannelPanel] = {}
        self._selected_id = ""
        self._session = Session()
        self._waiting: list[str] = []
        self.spectrum_choice, self.range_choice = "after", "auto"
        self._builder = QTimer(self)
        self._builder.setInterval(0)
        self._builder.timeout.connect(self._build_next)
        self._later = Later(self._show_late, 1, self)
        self.title = NameLabel(self)
        self.title.setObjectName("channel.name")
        self.instrument = FlatCombo(self)
        self.back = PushButton(self.tr("Back to prediction"), self)
        self.pages = QStackedWidget(self)
        self._make()

    def _make(self) -> None:
        self.instrument.setObjectName("channel.instrument")
        self.instrument.setAccessibleName(self.tr("Instrument of the selected track"))
        self.instrument.setToolTip(self.tr("What this track is; correct it if the guess is wrong"))
        self.instrument.addItem(self.tr("Unknown"), "")
        for instrument in INSTRUMENTS:
            self.instrument.addItem(instrument.label, instrument.key)
        self.instrument.activated.connect(self._pick_instrument)
        self.back.setObjectName("channel.back")
        self.back.setToolTip(self.tr("Put every control of this strip back to the prediction"))
        self.back.clicked.connect(lambda: self._editor.execute(BackToPrediction((self._selected_id,))))
        self.title.renamed.connect(lambda name: self._editor.execute(RenameTrack(self._selected_id, name)))
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self.pages)
        scroll.setStyleSheet("QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; }")
        row = QHBoxLayout()
        row.setSpacing(5)
        row.addWidget(self.instrument, 1)
        row.addWidget(self.back)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.title)
        column.addLayout(row)
        column.addWidget(scroll, 1)

    @property
    def panels(self) -> dict[str, ChannelPanel]:
        """Panels by track id."""
        return self._panels

    def show_session(self, session: Session, selected_id: str) -> None:
        """Shows a session: drops panels and makes the selected one; the others wait for `build_rest`."""
        ids = {t.id for t in session.tracks}
        for track_id in [i for i in self._panels if i not in ids]:
            panel = self._panels.pop(track_id)
            self._later.drop(track_id)
            self.pages.removeWidget(panel)
            panel.hide()
            panel.setParent(None)
            panel.deleteLater()
        self._session = session
        self._waiting = [t.id for t in session.tracks if t.id not in self._panels]
        self.select(selected_id, session)
        self.refresh(session)

    def build_rest(self) -> None:
        """Begins to make the panels that are still waiting, one a turn of the event loop."""
        if self._waiting:
            self._builder.start()

    @property
    def is_complete(self) -> bool:
        """Whether every track has its panel."""
        return not self._waiting

    @property
    def is_current(self) -> bool:
        """Whether every panel shows the present values; those out of sight follow a little later."""
        return self._later.is_done

    def complete(self) -> None:
        """Makes the panels that are still waiting and brings all up to date, at once."""
        while self._waiting:
            self._build_next()
        self._later.do()

    def _build_next(self) -> None:
        if self._waiting:
            self._build(self._waiting[0])
        if not self._waiting:
            self._builder.stop()

    def _build(self, track_id: str) -> None:
        self._waiting.remove(track_id)
        self._panels[track_id] = self._make_panel(track_id)
        self._panels[track_id].show_track(self._session.track(track_id), self._session)

    def select(self, track_id: str, session: Session) -> None:
        """Shows a track's panel."""
        self._selected_id = track_id
        if track_id in self._waiting:
            self._build(track_id)
        self.setEnabled(track_id in self._panels)
        if track_id in self._panels:
            self.pages.setCurrentWidget(self._panels[track_id])
        self.refresh(session, (track_id,))

    def choose(self, spectrum: str, range_choice: str) -> None:
        """Shows another spectrum (`before`, `after`, `off`) or range behind the equalisers of all tracks."""
        self.spectrum_choice, self.range_choice = spectrum, range_choice
        for panel in self._panels.values():
            panel.equalizer_curve.show_choices(spectrum, range_choice)
        self.choices_changed.emit()

    @property
    def shown_panel(self) -> ChannelPanel | None:
        """The panel that is in sight."""
        return self._panels.get(self._selected_id) if self.isVisible() else None

    def refresh(self, session: Session, only: tuple[str, ...] | None = None) -> None:
        """Shows the present values; `only` names the tracks that changed."""
        self._session = session
        wanted = {i for i in self._panels if only is None or i in only}
        if len(wanted) > MANY:
            self._later.put(i for i in self._panels if i in wanted and i != self._selected_id)
            wanted &= {self._selected_id}
        for track in session.tracks:
            if track.id in wanted:
                self._show_late(track.id)
            if track.id == self._selected_id:
                channel = track.channel
                colour = channel.colour or theme_of(self).family_colour(channel.instrument).name()
                self.title.show_name(track.name, colour, self._source_words(track, session))
                self.instrument.setCurrentIndex(max(self.instrument.findData(channel.instrument), 0))
                moved = channel.prediction is not None and channel.prediction != channel.controls
                self.back.setEnabled(moved)
        if not session.tracks:
            self.title.show_name(self.tr("No track"), theme_of(self).family_colour("").name())

    def _show_late(self, track_id: str) -> None:
        self._later.drop(track_id)
        self._panels[track_id].show_track(self._session.track(track_id), self._session)

    def _source_words(self, track: Track, session: Session) -> str:
        sides = self.tr("stereo") if track.source.channel_count == 2 else self.tr("mono")
        seconds = track.source.frames_at(session.sample_rate_hz) / session.sample_rate_hz
        file = track.source.files[0].path.replace("\\", "/").rsplit("/", 1)[-1]
        return f"{sides} · {int(seconds // 60)}:{seconds % 60:04.1f} · {file}"

    def _pick_instrument(self, index: int) -> None:
        wanted = str(self.instrument.itemData(index))
        self._editor.execute(SetChannelFields(self._selected_id, {"instrument": wanted}, "instrument"))

    def _make_panel(self, track_id: str) -> ChannelPanel:
        panel, editor = ChannelPanel(track_id, self.pages), self._editor
        for key, widget in panel.controls.items():
            editor.bind(widget, track_id, key)
        for key, widget in panel.doubles.values():
            editor.bind(widget, track_id, key)
        panel.stage_switched.connect(
            lambda stage, on: editor.execute(set_stage(editor.document.session, track_id, stage, on))
        )
        panel.stage_lock_wanted.connect(lambda group, on: editor.set_locks(track_id, keys_of(group), on))
        panel.stage_back_wanted.connect(lambda group: editor.execute(BackToPrediction((track_id,), keys_of(group))))
        curve, compressor = panel.equalizer_curve, panel.compressor_curve
        curve.gesture_started.connect(editor.begin_gesture)
        curve.gesture_ended.connect(editor.end_gesture)
        curve.bands_edited.connect(lambda values, words: editor.set_values(track_id, values, words))
        curve.bands_nudged.connect(lambda values, words: editor.nudge_values(track_id, values, words))
        compressor.gesture_started.connect(editor.begin_gesture)
        compressor.gesture_ended.connect(editor.end_gesture)
        compressor.edited.connect(lambda values, words: editor.set_values(track_id, values, words))
        curve.prediction_wanted.connect(lambda keys: editor.execute(BackToPrediction((track_id,), keys)))
        compressor.prediction_wanted.connect(lambda keys: editor.execute(BackToPrediction((track_id,), keys)))
        curve.show_choices(self.spectrum_choice, self.range_choice)
        curve.spectrum_picked.connect(lambda choice: self.choose(choice, self.range_choice))
        curve.range_picked.connect(lambda choice: self.choose(self.spectrum_choice, choice))
        panel.resize(0, 0)  # the stack puts a new page under the present one, and what it covers is painted anew
        self.pages.addWidget(panel)
        return panel

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self)
        paint.box(paint.painter_for(self), QRectF(self.rect()), theme.colour("panel"), theme.colour("line"), 6)
