# SPDX-License-Identifier: Apache-2.0
"""Edits as values: each knows its words for the undo list and how it changes a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from mixassist.domain.channel import Channel, Stages
from mixassist.domain.controls import Controls
from mixassist.domain.parameters import PARAMETERS, Value, parameter
from mixassist.domain.session import Master, Session
from mixassist.domain.slots import START
from mixassist.domain.track import AudioSource, Track, unique_track_name


@runtime_checkable
class Command(Protocol):
    """An edit.

    `label` goes into "Undo …". Edits with the same `merge_key` inside one gesture become one undo step; an
    empty key never merges. Edits that are not `undoable` (solo, view) survive undo and redo.
    """

    @property
    def merge_key(self) -> str: ...
    @property
    def undoable(self) -> bool: ...
    def label(self, session: Session) -> str: ...
    def apply(self, session: Session) -> Session: ...


@dataclass(frozen=True)
class _Edit:
    @property
    def merge_key(self) -> str:
        return ""

    @property
    def undoable(self) -> bool:
        return True


@dataclass(frozen=True)
class SetControl(_Edit):
    """Sets one control of one track. Raises `ControlError` outside the table."""

    track_id: str
    key: str
    value: Value

    @property
    def merge_key(self) -> str:
        return f"control/{self.track_id}/{self.key}"

    def label(self, session: Session) -> str:
        words = parameter(self.key).label
        return f"{session.track(self.track_id).name}: {words[:1].lower()}{words[1:]}"

    def apply(self, session: Session) -> Session:
        track = session.track(self.track_id)
        return session.with_track(track.with_channel(track.channel.with_controls({self.key: self.value})))


@dataclass(frozen=True)
class SetControls(_Edit):
    """Sets several controls of several tracks: a node drag, a linked group, a reset. One undo step."""

    values: Mapping[str, Mapping[str, Value]]
    words: str

    @property
    def merge_key(self) -> str:
        return "controls/" + self.words

    def label(self, session: Session) -> str:
        return self.words

    def apply(self, session: Session) -> Session:
        for track_id, values in self.values.items():
            track = session.track(track_id)
            session = session.with_track(track.with_channel(track.channel.with_controls(dict(values))))
        return session


@dataclass(frozen=True)
class SetChannelFields(_Edit):
    """Sets fields of a channel other than its controls and its solo: mute, locks, colour, instrument, group …"""

    track_id: str
    fields: Mapping[str, object]
    words: str

    def label(self, session: Session) -> str:
        return f"{session.track(self.track_id).name}: {self.words}"

    def apply(self, session: Session) -> Session:
        track = session.track(self.track_id)
        unknown = set(self.fields) - {"mute", "locks", "instrument", "group", "colour", "wide", "stages"}
        if unknown:
            raise ValueError(f"not a field of a channel that can be set: {sorted(unknown)}")
        return session.with_track(track.with_channel(replace(track.channel, **self.fields)))  # type: ignore[arg-type]


def set_stage(session: Session, track_id: str, stage: str, on: bool) -> SetChannelFields:
    """Switches `equalizer`, `compressor` or `reverb` of a track on or off."""
    stages: Stages = replace(session.track(track_id).channel.stages, **{stage: on})
    return SetChannelFields(track_id, {"stages": stages}, f"{stage} {'on' if on else 'off'}")


@dataclass(frozen=True)
class SetSolo(_Edit):
    """Soloes exactly these tracks, by id. Saved with the session, but not an undo step."""

    track_ids: frozenset[str]

    @property
    def undoable(self) -> bool:
        return False

    def label(self, session: Session) -> str:
        return "Solo"

    def apply(self, session: Session) -> Session:
        return session.with_channels(lambda t: replace(t.channel, solo=t.id in self.track_ids))


@dataclass(frozen=True)
class ApplyPrediction(_Edit):
    """Takes a suggestion over: every track's prediction is kept, locked controls stay. One undo step.

    Before the first one, the console as it stands is kept as the snapshot `Start`.
    """

    predictions: Mapping[str, Controls]
    method: str
    words: str = "Automix"
    master: Master | None = None

    def label(self, session: Session) -> str:
        return self.words

    def apply(self, session: Session) -> Session:
        def change(track: Track) -> Channel:
            prediction = self.predictions.get(track.id)
            return track.channel if prediction is None else track.channel.predicted(prediction)

        if not session.method and session.snapshot(START) is None:
            session = session.taken_snapshot(START)
        mixed = replace(session.with_channels(change), method=self.method, amount=1.0)
        return mixed if self.master is None else replace(mixed, master=self.master)


@dataclass(frozen=True)
class BackToPrediction(_Edit):
    """Puts controls back to the prediction: given keys of given tracks (None = all of them)."""

    track_ids: tuple[str, ...] | None = None
    keys: tuple[str, ...] | None = None

    def label(self, session: Session) -> str:
        return "Back to the prediction"

    def apply(self, session: Session) -> Session:
        keys = self.keys or tuple(p.key for p in PARAMETERS)

        def change(track: Track) -> Channel:
            channel = track.channel
            if channel.prediction is None or (self.track_ids is not None and track.id not in self.track_ids):
                return channel
            return replace(channel, controls=channel.controls.taken_from(channel.prediction, keys))

        whole = self.track_ids is None and self.keys is None
        changed = session.with_channels(change)
        return replace(changed, amount=1.0) if whole else changed


@dataclass(frozen=True)
class AddTracks(_Edit):
    """Inserts tracks (at the end by default)."""

    tracks: tuple[Track, ...]
    position: int | None = None

    def label(self, session: Session) -> str:
        if len(self.tracks) != 1:
            return f"Add {len(self.tracks)} tracks"
        return f"Add {unique_track_name(self.tracks[0].name, {t.name for t in session.tracks})}"

    def apply(self, session: Session) -> Session:
        return session.with_added(self.tracks, self.position)


@dataclass(frozen=True)
class RemoveTracks(_Edit):
    """Takes tracks out of the session; their files stay where they are."""

    track_ids: tuple[str, ...]

    def label(self, session: Session) -> str:
        names = [t.name for t in session.tracks if t.id in self.track_ids]
        return f"Remove {names[0]}" if len(names) == 1 else f"Remove {len(names)} tracks"

    def apply(self, session: Session) -> Session:
        return replace(session, tracks=tuple(t for t in session.tracks if t.id not in self.track_ids))


@dataclass(frozen=True)
class RenameTrack(_Edit):
    """Renames a track; the name is cleaned and made unique."""

    track_id: str
    name: str

    def label(self, session: Session) -> str:
        return f"Rename {session.track(self.track_id).name} to {self._given_name(session)}"

    def apply(self, session: Session) -> Session:
        track = session.track(self.track_id)
        return session.with_track(replace(track, name=self._given_name(session)))

    def _given_name(self, session: Session) -> str:
        return unique_track_name(self.name, {t.name for t in session.tracks if t.id != self.track_id})


@dataclass(frozen=True)
class MoveTrack(_Edit):
    """Moves a track to another place in the order (0 = first)."""

    track_id: str
    position: int

    def label(self, session: Session) -> str:
        return f"Move {session.track(self.track_id).name}"

    def apply(self, session: Session) -> Session:
        moved = session.track(self.track_id)
        rest = [t for t in session.tracks if t.id != self.track_id]
        rest.insert(min(max(self.position, 0), len(rest)), moved)
        return replace(session, tracks=tuple(rest))


@dataclass(frozen=True)
class ReplaceSource(_Edit):
    """Gives a track other audio and keeps its strip."""

    track_id: str
    source: AudioSource
    start_frames: int = 0

    def label(self, session: Session) -> str:
        return f"Replace audio of {session.track(self.track_id).name}"

    def apply(self, session: Session) -> Session:
        track = session.track(self.track_id)
        return session.with_track(replace(track, source=self.source, start_frames=self.start_frames))


@dataclass(frozen=True)
class SetMaster(_Edit):
    """Sets the master's gain, target or ceiling."""

    master: Master
    words: str = "Master"

    @property
    def merge_key(self) -> str:
        return "master/" + self.words

    def label(self, session: Session) -> str:
        return self.words

    def apply(self, session: Session) -> Session:
        return replace(session, master=self.master)


@dataclass(frozen=True)
class TakeSnapshot(_Edit):
    """Keeps the present console state under a name."""

    name: str

    def label(self, session: Session) -> str:
        return f"Keep snapshot {self.name}"

    def apply(self, session: Session) -> Session:
        return session.taken_snapshot(self.name)


@dataclass(frozen=True)
class RecallSnapshot(_Edit):
    """Brings a kept console state back."""

    name: str

    def label(self, session: Session) -> str:
        return f"Recall snapshot {self.name}"

    def apply(self, session: Session) -> Session:
        return session.recalled_snapshot(self.name)
