# SPDX-License-Identifier: Apache-2.0
"""The waveforms of the sounds on the desk and of what remains of two of them: outlined in the background, and kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from mixassist.domain.progress import CancelToken, Progress, scaled
from mixassist.gui.tasks import Task, TaskRunner
from mixassist.gui.views.sound_desk import Part, SoundDesk

if TYPE_CHECKING:
    from mixassist.audio.pyramid import WaveformPyramid

_PAUSE_MS = 30


@dataclass(frozen=True)
class Residual:
    """What remains when `second`, turned up by a gain, is taken from `first`: both are subjects."""

    first: Any
    second: Any
    gain_db: float = 0.0


@dataclass(frozen=True)
class _Outline:
    key: Any
    pyramid: Any


class WaveDesk(QObject):
    """Keeps the waveforms that are looked at. A key is a subject or a `Residual`."""

    more_known = Signal(object)
    """The key of a waveform with newer content."""
    _told = Signal(object, object)

    def __init__(self, sounds: SoundDesk, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sounds, self._tasks = sounds, tasks
        self._keys: tuple[Any, ...] = ()
        self._pyramids: dict[Any, Any] = {}
        self._drawn_from: dict[Any, Any] = {}
        self._task: Task | None = None
        self._task_for: object = None
        self._given_up_for: object = None
        self.seen_frames: Any = lambda: (0.0, 0.0)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._begin)
        self._told.connect(self._take, Qt.ConnectionType.QueuedConnection)
        sounds.sound_changed.connect(lambda _: self._restart())
        sounds.drawers.append(self._draw_part)
        sounds.part_found.connect(self._take_part)

    @property
    def is_settled(self) -> bool:
        """Whether every waveform is drawn from the newest sounds."""
        return self._task is None and not self._pause.isActive()

    def want(self, keys: tuple[Any, ...]) -> None:
        """Says which waveforms are looked at."""
        if keys != self._keys:
            self._keys = keys
            for kept in (self._pyramids, self._drawn_from):
                for key in [k for k in kept if k not in keys]:
                    del kept[key]
            self._restart()

    def pyramid(self, key: Any) -> Any | None:
        """Returns a waveform as far as it is known."""
        return self._pyramids.get(key)

    def forget(self) -> None:
        """Another session is opened."""
        self._cancel()
        self._pyramids.clear()
        self._drawn_from.clear()

    def stop(self) -> None:
        """Ends waiting; running work is cancelled with all tasks."""
        self._pause.stop()

    def _restart(self) -> None:
        if not self._pause.isActive():
            self._pause.start()

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.on_result = self._task.on_error = self._task.on_cancelled = None
            self._task.cancel()
            self._task = None

    def _sound(self, key: Any, replaced: Part | None = None) -> Any | None:
        """Returns what a key sounds like, a part in the place of its subject's sound; None while that is not known."""
        from mixassist.analysis.sounds import ResidualSound

        def of(subject: Any) -> Any:
            is_part = replaced is not None and subject == replaced.subject
            return replaced.sound if is_part and replaced is not None else self._sounds.sound(subject)

        if not isinstance(key, Residual):
            return of(key)
        first, second = of(key.first), of(key.second)
        if first is None or second is None:
            return None
        return ResidualSound(first, second, 10.0 ** (key.gain_db / 20.0))

    def _begin(self) -> None:
        sounds = {k: s for k in self._keys if (s := self._sound(k)) is not None}
        stale = {k: s for k, s in sounds.items() if self._drawn_from.get(k) != s.identity}
        wanted = tuple((k, s.identity) for k, s in stale.items())
        if not stale or wanted == self._given_up_for or (self._task is not None and wanted == self._task_for):
            return
        self._cancel()
        former, seen, told = dict(self._pyramids), self.seen_frames(), self._told

        def teller(key: Any) -> Callable[[WaveformPyramid], None]:
            return lambda pyramid: told.emit(_Outline(key, pyramid), None)

        def work(progress: Progress, cancel: CancelToken) -> None:
            from mixassist.analysis.mix_outline import outline_sound

            for number, (key, sound) in enumerate(stale.items()):
                part = scaled(progress, number / len(stale), (number + 1) / len(stale))
                pyramid = outline_sound(sound, former.get(key), seen, teller(key), part, cancel)
                told.emit(_Outline(key, pyramid), sound.identity)

        self._task_for = wanted
        self._task = task = self._tasks.run_task(self.tr("Drawing waveforms"), work, quiet=True, soon=True)
        task.on_result = lambda _: self._end(task)
        task.on_error = lambda _: self._end(task)
        task.on_cancelled = lambda: self._give_up(task, wanted)

    def _take(self, outline: _Outline, identity: str | None) -> None:
        if outline.key not in self._keys:
            return
        sound = self._sound(outline.key)
        if sound is None or (identity is not None and sound.identity != identity):
            return
        self._pyramids[outline.key] = outline.pyramid
        if identity is not None:
            self._drawn_from[outline.key] = identity
        self.more_known.emit(outline.key)

    def _end(self, task: Task) -> None:
        if task is self._task:
            self._task = None
            self._begin()

    def _give_up(self, task: Task, wanted: object) -> None:
        if task is self._task:
            self._task = None
            self._given_up_for = wanted

    def _draw_part(self, part: Part) -> list[Any]:
        """Outlines a newer stretch; called in the worker that found it."""
        from mixassist.analysis.sounds import FramesOf
        from mixassist.audio.pyramid import BASE_FRAMES, WaveformPyramid

        found: list[Any] = []
        for key in self._keys:
            touched = part.subject in (key.first, key.second) if isinstance(key, Residual) else key == part.subject
            sound = self._sound(key, part) if touched else None
            if sound is None:
                continue
            rate = part.sound.sample_rate_hz
            # Shape, length and slices are all that it asks for.
            pyramid = WaveformPyramid.succeeding(self._pyramids.get(key), FramesOf(sound))  # type: ignore[arg-type]
            start = max(round(part.start_s * rate), 0) // BASE_FRAMES * BASE_FRAMES
            end = min(round(part.end_s * rate) // BASE_FRAMES * BASE_FRAMES, sound.frames)
            if end > start:
                block = np.nan_to_num(sound.read(start, end - start), posinf=0.0, neginf=0.0)
                pyramid.extend_planar(np.ascontiguousarray(block.T), start)
                found.append(_Outline(key, pyramid))
        return found

    def _take_part(self, part: Part, drawn: list[Any]) -> None:
        for outline in (o for found in drawn for o in found if isinstance(o, _Outline)):
            if outline.key in self._keys:
                self._pyramids[outline.key] = outline.pyramid
                self._drawn_from.pop(outline.key, None)
                self.more_known.emit(outline.key)
