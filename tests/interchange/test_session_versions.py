# SPDX-License-Identifier: Apache-2.0
"""Session files of other versions: older ones are migrated, newer and hostile ones named."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mixassist.domain.controls import Controls
from mixassist.domain.errors import MixAssistError
from mixassist.domain.listening import ListeningResult
from mixassist.domain.session import Master, Reference, Session
from mixassist.domain.track import AudioSource, SourceSide
from mixassist.interchange.session_encoding import FORMAT_VERSION
from mixassist.interchange.session_file import load_session, save_session
from mixassist.interchange.session_migrations import MIGRATIONS

from .conftest import edit_file, write_audio


def test_version_0_is_migrated(home: Path) -> None:
    file = write_audio(home / "both.wav", channels=2)
    facts = {"size_bytes": file.size_bytes, "sha256": file.sha256, "sample_rate_hz": 44_100, "frames": 200}
    side = {"path": "both.wav", "channel_count": 2, **facts}
    track = {
        "id": "t1", "name": "Keys", "start_frames": 3, "source": [{**side, "channel": 0}, {**side, "channel": 1}],
        "controls": {"pan": 0.5}, "stages": {"equalizer": True, "compressor": False, "reverb": True},
        "mute": False, "solo": False, "instrument": "keys",
    }  # fmt: skip
    document = {"format": "mixassist-session", "format_version": 0, "name": "Old", "sample_rate_hz": 44_100}
    path = home / "old.mixassist"
    path.write_text(json.dumps({**document, "master_gain_db": -3.0, "tracks": [track]}), "utf-8")
    loaded = load_session(path)
    assert loaded.missing == ()
    session = loaded.session
    assert (session.name, session.master) == ("Old", Master(-3.0))
    source = AudioSource(tuple(SourceSide(replace(file, mtime_ns=file.mtime_ns), index) for index in (0, 1)))
    assert session.tracks[0].source == source
    assert session.tracks[0].channel.controls == Controls({"pan": 0.5})
    assert not session.tracks[0].channel.stages.compressor
    save_session(session, path)
    assert json.loads(path.read_text("utf-8"))["format_version"] == FORMAT_VERSION
    assert load_session(path).session == session


def test_a_session_from_before_listening_tests_has_none(session: Session, saved: Path) -> None:
    def back_to_version_1(document: dict) -> None:
        document["format_version"] = 1
        del document["listening"]

    edit_file(saved, back_to_version_1)
    assert load_session(saved).session == session


def test_listening_results_come_back_and_their_log_moves_with_the_folder(session: Session, home: Path) -> None:
    log = str(home / "listening" / "abx.jsonl")
    result = ListeningResult("abx", "2026-01-02T03:04:05Z", "Ada", ("A", "B"), "finished", "words", log, "ab" * 32)
    heard = session.with_listening_result(result)
    save_session(heard, home / "Song.mixassist")
    document = json.loads((home / "Song.mixassist").read_text("utf-8"))
    assert document["listening"][0]["log"] == "listening/abx.jsonl"
    assert load_session(home / "Song.mixassist").session == heard


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"test": "guess"}, "listening/1/test"),
        ({"log_sha256": "xyz"}, "SHA-256"),
        ({"versions": 3}, "must be a list"),
        ({"outcome": None}, "listening/1/outcome"),
    ],
)
def test_a_hostile_listening_result_is_named(saved: Path, change: dict, words: str) -> None:
    good = {
        "test": "abx", "ended_at": "", "listener": "", "versions": [], "outcome": "finished", "words": "",
        "log": "a.jsonl", "log_sha256": "0" * 64,
    }  # fmt: skip
    edit_file(saved, lambda d: d.update(listening=[{**good, **change}]))
    with pytest.raises(MixAssistError, match=words):
        load_session(saved)


def test_version_2_is_migrated(session: Session, saved: Path) -> None:
    def as_version_2(document: dict) -> None:
        document["format_version"] = 2
        for key in ("amount", "slot", "reference"):
            del document[key]
        for snapshot in document["snapshots"]:
            del snapshot["amount"]

    edit_file(saved, as_version_2)
    loaded = load_session(saved)
    assert loaded.session == session
    assert (loaded.session.amount, loaded.session.slot, loaded.session.reference) == (1.0, "Mine", None)
    assert loaded.notes == ()


def test_the_reference_is_kept_and_looked_for_like_any_audio(session: Session, home: Path) -> None:
    song = write_audio(home / "finished.wav", channels=2, seed=9)
    reference = Reference("Finished song", AudioSource((SourceSide(song, 0), SourceSide(song, 1))))
    path = home / "with.mixassist"
    save_session(replace(session, reference=reference, amount=0.8, slot="B"), path)
    loaded = load_session(path)
    assert (loaded.session.reference, loaded.session.amount, loaded.session.slot) == (reference, 0.8, "B")
    Path(song.path).unlink()
    assert [Path(m.file.path).name for m in load_session(path).missing] == ["finished.wav"]


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("amount", 1.6, "amount is 1.6"), ("amount", "much", "must be a number"), ("slot", 3, "must be text"),
        ("reference", {"name": "x", "source": []}, "0 sides"), ("reference", 3, "must be an object"),
    ],
)  # fmt: skip
def test_odd_amounts_and_references_are_refused(saved: Path, key: str, value: object, words: str) -> None:
    edit_file(saved, lambda d: d.update({key: value}))
    with pytest.raises(MixAssistError, match=words):
        load_session(saved)


def test_every_earlier_version_has_its_migration() -> None:
    assert sorted(MIGRATIONS) == list(range(FORMAT_VERSION))


def test_hostile_old_files_get_an_error_too(home: Path) -> None:
    path = home / "old.mixassist"
    for tracks in (None, 3, [3], [{"source": 3}], [{"source": [{}]}], [{"source": [{"path": {}}]}]):
        path.write_text(json.dumps({"format": "mixassist-session", "format_version": 0, "tracks": tracks}), "utf-8")
        with pytest.raises(MixAssistError, match=r"old\.mixassist"):
            load_session(path)


def test_a_newer_version_says_so(saved: Path) -> None:
    edit_file(saved, lambda d: d.update(format_version=FORMAT_VERSION + 1))
    with pytest.raises(MixAssistError, match=r"newer MixAssist.*Update MixAssist"):
        load_session(saved)


@pytest.mark.parametrize("version", [-1, "1", 1.0, True, None, 10**20])
def test_versions_that_never_were(saved: Path, version: object) -> None:
    edit_file(saved, lambda d: d.update(format_version=version))
    with pytest.raises(MixAssistError, match="version"):
        load_session(saved)


def test_unknown_entries_of_the_same_version_are_noted(saved: Path) -> None:
    edit_file(saved, lambda d: d.update(extra=1))
    assert load_session(saved).notes == ('"extra" in the session file is not known to this version and was left out',)
