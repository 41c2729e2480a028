# SPDX-License-Identifier: Apache-2.0
"""Random edits, gestures, macros, undo and redo against a plain model: a list of states and a place in it."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mixassist.domain import commands as c
from mixassist.domain.controls import Controls
from mixassist.domain.document import Document
from mixassist.domain.parameters import PARAMETERS, Parameter
from mixassist.domain.session import Master, Session
from mixassist.domain.track import AudioFile, AudioSource, SourceSide, Track

parameters = st.sampled_from(PARAMETERS)
places = st.sampled_from([0.0, 0.25, 0.5, 1.0])


def _track(number: int) -> Track:
    file = AudioFile(f"/{number}.wav", 100, 44_100, 10 + number, 1)
    return Track(f"t{number}", f"Track {number}", AudioSource((SourceSide(file),)))


def _without_solo(session: Session) -> Session:
    return session.with_channels(lambda t: replace(t.channel, solo=False))


class DocumentMachine(RuleBasedStateMachine):
    """`states` are the sessions undo can reach, without solo; `place` is the present one; `edits` lead between."""

    def __init__(self) -> None:
        super().__init__()
        self.document = Document(Session("S", tracks=tuple(_track(n) for n in range(1, 4))), max_steps=8)
        self.states = [_without_solo(self.document.session)]
        self.edits: list[tuple[c.Command, ...]] = []
        self.place = 0
        self.added = 10

    @initialize(places=places)
    def start_panned(self, places: float) -> None:
        self._execute(c.SetControls({"t1": {"pan": places}}, "Start"))

    def _execute(self, *commands: c.Command) -> None:
        before = _without_solo(self.document.session)
        if len(commands) == 1:
            self.document.execute(commands[0])
        else:
            with self.document.macro("Macro"):
                for command in commands:
                    self.document.execute(command)
        self._expect_step(before, commands)

    def _expect_step(self, before: Session, commands: tuple[c.Command, ...]) -> None:
        now = _without_solo(self.document.session)
        if now == before:
            return
        self.states = [*self.states[: self.place + 1], now][-9:]
        self.edits = [*self.edits[: self.place], commands][-8:]
        self.place = len(self.states) - 1

    def _track_id(self, index: int) -> str:
        tracks = self.document.session.tracks
        return tracks[index % len(tracks)].id

    @rule(index=st.integers(0, 5), p=parameters, place=places)
    def set_control(self, index: int, p: Parameter, place: float) -> None:
        if self.document.session.tracks:
            self._execute(c.SetControl(self._track_id(index), p.key, p.denormalised(place)))

    @rule(index=st.integers(0, 5), p=parameters, values=st.lists(places, min_size=1, max_size=4))
    def drag(self, index: int, p: Parameter, values: list[float]) -> None:
        if not self.document.session.tracks:
            return
        before, track_id = _without_solo(self.document.session), self._track_id(index)
        moves = tuple(c.SetControl(track_id, p.key, p.denormalised(v)) for v in values)
        with self.document.gesture():
            for move in moves:
                self.document.execute(move)
        self._expect_step(before, moves)

    @rule(position=st.none() | st.integers(0, 5))
    def add(self, position: int | None) -> None:
        self.added += 1
        self._execute(c.AddTracks((_track(self.added),), position))

    @rule(index=st.integers(0, 5))
    def remove(self, index: int) -> None:
        if self.document.session.tracks:
            self._execute(c.RemoveTracks((self._track_id(index),)))

    @rule(index=st.integers(0, 5), position=st.integers(-1, 6), name=st.sampled_from(["A", "B", "a/b"]))
    def move_and_rename_as_one(self, index: int, position: int, name: str) -> None:
        if self.document.session.tracks:
            track_id = self._track_id(index)
            self._execute(c.MoveTrack(track_id, position), c.RenameTrack(track_id, name))

    @rule(place=places, gain=st.sampled_from([0.0, -3.0]))
    def automix(self, place: float, gain: float) -> None:
        controls = Controls({p.key: p.denormalised(place) for p in PARAMETERS})
        predictions = {t.id: controls for t in self.document.session.tracks}
        self._execute(c.ApplyPrediction(predictions, "rules", master=Master(gain)))

    @rule()
    def back(self) -> None:
        self._execute(c.BackToPrediction())

    @rule(name=st.sampled_from(["A", "B"]), take=st.booleans())
    def snapshot(self, name: str, take: bool) -> None:
        if take:
            self._execute(c.TakeSnapshot(name))
        elif self.document.session.snapshot(name):
            self._execute(c.RecallSnapshot(name))

    @rule(index=st.integers(0, 5))
    def solo(self, index: int) -> None:
        if self.document.session.tracks:
            self.document.execute(c.SetSolo(frozenset({self._track_id(index)})))

    @rule(index=st.integers(0, 5))
    def broken_macro(self, index: int) -> None:
        before, labels = self.document.session, (self.document.history, self.document.redo_label)
        try:
            with self.document.macro("Broken"):
                self.document.execute(c.AddTracks((_track(99),)))
                self.document.execute(c.SetControl("nobody", "pan", 0.0))
        except KeyError:
            pass
        assert self.document.session == before
        assert (self.document.history, self.document.redo_label) == labels

    @rule()
    def undo(self) -> None:
        solos = {t.id for t in self.document.session.tracks if t.channel.solo}
        assert self.document.undo() is (self.place > 0)
        self.place = max(self.place - 1, 0)
        self._solos_stayed(solos)

    @rule()
    def redo(self) -> None:
        solos = {t.id for t in self.document.session.tracks if t.channel.solo}
        assert self.document.redo() is (self.place < len(self.states) - 1)
        self.place = min(self.place + 1, len(self.states) - 1)
        self._solos_stayed(solos)

    @rule(place=st.integers(-1, 9))
    def go_to(self, place: int) -> None:
        solos = {t.id for t in self.document.session.tracks if t.channel.solo}
        labels = (*self.document.history, *self.document.future)
        told: list[Session] = []
        stop = self.document.listen(lambda before, now: told.append(now))
        moved = self.document.go_to(place)
        stop()
        assert moved is (place != self.place and 0 <= place < len(self.states))
        assert told == ([self.document.session] if moved else [])
        assert (*self.document.history, *self.document.future) == labels
        self.place = place if moved else self.place
        self._solos_stayed(solos)

    def _solos_stayed(self, solos: set[str]) -> None:
        assert solos & {t.id for t in self.document.session.tracks} <= {
            t.id for t in self.document.session.tracks if t.channel.solo
        }

    @invariant()
    def the_document_shows_the_models_state(self) -> None:
        assert _without_solo(self.document.session) == self.states[self.place]
        assert len(self.document.history) == self.place
        assert (self.document.redo_label is None) is (self.place == len(self.states) - 1)

    @invariant()
    def replaying_the_history_gives_the_document(self) -> None:
        session = self.states[0]
        for commands in self.edits[: self.place]:
            for command in commands:
                session = command.apply(session)
        assert session == self.states[self.place]


TestDocumentMachine = DocumentMachine.TestCase
TestDocumentMachine.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
