# SPDX-License-Identifier: Apache-2.0
"""The console: strips in a scrolling row, the master fixed at the right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from mixassist.domain.commands import RenameTrack, SetMaster, SetSolo
from mixassist.domain.console_commands import group_names
from mixassist.domain.parameters import KEYS
from mixassist.domain.session import Session
from mixassist.domain.track import Track
from mixassist.gui.console.master_strip import MasterStrip
from mixassist.gui.console.mix_bar import MixBar
from mixassist.gui.console.strip import NARROW_WIDTH, WIDE_WIDTH, Strip
from mixassist.gui.console.strip_row import StripRow
from mixassist.gui.editor import Editor
from mixassist.gui.later import MANY, Later
from mixassist.gui.widgets.group_tag import group_colour

if TYPE_CHECKING:
    from mixassist.playback.meters import MeterReader

_STRIPS_A_TURN = 2
"""Strips made in one turn of the event loop: a few milliseconds, so that the window answers while it fills."""
_SHOWN_A_TURN = 6
"""Strips out of sight that are brought up to date in one turn, where so many changed that they wait."""
_LEAST_ROW_PIXELS = 250
"""What the strips get in the lowest window, such as 1920 × 1080 at 200 %."""


class Console(QWidget):
    """Keeps one strip a track, in the session's order, the selection, and what else is chosen with it."""

    selection_changed = Signal(str)
    stage_wanted = Signal(str, str)
    track_menu_wanted = Signal(str, object)
    group_menu_wanted = Signal(str, object)
    strip_made = Signal(str)
    completed = Signal()
    """Every track has its strip."""

    def __init__(self, editor: Editor, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("console")
        self._editor = editor
        self._strips: dict[str, Strip] = {}
        self._waiting: list[str] = []
        self._session = Session()
        self._rendering: frozenset[str] = frozenset()
        self._faults: Mapping[str, tuple[str, ...]] = {}
        self.selected_id = ""
        self._picked: frozenset[str] = frozenset()
        self._builder = QTimer(self)
        self._builder.setInterval(0)
        self._builder.timeout.connect(self._build_some)
        self._strip_height = 0
        self._later = Later(self._show_late, _SHOWN_A_TURN, self)
        self.row = StripRow(self)
        self._holder = QWidget()
        self._line = QHBoxLayout(self._holder)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(4)
        self._line.addStretch(1)
        self.row.setWidget(self._holder)
        self.master = MasterStrip(self)
        self.mix_bar = MixBar(actions, self)
        strips = QVBoxLayout()
        strips.setSpacing(5)
        strips.addWidget(self.mix_bar)
        strips.addWidget(self.row, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(strips, 1)
        layout.addWidget(self.master)
        self._connect_master()

    @property
    def strips(self) -> dict[str, Strip]:
        """The strips that are made already, by track id, in the session's order."""
        return self._strips

    @property
    def is_complete(self) -> bool:
        """Whether every track has its strip; they are made a few a turn of the event loop."""
        return not self._waiting

    @property
    def is_current(self) -> bool:
        """Whether every strip that there is shows the present values; those out of sight may follow a little later."""
        return self._later.is_done

    def _connect_master(self) -> None:
        master, editor = self.master, self._editor
        master.edited.connect(lambda value, words: editor.execute(SetMaster(value, words)))
        master.nudged.connect(lambda value, words: editor.nudge(SetMaster(value, words)))
        master.gesture_started.connect(editor.begin_gesture)
        master.gesture_ended.connect(editor.end_gesture)
        master.refused.connect(editor.refused)
        master.solo_clear_wanted.connect(lambda: editor.execute(SetSolo(frozenset())))

    def show_session(self, session: Session) -> None:
        """Shows a session: makes and drops strips as needed, keeps the rest; emits only a lost selection.

        The first missing strip is made at once, the others a few a turn.
        """
        self._session = session
        ids = [t.id for t in session.tracks]
        for track_id in [i for i in self._strips if i not in ids]:
            strip = self._strips.pop(track_id)
            self._later.drop(track_id)
            self._line.removeWidget(strip)
            strip.hide()
            strip.setParent(None)
            strip.deleteLater()
        self._waiting = [i for i in ids if i not in self._strips]
        if list(self._strips) != [i for i in ids if i in self._strips]:
            self._put_in_order()
        if self._waiting:
            self._build(self._waiting[0])
        # As wide as all strips from the start: a row that grew would be painted anew with each of them.
        self._keep_width()
        if self._waiting:
            self._builder.start()
        self._picked &= frozenset(ids)
        if self.selected_id not in ids:
            self.selected_id = ids[0] if ids else ""
            self.selection_changed.emit(self.selected_id)
        self._need_height()
        self.refresh(session)

    def _put_in_order(self) -> None:
        """Puts the strips that are there into the session's order."""
        self._strips = {t.id: self._strips[t.id] for t in self._session.tracks if t.id in self._strips}
        for place, strip in enumerate(self._strips.values()):
            if self._line.indexOf(strip) != place:
                self._line.removeWidget(strip)
                self._line.insertWidget(place, strip)
        if self.is_complete:
            self._set_tab_order()

    def _build(self, track_id: str) -> None:
        self._waiting.remove(track_id)
        self._strips[track_id] = self._make_strip(track_id)
        self._show(self._session.track(track_id))
        self._put_in_order()
        self.strip_made.emit(track_id)

    def _build_some(self) -> None:
        for track_id in self._waiting[:_STRIPS_A_TURN]:
            self._build(track_id)
        if self.is_complete:
            self._builder.stop()
            self.completed.emit()

    def complete(self) -> None:
        """Makes the strips that are still waiting and brings all up to date, at once."""
        while self._waiting:
            self._build(self._waiting[0])
        self._later.do()

    def needed_height(self) -> int:
        """Returns the height at which whole strips are seen; in a lower window the row scrolls."""
        return self.minimumSizeHint().height() + self._strip_height - self.row.minimumHeight()

    def _need_height(self) -> None:
        """Asks for the height of a whole strip and the scroll bar under it, as far as a low window has it."""
        strip = next(iter(self._strips.values()), None)
        if strip is not None:
            layout = strip.layout()
            if layout is not None:
                layout.activate()  # a line that has just been shown counts
            bar = self.row.horizontalScrollBar().sizeHint().height()
            self._strip_height = strip.minimumSizeHint().height() + bar
            self.row.setMinimumHeight(min(self._strip_height, _LEAST_ROW_PIXELS))

    def _keep_width(self) -> None:
        widths = (WIDE_WIDTH if t.channel.wide else NARROW_WIDTH for t in self._session.tracks)
        self._holder.setMinimumWidth(sum(w + self._line.spacing() for w in widths))

    def show_levels(self, reader: MeterReader) -> None:
        """Shows the meters of this moment."""
        for track_id, strip in self._strips.items():
            strip.show_needle(reader.strips.get(track_id))
        self.master.meter.show_needle(reader.master)
        self.master.show_peak()

    def refresh(self, session: Session, only: Iterable[str] | None = None) -> None:
        """Shows the present values; `only` names the tracks that changed."""
        before, self._session = self._session, session
        wanted = set(self._strips) if only is None else set(only) & set(self._strips)
        if group_names(before) != group_names(session):
            wanted = set(self._strips)
        if len(wanted) > MANY:
            late = {i for i in wanted if self._strips[i].visibleRegion().isEmpty()}
            self._later.put(t.id for t in session.tracks if t.id in late)
            wanted -= late
        for track in session.tracks:
            if track.id in wanted:
                self._show(track)
        self._keep_width()
        self._need_height()
        self.master.show_session(session)
        self.mix_bar.show_session(session)

    def _show_late(self, track_id: str) -> None:
        self._show(self._session.track(track_id))

    def _show(self, track: Track) -> None:
        self._later.drop(track.id)
        groups = group_names(self._session)
        name = track.channel.group
        colour = group_colour(groups.index(name)) if name else ""
        self._strips[track.id].show_group(name, colour, bool(groups))
        self._strips[track.id].show_track(
            track,
            self._session,
            selected=track.id == self.selected_id,
            rendering=track.id in self._rendering,
            faults=self._faults.get(track.id, ()),
            picked=track.id in self._picked,
        )

    def show_rendering(self, track_ids: frozenset[str], session: Session) -> None:
        """Says which strips are being rendered."""
        changed = self._rendering ^ track_ids
        self._rendering = track_ids
        if changed:
            self.refresh(session, changed & set(self._strips))

    def show_faults(self, faults: Mapping[str, tuple[str, ...]]) -> None:
        """Marks the strips that something is wrong with, and says what in their tool tips."""
        changed = {i for i in (*faults, *self._faults) if faults.get(i) != self._faults.get(i)}
        self._faults = faults
        self.refresh(self._session, changed)

    @property
    def picked_ids(self) -> tuple[str, ...]:
        """The strips that were chosen together, the selected one among them, in the session's order."""
        chosen = self._picked | {self.selected_id}
        return tuple(t.id for t in self._session.tracks if t.id in chosen)

    def select(self, track_id: str) -> None:
        """Selects a strip alone and scrolls it into sight."""
        if track_id in self._waiting:
            self._build(track_id)
        if track_id not in self._strips or (track_id == self.selected_id and not self._picked):
            return
        before = {*self._picked, self.selected_id}
        is_new, self.selected_id, self._picked = track_id != self.selected_id, track_id, frozenset()
        self.refresh(self._editor.document.session, {*before, track_id})
        self.row.ensureWidgetVisible(self._strips[track_id], 8, 0)
        if is_new:
            self.selection_changed.emit(track_id)

    def pick(self, track_ids: tuple[str, ...]) -> None:
        """Chooses several strips; the selected one stays selected and is always among them."""
        before, self._picked = self._picked, frozenset(track_ids) & {t.id for t in self._session.tracks}
        self.refresh(self._session, before ^ self._picked)

    def extend_choice(self, by: int) -> None:
        """Takes the neighbour at that side of the selected strip into the choice and selects it."""
        ids = [t.id for t in self._session.tracks]
        if self.selected_id not in ids:
            return
        place = ids.index(self.selected_id) + by
        if 0 <= place < len(ids):
            chosen = self._picked | {self.selected_id}
            self.select(ids[place])
            self.pick(tuple(chosen | {ids[place]}))

    def _pick_by_click(self, track_id: str) -> None:
        """A click selects; with Ctrl it takes a strip in or out, with Shift it takes all up to there."""
        keys, ids = QApplication.keyboardModifiers(), [t.id for t in self._session.tracks]
        if keys & Qt.KeyboardModifier.ControlModifier and track_id != self.selected_id:
            self.pick(tuple((self._picked | {self.selected_id}) ^ {track_id}))
        elif keys & Qt.KeyboardModifier.ShiftModifier and self.selected_id in ids:
            first, last = sorted((ids.index(self.selected_id), ids.index(track_id)))
            self.pick(tuple(ids[first : last + 1]))
        elif track_id not in self._picked or keys == Qt.KeyboardModifier.NoModifier:
            self.select(track_id)

    def _make_strip(self, track_id: str) -> Strip:
        strip, editor = Strip(track_id, self._holder), self._editor
        for key, widget in strip.controls.items():
            editor.bind(widget, track_id, key)
        for key, widget in strip.doubles.values():
            editor.bind(widget, track_id, key)
        strip.selected.connect(self._pick_by_click)
        strip.group_menu_wanted.connect(self.group_menu_wanted)
        strip.stage_wanted.connect(self.stage_wanted)
        strip.menu_wanted.connect(self.track_menu_wanted)
        strip.mute_wanted.connect(lambda i, _: editor.toggle_mute(i))
        strip.solo_wanted.connect(editor.toggle_solo)
        strip.lock_wanted.connect(lambda i, on: editor.set_locks(i, KEYS, on))
        strip.rename_wanted.connect(lambda i, name: editor.execute(RenameTrack(i, name)))
        return strip

    def _set_tab_order(self) -> None:
        """Tab goes down a strip, then to the next one."""
        previous: QWidget | None = None
        for strip in self._strips.values():
            for widget in strip.tab_order:
                if previous is not None:
                    QWidget.setTabOrder(previous, widget)
                previous = widget
