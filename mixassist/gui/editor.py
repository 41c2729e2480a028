# SPDX-License-Identifier: Apache-2.0
"""The one place where widgets and the document meet: edits become commands, values become pictures."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from mixassist.domain.channel import Channel
from mixassist.domain.commands import BackToPrediction, Command, SetChannelFields, SetControl, SetControls, SetSolo
from mixassist.domain.console_commands import FADER, SetMutes, fader_values, linked_fader_move, linked_ids
from mixassist.domain.document import Document
from mixassist.domain.errors import MixAssistError
from mixassist.domain.parameters import PARAMETER, Value
from mixassist.gui.widgets.choice_box import ChoiceBox
from mixassist.gui.widgets.parameter_slider import ParameterSlider
from mixassist.gui.widgets.toggle_button import ToggleButton

_NUDGES_BELONG_TOGETHER_MS = 700


class Editor(QObject):
    """Executes commands on a document and keeps gestures; a refused edit is told and changes nothing."""

    refused = Signal(str)
    accepted = Signal()
    """An edit was made: what was said about one that was refused is over."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_NUDGES_BELONG_TOGETHER_MS)
        self._pause.timeout.connect(self.end_gesture)
        self._in_gesture = False
        self._start_db: dict[str, float] = {}

    def execute(self, command: Command) -> None:
        """Applies a command; a `MixAssistError` is told."""
        try:
            self.document.execute(command)
        except MixAssistError as error:
            self.refused.emit(str(error))
        else:
            self.accepted.emit()

    def begin_gesture(self) -> None:
        """Mouse press."""
        self.end_gesture()
        self._in_gesture = True
        self.document.begin_gesture()

    def end_gesture(self) -> None:
        """Mouse release, or the end of a row of nudges."""
        self._pause.stop()
        self._in_gesture = False
        self._start_db = {}
        self.document.end_gesture()

    def nudge(self, command: Command) -> None:
        """Applies a wheel notch or a key press; neighbours in time make one step."""
        self._begin_nudge()
        self.execute(command)

    def _begin_nudge(self) -> None:
        if not self._pause.isActive():
            self.begin_gesture()
        self._pause.start()

    def control_edit(self, track_id: str, key: str, value: Value) -> Command:
        """Returns the command that sets a control; a fader takes the faders of its group along."""
        session = self.document.session
        linked = linked_ids(session, track_id) if key == FADER else ()
        if len(linked) < 2:
            return SetControl(track_id, key, value)
        start_db = self._start_db if track_id in self._start_db else fader_values(session, linked)
        if self._in_gesture:
            self._start_db = start_db
        return linked_fader_move(session, track_id, float(value), start_db)

    def bind(self, widget: QWidget, track_id: str, key: str) -> None:
        """Ties a parameter widget's edits to one control of one track."""
        if isinstance(widget, ParameterSlider):
            widget.edited.connect(lambda value: self.execute(self.control_edit(track_id, key, value)))
            widget.nudged.connect(lambda value: self.nudge_control(track_id, key, value))
            widget.gesture_started.connect(self.begin_gesture)
            widget.gesture_ended.connect(self.end_gesture)
            widget.prediction_wanted.connect(lambda: self.execute(BackToPrediction((track_id,), (key,))))
            widget.refused.connect(self.refused)
            widget.menu_wanted.connect(lambda at: self.open_menu(widget, track_id, key, at))
        elif isinstance(widget, ChoiceBox):
            widget.edited.connect(lambda value: self.execute(SetControl(track_id, key, value)))
            widget.prediction_wanted.connect(lambda: self.execute(BackToPrediction((track_id,), (key,))))
            widget.menu_wanted.connect(lambda at: self.open_menu(widget, track_id, key, at))
        elif isinstance(widget, ToggleButton):
            widget.clicked.connect(lambda on: self.execute(SetControl(track_id, key, bool(on))))
            widget.prediction_wanted.connect(lambda: self.execute(BackToPrediction((track_id,), (key,))))
            widget.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            widget.customContextMenuRequested.connect(
                lambda at: self.open_menu(widget, track_id, key, widget.mapToGlobal(at))
            )

    def nudge_control(self, track_id: str, key: str, value: Value) -> None:
        """Sets a control by a wheel notch or a key; neighbours in time make one step."""
        self._begin_nudge()
        self.execute(self.control_edit(track_id, key, value))

    def set_values(self, track_id: str, values: dict[str, Value], words: str) -> None:
        """Sets several controls of a track at once, inside a gesture or alone."""
        name = self.document.session.track(track_id).name
        self.execute(SetControls({track_id: values}, f"{name}: {words}"))

    def nudge_values(self, track_id: str, values: dict[str, Value], words: str) -> None:
        """Sets several controls of a track by a wheel notch; neighbours in time make one step."""
        name = self.document.session.track(track_id).name
        self.nudge(SetControls({track_id: values}, f"{name}: {words}"))

    def set_locks(self, track_id: str, keys: tuple[str, ...], on: bool) -> None:
        """Locks or frees controls of a track."""
        locks = self.document.session.track(track_id).channel.locks
        changed = locks | set(keys) if on else locks - set(keys)
        self.execute(SetChannelFields(track_id, {"locks": frozenset(changed)}, "lock" if on else "unlock"))

    def toggle_mute(self, track_id: str, *others: str) -> None:
        """Mutes or unmutes a track, its group, and others with theirs, as the first one is, in one step."""
        session = self.document.session
        channel, chosen = session.track(track_id).channel, self._with_groups(track_id, *others)
        if len(chosen) > 1:
            words = channel.group if chosen == linked_ids(session, track_id) else ""
            self.execute(SetMutes(chosen, not channel.mute, words))
        else:
            words = "unmute" if channel.mute else "mute"
            self.execute(SetChannelFields(track_id, {"mute": not channel.mute}, words))

    def toggle_solo(self, track_id: str, *others: str, only: bool | None = None) -> None:
        """Soloes a track, its group, and others with theirs, or (Ctrl) these alone; again takes it back."""
        if only is None:
            only = bool(QApplication.keyboardModifiers() & Qt.KeyboardModifier.ControlModifier)
        soloed = {t.id for t in self.document.session.tracks if t.channel.solo}
        chosen = set(self._with_groups(track_id, *others))
        if only:
            wanted = set() if soloed == chosen else chosen
        else:
            wanted = soloed - chosen if track_id in soloed else soloed | chosen
        self.execute(SetSolo(frozenset(wanted)))

    def _with_groups(self, *track_ids: str) -> tuple[str, ...]:
        """Returns tracks and those that are linked with them, in the session's order."""
        session = self.document.session
        linked = {i for track_id in track_ids for i in linked_ids(session, track_id)}
        return tuple(t.id for t in session.tracks if t.id in linked)

    def open_menu(self, widget: QWidget, track_id: str, key: str, at: QPoint) -> None:
        """Opens a control's own menu: type, default, prediction, lock."""
        menu = self.menu_for(widget, track_id, key)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def menu_for(self, widget: QWidget, track_id: str, key: str) -> QMenu:
        """Builds a control's own menu."""
        channel = self.document.session.track(track_id).channel
        menu = QMenu(widget)
        if isinstance(widget, ParameterSlider):
            menu.addAction(self.tr("Type a value…"), widget.start_typing)
        default = PARAMETER[key].default
        reset = menu.addAction(self.tr("Reset to default"))
        reset.triggered.connect(lambda: self.execute(SetControl(track_id, key, default)))
        back = menu.addAction(self.tr("Back to the prediction"))
        back.setEnabled(channel.prediction is not None and channel.prediction[key] != channel.controls[key])
        back.triggered.connect(lambda: self.execute(BackToPrediction((track_id,), (key,))))
        menu.addSeparator()
        lock = menu.addAction(self.tr("Lock against Automix"))
        lock.setCheckable(True)
        lock.setChecked(key in channel.locks)
        lock.triggered.connect(lambda on: self.set_locks(track_id, (key,), on))
        return menu


def show_control(widget: QWidget, key: str, channel: Channel) -> None:
    """Shows one control of a channel in its widget; emits nothing."""
    value = channel.controls[key]
    predicted = None if channel.prediction is None else channel.prediction[key]
    locked = key in channel.locks
    if isinstance(widget, ParameterSlider):
        widget.show_value(float(value), None if predicted is None else float(predicted), locked)
    elif isinstance(widget, ChoiceBox):
        widget.show_value(str(value), None if predicted is None else str(predicted), locked)
    elif isinstance(widget, ToggleButton):
        widget.show_value(bool(value), None if predicted is None else bool(predicted), locked)


def name_control(widget: QWidget, track_name: str, key: str, words: str = "") -> None:
    """Gives a widget its object name `STRIP.KEY` and its accessible name `Strip, words`."""
    widget.setObjectName(f"{track_name}.{key}")
    spoken = words or (PARAMETER[key].label.lower() if key in PARAMETER else key.replace("_", " "))
    widget.setAccessibleName(f"{track_name}, {spoken}")
