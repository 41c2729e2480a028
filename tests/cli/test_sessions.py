# SPDX-License-Identifier: Apache-2.0
"""Saved sessions by command: rendered as they stand, mixed anew, and refused when they are not what they say."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from mixassist import api

from .conftest import Run, refused, tone, write


@pytest.fixture
def session(stems: Path) -> Path:
    """A session in the folder of its stems: faders moved, one track muted, a master gain of its own."""
    opened = api.open_source([stems])
    state = opened.session
    vox, kick = state.track_named("Vox"), state.track_named("Kick")
    state = state.with_track(vox.with_channel(vox.channel.with_controls({"fader_db": -6.0, "pan": 0.5})))
    state = state.with_track(kick.with_channel(replace(kick.channel, mute=True)))
    api.save(replace(state, master=replace(state.master, gain_db=-2.0)), stems / "song.mixassist")
    opened.stems.close()
    return stems / "song.mixassist"


def edited(session: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Changes a session file as somebody with a text editor would."""
    document = json.loads(session.read_text())
    change(document)
    session.write_text(json.dumps(document))


def test_render_writes_the_session_as_it_stands(session: Path, stems: Path, out: Path, run: Run) -> None:
    answer = run("render", session, "-o", out / "m.wav", "--view", "dry", "--bit-depth", 32, "--json")
    assert answer.code == 0 and answer.err == ""
    assert answer.json["master_gain_db"] == -2.0 and answer.json["view"] == "dry"
    gain = 10 ** (-2 / 20)
    angle = (0.5 + 1) * np.pi / 4
    vox = 10 ** (-6 / 20) * tone(440)[:, None] * np.array([np.cos(angle), np.sin(angle)])
    gtr = np.stack([tone(220), tone(330)], axis=1) * np.sqrt(0.5)
    found, _ = soundfile.read(out / "m.wav")
    np.testing.assert_allclose(found, gain * (vox + gtr), atol=2e-6)
    assert "master -2.00 dB" in run("render", session, "-o", out / "m.wav").out


def test_mix_takes_a_session_and_leaves_its_file_alone(session: Path, out: Path, run: Run) -> None:
    before = session.read_bytes()
    answer = run("mix", session, "-o", out / "m.wav", "--view", "dry", "--json")
    assert answer.code == 0 and answer.json["mix"]["limited_by"] == "loudness"
    assert session.read_bytes() == before
    assert [t["name"] for t in run("inspect", session, "--json").json["tracks"]] == ["Gtr", "Kick", "Vox"]


def test_a_session_is_never_overwritten(session: Path, out: Path, run: Run) -> None:
    before = session.read_bytes()
    refused(run("mix", session, "-o", out / "m.wav", "--params-out", session), session, ".json")
    refused(run("mix", session, session.parent / "Vox.wav", "-o", out / "m.wav"), session)
    assert session.read_bytes() == before and list(out.iterdir()) == []


@pytest.mark.parametrize("command", ["mix", "render"])
def test_sessions_that_are_none(command: str, tmp_path: Path, out: Path, run: Run) -> None:
    path = tmp_path / "bad.mixassist"
    for text, told in (
        ("", "empty"),
        ("not json", "JSON"),
        ("[]", "session"),
        ("[" * 100_000 + "]" * 100_000, "deep"),
        ('{"a":' * 100_000, "deep"),
    ):
        path.write_text(text)
        refused(run(command, path, "-o", out / "m.wav"), path, told)
    path.unlink()
    refused(run(command, path, "-o", out / "m.wav"), path)
    os.mkfifo(path)
    refused(run(command, path, "-o", out / "m.wav"), path, "pipe")
    assert list(out.iterdir()) == []


def test_a_session_of_another_version(session: Path, out: Path, run: Run) -> None:
    edited(session, lambda d: d.update(format_version=999))
    refused(run("render", session, "-o", out / "m.wav"), session, "999")
    edited(session, lambda d: d.update(format_version=-1))
    refused(run("render", session, "-o", out / "m.wav"), session)
    assert list(out.iterdir()) == []


def test_a_control_out_of_range_in_a_session(session: Path, out: Path, run: Run) -> None:
    def change(value: object) -> None:
        text = session.read_text()
        assert '"fader_db": -6.0' in text
        session.write_text(text.replace('"fader_db": -6.0', f'"fader_db": {json.dumps(value)}'))

    before = session.read_text()
    for value in (99, -1e9, "loud", None, float("nan")):
        change(value)
        refused(run("render", session, "-o", out / "m.wav"), session)
        session.write_text(before)
    assert list(out.iterdir()) == []


def test_audio_that_is_not_what_it_was(session: Path, stems: Path, out: Path, run: Run) -> None:
    vox, kept = stems / "Vox.wav", (stems / "Vox.wav").read_bytes()

    def tried(told: str) -> None:
        for command in ("render", "mix"):
            refused(run(command, session, "-o", out / "m.wav"), vox, told, "relink")
        vox.unlink(missing_ok=True)

    write(vox, 0.5 * tone(440))  # same size, other content
    assert vox.stat().st_size == len(kept)
    os.utime(vox, (1, 1))
    tried("not the one")
    tried("missing")
    os.mkfifo(vox)
    tried("not opened")
    vox.symlink_to("/dev/zero")
    tried("not opened")
    vox.write_bytes(kept)
    assert run("render", session, "-o", out / "m.wav", "--view", "dry").code == 0
    assert [p.name for p in out.iterdir()] == ["m.wav"]


def test_missing_audio_is_left_out_when_asked_and_named(session: Path, stems: Path, out: Path, run: Run) -> None:
    (stems / "Vox.wav").unlink()
    refused(run("render", session, "-o", out / "m.wav"), stems / "Vox.wav", "missing")
    answer = run("render", session, "-o", out / "m.wav", "--view", "dry", "--skip-unreadable")
    assert answer.code == 0 and answer.err == ""
    assert f"left out: {stems / 'Vox.wav'}" in answer.out
    found = run("render", session, "-o", out / "m.wav", "--view", "dry", "--skip-unreadable", "--json").json
    assert len(found["unreadable"]) == 1 and found["seconds"] == 1.0
    mixed = run("mix", session, "-o", out / "m.wav", "--view", "dry", "--skip-unreadable", "--json").json
    assert (mixed["tracks"], len(mixed["unreadable"])) == (2, 1)
    seen = run("inspect", session, "--skip-unreadable", "--json").json
    assert [t["name"] for t in seen["tracks"]] == ["Gtr", "Kick"]
    for name in ("Gtr", "Kick"):
        (stems / f"{name}.wav").unlink()
    refused(run("render", session, "-o", out / "m.wav", "--skip-unreadable"), "missing")


def test_a_render_that_clips_says_so(session: Path, out: Path, run: Run) -> None:
    edited(session, lambda document: document["master"].update(gain_db=20.0))
    answer = run("render", session, "-o", out / "m.wav", "--view", "dry", "--json")
    clipped = answer.json["clipped_samples"]
    assert clipped > 1 and "unreadable" not in answer.json
    assert f"; {clipped} samples clipped" in run("render", session, "-o", out / "m.wav", "--view", "dry").out
