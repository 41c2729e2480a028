# SPDX-License-Identifier: Apache-2.0
"""Five states of one console to go to and fro between: Start, Predicted, Mine, A and B.

Start is how the tracks stood before the first suggestion, Predicted what was suggested; both are fixed, and an edit
made there belongs to Mine. Mine, A and B keep what was last done in them; an empty A or B begins as a copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mixassist.domain.channel import Channel, Stages
from mixassist.domain.controls import NEUTRAL
from mixassist.domain.errors import MixAssistError
from mixassist.domain.session import ChannelSettings, Session, Snapshot

START, PREDICTED, MINE = "Start", "Predicted", "Mine"
SLOTS: tuple[str, ...] = (START, PREDICTED, MINE, "A", "B")
"""In the order of the keys 1 to 5."""

_FIXED = (START, PREDICTED)


def present_slot(session: Session) -> str:
    """Returns the slot that the console stands in now: Mine, once a fixed one has been edited."""
    if session.slot not in _FIXED:
        return session.slot if session.slot in SLOTS else MINE
    fixed = slot_state(session, session.slot)
    return session.slot if fixed is not None and _as_shown(session, fixed) == _present(session) else MINE


def slot_state(session: Session, name: str) -> Snapshot | None:
    """Returns the state that a slot holds; None while there is none (an empty slot, or no prediction)."""
    if name == START:
        return _start(session)
    if name == PREDICTED:
        return _predicted(session)
    return session.snapshot(name)


def in_slot(session: Session, name: str) -> Session:
    """Returns a session that stands in another slot; what was done in the present one is kept there.

    Raises:
        MixAssistError: no such slot, or nothing was predicted yet.
    """
    if name not in SLOTS:
        raise MixAssistError("there is no such snapshot", subject=name)
    present = present_slot(session)
    if present == name and name not in _FIXED:
        return replace(session, slot=name)
    target = slot_state(session, name)
    if target is None and name == PREDICTED:
        raise MixAssistError("nothing was predicted yet", remedy="Press Automix first")
    if present not in _FIXED:
        session = session.taken_snapshot(present)
    if target is None:
        return replace(session.taken_snapshot(name), slot=name)
    shown = _as_shown(session, target)

    def change(channel: Channel, settings: ChannelSettings | None) -> Channel:
        if settings is None:
            return channel
        return replace(channel, controls=settings.controls, stages=settings.stages, mute=settings.mute)

    changed = session.with_channels(lambda t: change(t.channel, shown.get(t.id)))
    return replace(changed, slot=name, amount=target.amount)


def _present(session: Session) -> Mapping[str, ChannelSettings]:
    return {t.id: ChannelSettings(t.channel.controls, t.channel.stages, t.channel.mute) for t in session.tracks}


def _as_shown(session: Session, snapshot: Snapshot) -> Mapping[str, ChannelSettings]:
    """Returns what the console's tracks look like in a state; tracks it does not know stay as they are."""
    present = _present(session)
    return {track_id: snapshot.channels.get(track_id, settings) for track_id, settings in present.items()}


def _start(session: Session) -> Snapshot:
    kept = session.snapshot(START)
    known = {} if kept is None else kept.channels
    untouched = {t.id: ChannelSettings(NEUTRAL, Stages(), False) for t in session.tracks}
    return Snapshot(START, {**untouched, **known}, 1.0 if kept is None else kept.amount)


def _predicted(session: Session) -> Snapshot | None:
    """Returns what the suggestion would be now: locked controls, switches and mutes stay as they are."""
    states = {}
    for track in session.tracks:
        channel = track.channel
        if channel.prediction is not None:
            controls = channel.prediction.taken_from(channel.controls, channel.locks)
            states[track.id] = ChannelSettings(controls, channel.stages, channel.mute)
    return Snapshot(PREDICTED, states) if states else None
