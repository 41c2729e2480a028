# SPDX-License-Identifier: Apache-2.0
"""What is known of pairs of sounds: the gain that matches their levels, and how loud what remains of them is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from mixassist.domain.progress import CancelToken, Progress
from mixassist.gui.tasks import Task, TaskRunner
from mixassist.gui.views.sound_desk import SoundDesk

_PAUSE_MS = 150


@dataclass(frozen=True)
class PairWish:
    """A pair of subjects to look into; `stretch` in frames is where the residual is measured, all of it when None."""

    first: Any
    second: Any
    matched: bool
    measures: bool
    stretch: tuple[int, int] | None = None


@dataclass(frozen=True)
class PairFacts:
    """What was found out: the gain on the second, and levels of the residual, dB re full scale and re the first."""

    gain_db: float
    rms_dbfs: float = math.nan
    peak_dbfs: float = math.nan
    depth_db: float = math.nan


class PairDesk(QObject):
    """Finds out facts of pairs in the background, again whenever a sound changes."""

    changed = Signal()

    def __init__(self, sounds: SoundDesk, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sounds, self._tasks = sounds, tasks
        self._wishes: tuple[PairWish, ...] = ()
        self._facts: dict[PairWish, tuple[object, PairFacts]] = {}
        self._task: Task | None = None
        self._given_up_for: object = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._begin)
        sounds.sound_changed.connect(lambda _: self._pause.start())

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to find out."""
        return self._task is None and not self._pause.isActive()

    def want(self, wishes: tuple[PairWish, ...]) -> None:
        """Says which pairs are looked at."""
        if wishes != self._wishes:
            self._wishes = wishes
            self._facts = {w: f for w, f in self._facts.items() if w in wishes}
            self._pause.start()

    def facts(self, wish: PairWish) -> PairFacts | None:
        """Returns the newest facts of a pair, which may belong to older sounds."""
        found = self._facts.get(wish)
        return None if found is None else found[1]

    def gain_db(self, first: Any, second: Any) -> float:
        """Returns the gain on the second of a pair that is looked at; 0 while it is not known."""
        for wish, (_, facts) in self._facts.items():
            if (wish.first, wish.second) == (first, second):
                return facts.gain_db
        return 0.0

    def forget(self) -> None:
        """Another session is opened."""
        self._cancel()
        self._facts.clear()

    def stop(self) -> None:
        """Ends waiting; running work is cancelled with all tasks."""
        self._pause.stop()

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.on_result = self._task.on_error = self._task.on_cancelled = None
            self._task.cancel()
            self._task = None

    def _begin(self) -> None:
        stale = []
        for wish in self._wishes:
            first, second = self._sounds.sound(wish.first), self._sounds.sound(wish.second)
            if first is None or second is None:
                continue
            key = (first.identity, second.identity)
            if self._facts.get(wish, (None,))[0] != key:
                stale.append((wish, first, second, key))
        wanted = tuple((wish, key) for wish, _, _, key in stale)
        if not stale or wanted == self._given_up_for:
            return
        self._cancel()

        def work(progress: Progress, cancel: CancelToken) -> list[tuple[PairWish, object, PairFacts]]:
            return [(w, key, facts_of(w, a, b, progress, cancel)) for w, a, b, key in stale]

        self._task = task = self._tasks.run_task(self.tr("Comparing"), work, quiet=True, patient=True)
        task.on_result = lambda found: self._take(task, found)
        task.on_error = lambda _: self._give_up(task, wanted)
        task.on_cancelled = lambda: self._give_up(task, wanted)

    def _take(self, task: Task, found: list[tuple[PairWish, object, PairFacts]]) -> None:
        if task is not self._task:
            return
        self._task = None
        for wish, key, facts in found:
            if wish in self._wishes:
                self._facts[wish] = (key, facts)
        self.changed.emit()
        self._begin()

    def _give_up(self, task: Task, wanted: object) -> None:
        if task is self._task:
            self._task = None
            self._given_up_for = wanted


def facts_of(wish: PairWish, first: Any, second: Any, progress: Progress, cancel: CancelToken) -> PairFacts:
    """Finds out the gain that matches levels, and measures what remains; runs in a worker."""
    import numpy as np

    from mixassist.analysis.signals import decibels
    from mixassist.api.seeing import level_match_db, residual_of

    gain_db = level_match_db(first, second, progress, cancel) if wish.matched else 0.0
    if not wish.measures:
        return PairFacts(gain_db)
    residual = residual_of(first, second, gain_db)
    start, end = wish.stretch or (0, residual.frames)
    energy = reference = peak = 0.0
    for place in range(start, end, 1 << 16):
        cancel.check()
        frames = min(1 << 16, end - place)
        block = np.nan_to_num(residual.read(place, frames).astype(np.float64), posinf=0.0, neginf=0.0)
        whole = np.nan_to_num(first.read(place, frames).astype(np.float64), posinf=0.0, neginf=0.0)
        energy += float(np.square(block).mean(axis=1).sum())
        reference += float(np.square(whole).mean(axis=1).sum())
        peak = max(peak, float(np.abs(block).max(initial=0.0)))
        progress((place + frames - start) / max(end - start, 1), "")
    rms = math.sqrt(energy / max(end - start, 1))
    depth = (
        10.0 * math.log10(energy / reference) if energy > 0 and reference > 0 else -math.inf if not energy else math.inf
    )
    return PairFacts(gain_db, decibels(rms), decibels(peak), depth)
