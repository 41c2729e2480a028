# SPDX-License-Identifier: Apache-2.0
"""The stretch of time that is seen, and the stretch that is selected: one for all pictures of a window."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

LEAST_SPAN_FRAMES = 24
"""As close as a picture zooms: so few samples that each is a point."""


class TimeAxis(QObject):
    """Where on the time line the pictures look. All places are frames at the session's rate.

    `start` and `span` may be fractions; they never reach outside the session, unless that is shorter than the least
    span.
    """

    moved = Signal()
    """Another stretch is seen."""
    selection_changed = Signal()
    """Another stretch is selected, or none; or the loop goes on or off."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.length_frames = 0
        self.sample_rate_hz = 44_100
        self.start = 0.0
        self.span = float(LEAST_SPAN_FRAMES)
        self._selection: tuple[int, int] | None = None
        self._is_looping = False

    @property
    def whole_span(self) -> float:
        """Frames of the whole session, at least the least span."""
        return float(max(self.length_frames, LEAST_SPAN_FRAMES))

    @property
    def end(self) -> float:
        """The first frame that is not seen any more."""
        return self.start + self.span

    @property
    def is_whole(self) -> bool:
        """Whether the whole session is seen."""
        return self.span >= self.whole_span

    @property
    def selection(self) -> tuple[int, int] | None:
        """First frame and one past the last of what is selected, or None."""
        return self._selection

    @property
    def is_looping(self) -> bool:
        """Whether playback goes round the selection, or round the whole session without one."""
        return self._is_looping

    def show_length(self, length_frames: int, sample_rate_hz: int) -> None:
        """Follows a session's length: what was seen whole stays whole."""
        if (length_frames, sample_rate_hz) == (self.length_frames, self.sample_rate_hz):
            return
        was_whole, concerns_loop = self.is_whole, self._selection is not None or self._is_looping
        self.length_frames, self.sample_rate_hz = length_frames, sample_rate_hz
        if self._selection is not None:
            first, last = (min(edge, length_frames) for edge in self._selection)
            self._selection = (first, last) if first < last else None
        if concerns_loop:
            self.selection_changed.emit()
        self.see(0.0 if was_whole else self.start, self.whole_span if was_whole else self.span)

    def see(self, start: float, span: float) -> None:
        """Looks at a stretch, moved and cut to what there is."""
        span = min(max(span, LEAST_SPAN_FRAMES), self.whole_span)
        start = min(max(start, 0.0), self.whole_span - span)
        if (start, span) != (self.start, self.span):
            self.start, self.span = start, span
            self.moved.emit()

    def see_whole(self) -> None:
        """Looks at the whole session."""
        self.see(0.0, self.whole_span)

    def see_selection(self) -> None:
        """Looks at what is selected, with a little around it."""
        if self._selection is not None:
            first, last = self._selection
            margin = 0.03 * (last - first)
            self.see(first - margin, last - first + 2 * margin)

    def zoom(self, factor: float, frame: float | None = None) -> None:
        """Zooms in by a factor; `frame` (the middle by default) stays where it is."""
        centre = self.start + self.span / 2 if frame is None else frame
        span = min(max(self.span / factor, LEAST_SPAN_FRAMES), self.whole_span)
        self.see(centre - (centre - self.start) * span / self.span, span)

    def pan(self, frames: float) -> None:
        """Moves what is seen by so many frames."""
        self.see(self.start + frames, self.span)

    def follow(self, before: int, now: int) -> None:
        """Turns the page when the playhead runs out of what is seen."""
        if self.start <= before < self.end <= now or (now < self.start <= before < self.end):
            self.see(now - 0.02 * self.span, self.span)

    def select(self, first: float, last: float) -> None:
        """Selects what lies between two frames, in either order; nothing between them selects nothing."""
        low = round(min(max(min(first, last), 0), self.length_frames))
        high = round(min(max(max(first, last), 0), self.length_frames))
        selection = (low, high) if high > low else None
        if selection != self._selection:
            self._selection = selection
            self.selection_changed.emit()

    def select_none(self) -> None:
        """Selects nothing."""
        self.select(0, 0)

    def set_looping(self, on: bool) -> None:
        """Lets playback go round, or straight on."""
        if on != self._is_looping:
            self._is_looping = on
            self.selection_changed.emit()

    def loop_frames(self) -> tuple[int, int] | None:
        """Returns the stretch that playback goes round: the selection, else everything; None when it goes on."""
        if not self._is_looping or not self.length_frames:
            return None
        return self._selection or (0, self.length_frames)

    def forget(self) -> None:
        """Begins anew for another session: nothing selected, no loop, all of it seen."""
        self._is_looping = False
        self._selection = None
        self.selection_changed.emit()
        self.see_whole()
