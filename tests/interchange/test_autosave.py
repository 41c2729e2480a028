# SPDX-License-Identifier: Apache-2.0
"""Autosaves: offered after a crash, and only then."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mixassist.domain.errors import MixAssistError
from mixassist.domain.session import Session
from mixassist.interchange.autosave import (
    Autosaver,
    discard_recovery,
    recover,
    recoverable,
    recovery_directory,
)
from mixassist.interchange.session_file import load_session, save_session


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MIXASSIST_STATE_DIR", str(tmp_path / "state"))
    return recovery_directory()


_CRASH = """
import os, signal, sys
from dataclasses import replace
from mixassist.interchange.autosave import Autosaver
from mixassist.interchange.session_file import load_session
saver = Autosaver()
session = load_session(sys.argv[1]).session
saver.write(replace(session, name="first"), sys.argv[2] or None)
saver.write(replace(session, name="Edited"), sys.argv[2] or None)
os.kill(os.getpid(), signal.SIGKILL)
"""


def _crash(source: Path, session_path: Path | str) -> None:
    """Edits and autosaves in a process that is then killed."""
    run = subprocess.run([sys.executable, "-c", _CRASH, str(source), str(session_path)], check=False)
    assert run.returncode == -signal.SIGKILL


@pytest.fixture
def saved(session: Session, home: Path) -> Path:
    path = home / "Song.mixassist"
    save_session(session, path)
    os.utime(path, ns=(10**18, 10**18))
    return path


def test_after_a_crash_the_unsaved_work_is_offered_and_comes_back(state: Path, session: Session, saved: Path) -> None:
    before = saved.read_bytes()
    _crash(saved, saved)
    (recovery,) = recoverable()
    assert (recovery.session_path, recovery.name, recovery.track_count) == (saved, "Edited", 4)
    assert recovery.file.parent == state
    loaded = recover(recovery)
    assert loaded.session == replace(session, name="Edited")
    assert (loaded.missing, loaded.path) == ((), saved)
    assert saved.read_bytes() == before
    discard_recovery(recovery)
    assert recoverable() == ()
    assert list(state.iterdir()) == []
    discard_recovery(recovery)


def test_a_session_that_never_was_saved_is_offered_too(state: Path, saved: Path) -> None:
    _crash(saved, "")
    (recovery,) = recoverable()
    assert recovery.session_path is None
    assert recover(recovery).path == recovery.file


def test_what_was_saved_afterwards_is_not_offered(state: Path, session: Session, saved: Path) -> None:
    _crash(saved, saved)
    (recovery,) = recoverable()
    os.utime(saved, ns=(recovery.written_at_ns + 1, recovery.written_at_ns + 1))
    assert recoverable() == ()
    saved.unlink()
    assert recoverable() == (recovery,)


def test_several_crashes_are_listed_newest_first(state: Path, saved: Path) -> None:
    for age in (3, 1, 2):
        before = set(state.glob("*.json"))
        _crash(saved, saved)
        (new,) = set(state.glob("*.json")) - before
        os.utime(new, ns=(10**18 + 100 - age, 10**18 + 100 - age))
    assert [r.written_at_ns - 10**18 for r in recoverable()] == [99, 98, 97]


def test_while_its_process_lives_an_autosave_is_nobody_elses(state: Path, session: Session) -> None:
    with Autosaver() as saver, Autosaver() as other:
        file = saver.write(session, None)
        other.write(session, "song.mixassist")
        assert file.exists()
        assert recoverable() == ()
        saver.discard()
        assert not file.exists()
        saver.write(session, None)
        assert file.exists()
    assert list(state.iterdir()) == []


def test_a_process_id_given_out_again_hides_no_autosave(state: Path, session: Session, saved: Path) -> None:
    _crash(saved, saved)
    for path in list(state.iterdir()):
        pid = path.stem.split("-")[1]
        path.rename(path.with_name(path.name.replace(pid, str(os.getpid()))))
    assert len(recoverable()) == 1


def test_an_autosave_without_its_lock_file_still_is_offered(state: Path, saved: Path) -> None:
    _crash(saved, saved)
    for lock in state.glob("*.lock"):
        lock.unlink()
    assert len(recoverable()) == 1


def test_broken_and_foreign_files_are_passed_over_and_kept(state: Path, saved: Path) -> None:
    state.mkdir(parents=True)
    contents = {
        "autosave-1-a.json": "{",
        "autosave-1-b.json": '{"format": "mixassist-autosave", "format_version": 99}',
        "autosave-1-c.json": saved.read_text("utf-8"),
        "autosave-1-d.json": '{"format": "mixassist-autosave", "format_version": 1, "session": 3}',
        "notes.txt": "mine",
    }
    for name, text in contents.items():
        (state / name).write_text(text, "utf-8")
    os.mkfifo(state / "autosave-1-e.json")
    assert recoverable() == ()
    assert {p.name for p in state.iterdir()} == {*contents, "autosave-1-e.json"}


def test_no_folder_nothing_to_recover(state: Path) -> None:
    assert recoverable() == ()
    assert not state.exists()


def test_missing_audio_is_listed_after_a_crash_too(state: Path, saved: Path, home: Path) -> None:
    _crash(saved, saved)
    (home / "live.wav").unlink()
    (recovery,) = recoverable()
    assert [Path(m.file.path).name for m in recover(recovery).missing] == ["live.wav"]


def test_the_users_file_is_never_written(state: Path, session: Session, saved: Path) -> None:
    with Autosaver() as saver:
        saver.write(replace(session, name="Other"), saved)
    assert load_session(saved).session == session
    assert saved.stat().st_mtime_ns == 10**18


def test_a_folder_that_cannot_be_used_is_one_sentence(tmp_path: Path, session: Session) -> None:
    (tmp_path / "file").write_text("in the way")
    with Autosaver(tmp_path / "file" / "recovery") as saver, pytest.raises(MixAssistError, match="file"):
        saver.write(session, None)


def test_the_folder_is_private_and_the_systems_by_default(
    state: Path, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Autosaver() as saver:
        saver.write(session, None)
        assert state.stat().st_mode & 0o777 == 0o700
    monkeypatch.delenv("MIXASSIST_STATE_DIR")
    assert "mixassist" in recovery_directory().parts
