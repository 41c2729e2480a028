# SPDX-License-Identifier: Apache-2.0
"""When an action is possible: conditions by name, each with the words for why it is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from mixassist.domain.channel import View
from mixassist.gui.marking import QT_TRANSLATE_NOOP

if TYPE_CHECKING:
    from mixassist.gui.main_window import MainWindow


@dataclass(frozen=True)
class Condition:
    """Something that must be so; `words` say what is lacking where it is not."""

    words: str
    holds: Callable[[MainWindow], bool]


def _is_mixing(window: MainWindow) -> bool:
    return any(t.words == window.workspace.automix_words for t in window.workspace.tasks.tasks)


def _has_prediction(window: MainWindow) -> bool:
    return any(t.channel.prediction is not None for t in window.workspace.session.tracks)


def _has_group(window: MainWindow) -> bool:
    session, chosen = window.workspace.session, window.console.picked_ids
    return any(t.channel.group for t in session.tracks if t.id in chosen)


# In a function, for the window imports this module and its types are not known before it is read to its end.
def _conditions() -> dict[str, Condition]:
    return {
        "tracks": Condition(
            QT_TRANSLATE_NOOP("conditions", "needs tracks"), lambda w: bool(w.workspace.session.tracks)
        ),
        "recents": Condition(
            QT_TRANSLATE_NOOP("conditions", "nothing was open lately"), lambda w: bool(w.settings.recents)
        ),
        "undo": Condition(
            QT_TRANSLATE_NOOP("conditions", "nothing to undo"), lambda w: w.workspace.document.undo_label is not None
        ),
        "redo": Condition(
            QT_TRANSLATE_NOOP("conditions", "nothing to redo"), lambda w: w.workspace.document.redo_label is not None
        ),
        "missing": Condition(
            QT_TRANSLATE_NOOP("conditions", "no audio is missing"), lambda w: bool(w.workspace.missing)
        ),
        "prediction": Condition(QT_TRANSLATE_NOOP("conditions", "needs a mix by Automix"), _has_prediction),
        "model": Condition(
            QT_TRANSLATE_NOOP("conditions", "there is no trained network"), lambda w: View.MODEL in w.views_at_hand()
        ),
        "grouped": Condition(QT_TRANSLATE_NOOP("conditions", "needs a strip that is in a group"), _has_group),
        "reference": Condition(
            QT_TRANSLATE_NOOP("conditions", "there is no reference"),
            lambda w: w.workspace.session.reference is not None,
        ),
        "test": Condition(
            QT_TRANSLATE_NOOP("conditions", "no listening test is under way"), lambda w: w.listening.is_running
        ),
        "unmixing": Condition(QT_TRANSLATE_NOOP("conditions", "Automix is at work"), lambda w: not _is_mixing(w)),
    }


CONDITIONS = _conditions()


def failing(window: MainWindow) -> dict[str, str]:
    """Returns the conditions that fail now, with the words for it in the user's language."""
    return {
        name: QCoreApplication.translate("conditions", condition.words)
        for name, condition in CONDITIONS.items()
        if not condition.holds(window)
    }
