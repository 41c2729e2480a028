# SPDX-License-Identifier: Apache-2.0
"""Sessions on real audio files, and sessions of every kind for properties."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import strategies as st

from mixassist.domain.channel import Channel, Stages, View
from mixassist.domain.controls import Controls
from mixassist.domain.instruments import INSTRUMENT
from mixassist.domain.listening import ListeningResult
from mixassist.domain.parameters import KEYS, PARAMETERS
from mixassist.domain.session import SAMPLE_RATES_HZ, Master, Reference, Session
from mixassist.domain.track import AudioFile, AudioSource, SourceSide, Track
from mixassist.interchange.session_file import save_session

WriteAudio = Callable[..., AudioFile]


def write_audio(path: Path, frames: int = 200, channels: int = 1, seed: int = 0, hashed: bool = True) -> AudioFile:
    """Writes a little noise as WAV and describes it as an import does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).uniform(-0.5, 0.5, (frames, channels))
    soundfile.write(path, noise, 44_100, subtype="PCM_16")
    data = path.read_bytes()
    facts = (hashlib.sha256(data).hexdigest(), path.stat().st_mtime_ns) if hashed else ("", 0)
    return AudioFile(str(path), len(data), 44_100, frames, channels, *facts)


def mono(track_id: str, name: str, file: AudioFile, **channel: object) -> Track:
    """A track on the first channel of a file."""
    return Track(track_id, name, AudioSource((SourceSide(file),)), channel=Channel(**channel))  # type: ignore[arg-type]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder of the session file."""
    folder = tmp_path / "My song"
    folder.mkdir()
    return folder


@pytest.fixture
def session(tmp_path: Path, home: Path) -> Session:
    """Three stems inside the session's folder, one a channel of a polyphonic file, and a fourth elsewhere."""
    kick = write_audio(home / "stems" / "kick.wav", seed=1)
    poly = write_audio(home / "live.wav", channels=4, seed=2)
    left, right = (write_audio(home / "stems" / f"gtr.{side}.wav", seed=3 + i) for i, side in enumerate("LR"))
    vocals = write_audio(tmp_path / "elsewhere" / "vocals.wav", seed=5)
    tracks = (
        mono("a", "Kick", kick, controls=Controls({"pan": -0.25, "fader_db": -6.5}), mute=True),
        Track("b", "Overhead", AudioSource((SourceSide(poly, 2),)), start_frames=50),
        Track("c", "Guitar", AudioSource((SourceSide(left), SourceSide(right)))),
        mono("d", "Vocals", vocals, prediction=Controls({"fader_db": 2.0}), locks=frozenset({"pan"}), solo=True),
    )
    return Session("Song", 48_000, tracks, Master(-2.5, None, -0.5), view=View.DRY, method="rules").taken_snapshot("A")


some_controls = st.builds(
    Controls, st.dictionaries(st.sampled_from(KEYS), st.just(None), max_size=5).flatmap(
        lambda keys: st.fixed_dictionaries(
            {p.key: st.floats(0, 1).map(p.denormalised) for p in PARAMETERS if p.key in keys}
        )
    ),
)  # fmt: skip
some_channels = st.builds(
    Channel,
    controls=some_controls,
    prediction=st.none() | some_controls,
    stages=st.builds(Stages, st.booleans(), st.booleans(), st.booleans()),
    mute=st.booleans(),
    solo=st.booleans(),
    locks=st.frozensets(st.sampled_from(KEYS), max_size=3),
    instrument=st.sampled_from(["", *INSTRUMENT]),
    group=st.text(max_size=5),
    colour=st.text(max_size=7),
    wide=st.booleans(),
)
some_files = st.builds(
    AudioFile,
    path=st.text(st.characters(exclude_characters="/\0\\", exclude_categories=["Cs"]), min_size=1, max_size=8).map(
        lambda name: f"/nowhere/at all/{name}.wav"
    ),
    size_bytes=st.integers(0, 2**40),
    sample_rate_hz=st.sampled_from([8000, 44_100, 192_000]),
    frames=st.integers(0, 2**36),
    channel_count=st.just(2),
    sha256=st.sampled_from(["", "0" * 64, "ab" * 32]),
    mtime_ns=st.integers(0, 2**62),
)
some_sources = st.lists(st.builds(SourceSide, some_files, st.integers(0, 1)), min_size=1, max_size=2).map(
    lambda sides: AudioSource(tuple(sides))
)
some_tracks = st.builds(
    Track, id=st.text(max_size=3), name=st.text(max_size=6), source=some_sources,
    start_frames=st.integers(0, 2**36), channel=some_channels,
)  # fmt: skip

some_listening_results = st.builds(
    ListeningResult,
    test=st.sampled_from(["abx", "preference", "multi-stimulus", "opinion"]),
    ended_at=st.text(max_size=20),
    listener=st.text(max_size=5),
    versions=st.lists(st.text(max_size=5), max_size=3).map(tuple),
    outcome=st.sampled_from(["finished", "abandoned", "screened out"]),
    words=st.text(max_size=20),
    log_path=st.just("/nowhere/at all/abx.jsonl"),
    log_sha256=st.just("0" * 64),
)


@st.composite
def sessions(draw: st.DrawFn) -> Session:
    """Any session that people can make."""
    session = Session(
        name=draw(st.text(max_size=10)),
        sample_rate_hz=draw(st.sampled_from(SAMPLE_RATES_HZ)),
        master=draw(st.builds(Master, st.floats(-60, 40), st.none() | st.floats(-40, -5), st.floats(-12, 0))),
        view=draw(st.sampled_from(list(View))),
        method=draw(st.text(max_size=10)),
        listening=tuple(draw(st.lists(some_listening_results, max_size=2))),
        amount=draw(st.floats(0.0, 1.5)),
        slot=draw(st.text(max_size=5)),
        reference=draw(st.none() | st.builds(Reference, st.text(max_size=5), some_sources)),
    ).with_added(draw(st.lists(some_tracks, max_size=4)))
    for name in draw(st.lists(st.text(max_size=5), max_size=2)):
        session = session.taken_snapshot(name)
        if session.tracks and draw(st.booleans()):
            session = replace(session, tracks=session.tracks[1:])
    return session


def edit_file(path: Path, change: Callable[[dict], object]) -> None:
    """Changes a session file's JSON by hand."""
    document = json.loads(path.read_text("utf-8"))
    change(document)
    path.write_text(json.dumps(document), "utf-8")


@pytest.fixture
def saved(session: Session, home: Path) -> Path:
    """The session's file, beside its audio."""
    path = home / "Song.mixassist"
    save_session(session, path)
    return path
