# SPDX-License-Identifier: Apache-2.0
"""What is found out about each strip in the background: asked again for changed tracks, and for no others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from mixassist.domain.channel import View
from mixassist.domain.session import Session
from mixassist.domain.track import AudioFile, AudioSource, SourceSide, Track
from mixassist.gui.sound import Sound
from mixassist.gui.strip_watch import StripWatch
from mixassist.gui.tasks import TaskRunner


class Asked:
    """A watch that writes down which tracks it asks about."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.tasks = TaskRunner()
        self.sound = Sound(self.tasks)
        self.watch = StripWatch(self.sound, self.tasks, "Looking", self._key_of, lambda *_: None, settle_ms=0)

    def _key_of(self, track: Track, session: Session) -> float:
        self.ids.append(track.id)
        return track.channel.controls.number("mid_gain_db")

    def show(self, session: Session) -> list[str]:
        """Shows a session and returns what that made the watch ask about."""
        self.ids.clear()
        self.watch.show_session(session)
        return list(self.ids)


@pytest.fixture
def asked(qtbot: QtBot) -> Iterator[Asked]:
    asked = Asked()
    yield asked
    asked.watch.stop()
    asked.tasks.close()


def test_an_edit_asks_about_its_own_track(asked: Asked) -> None:
    source = AudioSource((SourceSide(AudioFile("/songs/a.wav", 2044, 44_100, 1000, 1)),))
    session = Session("Song", 44_100, tuple(Track(i, i, source) for i in ("kick", "bass", "voice")))
    everybody = ["kick", "bass", "voice"]
    assert asked.show(session) == everybody
    edited = session.with_channels(
        lambda t: t.channel.with_controls({"mid_gain_db": 3.0}) if t.id == "bass" else t.channel
    )
    assert asked.show(edited) == ["bass"]
    assert asked.show(edited) == everybody, "something beside the session may have changed"
    assert asked.show(replace(edited, view=View.DRY)) == everybody
    asked.watch.forget()
    assert asked.show(session) == everybody
