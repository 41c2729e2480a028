# SPDX-License-Identifier: Apache-2.0
"""Sessions for the tests of the domain."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mixassist.domain.session import Session
from mixassist.domain.track import AudioFile, AudioSource, SourceSide, Track

MakeTrack = Callable[..., Track]


@pytest.fixture
def make_track() -> MakeTrack:
    def make(track_id: str = "t1", name: str = "Kick", frames: int = 1000, rate: int = 44_100, start: int = 0) -> Track:
        file = AudioFile(f"/songs/{name}.wav", 2 * frames + 44, rate, frames, 1)
        return Track(track_id, name, AudioSource((SourceSide(file),)), start)

    return make


@pytest.fixture
def session(make_track: MakeTrack) -> Session:
    tracks = (make_track("t1", "Kick"), make_track("t2", "Bass", 3000), make_track("t3", "Vocals", 2000, start=5000))
    return Session("Song", 44_100, tracks)
