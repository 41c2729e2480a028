# SPDX-License-Identifier: Apache-2.0
"""Edits of the whole console: amount, snapshots, linked strips, the reference beside the session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from mixassist.domain.channel import Channel
from mixassist.domain.commands import SetControls, _Edit
from mixassist.domain.controls import NEUTRAL, Controls, with_amount
from mixassist.domain.errors import MixAssistError
from mixassist.domain.parameters import PARAMETER
from mixassist.domain.session import AMOUNT_MAX, Reference, Session
from mixassist.domain.slots import SLOTS, in_slot
from mixassist.domain.track import Track

FADER = "fader_db"


@dataclass(frozen=True)
class SetAmount(_Edit):
    """Moves the console from neutral through its prediction, 0 … 1.5, on each control's normalised travel.

    Locked controls stay, and so does what was set by hand: a control follows while it stands where the present
    amount had put it. Raises `MixAssistError` outside the range.
    """

    amount: float

    @property
    def merge_key(self) -> str:
        return "amount"

    def label(self, session: Session) -> str:
        return "Amount"

    def apply(self, session: Session) -> Session:
        if not 0.0 <= self.amount <= AMOUNT_MAX:
            raise MixAssistError(f"the amount lies between 0 and {AMOUNT_MAX:.0%}")

        def change(track: Track) -> Channel:
            channel = track.channel
            if channel.prediction is None:
                return channel
            before, after = _at(channel.prediction, session.amount), _at(channel.prediction, self.amount)
            follows = [k for k in channel.controls.shared_with(before) if k not in channel.locks]
            return replace(channel, controls=channel.controls.taken_from(after, follows))

        return replace(session.with_channels(change), amount=float(self.amount))


@dataclass(frozen=True)
class GoToSlot(_Edit):
    """Switches the console to one of the five snapshots; what was done in the present one is kept in it."""

    name: str

    def label(self, session: Session) -> str:
        return f"Snapshot {self.name}"

    def apply(self, session: Session) -> Session:
        return in_slot(session, self.name)


@dataclass(frozen=True)
class KeepInSlot(_Edit):
    """Keeps the console as it stands in a slot (Mine, A or B) without switching to it."""

    name: str

    def label(self, session: Session) -> str:
        return f"Keep snapshot {self.name}"

    def apply(self, session: Session) -> Session:
        if self.name not in SLOTS[2:]:
            raise MixAssistError("this snapshot is fixed", subject=self.name, remedy="Keep it as Mine, A or B")
        return session.taken_snapshot(self.name)


@dataclass(frozen=True)
class SetGroup(_Edit):
    """Links tracks into a group, or takes them out of theirs with an empty name. A group of one is dissolved."""

    track_ids: tuple[str, ...]
    name: str

    def label(self, session: Session) -> str:
        name = " ".join(self.name.split())
        if name:
            return f"Group {name}"
        groups = {session.track(i).channel.group for i in self.track_ids} - {""}
        return f"Dissolve {groups.pop()}" if len(groups) == 1 else "Ungroup"

    def apply(self, session: Session) -> Session:
        name, chosen = " ".join(self.name.split())[:60], frozenset(self.track_ids)
        for track_id in self.track_ids:
            session.track(track_id)
        changed = session.with_channels(lambda t: replace(t.channel, group=name) if t.id in chosen else t.channel)
        return _without_lone_members(changed)


@dataclass(frozen=True)
class RenameGroup(_Edit):
    """Gives a group another name; the name of another group joins the two."""

    old: str
    new: str

    def label(self, session: Session) -> str:
        return f"Rename group {self.old} to {' '.join(self.new.split())}"

    def apply(self, session: Session) -> Session:
        name = " ".join(self.new.split())[:60]
        if not name:
            raise MixAssistError("a group needs a name", subject=self.old)
        return session.with_channels(
            lambda t: replace(t.channel, group=name) if t.channel.group == self.old else t.channel
        )


@dataclass(frozen=True)
class SetMutes(_Edit):
    """Mutes or unmutes several tracks as one step."""

    track_ids: tuple[str, ...]
    mute: bool
    words: str = ""

    def label(self, session: Session) -> str:
        return f"{self.words or f'{len(self.track_ids)} tracks'}: {'mute' if self.mute else 'unmute'}"

    def apply(self, session: Session) -> Session:
        return session.with_channels(
            lambda t: replace(t.channel, mute=self.mute) if t.id in self.track_ids else t.channel
        )


@dataclass(frozen=True)
class SetWidths(_Edit):
    """Makes strips wide or narrow; None means all of them."""

    wide: bool
    track_ids: tuple[str, ...] | None = None

    def label(self, session: Session) -> str:
        if self.track_ids is not None and len(self.track_ids) == 1:
            return f"{session.track(self.track_ids[0]).name}: {'wide' if self.wide else 'narrow'} strip"
        return "Wide strips" if self.wide else "Narrow strips"

    def apply(self, session: Session) -> Session:
        chosen = self.track_ids
        return session.with_channels(
            lambda t: replace(t.channel, wide=self.wide) if chosen is None or t.id in chosen else t.channel
        )


@dataclass(frozen=True)
class SetReference(_Edit):
    """Sets a finished song beside the session, or takes it away."""

    reference: Reference | None

    def label(self, session: Session) -> str:
        return "Remove the reference" if self.reference is None else f"Reference {self.reference.name}"

    def apply(self, session: Session) -> Session:
        return replace(session, reference=self.reference)


def linked_ids(session: Session, track_id: str) -> tuple[str, ...]:
    """Returns the tracks that move together with one, itself among them, in the session's order."""
    group = session.track(track_id).channel.group
    if not group:
        return (track_id,)
    return tuple(t.id for t in session.tracks if t.channel.group == group)


def group_names(session: Session) -> tuple[str, ...]:
    """Returns the groups, in the order of their first tracks."""
    return tuple(dict.fromkeys(t.channel.group for t in session.tracks if t.channel.group))


def fader_values(session: Session, track_ids: tuple[str, ...]) -> dict[str, float]:
    """Returns the faders of tracks in dB."""
    return {i: session.track(i).channel.controls.number(FADER) for i in track_ids}


def linked_fader_move(session: Session, track_id: str, value_db: float, start_db: Mapping[str, float]) -> SetControls:
    """Makes the edit that moves a group's faders together: all by as many dB as the one that is moved.

    Args:
        start_db: where the faders stood when the gesture began, so that one that has run into an end comes back to
            its own place; a closed fader stays closed.
    """
    fader = PARAMETER[FADER]
    # A closed fader has no level to move from: while it opens, the others stay.
    by_db = 0.0 if start_db[track_id] <= fader.minimum else value_db - start_db[track_id]
    values = {
        i: {FADER: level if level <= fader.minimum else fader.clipped(level + by_db)} for i, level in start_db.items()
    }
    values[track_id] = {FADER: value_db}
    return SetControls(values, f"{session.track(track_id).channel.group}: fader")


@lru_cache(maxsize=256)
def _at(prediction: Controls, amount: float) -> Controls:
    """A drag asks again for what it set the moment before."""
    return with_amount(NEUTRAL, prediction, amount)


def _without_lone_members(session: Session) -> Session:
    counts: dict[str, int] = {}
    for track in session.tracks:
        counts[track.channel.group] = counts.get(track.channel.group, 0) + 1
    return session.with_channels(
        lambda t: replace(t.channel, group="") if t.channel.group and counts[t.channel.group] == 1 else t.channel
    )
