# SPDX-License-Identifier: Apache-2.0
"""The console as a whole: snapshots, amount, reference, groups, widths and colours of strips."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QInputDialog

from mixassist.domain.channel import Stages
from mixassist.domain.commands import SetChannelFields
from mixassist.domain.console_commands import (
    GoToSlot,
    KeepInSlot,
    RenameGroup,
    SetAmount,
    SetGroup,
    SetReference,
    SetWidths,
    group_names,
)
from mixassist.domain.instruments import INSTRUMENT
from mixassist.domain.session import Reference
from mixassist.domain.slots import SLOTS
from mixassist.gui.comparing import Comparing
from mixassist.gui.handlers.files import AUDIO_PATTERNS
from mixassist.gui.handlers.strip_menu import open_group_menu

if TYPE_CHECKING:
    from mixassist.gui.main_window import MainWindow

_BYPASSED = Stages(equalizer=False, compressor=False, reverb=False)


class ConsoleActions(QObject):
    """Acts on the console and on the strips that are chosen in it."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._workspace = window.workspace
        self.comparing = Comparing(window.workspace.sound, window.workspace.tasks, self)
        self._ticks = (True, False)
        self._stages_before: dict[str, Stages] = {}
        self.ask_name = self._ask_name
        """Asks for a group's name; tests and scripts put their own answer here."""

    def connect_console(self) -> None:
        """Ties the console's bar, its groups and what is compared to the window's parts, once all are made."""
        console, editor, space = self._window.console, self._workspace.editor, self._workspace
        bar = console.mix_bar
        bar.slot_picked.connect(self.go_to_slot)
        bar.keep_wanted.connect(self.keep)
        bar.amount_edited.connect(self.set_amount)
        bar.amount_nudged.connect(self.nudge_amount)
        bar.gesture_started.connect(editor.begin_gesture)
        bar.gesture_ended.connect(editor.end_gesture)
        bar.refused.connect(editor.refused)
        console.group_menu_wanted.connect(lambda track_id, at: open_group_menu(self._window, track_id, at))
        self.comparing.changed.connect(self._show_comparing)
        self.comparing.failed.connect(lambda error: space.message.emit(str(error), "error"))
        space.opening.connect(self.comparing.forget)

    def _show_comparing(self) -> None:
        self._window.console.mix_bar.show_match(self.comparing.gain_db)
        ticks = (self.comparing.matches, self.comparing.listens_to_reference)
        if ticks != self._ticks:
            self._ticks = ticks
            self._window.action_set.refresh()

    @property
    def _ids(self) -> tuple[str, ...]:
        return self._window.console.picked_ids

    def go_to_slot(self, name: str) -> None:
        """Switches to a snapshot; the mix sounds again if the reference did."""
        self.comparing.listen_to_reference(False)
        self._workspace.editor.execute(GoToSlot(name))
        self._window.console.mix_bar.show_session(self._workspace.session)
        self._window.action_set.refresh()

    def slot_1(self) -> None:
        """Goes to Start."""
        self.go_to_slot(SLOTS[0])

    def slot_2(self) -> None:
        """Goes to Predicted."""
        self.go_to_slot(SLOTS[1])

    def slot_3(self) -> None:
        """Goes to Mine."""
        self.go_to_slot(SLOTS[2])

    def slot_4(self) -> None:
        """Goes to A."""
        self.go_to_slot(SLOTS[3])

    def slot_5(self) -> None:
        """Goes to B."""
        self.go_to_slot(SLOTS[4])

    def keep(self, name: str) -> None:
        """Keeps the present mix in a snapshot."""
        self._workspace.editor.execute(KeepInSlot(name))

    def keep_a(self) -> None:
        """Keeps the present mix as A."""
        self.keep("A")

    def keep_b(self) -> None:
        """Keeps the present mix as B."""
        self.keep("B")

    def set_amount(self, amount: float) -> None:
        """Sets how much of the prediction, as one step or inside a gesture."""
        self._workspace.editor.execute(SetAmount(amount))

    def nudge_amount(self, amount: float) -> None:
        """Sets the amount by a wheel notch or a key."""
        self._workspace.editor.nudge(SetAmount(amount))

    def toggle_matching(self) -> None:
        """Compares at equal loudness, or as loud as things are."""
        self.comparing.set_matching(not self.comparing.matches)

    def is_matching(self) -> bool:
        """Whether snapshots and reference are made as loud as the mix."""
        return self.comparing.matches

    def toggle_reference(self) -> None:
        """Listens to the reference or to the mix; asks for a file where there is none."""
        if self._workspace.session.reference is None:
            self.set_reference()
        else:
            self.comparing.listen_to_reference(not self.comparing.listens_to_reference)

    def listens_to_reference(self) -> bool:
        """Whether the reference sounds in the mix's place."""
        return self.comparing.listens_to_reference

    def set_reference(self) -> None:
        """Asks for a finished song to set beside the session."""
        patterns = f"{self.tr('Audio')} ({AUDIO_PATTERNS});;{self.tr('All files')} (*)"
        folder = self._window.settings.last_folder
        name, _ = QFileDialog.getOpenFileName(self._window, self.tr("Reference"), folder, patterns)
        if name:
            self.take_reference(name)

    def take_reference(self, path: str | Path) -> None:
        """Sets a file beside the session as one step."""
        space = self._workspace
        session = space.session

        def work(progress: Any, cancel: Any) -> Any:
            from mixassist import api

            return api.import_tracks(session, [path], skip_unreadable=False, progress=progress, cancel=cancel)

        def take(imported: Any) -> None:
            track = imported.tracks[0]
            space.editor.execute(SetReference(Reference(Path(path).stem, track.source)))

        space.tasks.run_task(self.tr("Reading the reference"), work, take)

    def remove_reference(self) -> None:
        """Takes the reference away."""
        self._workspace.editor.execute(SetReference(None))

    def group(self) -> None:
        """Links the chosen strips under a name; with one strip that has a group, chooses that group's strips."""
        ids = self._ids
        if len(ids) < 2:
            self._workspace.message.emit(
                self.tr("Choose several strips first: Ctrl-click or Shift-click their names."), "note"
            )
            return
        name = self.ask_name(self.tr("Group strips"), self.suggested_name(ids))
        if name:
            self._workspace.editor.execute(SetGroup(ids, name))

    def join(self, name: str) -> None:
        """Puts the chosen strips into a group that is there already."""
        self._workspace.editor.execute(SetGroup(self._ids, name))

    def ungroup(self) -> None:
        """Dissolves the groups of the chosen strips."""
        session = self._workspace.session
        groups = {session.track(i).channel.group for i in self._ids} - {""}
        members = tuple(t.id for t in session.tracks if t.channel.group in groups)
        if members:
            self._workspace.editor.execute(SetGroup(members, ""))

    def leave_group(self) -> None:
        """Takes only the chosen strips out of their groups."""
        self._workspace.editor.execute(SetGroup(self._ids, ""))

    def rename_group(self) -> None:
        """Asks for another name for the selected strip's group."""
        selected = self._window.console.selected_id
        group = self._workspace.session.track(selected).channel.group if selected else ""
        name = self.ask_name(self.tr("Rename group"), group) if group else ""
        if name:
            self._workspace.editor.execute(RenameGroup(group, name))

    def suggested_name(self, track_ids: tuple[str, ...]) -> str:
        """Returns a name for a group: what its instruments have in common, or a number."""
        session = self._workspace.session
        taken = set(group_names(session))
        instruments = [INSTRUMENT.get(session.track(i).channel.instrument) for i in track_ids]
        families = {"" if instrument is None else instrument.family for instrument in instruments}
        family = families.pop().capitalize() if len(families) == 1 else ""
        if family and family not in taken:
            return family
        number = 1
        while self.tr("Group {0}").format(number) in taken:
            number += 1
        return self.tr("Group {0}").format(number)

    def _ask_name(self, title: str, suggestion: str) -> str:
        name, accepted = QInputDialog.getText(self._window, title, self.tr("Name"), text=suggestion)
        return name.strip() if accepted else ""

    def toggle_strip_processing(self) -> None:
        """Takes the selected strip's equaliser, compressor and reverb out, or back in as they were."""
        selected = self._window.console.selected_id
        if not selected:
            return
        stages = self._workspace.session.track(selected).channel.stages
        if stages == _BYPASSED:
            wanted, words = self._stages_before.pop(selected, Stages()), "wet"
        else:
            self._stages_before[selected] = stages
            wanted, words = _BYPASSED, "dry"
        self._workspace.editor.execute(SetChannelFields(selected, {"stages": wanted}, words))

    def toggle_wide(self) -> None:
        """Makes all strips wide, or all narrow again."""
        self._workspace.editor.execute(SetWidths(not self.all_wide()))

    def all_wide(self) -> bool:
        """Whether every strip is wide."""
        tracks = self._workspace.session.tracks
        return bool(tracks) and all(t.channel.wide for t in tracks)

    def pick_previous(self) -> None:
        """Takes the strip before into the choice."""
        self._window.console.extend_choice(-1)

    def pick_next(self) -> None:
        """Takes the strip behind into the choice."""
        self._window.console.extend_choice(1)

    def pick_all(self) -> None:
        """Chooses every strip."""
        self._window.console.pick(tuple(t.id for t in self._workspace.session.tracks))
