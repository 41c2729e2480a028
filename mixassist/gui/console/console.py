# SPDX-License-Identifier: Apache-2.0
"""The console: strips in a scrolling row, the master fixed at the right."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QWidget

from mixassist.domain.commands import RenameTrack, SetChannelFields, SetMaster, SetSolo
from mixassist.domain.parameters import KEYS
from mixassist.domain.session import Session
from mixassist.gui.console.master_strip import MasterStrip
from mixassist.gui.console.strip import Strip
from mixassist.gui.editor import Editor


class StripRow(QScrollArea):
    """Scrolls sideways with the plain wheel."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QScrollArea.Shape.NoFrame)

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta().x() or event.angleDelta().y()
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - round(delta * 0.8))
        event.accept()


class Console(QWidget):
    """Keeps one strip a track, in the session's order, and the selection."""

    selection_changed = Signal(str)
    stage_wanted = Signal(str, str)
    track_menu_wanted = Signal(str, object)

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("console")
        self._editor = editor
        self._strips: dict[str, Strip] = {}
        self._rendering: frozenset[str] = frozenset()
        self.selected_id = ""
        self.row = StripRow(self)
        self._holder = QWidget()
        self._line = QHBoxLayout(self._holder)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(4)
        self._line.addStretch(1)
        self.row.setWidget(self._holder)
        self.master = MasterStrip(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.row, 1)
        layout.addWidget(self.master)
        self._connect_master()

    @property
    def strips(self) -> dict[str, Strip]:
        """Strips by track id."""
        return self._strips

    def _connect_master(self) -> None:
        master, editor = self.master, self._editor
        master.edited.connect(lambda value, words: editor.execute(SetMaster(value, words)))
        master.nudged.connect(lambda value, words: editor.nudge(SetMaster(value, words)))
        master.gesture_started.connect(editor.begin_gesture)
        master.gesture_ended.connect(editor.end_gesture)
        master.refused.connect(editor.refused)
        master.solo_clear_wanted.connect(lambda: editor.execute(SetSolo(frozenset())))

    def show_session(self, session: Session) -> None:
        """Shows a session: makes and drops strips as needed, keeps the rest; emits only a lost selection."""
        ids = [t.id for t in session.tracks]
        for track_id in [i for i in self._strips if i not in ids]:
            strip = self._strips.pop(track_id)
            self._line.removeWidget(strip)
            strip.hide()
            strip.setParent(None)
            strip.deleteLater()
        for place, track_id in enumerate(ids):
            if track_id not in self._strips:
                self._strips[track_id] = self._make_strip(track_id)
            if self._line.indexOf(self._strips[track_id]) != place:
                self._line.removeWidget(self._strips[track_id])
                self._line.insertWidget(place, self._strips[track_id])
        if list(self._strips) != ids:
            self._strips = {i: self._strips[i] for i in ids}
            self._set_tab_order()
        if self.selected_id not in self._strips:
            self.selected_id = ids[0] if ids else ""
            self.selection_changed.emit(self.selected_id)
        self._need_height()
        self.refresh(session)

    def _need_height(self) -> None:
        """Asks for the height of a whole strip and the scroll bar under it."""
        strip = next(iter(self._strips.values()), None)
        if strip is not None:
            bar = self.row.horizontalScrollBar().sizeHint().height()
            self.row.setMinimumHeight(strip.minimumSizeHint().height() + bar)

    def refresh(self, session: Session, only: Iterable[str] | None = None) -> None:
        """Shows the present values; `only` names the tracks that changed."""
        wanted = None if only is None else set(only)
        for track in session.tracks:
            if wanted is None or track.id in wanted:
                self._strips[track.id].show_track(
                    track, session, selected=track.id == self.selected_id, rendering=track.id in self._rendering
                )
        self.master.show_session(session)

    def show_rendering(self, track_ids: frozenset[str], session: Session) -> None:
        """Says which strips are being rendered."""
        changed = self._rendering ^ track_ids
        self._rendering = track_ids
        if changed:
            self.refresh(session, changed & set(self._strips))

    def select(self, track_id: str) -> None:
        """Selects a strip and scrolls it into sight."""
        if track_id not in self._strips or track_id == self.selected_id:
            return
        before, self.selected_id = self.selected_id, track_id
        self.refresh(self._editor.document.session, {before, track_id})
        self.row.ensureWidgetVisible(self._strips[track_id], 8, 0)
        self.selection_changed.emit(track_id)

    def _make_strip(self, track_id: str) -> Strip:
        strip, editor = Strip(track_id, self._holder), self._editor
        for key, widget in strip.controls.items():
            editor.bind(widget, track_id, key)
        for key, widget in strip.doubles.values():
            editor.bind(widget, track_id, key)
        strip.selected.connect(self.select)
        strip.stage_wanted.connect(self.stage_wanted)
        strip.menu_wanted.connect(self.track_menu_wanted)
        strip.mute_wanted.connect(
            lambda i, on: editor.execute(SetChannelFields(i, {"mute": on}, "mute" if on else "unmute"))
        )
        strip.solo_wanted.connect(editor.toggle_solo)
        strip.lock_wanted.connect(lambda i, on: editor.set_locks(i, KEYS, on))
        strip.rename_wanted.connect(lambda i, name: editor.execute(RenameTrack(i, name)))
        return strip

    def _set_tab_order(self) -> None:
        """Tab goes down a strip, then to the next one."""
        previous: QWidget | None = None
        for strip in self._strips.values():
            for widget in (
                strip.title, strip.input_gain, strip.polarity, strip.equalizer, strip.compressor, strip.reverb_type,
                strip.reverb_wet, strip.pan, strip.mute, strip.solo, strip.lock, strip.fader, strip.meter,
                strip.fader_text, strip.foot,
            ):  # fmt: skip
                if previous is not None:
                    QWidget.setTabOrder(previous, widget)
                previous = widget
