# SPDX-License-Identifier: Apache-2.0
"""The pictures: what they show of the session, their actions, and listening to what remains of a pair."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from mixassist.domain.channel import View
from mixassist.domain.slots import SLOTS, slot_state
from mixassist.gui.views.picture_choice import DIFFERENCES, PAIR, PORTRAITS, SPECTROGRAMS, PictureChoice, choice_from

if TYPE_CHECKING:
    from mixassist.domain.session import Session
    from mixassist.gui.main_window import MainWindow
    from mixassist.gui.views.picture_desk import PictureDesk

_SNAPSHOT = "snapshot:"


class Pictures(QObject):
    """Shows and hides the pictures and does their actions; builds them when they are first wanted."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.choice = choice_from(window.settings.pictures)
        self.desk: PictureDesk | None = None
        self.holder = QWidget(window)
        self.holder.hide()
        window.workspace.opening.connect(self._forget)
        window.workspace.views_changed.connect(self._refresh)

    @property
    def is_settled(self) -> bool:
        """Whether everything that is seen is exact."""
        return self.desk is None or not self.is_shown() or self.desk.is_settled

    def is_shown(self) -> bool:
        """Whether the pictures are shown."""
        return self._window.settings.show_pictures

    def toggle(self) -> None:
        """Shows or hides the pictures."""
        self._window.settings.show_pictures = not self._window.settings.show_pictures
        self._window.apply_layout()

    def apply_layout(self) -> None:
        """Shows the pictures if they are wanted."""
        if self.is_shown():
            self._built()
        self.holder.setVisible(self.is_shown())
        if self.desk is not None:
            if not self.is_shown():
                self.desk.hear_session()
            self.desk.set_on(self.is_shown())

    def _built(self) -> PictureDesk:
        if self.desk is None:
            from PySide6.QtWidgets import QVBoxLayout

            from mixassist.gui.views.picture_desk import PictureDesk

            self.desk = PictureDesk(self._window, self)
            column = QVBoxLayout(self.holder)
            column.setContentsMargins(0, 0, 0, 0)
            column.addWidget(self.desk.panel)
            self.desk.panel.bar.changed.connect(self.choose)
            self.desk.panel.bar.null_wanted.connect(self.toggle_null)
            self.desk.show_session(self._window.workspace.session, self._window.console.selected_id)
        return self.desk

    def show_session(self, session: Session, selected_id: str) -> None:
        """Follows the session and the chosen track."""
        if self.desk is not None:
            self.desk.show_session(session, selected_id)

    def show_position(self, frame: int) -> None:
        """Moves the playhead."""
        if self.desk is not None and self.is_shown():
            self.desk.show_position(frame)

    def choose(self, field: str, value: Any) -> None:
        """Changes one field of the choice."""
        if value is None or getattr(self.choice, field) == value:
            return
        self._set(replace(self.choice, **{field: value}))

    def _set(self, choice: PictureChoice) -> None:
        self.choice = choice
        self._window.settings.pictures = choice.to_lists()
        self._refresh()
        self._window.action_set.refresh()

    def _refresh(self) -> None:
        if self.desk is not None:
            self.desk.refresh()

    def _forget(self) -> None:
        if self.desk is not None:
            self.desk.forget()

    def stop(self) -> None:
        """Ends drawing."""
        if self.desk is not None:
            self.desk.stop()

    def _show(self, kind: str) -> None:
        self._set(replace(self.choice, kind=kind))
        if not self.is_shown():
            self.toggle()

    def show_spectrograms(self) -> None:
        """Shows dry, wet and model."""
        self._show(SPECTROGRAMS)

    def show_differences(self) -> None:
        """Shows the differences of the views."""
        self._show(DIFFERENCES)

    def show_pair(self) -> None:
        """Shows two views or snapshots and what remains."""
        self._show(PAIR)

    def show_portraits(self) -> None:
        """Shows what the effects of the channel do."""
        self._show(PORTRAITS)

    def toggle_scope(self) -> None:
        """Looks at the mix, or at the selected channel."""
        self._set(replace(self.choice, of_mix=not self.choice.of_mix))

    def is_of_channel(self) -> bool:
        """Whether the selected channel is looked at."""
        return not self.choice.of_mix

    def toggle_matched(self) -> None:
        """Matches levels before subtracting, or not."""
        self._set(replace(self.choice, matched=not self.choice.matched))

    def is_matched(self) -> bool:
        """Whether levels are matched before subtracting."""
        return self.choice.matched

    def toggle_numbers(self) -> None:
        """Shows or hides the numbers."""
        self._set(replace(self.choice, numbers=not self.choice.numbers))

    def has_numbers(self) -> bool:
        """Whether numbers stand beside the pictures."""
        return self.choice.numbers

    def toggle_null(self) -> None:
        """Plays what remains of the pair alone, or the session again."""
        if self.desk is not None and self.desk.hears_null:
            self.desk.hear_session()
        else:
            if self.choice.kind != PAIR or not self.is_shown():
                self.show_pair()
            self._built().hear_null()
        self._window.action_set.refresh()

    def hears_null(self) -> bool:
        """Whether what remains of a pair sounds."""
        return self.desk is not None and self.desk.hears_null

    def report(self) -> None:
        """Asks for a folder and writes the report into it."""
        name = QFileDialog.getExistingDirectory(self._window, self.tr("Write the report into"), str(Path.home()))
        if name:
            self.write_report(Path(name) / f"{self._window.workspace.session.name} report")

    def write_report(self, folder: Path) -> None:
        """Writes pictures, numbers and a page that people can send, in the background."""
        space = self._window.workspace
        session, stems = space.session, space.sound.stems
        notes = (*space.notes, *space.report.mixing(space.session))
        if stems is None:
            return

        def work(progress: Any, cancel: Any) -> Any:
            from mixassist import api

            return api.write_report(folder, session, stems, notes=notes, progress=progress, cancel=cancel)

        done = self.tr("Report written: {0}").format(folder / "index.html")
        space.tasks.run_task(self.tr("Writing the report"), work, lambda _: space.message.emit(done, "note"))

    def next_scale(self) -> None:
        """Takes the next frequency axis."""
        from mixassist.gui.views.picture_choice import SCALES

        self._set(replace(self.choice, scale=SCALES[(SCALES.index(self.choice.scale) + 1) % len(SCALES)]))

    def next_resolution(self) -> None:
        """Takes the next resolution."""
        from mixassist.gui.views.picture_choice import RESOLUTIONS

        index = (RESOLUTIONS.index(self.choice.resolution) + 1) % len(RESOLUTIONS)
        self._set(replace(self.choice, resolution=RESOLUTIONS[index]))


def source_words(session: Session, views: tuple[View, ...], words: dict[View, str]) -> list[tuple[str, str]]:
    """Returns what a pair may compare: the views that there are, and every snapshot, as words and keys."""
    kept = [s.name for s in session.snapshots]
    slots = [name for name in SLOTS if name in kept or slot_state(session, name) is not None]
    names = (*slots, *(name for name in kept if name not in slots))
    return [(words[view], view.value) for view in views] + [(name, _SNAPSHOT + name) for name in names]


def snapshot_of(key: str) -> str | None:
    """Returns the snapshot's name of a pair's key, None for a view."""
    return key[len(_SNAPSHOT) :] if key.startswith(_SNAPSHOT) else None
