# SPDX-License-Identifier: Apache-2.0
"""The spectrograms of the sounds on the desk: computed in the background, all coarsely and then exactly, and kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from mixassist.domain.progress import CancelToken, Progress
from mixassist.gui.tasks import Task, TaskRunner
from mixassist.gui.views.sound_desk import Part, SoundDesk

LIMIT_BYTES = 256 << 20
"""What all tiles of a window's spectrograms may hold."""
_PAUSE_MS = 30
_MOST_PATCHES = 48
_TELL_EVERY_MS = 120
_MANY_COLUMNS = 512
"""Of more columns of a part only every second or fourth is computed, as long as the windows overlap by half."""


@dataclass(frozen=True)
class Patch:
    """Newer columns of a spectrogram, on a grid, from a part of a sound."""

    grid: Any
    first_column: int
    decibels: np.ndarray


class MelDesk(QObject):
    """Keeps the tiles of all spectrograms of a window and refines what is looked at."""

    more_known = Signal()
    """Some picture can be drawn better than before."""
    state_changed = Signal()

    _drawn = Signal(object)

    def __init__(self, sounds: SoundDesk, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        from mixassist.analysis.mel_tiles import MelTiles, look_for

        self._sounds, self._tasks = sounds, tasks
        self.tiles = MelTiles(LIMIT_BYTES)
        self.look = look_for(44_100)
        self._rate = 44_100
        self._subjects: tuple[Any, ...] = ()
        self._range: tuple[float, float, int] = (0.0, 0.0, 1)
        self._patches: dict[Any, list[Patch]] = {}
        self._task: Task | None = None
        self._done_for: object = None
        self._given_up_for: object = None
        self._editions: Counter[Any] = Counter()
        self._better: set[Any] = set()
        self._telling = QTimer(self)
        self._telling.setSingleShot(True)
        self._telling.setInterval(_TELL_EVERY_MS)
        self._telling.timeout.connect(self._tell_better)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._begin)
        self._drawn.connect(self._take_drawn, Qt.ConnectionType.QueuedConnection)
        sounds.sound_changed.connect(self._sound_changed)
        sounds.drawers.append(self._draw_part)
        sounds.part_found.connect(self._take_part)

    def edition(self, *subjects: Any) -> int:
        """Goes up whenever the picture of one of these subjects can be drawn better."""
        return self._editions[None] + sum(self._editions[s] for s in subjects if s is not None)

    @property
    def is_settled(self) -> bool:
        """Whether what is looked at is exact, as far as its sounds are there, and the rows have been told so.

        Work that was cancelled may bring its last tile after the newer work, which found that tile there, has ended.
        """
        return self._task is None and not self._pause.isActive() and not self._better

    def show_look(self, sample_rate_hz: int, scale: str, resolution: str) -> None:
        """Chooses how spectrograms are made from now on; tiles of other looks are kept for a way back."""
        from mixassist.analysis.frequency_bands import FrequencyScale
        from mixassist.analysis.mel_tiles import look_for

        look = look_for(sample_rate_hz, FrequencyScale(scale), resolution)
        if look != self.look:
            self.look = look
            self._patches.clear()
            self._tell_more()
            self._restart()

    def look_at(self, subjects: tuple[Any, ...], start_s: float, end_s: float, columns: int) -> None:
        """Says which sounds are seen, where, and on how many pixels."""
        wanted = (subjects, (start_s, end_s, columns))
        if wanted != (self._subjects, self._range):
            self._subjects, self._range = wanted
            self._restart()

    def picture(self, subject: Any, start_s: float, end_s: float, columns: int) -> Any | None:
        """Returns what is known of a subject now, with newer stretches laid over it; None before its first sound.

        May be called by the thread that draws.
        """
        sound = self._sounds.sound(subject)
        patches = tuple(self._patches.get(subject, ()))
        if sound is None and not patches:
            return None
        shown = (
            sound if sound is not None else _Nothing(self.look.sample_rate_hz, round(end_s * self.look.sample_rate_hz))
        )
        picture = self.tiles.picture(shown, self.look, start_s, end_s, columns)
        for patch in patches:
            if patch.grid == picture.grid:
                _lay_over(picture, patch)
        return picture

    def forget(self) -> None:
        """Another session is opened."""
        self._cancel()
        self._patches.clear()
        self.tiles.clear()
        self._tell_more()

    def stop(self) -> None:
        """Ends waiting; running work is cancelled with all tasks."""
        self._pause.stop()
        self._telling.stop()

    def _tell_more(self, subject: Any = None) -> None:
        """Says that a subject's picture, or every one, can be drawn better."""
        self._editions[subject] += 1
        self.more_known.emit()

    def _take_drawn(self, subject: Any) -> None:
        """Tiles come faster than they are worth drawing one by one: the first at once, the others some at a time."""
        self._better.add(subject)
        if not self._telling.isActive():
            self._tell_better()
            self._telling.start()

    def _tell_better(self) -> None:
        if self._better:
            self._editions.update(self._better)
            self._better.clear()
            self.more_known.emit()
            self._telling.start()

    def _sound_changed(self, subject: Any) -> None:
        self._restart()
        self._tell_more(subject)

    def _restart(self) -> None:
        if not self._pause.isActive():
            self._pause.start()

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.on_result = self._task.on_error = self._task.on_cancelled = None
            self._task.cancel()
            self._task = None

    def _begin(self) -> None:
        sounds = {s: self._sounds.sound(s) for s in self._subjects}
        wanted = (tuple((s, x.identity) for s, x in sounds.items() if x is not None), self.look, self._range)
        if wanted in (self._done_for, self._given_up_for) or not wanted[0]:
            self.state_changed.emit()
            return
        self._cancel()
        tiles, look, (start_s, end_s, columns), drawn = self.tiles, self.look, self._range, self._drawn
        there = {s: x for s, x in sounds.items() if x is not None}

        def work(progress: Progress, cancel: CancelToken) -> None:
            from mixassist.analysis.side_by_side import take_side_by_side

            plans = {s: tiles.steps(x, look, start_s, end_s, columns) for s, x in there.items()}
            # All coarsely before one exactly.
            steps = [(s, step) for s, (sketches, _) in plans.items() for step in sketches]
            steps += [(s, step) for s, (_, exact) in plans.items() for step in exact]
            take_side_by_side(steps, drawn.emit, cancel)

        self._task = task = self._tasks.run_task(self.tr("Drawing spectrograms"), work, quiet=True, soon=True)
        task.on_result = lambda _: self._end(task, wanted)
        task.on_error = lambda _: self._end(task, wanted)
        task.on_cancelled = lambda: self._end(task, wanted)
        self.state_changed.emit()

    def _end(self, task: Task, wanted: object) -> None:
        if task is not self._task:
            return
        self._task = None
        self._done_for = wanted
        # What has its exact columns now needs no patches any more.
        for subject in self._subjects:
            if self._sounds.is_current(subject) and self._patches.pop(subject, []):
                self._better.add(subject)
        self._tell_better()
        self.state_changed.emit()

    def _draw_part(self, part: Part) -> list[Patch]:
        """Draws the columns of a newer stretch; called in the worker that found it."""
        return list(patches_of(part, self.look, *self._range))

    def _take_part(self, part: Part, drawn: list[Any]) -> None:
        patches = [p for found in drawn if isinstance(found, list) for p in found if isinstance(p, Patch)]
        kept = self._patches.setdefault(part.subject, [])
        kept.extend(patches)
        del kept[:-_MOST_PATCHES]
        self._tell_more(part.subject)


