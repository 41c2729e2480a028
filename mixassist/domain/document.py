# SPDX-License-Identifier: Apache-2.0
"""The open document: the present session, what can be undone, and who wants to know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from mixassist.domain.commands import Command
from mixassist.domain.session import Session

Listener = Callable[[Session, Session], None]
"""Called after a change with the session before and the session now."""


@dataclass(frozen=True)
class Step:
    """One entry of the history: its words and the states around it."""

    label: str
    before: Session
    after: Session


class Document:
    """Holds one session and its history. Not thread-safe: it belongs to the thread that shows it.

    Args:
        session: the state to start from; counts as saved.
        max_steps: how many steps undo goes back; states share what did not change, so a step is cheap.
    """

    def __init__(self, session: Session | None = None, max_steps: int = 1000) -> None:
        self._session = session or Session()
        self._saved: Session | None = self._session
        self._steps: list[Step] = []
        self._undone: list[Step] = []
        self._listeners: list[Listener] = []
        self._max_steps = max_steps
        self._gesture_start: int | None = None
        self._gesture_undone: list[Step] = []
        self._merge_key = ""
        self._open_macros = 0

    @property
    def session(self) -> Session:
        """The present state."""
        return self._session

    @property
    def is_modified(self) -> bool:
        """Whether the present state differs from the one last saved."""
        return self._session != self._saved

    @property
    def history(self) -> tuple[str, ...]:
        """Labels of the steps that can be undone, oldest first."""
        return tuple(step.label for step in self._steps)

    @property
    def future(self) -> tuple[str, ...]:
        """Labels of the steps that can be redone, the next one first."""
        return tuple(step.label for step in reversed(self._undone))

    @property
    def saved_place(self) -> int | None:
        """How many steps lie before the state on disk; None where no step leads there."""
        states = [*(s.before for s in self._steps), self._session, *(s.after for s in reversed(self._undone))]
        return next((place for place, state in enumerate(states) if state == self._saved), None)

    @property
    def undo_label(self) -> str | None:
        """Words of the step that undo would take back."""
        return self._steps[-1].label if self._steps else None

    @property
    def redo_label(self) -> str | None:
        """Words of the step that redo would bring back."""
        return self._undone[-1].label if self._undone else None

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener(before, now)` after every change; returns a function that stops it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    def mark_saved(self) -> None:
        """Remembers the present state as the one on disk."""
        self._saved = self._session

    def mark_unsaved(self) -> None:
        """Says that what is on disk is out of date though no edit was made: files were found in another place."""
        self._saved = None

    def execute(self, command: Command) -> Session:
        """Applies a command. An edit that changes nothing leaves no step.

        Raises:
            ControlError, KeyError, MixAssistError: from the command; the session stays as it was.
        """
        before = self._session
        label = command.label(before)
        after = command.apply(before)
        if after == before:
            return before
        if command.undoable:
            self._record(label, command.merge_key, before, after)
        self._show(before, after)
        return after

    @contextmanager
    def gesture(self) -> Iterator[None]:
        """Press … release: edits of the same control inside become one step. The outermost one counts."""
        outermost = self._gesture_start is None
        self.begin_gesture()
        try:
            yield
        finally:
            if outermost:
                self.end_gesture()

    def begin_gesture(self) -> None:
        """Starts a gesture (mouse press). Nested starts are one gesture."""
        if self._gesture_start is None:
            self._gesture_start = len(self._steps)
            self._gesture_undone = list(self._undone)
            self._merge_key = ""

    def end_gesture(self) -> None:
        """Ends a gesture (mouse release). A drag that came back to where it began leaves no step and keeps redo."""
        start, self._gesture_start = self._gesture_start, None
        if start is not None and self._steps and len(self._steps) > start:
            last = self._steps[-1]
            if _same_but_for_listening(last.before, last.after):
                self._steps.pop()
                if len(self._steps) == start:
                    self._undone = self._gesture_undone
        self._forget_oldest()

    @contextmanager
    def macro(self, label: str) -> Iterator[None]:
        """Joins all edits made inside into one step; an exception inside takes them all back.

        Edits of a gesture around it do not merge into it, nor it into them. Undo and redo must wait for its end.
        """
        before, depth, undone = self._session, len(self._steps), list(self._undone)
        self._open_macros += 1
        self._merge_key = ""
        try:
            yield
        except BaseException:
            del self._steps[depth:]
            self._undone = undone
            if self._session != before:
                self._show(self._session, _heard_like(before, self._session))
            raise
        else:
            if len(self._steps) > depth:
                del self._steps[depth:]
                if _same_but_for_listening(before, self._session):
                    self._undone = undone
                else:
                    self._steps.append(Step(label, before, self._session))
        finally:
            self._open_macros -= 1
            self._merge_key = ""
            if self._gesture_start is not None:
                self._gesture_start = min(self._gesture_start, len(self._steps))
            self._forget_oldest()

    def undo(self) -> bool:
        """Takes the last step back; solo and view stay as they are. Returns whether there was one."""
        self._refuse_inside_macro()
        self.end_gesture()
        return self.go_to(len(self._steps) - 1)

    def redo(self) -> bool:
        """Brings the last undone step back. Returns whether there was one."""
        self._refuse_inside_macro()
        self.end_gesture()
        return self.go_to(len(self._steps) + 1)

    def go_to(self, place: int) -> bool:
        """Undoes or redoes until `place` steps are done and tells listeners once. Returns whether it went anywhere.

        Args:
            place: 0 … all steps, done and undone; others change nothing.
        """
        self._refuse_inside_macro()
        self.end_gesture()
        if place == len(self._steps) or not 0 <= place <= len(self._steps) + len(self._undone):
            return False
        before = state = self._session
        while len(self._steps) > place:
            step = self._steps.pop()
            self._undone.append(step)
            state = _heard_like(step.before, state)
        while len(self._steps) < place:
            step = self._undone.pop()
            self._steps.append(step)
            state = _heard_like(step.after, state)
        self._show(before, state)
        return True

    def replace_session(self, session: Session) -> None:
        """Opens another session here: history is cleared and the state counts as saved."""
        self._refuse_inside_macro()
        before = self._session
        self._steps.clear()
        self._undone.clear()
        self._gesture_start = None
        self._saved = session
        self._show(before, session)

    def update_facts(self, change: Callable[[Session], Session]) -> None:
        """Changes what is no edit, throughout the history: file hashes found, files relinked."""
        before = self._session
        saved_was_now = self._saved == before
        self._steps = [Step(s.label, change(s.before), change(s.after)) for s in self._steps]
        self._undone = [Step(s.label, change(s.before), change(s.after)) for s in self._undone]
        after = change(before)
        if self._saved is not None:
            self._saved = after if saved_was_now else change(self._saved)
        if after != before:
            self._show(before, after)

    def _record(self, label: str, merge_key: str, before: Session, after: Session) -> None:
        self._undone.clear()
        merges = (
            self._gesture_start is not None
            and merge_key
            and merge_key == self._merge_key
            and len(self._steps) > self._gesture_start
        )
        if merges:
            self._steps[-1] = replace(self._steps[-1], after=after)
        else:
            self._steps.append(Step(label, before, after))
            self._merge_key = merge_key
        self._forget_oldest()

    def _forget_oldest(self) -> None:
        # Not inside a macro or a gesture: these count on the place where they began, and may yet leave no step.
        if not self._open_macros and self._gesture_start is None:
            del self._steps[: max(len(self._steps) - self._max_steps, 0)]

    def _refuse_inside_macro(self) -> None:
        if self._open_macros:
            raise RuntimeError("undo, redo and opening another session must wait until the macro has ended")

    def _show(self, before: Session, after: Session) -> None:
        self._session = after
        for listener in tuple(self._listeners):
            listener(before, after)


def _heard_like(session: Session, present: Session) -> Session:
    """Gives a state from the history the present view and solos: they are how one listens, and no edits.

    A track that comes back keeps the solo it left with.
    """
    if session.view is not present.view:
        session = replace(session, view=present.view)
    solos = {t.id: t.channel.solo for t in present.tracks}
    if all(t.channel.solo == solos.get(t.id, t.channel.solo) for t in session.tracks):
        return session
    return session.with_channels(lambda t: replace(t.channel, solo=solos.get(t.id, t.channel.solo)))


def _same_but_for_listening(one: Session, other: Session) -> bool:
    return one == other or _heard_like(one, other) == other
