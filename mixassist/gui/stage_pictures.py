# SPDX-License-Identifier: Apache-2.0
"""What moves in the channel panel: the spectrum behind the equaliser, the compressor's history, the reverb's decay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject

from mixassist.domain.controls import Controls
from mixassist.domain.errors import MixAssistError
from mixassist.domain.session import Session
from mixassist.domain.track import Track
from mixassist.gui import curves
from mixassist.gui.editors.channel_panel import ChannelPanel
from mixassist.gui.editors.compressor_history import PAST_SHARE, SPAN_S
from mixassist.gui.editors.equalizer_curve import COUNT
from mixassist.gui.tasks import Task
from mixassist.gui.views.lane_picture import reduction_over

if TYPE_CHECKING:
    from mixassist.gui.main_window import MainWindow

_COLUMNS = 148
_FALL_DB_PER_TICK = 1.0
"""How fast the spectrum falls back, a 30th of a second each."""
_AT_REST_S = 3.0
"""While nothing plays, the spectrum is that of so much around the playhead."""
_DECAY_POINTS = 160


class StagePictures(QObject):
    """Feeds the panel of the selected track, and no other; what takes long is done in the background."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._shown: tuple[Any, ...] = ()
        self._stem: Any = None
        self._stem_for: object = None
        self._spectrum_db: np.ndarray | None = None
        self._decays: dict[tuple[str, float, int], Any] = {}
        self._task: Task | None = None
        self._last_place: tuple[int, bool] = (0, False)
        window.channel.choices_changed.connect(lambda: self.tick(*self._last_place))

    def tick(self, position_frames: int, playing: bool) -> None:
        """Shows how it looks at a place on the time line."""
        self._last_place = (position_frames, playing)
        panel, session = self._window.channel.shown_panel, self._window.workspace.session
        track = next((t for t in session.tracks if panel is not None and t.id == panel.track_id), None)
        if panel is None or track is None:
            return
        self._show_reverb(panel, track, session)
        state = (track, position_frames, self._window.channel.spectrum_choice, self._reduction(track) is None)
        if state == self._shown and not playing:
            return
        is_other = not self._shown or self._shown[0].id != track.id
        self._shown = state
        if is_other:
            self._spectrum_db = None
        self._show_spectrum(panel, track, session, position_frames, playing)
        self._show_history(panel, track, session, position_frames)

    def _samples(self, track: Track, session: Session) -> np.ndarray | None:
        stems = self._window.workspace.sound.stems
        if stems is None:
            self._stem = self._stem_for = None
            return None
        wanted = (stems, track.source, session.sample_rate_hz)
        # Finding a stem looks at its file: not with every tick.
        if wanted != self._stem_for or self._stem.error is not None:
            try:
                self._stem, self._stem_for = stems.stem(track.source, session.sample_rate_hz), wanted
            except MixAssistError:  # told where the audio is read
                return None
        stem = self._stem
        return stem.strip_samples if stem.error is None else None

    def _show_spectrum(self, panel: ChannelPanel, track: Track, session: Session, position: int, playing: bool) -> None:
        choice, samples = self._window.channel.spectrum_choice, self._samples(track, session)
        if choice == "off" or samples is None:
            panel.equalizer_curve.show_spectrum(None)
            return
        rate, channel = session.sample_rate_hz, track.channel
        local = position - track.start_frames
        first = local - curves.SPECTRUM_FRAMES if playing else local - round(_AT_REST_S / 2 * rate)
        last = local if playing else local + round(_AT_REST_S / 2 * rate)
        stretch = samples[max(first, 0) : max(last, 0)]
        if len(stretch) == 0:
            stretch = np.zeros((1, 1), np.float32)
        level_db = curves.spectrum_db(stretch, rate, COUNT, channel.controls.number("input_gain_db"))
        if choice == "after" and channel.stages.equalizer:
            level_db = level_db + curves.equalizer_db(channel.controls, rate, COUNT)
        if playing and self._spectrum_db is not None:
            level_db = np.maximum(level_db, self._spectrum_db - _FALL_DB_PER_TICK)
        self._spectrum_db = level_db
        panel.equalizer_curve.show_spectrum(level_db)

    def _reduction(self, track: Track) -> np.ndarray | None:
        found = self._window.facts_of_strips.reduction.result(track.id)
        return found if found is not None and len(found) else None

    def _show_history(self, panel: ChannelPanel, track: Track, session: Session, position: int) -> None:
        pyramid = self._window.workspace.sound.pyramid(track.source)
        span = round(SPAN_S * session.sample_rate_hz)
        start = position - track.start_frames - round(PAST_SHARE * span)
        peaks = np.zeros(_COLUMNS)
        if pyramid is not None:
            low, high = pyramid.window(start, start + span, _COLUMNS)
            peaks = np.maximum(high.max(1), -low.min(1))
        panel.compressor_history.show_history(peaks, self._reduction_columns(track, start, span))

    def _reduction_columns(self, track: Track, start: int, span: int) -> np.ndarray | None:
        """Returns the largest gain reduction of each column, dB; None where the compressor rests."""
        from mixassist.api.reduction import BLOCK_FRAMES

        blocks = self._reduction(track)
        return None if blocks is None else reduction_over(blocks, BLOCK_FRAMES, start, start + span, _COLUMNS)

    def _show_reverb(self, panel: ChannelPanel, track: Track, session: Session) -> None:
        channel, rate = track.channel, session.sample_rate_hz
        wanted = [_decay_key(channel.controls, rate)]
        if channel.prediction is not None:
            wanted.append(_decay_key(channel.prediction, rate))
        missing = [key for key in wanted if key not in self._decays]
        if missing:
            self._work_out(missing)
        curve, ghost = self._decays.get(wanted[0]), self._decays.get(wanted[-1])
        if curve is not panel.reverb_curves[0] or ghost is not panel.reverb_curves[1]:
            panel.show_reverb_curves(curve, ghost)

    def _work_out(self, keys: list[tuple[str, float, int]]) -> None:
        if self._task is not None:
            return

        def work(progress: Any, cancel: Any) -> Any:
            return {key: curves.reverb_decay_db(*key, _DECAY_POINTS) for key in keys}

        self._task = self._window.workspace.tasks.run_task(self.tr("Drawing the reverb"), work, self._take, quiet=True)
        self._task.on_cancelled = self._drop

    def _take(self, found: dict[Any, Any]) -> None:
        self._task = None
        if len(self._decays) > 200:
            self._decays.clear()
        self._decays.update(found)
        self.tick(*self._last_place)

    def _drop(self) -> None:
        self._task = None


def _decay_key(controls: Controls, sample_rate_hz: int) -> tuple[str, float, int]:
    return str(controls["reverb_type"]), round(controls.number("reverb_decay"), 3), sample_rate_hz