def patches_of(part: Part, look: Any, start_s: float, end_s: float, columns: int) -> Iterator[Patch]:
    """Computes the columns of a part that fall into what is seen, on the grid that what is seen is shown on.

    Wide columns are looked into once each, for they are to be replaced soon.
    """
    from mixassist.analysis.mel import mel_chunks, sampled_columns

    grid = look.grid(look.level_for((end_s - start_s) / max(columns, 1)))
    total = grid.columns_of(part.sound.frames)
    first = min(max(int((max(part.start_s, start_s) - grid.start_s) / grid.column_s), 0), total)
    last = min(int((min(part.end_s, end_s) - grid.start_s) / grid.column_s) + 1, total)
    if last <= first:
        return
    if grid.pooled > 1:
        yield Patch(grid, first, sampled_columns(part.sound, grid, np.arange(first, last)))
        return
    every = 1
    while last - first > every * _MANY_COLUMNS and 4 * every * grid.hop <= grid.frame:
        every *= 2
    wider = replace(grid, hop=every * grid.hop)
    for start, decibels in mel_chunks(part.sound, wider, first // every, -(-last // every)):
        yield Patch(grid, every * start, np.repeat(decibels, every, axis=1))


def _lay_over(picture: Any, patch: Patch) -> None:
    low = max(patch.first_column, picture.first_column)
    high = min(patch.first_column + patch.decibels.shape[1], picture.first_column + picture.decibels.shape[1])
    if low < high:
        here = slice(low - picture.first_column, high - picture.first_column)
        picture.decibels[:, here] = patch.decibels[:, low - patch.first_column : high - patch.first_column]
        picture.known[here] = 1


class _Nothing:
    """A sound of which nothing is known yet: its picture is empty."""

    identity = "nothing"
    sides = 1

    def __init__(self, sample_rate_hz: int, frames: int) -> None:
        self.sample_rate_hz, self.frames = sample_rate_hz, frames

    def read(self, start: int, frames: int) -> np.ndarray:
        """Returns silence."""
        return np.zeros((frames, 1), np.float32)
