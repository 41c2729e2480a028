# SPDX-License-Identifier: Apache-2.0
"""Edit and Mix menus: undo, Automix, back to the prediction, views."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from mixassist.domain.channel import View
from mixassist.domain.commands import BackToPrediction
from mixassist.domain.session import Session

if TYPE_CHECKING:
    from mixassist.gui.main_window import MainWindow


@dataclass(frozen=True)
class SetView:
    """Listens through another view; kept in the session, but no undo step."""

    view: View
    merge_key: str = ""
    undoable: bool = False

    def label(self, session: Session) -> str:
        return f"View {self.view}"

    def apply(self, session: Session) -> Session:
        return replace(session, view=self.view)


class EditActions(QObject):
    """Acts on the workspace's document."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._workspace = window.workspace

    def undo(self) -> None:
        """Takes the last step back."""
        self._workspace.editor.end_gesture()
        self._workspace.document.undo()

    def redo(self) -> None:
        """Brings the step back."""
        self._workspace.document.redo()

    def undo_words(self) -> str:
        """Returns what undo would take back."""
        return self._with_label(self.tr("&Undo"), self._workspace.document.undo_label)

    def redo_words(self) -> str:
        """Returns what redo would bring back."""
        return self._with_label(self.tr("&Redo"), self._workspace.document.redo_label)

    @staticmethod
    def _with_label(words: str, label: str | None) -> str:
        return f"{words} {label.replace('&', '&&')}" if label else words

    def fit_master(self) -> None:
        """Sets the master's gain for its target."""
        self._workspace.fit_master()

    def back_strip(self) -> None:
        """Puts the selected strip back to the prediction."""
        self._workspace.editor.execute(BackToPrediction((self._window.console.selected_id,)))

    def back_session(self) -> None:
        """Puts every strip back to the prediction."""
        self._workspace.editor.execute(BackToPrediction())

    def set_view(self, view: str) -> None:
        """Listens through a view."""
        if View(view) in self._window.views_at_hand():
            self._workspace.editor.execute(SetView(View(view)))
        self._window.refresh_view()

    def view_dry(self) -> None:
        """Listens dry."""
        self.set_view(View.DRY)

    def view_wet(self) -> None:
        """Listens wet."""
        self.set_view(View.WET)

    def view_model(self) -> None:
        """Listens through the transformation network."""
        self.set_view(View.MODEL)

    def cycle_view(self) -> None:
        """Goes on to the next view there is."""
        views = self._window.views_at_hand()
        present = self._workspace.session.view
        index = views.index(present) if present in views else -1
        self.set_view(views[(index + 1) % len(views)])
