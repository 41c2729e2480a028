# SPDX-License-Identifier: Apache-2.0
"""What the strips show beside their controls: gain reduction while it plays, and how honest the model is."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from mixassist.domain.channel import View
from mixassist.domain.parameters import Group, keys_of
from mixassist.domain.progress import CancelToken, Progress
from mixassist.domain.session import Session
from mixassist.domain.track import Track
from mixassist.gui import curves
from mixassist.gui.live_loudness import LiveLoudness
from mixassist.gui.stage_pictures import StagePictures
from mixassist.gui.strip_watch import StripWatch
from mixassist.gui.views.picture_thread import PictureThread

if TYPE_CHECKING:
    from mixassist.gui.main_window import MainWindow

_BEFORE_COMPRESSOR = ("input_gain_db", *keys_of(Group.EQUALIZER), *keys_of(Group.COMPRESSOR))
_PROCESSING = (*_BEFORE_COMPRESSOR, *keys_of(Group.REVERB))
_TICK_BLOCKS = 3
"""Blocks of gain reduction that pass between two ticks of the display: the largest of them is shown."""

_BLINK_TICKS = 15
"""Ticks of the display between bright and dim: twice a second makes one blink."""


def reduction_key(track: Track, session: Session) -> Hashable | None:
    """Names what a track's gain reduction depends on; None where the compressor rests."""
    channel = track.channel
    if not channel.stages.compressor or curves.compressor_is_neutral(channel.controls):
        return None
    values = tuple(channel.controls[key] for key in _BEFORE_COMPRESSOR)
    heard_by_network = session.view is View.MODEL
    return (track.source, session.sample_rate_hz, channel.stages.equalizer, heard_by_network, values)


def honesty_key(track: Track, session: Session) -> Hashable | None:
    """Names what the model's distance depends on; None where neither model nor console has anything to do."""
    channel = track.channel
    controls, stages = channel.controls, channel.stages
    rests = (
        (not stages.equalizer or curves.equalizer_is_neutral(controls))
        and (not stages.compressor or curves.compressor_is_neutral(controls))
        and (not stages.reverb or controls.number("reverb_wet") == 0.0)
    )
    if rests:
        return None
    return (track.source, session.sample_rate_hz, stages, tuple(controls[key] for key in _PROCESSING))


def _reduction(session: Session, stems: Any, track_id: str, progress: Progress, cancel: CancelToken) -> Any:
    from mixassist.api.reduction import channel_reduction_db

    return channel_reduction_db(session, stems, track_id, progress, cancel)


def _honesty(session: Session, stems: Any, track_id: str, progress: Progress, cancel: CancelToken) -> Any:
    from mixassist.api.honesty import channel_honesty

    return channel_honesty(session, stems, track_id, progress=progress, cancel=cancel)


class StripFacts(QObject):
    """Follows a window's session and shows these facts in its console and channel panel."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        space = window.workspace
        self.reduction = StripWatch(
            space.sound, space.tasks, self.tr("Gain reduction"), reduction_key, _reduction, self, settle_ms=120
        )
        self.honesty = StripWatch(
            space.sound, space.tasks, self.tr("Comparing model and console"), self._honesty_key, _honesty, self,
            settle_ms=900, waits_for_renders=True,
        )  # fmt: skip
        self.live = LiveLoudness()
        # Beside the window: between the strips that it adds up, a thread gives Python's lock away a hundred times.
        self._listener = PictureThread(self)
        self._was_playing = False
        self.pictures = StagePictures(window)
        self._ticks = 0
        self.honesty.changed.connect(self._show_honesty)
        space.opening.connect(self.forget)
        space.views_changed.connect(lambda: self.show_session(space.session))

    def _honesty_key(self, track: Track, session: Session) -> Hashable | None:
        return honesty_key(track, session) if View.MODEL in self._window.workspace.views else None

    def show_session(self, session: Session) -> None:
        """Follows an edit."""
        chosen = self._window.console.selected_id
        self.reduction.show_session(session, chosen)
        self.honesty.show_session(session, chosen)
        for track_id in self._window.console.strips:
            self.show_strip(track_id)

    def show_strip(self, track_id: str) -> None:
        """Gives a strip what is known of it."""
        self._show_honesty(track_id, self.honesty.result(track_id))

    def forget(self) -> None:
        """Another session is opened."""
        self.reduction.forget()
        self.honesty.forget()

    def stop(self) -> None:
        """Ends waiting; running work is cancelled with all tasks."""
        self.reduction.stop()
        self.honesty.stop()
        self._listener.close()

    def _show_honesty(self, track_id: str, honesty: Any) -> None:
        strip = self._window.console.strips.get(track_id)
        if strip is not None:
            offered = View.MODEL in self._window.workspace.views
            strip.show_honesty(honesty, is_current=self.honesty.is_current(track_id), offered=offered)

    def tick(self, position_frames: int, playing: bool) -> None:
        """Moves gain reduction and loudness to a place on the time line; at rest, and dry, nothing is reduced."""
        self._follow_loudness(position_frames, playing)
        self.pictures.tick(position_frames, playing)
        session = self._window.workspace.session
        active = playing and session.view is not View.DRY
        for track in session.tracks:
            strip = self._window.console.strips.get(track.id)
            if strip is None:
                continue
            reduction_db = self._reduction_at(track, position_frames if active else None)
            strip.compressor.show_reduction(reduction_db)
            panel = self._window.channel.panels.get(track.id)
            if panel is not None and track.id == self._window.console.selected_id:
                panel.compressor_curve.show_reduction(reduction_db)

    def _follow_loudness(self, position_frames: int, playing: bool) -> None:
        player, master = self._window.workspace.sound.player, self._window.console.master
        self._ticks += 1
        master.blink(self._ticks // _BLINK_TICKS % 2 == 0)
        if player is None or not (playing or self._was_playing):
            return
        self._was_playing = playing
        graph, live = player.graph, self.live

        def followed() -> tuple[float | None, float | None] | None:
            is_new = live.follow(graph, position_frames, playing)
            return (live.momentary_lufs, live.short_term_lufs) if is_new else None

        self._listener.draw("loudness", followed, self._show_loudness)

    def _show_loudness(self, found: tuple[float | None, float | None] | None) -> None:
        if found is not None:
            self._window.console.master.loudness.show_live(*found)

    def _reduction_at(self, track: Track, position_frames: int | None) -> float | None:
        """Returns the gain reduction in dB; None where the compressor rests or nothing is known yet."""
        from mixassist.api.reduction import BLOCK_FRAMES

        blocks = self.reduction.result(track.id)
        if blocks is None or not len(blocks):
            return None
        local = -1 if position_frames is None else position_frames - track.start_frames
        block = local // BLOCK_FRAMES
        if local < 0 or block >= len(blocks):
            return 0.0
        return float(blocks[max(block - _TICK_BLOCKS + 1, 0) : block + 1].max())
