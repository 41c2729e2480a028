# SPDX-License-Identifier: Apache-2.0
"""The time line: overview, waveforms, selection and loop, and what of the session they follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from mixassist.gui.views.mix_waveform import MixWaveform
from mixassist.gui.views.overview_bar import OverviewBar
from mixassist.gui.views.picture_thread import PictureThread
from mixassist.gui.views.time_axis import TimeAxis
from mixassist.gui.views.time_line_panel import TimeLinePanel
from mixassist.gui.views.waveform_view import MIX_ID, WaveformView

if TYPE_CHECKING:
    from mixassist.domain.session import Session
    from mixassist.gui.main_window import MainWindow


class TimeLine(QObject):
    """Owns the time axis that all pictures of a window share, and the panel of waveforms; does their actions."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._workspace = window, window.workspace
        self.axis = TimeAxis(self)
        self.picture_thread = PictureThread(self)
        self.waveforms = WaveformView(self.axis, self.picture_thread, window)
        self.overview = OverviewBar(self.axis, self.picture_thread, window)
        self.panel = TimeLinePanel(self.overview, self.waveforms, window)
        self.mix = MixWaveform(self._workspace.sound, self._workspace.tasks, self.axis, self)
        self.mix.changed.connect(self._take_mix)
        self.axis.selection_changed.connect(self._loop)
        self._workspace.opening.connect(self._forget)
        self._heard = 0

    @property
    def is_settled(self) -> bool:
        """Whether every picture of what is seen is drawn."""
        return self.picture_thread.is_idle and self.mix.is_settled

    def show_session(self, session: Session, selected_id: str) -> None:
        """Follows the session and the chosen track."""
        self.overview.show_length(session.length_frames, session.sample_rate_hz)
        self.waveforms.show_session(session, selected_id)
        sound = self._workspace.sound
        for track in session.tracks:
            pyramid = sound.pyramid(track.source)
            if pyramid is not self.waveforms.pyramid(track.id):
                self.waveforms.set_pyramid(track.id, pyramid)
                self._lay_reduction(track.id)

    def take_pyramid(self, source: object, pyramid: object) -> None:
        """Takes the waveform of a source that has been read."""
        for track in self._workspace.session.tracks:
            if track.source == source:
                self.waveforms.set_pyramid(track.id, pyramid)
                self._lay_reduction(track.id)

    def take_reduction(self, track_id: str, reduction_db: Any) -> None:
        """Takes a track's gain reduction, None where the compressor rests."""
        from mixassist.api.reduction import BLOCK_FRAMES

        self.waveforms.set_reduction(track_id, reduction_db, BLOCK_FRAMES)

    def show_position(self, frame: int, playing: bool) -> None:
        """Moves the playhead; while it plays, what is seen goes along."""
        if playing and self._window.settings.follow_playhead:
            self.axis.follow(self._heard, frame)
        self._heard = frame
        self.waveforms.show_position(frame)
        self.overview.show_position(frame)

    def stop(self) -> None:
        """Ends drawing."""
        self.mix.stop()
        self.picture_thread.close()

    def toggle_loop(self) -> None:
        """Lets playback go round the selection, or the whole session without one; or straight on again."""
        self.axis.set_looping(not self.axis.is_looping)

    def is_looping(self) -> bool:
        """Whether playback goes round."""
        return self.axis.is_looping

    def loop_selection(self) -> None:
        """Goes round what is selected, from its start."""
        self.axis.set_looping(True)
        if self.axis.selection is not None:
            self._window.transport.seek(self.axis.selection[0])

    def select_from_here(self) -> None:
        """Lets the selection begin at the playhead."""
        here, selection = self._here(), self.axis.selection
        end = selection[1] if selection is not None and selection[1] > here else self.axis.length_frames
        self.axis.select(here, end)

    def select_to_here(self) -> None:
        """Lets the selection end at the playhead."""
        here, selection = self._here(), self.axis.selection
        start = selection[0] if selection is not None and selection[0] < here else 0
        self.axis.select(start, here)

    def select_seen(self) -> None:
        """Selects what is seen."""
        self.axis.select(self.axis.start, self.axis.end)

    def select_none(self) -> None:
        """Selects nothing."""
        self.axis.select_none()

    def zoom_selection(self) -> None:
        """Looks at what is selected."""
        self.axis.see_selection()

    def zoom_samples(self) -> None:
        """Looks at single samples around the playhead."""
        span = 60
        self.axis.see(self._here() - span / 2, span)

    def pan_left(self) -> None:
        """Looks at what comes before."""
        self.axis.pan(-0.5 * self.axis.span)

    def pan_right(self) -> None:
        """Looks at what comes next."""
        self.axis.pan(0.5 * self.axis.span)

    def toggle_follow(self) -> None:
        """Lets what is seen go along with the playhead, or stand."""
        self._window.settings.follow_playhead = not self._window.settings.follow_playhead

    def follows(self) -> bool:
        """Whether what is seen goes along with the playhead."""
        return self._window.settings.follow_playhead

    def toggle_reductions(self) -> None:
        """Lays gain reduction over the waveforms, or takes it away."""
        settings = self._window.settings
        settings.show_reductions = not settings.show_reductions

    def shows_reductions(self) -> bool:
        """Whether gain reduction lies over the waveforms."""
        return self._window.settings.show_reductions

    def _here(self) -> int:
        player = self._workspace.sound.player
        return 0 if player is None else player.heard_frames

    def _lay_reduction(self, track_id: str) -> None:
        self.take_reduction(track_id, self._window.facts_of_strips.reduction.result(track_id))

    def _take_mix(self, pyramid: Any) -> None:
        self.waveforms.set_pyramid(MIX_ID, pyramid)
        self.overview.set_pyramid(pyramid)

    def _loop(self) -> None:
        player = self._workspace.sound.player
        if player is not None:
            loop = self.axis.loop_frames()
            player.set_loop(*(loop if loop is not None else (None,)))
        self._window.action_set.refresh()

    def _forget(self) -> None:
        self._heard = 0
        self.axis.forget()
        self.mix.forget()
