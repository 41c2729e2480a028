# SPDX-License-Identifier: Apache-2.0
"""A session: tracks, master, snapshots. One immutable value; every edit yields a new one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType

from mixassist.domain.channel import Channel, Stages, View, reverb_tail_s
from mixassist.domain.controls import Controls
from mixassist.domain.errors import MixAssistError
from mixassist.domain.listening import ListeningResult
from mixassist.domain.track import AudioSource, Track, unique_track_name

SAMPLE_RATES_HZ: tuple[int, ...] = (44_100, 48_000, 88_200, 96_000)
"""The rates a session can run at."""

LOUDNESS_TARGETS_LUFS: tuple[float | None, ...] = (-14.0, -16.0, -23.0, None)
"""Targets the master offers; None switches loudness normalisation off."""


@dataclass(frozen=True)
class Master:
    """The master: one static gain, and what it was chosen for.

    `gain_db` is a stored value used by playback and export alike. `loudness_target_lufs` (None = off) and
    `ceiling_dbtp` say what mixing and export aim at when they set it.
    """

    gain_db: float = 0.0
    loudness_target_lufs: float | None = -14.0
    ceiling_dbtp: float = -1.0


@dataclass(frozen=True)
class ChannelSettings:
    """The part of a channel that a snapshot keeps."""

    controls: Controls
    stages: Stages
    mute: bool


AMOUNT_MAX = 1.5
"""How far beyond the prediction the amount goes."""


@dataclass(frozen=True)
class Snapshot:
    """A named state of the whole console, by track id, and the amount that it stood at."""

    name: str
    channels: Mapping[str, ChannelSettings]
    amount: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "channels", MappingProxyType(dict(self.channels)))

    def __reduce__(self) -> tuple[type[Snapshot], tuple[str, dict[str, ChannelSettings], float]]:
        # A read-only view cannot be pickled or copied itself.
        return Snapshot, (self.name, dict(self.channels), self.amount)


@dataclass(frozen=True)
class Reference:
    """A finished song set beside the session to listen to; it is in no view and no export."""

    name: str
    source: AudioSource


@dataclass(frozen=True)
class Session:
    """What a user works on. `sample_rate_hz` is one of `SAMPLE_RATES_HZ`."""

    name: str = "Untitled"
    sample_rate_hz: int = 44_100
    tracks: tuple[Track, ...] = ()
    master: Master = field(default_factory=Master)
    snapshots: tuple[Snapshot, ...] = ()
    view: View = View.WET
    method: str = ""
    """The mixer that made the last prediction; empty when there is none."""
    listening: tuple[ListeningResult, ...] = ()
    """Listening tests made in this session, oldest first; no edit touches them."""
    amount: float = 1.0
    """How much of the prediction the console was last set to: 0 = neutral … 1.5."""
    slot: str = "Mine"
    """The snapshot that the console was last switched to; see `domain.slots`."""
    reference: Reference | None = None

    def __post_init__(self) -> None:
        if self.sample_rate_hz not in SAMPLE_RATES_HZ:
            raise MixAssistError(
                f"a session runs at {', '.join(map(str, SAMPLE_RATES_HZ))} Hz, not {self.sample_rate_hz}"
            )
        if len({t.id for t in self.tracks}) != len(self.tracks):
            raise ValueError("two tracks share an id")
        if not 0.0 <= self.amount <= AMOUNT_MAX:
            raise ValueError(f"an amount lies between 0 and {AMOUNT_MAX:g}, not at {self.amount}")

    @cached_property
    def stems_frames(self) -> int:
        """Where the last track's audio ends."""
        return max((self._end_of(t) for t in self.tracks), default=0)

    @cached_property
    def length_frames(self) -> int:
        """Where the last sound ends: the length of every view and of the mix.

        That is the last track's end or, where reverbs ring on behind it, the whole half second in which the last of
        them has fallen by 60 dB. Dry, muted and soloed it is the same, so that switching moves nothing.
        """
        rate = self.sample_rate_hz
        rung_out = max((self._end_of(t) + reverb_tail_s(t.channel) * rate for t in self.tracks), default=0.0)
        step = rate // 2
        return self.stems_frames + math.ceil((rung_out - self.stems_frames) / step) * step

    def _end_of(self, track: Track) -> int:
        return track.start_frames + track.source.frames_at(self.sample_rate_hz)

    @cached_property
    def any_solo(self) -> bool:
        """Whether any track is soloed."""
        return any(t.channel.solo for t in self.tracks)

    def is_audible(self, track: Track) -> bool:
        """Audible = not muted and (nothing soloed or soloed)."""
        return not track.channel.mute and (track.channel.solo or not self.any_solo)

    def track(self, track_id: str) -> Track:
        """Looks a track up by id; raises KeyError."""
        for track in self.tracks:
            if track.id == track_id:
                return track
        raise KeyError(track_id)

    def track_named(self, name: str) -> Track:
        """Looks a track up by name; raises KeyError."""
        for track in self.tracks:
            if track.name == name:
                return track
        raise KeyError(name)

    def with_track(self, track: Track) -> Session:
        """Returns a copy in which the track of the same id is replaced."""
        self.track(track.id)
        return replace(self, tracks=tuple(track if t.id == track.id else t for t in self.tracks))

    def with_channels(self, change: Callable[[Track], Channel]) -> Session:
        """Returns a copy with every channel passed through `change`; a track that it leaves alone stays itself."""

        def changed(track: Track) -> Track:
            channel = change(track)
            return track if channel is track.channel else track.with_channel(channel)

        return replace(self, tracks=tuple(changed(t) for t in self.tracks))

    def with_added(self, tracks: Iterable[Track], position: int | None = None) -> Session:
        """Returns a copy with tracks inserted (at the end by default), their ids and names made unique.

        Ids that only snapshots still know count as taken: a snapshot of a removed track must not move a new one.
        """
        placed = list(self.tracks)
        remembered = {track_id for snapshot in self.snapshots for track_id in snapshot.channels}
        at = len(placed) if position is None else position
        for offset, track in enumerate(tracks):
            ids, names = {t.id for t in placed} | remembered, {t.name for t in placed}
            fresh = replace(track, id=_unused_id(track.id, ids), name=unique_track_name(track.name, names))
            placed.insert(at + offset, fresh)
        return replace(self, tracks=tuple(placed))

    def with_listening_result(self, result: ListeningResult) -> Session:
        """Returns a copy that also remembers this listening test."""
        return replace(self, listening=(*self.listening, result))

    def snapshot(self, name: str) -> Snapshot | None:
        """Returns the snapshot of that name, if there is one."""
        return next((s for s in self.snapshots if s.name == name), None)

    def taken_snapshot(self, name: str) -> Session:
        """Returns a copy that keeps the present console state under `name`, replacing an older one."""
        states = {t.id: ChannelSettings(t.channel.controls, t.channel.stages, t.channel.mute) for t in self.tracks}
        kept = tuple(s for s in self.snapshots if s.name != name)
        return replace(self, snapshots=(*kept, Snapshot(name, states, self.amount)))

    def recalled_snapshot(self, name: str) -> Session:
        """Returns a copy with the snapshot's state; tracks it does not know stay as they are.

        Raises:
            MixAssistError: there is no snapshot of that name.
        """
        snapshot = self.snapshot(name)
        if snapshot is None:
            raise MixAssistError("there is no such snapshot", subject=name)

        def change(track: Track) -> Channel:
            state = snapshot.channels.get(track.id)
            if state is None:
                return track.channel
            return replace(track.channel, controls=state.controls, stages=state.stages, mute=state.mute)

        return replace(self.with_channels(change), amount=snapshot.amount)


def _unused_id(wanted: str, taken: set[str]) -> str:
    if wanted and wanted not in taken:
        return wanted
    number = len(taken) + 1
    while f"t{number}" in taken:
        number += 1
    return f"t{number}"
