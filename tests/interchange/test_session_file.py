# SPDX-License-Identifier: Apache-2.0
"""Session files: what comes back, and what counts as the audio."""

from __future__ import annotations

import json
import os
import shutil
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from mixassist.domain.channel import Channel
from mixassist.domain.controls import Controls
from mixassist.domain.errors import Cancelled, MixAssistError
from mixassist.domain.parameters import KEYS
from mixassist.domain.progress import CancelToken
from mixassist.domain.session import Master, Session
from mixassist.domain.track import AudioFile, AudioSource, SourceSide, Track
from mixassist.interchange.audio_identity import files_of, is_foreign_share, located_path, stored_path
from mixassist.interchange.session_encoding import FORMAT_VERSION
from mixassist.interchange.session_file import load_session, require_audio, save_session

from .conftest import edit_file, mono, sessions, write_audio


def test_everything_comes_back(session: Session, saved: Path) -> None:
    loaded = load_session(saved)
    assert loaded.session == session
    assert (loaded.missing, loaded.notes) == ((), ())
    assert require_audio(loaded) == session


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(session=sessions())
def test_any_session_comes_back(tmp_path: Path, session: Session) -> None:
    path = tmp_path / "any.mixassist"
    save_session(session, path)
    loaded = load_session(path)
    assert loaded.session == session
    assert {m.reason for m in loaded.missing} <= {"missing"}
    assert len(loaded.missing) == len(files_of(session))
    assert loaded.notes == ()


def test_the_layout_people_and_programs_rely_on(saved: Path, tmp_path: Path) -> None:
    document = json.loads(saved.read_text("utf-8"))
    assert (document["format"], document["format_version"]) == ("mixassist-session", FORMAT_VERSION)
    paths = [file["path"] for file in document["files"]]
    assert paths[:4] == ["stems/kick.wav", "live.wav", "stems/gtr.L.wav", "stems/gtr.R.wav"]
    assert paths[4] == str(tmp_path / "elsewhere" / "vocals.wav")
    assert all(len(file["sha256"]) == 64 and file["size_bytes"] > 44 for file in document["files"])
    assert tuple(document["tracks"][0]["controls"]) == KEYS
    assert document["snapshots"][0]["channels"]["a"]["mute"] is True


def test_saving_the_same_session_writes_the_same_bytes(session: Session, saved: Path) -> None:
    first = saved.read_bytes()
    save_session(load_session(saved).session, saved)
    assert saved.read_bytes() == first


def test_a_folder_that_moves_takes_its_audio_along(saved: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    saved.parent.rename(moved)
    loaded = load_session(moved / saved.name)
    assert loaded.missing == ()
    assert loaded.session.tracks[0].source.files[0].path == str(moved / "stems" / "kick.wav")


def test_a_copied_folder_has_other_times_and_still_is_the_same_audio(saved: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(saved.parent, copy, copy_function=shutil.copyfile)
    kick = copy / "stems" / "kick.wav"
    os.utime(kick, ns=(5, 5))
    loaded = load_session(copy / saved.name)
    assert loaded.missing == ()
    assert loaded.session.tracks[0].source.files[0].mtime_ns == 5


def test_a_session_folder_reached_through_a_link_keeps_relative_paths(session: Session, home: Path) -> None:
    link = home.parent / "link"
    link.symlink_to(home, target_is_directory=True)
    save_session(session, link / "Song.mixassist")
    document = json.loads((home / "Song.mixassist").read_text("utf-8"))
    assert document["files"][0]["path"] == "stems/kick.wav"
    assert load_session(link / "Song.mixassist").missing == ()


def test_audio_behind_a_link_that_leads_out_of_the_folder_is_outside(home: Path, tmp_path: Path) -> None:
    file = write_audio(tmp_path / "elsewhere" / "a.wav")
    (home / "a.wav").symlink_to(file.path)
    assert stored_path(str(home / "a.wav"), home) == str(home / "a.wav")


def test_names_that_are_no_text_survive(home: Path) -> None:
    file = write_audio(home / "plain.wav")
    odd = home / os.fsdecode(b"b\xe4ss.wav")
    try:
        Path(file.path).rename(odd)
    except OSError:
        pytest.skip("this file system takes only names that are text")
    track = mono("a", "Bass", replace(file, path=str(odd)))
    save_session(Session(tracks=(track,), name="lone \udc80 surrogate"), home / "s.mixassist")
    loaded = load_session(home / "s.mixassist")
    assert loaded.missing == ()
    assert loaded.session.tracks == (track,)
    assert loaded.session.name == "lone \ufffd surrogate"


# --- which audio counts as found ------------------------------------------------------------------------------------


def _reasons(path: Path, **options: object) -> dict[str, str]:
    return {Path(m.file.path).name: m.reason for m in load_session(path, **options).missing}  # type: ignore[arg-type]


def test_removed_audio_is_listed_and_the_session_still_loads(saved: Path, session: Session) -> None:
    (saved.parent / "stems" / "kick.wav").unlink()
    loaded = load_session(saved)
    assert loaded.session == session
    assert _reasons(saved) == {"kick.wav": "missing"}
    with pytest.raises(MixAssistError) as caught:
        require_audio(loaded)
    line = str(caught.value)
    assert line.startswith(str(saved.parent / "stems" / "kick.wav") + ": ")
    assert "missing" in line
    assert "relink" in line
    assert "\n" not in line


def test_several_missing_files_are_counted(saved: Path) -> None:
    shutil.rmtree(saved.parent / "stems")
    with pytest.raises(MixAssistError, match=r"2 more of this session likewise"):
        require_audio(load_session(saved))


def test_another_size_or_content_is_changed_audio(saved: Path, tmp_path: Path) -> None:
    write_audio(saved.parent / "stems" / "kick.wav", frames=201)
    write_audio(tmp_path / "elsewhere" / "vocals.wav", seed=99)
    assert _reasons(saved) == {"kick.wav": "changed", "vocals.wav": "changed"}


def test_same_size_and_time_but_other_content(saved: Path, session: Session, tmp_path: Path) -> None:
    for track, path in ((0, saved.parent / "stems" / "kick.wav"), (3, tmp_path / "elsewhere" / "vocals.wav")):
        write_audio(path, seed=99)
        time = session.tracks[track].source.files[0].mtime_ns
        os.utime(path, ns=(time, time))
    assert _reasons(saved) == {"vocals.wav": "changed"}  # outside the folder the content is always compared
    assert _reasons(saved, verify="full") == {"kick.wav": "changed", "vocals.wav": "changed"}
    assert _reasons(saved, verify="quick") == {}


def test_inside_the_folder_another_time_makes_the_content_be_compared(saved: Path) -> None:
    kick = saved.parent / "stems" / "kick.wav"
    write_audio(kick, seed=99)
    os.utime(kick, ns=(1, 1))
    assert _reasons(saved) == {"kick.wav": "changed"}


def test_audio_without_a_hash_is_recognised_by_size_and_noted(home: Path) -> None:
    file = write_audio(home / "a.wav", hashed=False)
    save_session(Session(tracks=(mono("a", "A", file),)), home / "s.mixassist")
    loaded = load_session(home / "s.mixassist", verify="full")
    assert loaded.missing == ()
    assert loaded.notes == ("a.wav: recognised by its size alone, its hash was not saved",)


@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "link to a device", "link to itself"])
def test_what_is_no_regular_file_is_never_opened(saved: Path, kind: str) -> None:
    kick = saved.parent / "stems" / "kick.wav"
    kick.unlink()
    if kind == "pipe":
        os.mkfifo(kick)  # opening it would wait for ever
    elif kind == "folder":
        kick.mkdir()
    elif kind == "link to a device":
        kick.symlink_to("/dev/zero")
    elif kind == "link to itself":
        kick.symlink_to(kick)
    else:
        edit_file(saved, lambda d: d["files"][0].update(path="/dev/zero"))
    for verify in (None, "quick", "full"):
        reasons = set(_reasons(saved, verify=verify).values())
        assert reasons == ({"missing"} if kind == "link to itself" else {"not a regular file"})


def test_a_relative_path_that_leads_out_counts_by_size_and_hash(saved: Path, tmp_path: Path) -> None:
    edit_file(saved, lambda d: d["files"][4].update(path="../elsewhere/vocals.wav"))
    assert _reasons(saved) == {}
    write_audio(tmp_path / "elsewhere" / "vocals.wav", seed=98)
    assert _reasons(saved) == {"vocals.wav": "changed"}


@pytest.mark.parametrize(
    "path",
    ["x" * 5000, "/" + "y/" * 3000, "\ud800.wav", "../" * 500 + "etc/passwd", "C:\\a", "~/a.wav", ".", "a\n"],
)
def test_odd_paths_are_missing_or_no_match_and_never_a_crash(saved: Path, path: str) -> None:
    edit_file(saved, lambda d: d["files"][0].update(path=path))
    loaded = load_session(saved)
    assert len(loaded.missing) == 1
    with pytest.raises(MixAssistError) as caught:
        require_audio(loaded)
    str(caught.value).encode()


def test_hashing_tells_its_progress_and_can_be_cancelled(saved: Path) -> None:
    seen: list[float] = []
    load_session(saved, verify="full", progress=lambda share, _: seen.append(share))
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1.0)
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        load_session(saved, verify="full", cancel=token)


def test_another_computers_share_is_told_apart() -> None:
    folder = Path("C:\\songs")
    assert is_foreign_share("\\\\evil\\share\\a.wav", folder)
    assert not is_foreign_share("C:\\a.wav", folder)
    assert not is_foreign_share("\\\\nas\\music\\a.wav", Path("\\\\NAS\\music\\song"))
    assert located_path("a/../b.wav", Path("/home")) == "/home/b.wav"


def test_names_and_instruments_that_do_not_fit_are_mended_and_noted(saved: Path) -> None:
    def change(document: dict) -> None:
        document["tracks"][0].update(name="a/b", instrument="theremin")
        document["tracks"][1].update(name="guitar")

    edit_file(saved, change)
    loaded = load_session(saved)
    assert [t.name for t in loaded.session.tracks] == ["a_b", "guitar", "Guitar 2", "Vocals"]
    assert len(loaded.notes) == 3
    assert loaded.session.tracks[0].channel.instrument == ""


# --- writing --------------------------------------------------------------------------------------------------------


def test_permissions_are_kept_and_no_leftovers_stay(session: Session, saved: Path) -> None:
    saved.chmod(0o640)
    save_session(session, saved)
    assert stat.S_IMODE(saved.stat().st_mode) == 0o640
    assert sorted(p.name for p in saved.parent.iterdir()) == ["Song.mixassist", "live.wav", "stems"]


def test_old_leftovers_of_killed_saves_go_and_young_ones_and_others_stay(session: Session, saved: Path) -> None:
    old, young, other = (
        saved.parent / name
        for name in (
            ".Song.0123456789ab.tmp.mixassist",
            ".Song.ba9876543210.tmp.mixassist",
            ".Other.0123456789ab.tmp.mixassist",
        )
    )
    for path in (old, young, other):
        path.write_text("x")
    for path in (old, other):
        os.utime(path, ns=(0, 0))
    save_session(session, saved)
    assert [path.exists() for path in (old, young, other)] == [False, True, True]


def test_a_linked_session_file_stays_a_link(session: Session, saved: Path) -> None:
    link = saved.parent / "link.mixassist"
    link.symlink_to(saved)
    save_session(replace(session, name="Through the link"), link)
    assert link.is_symlink()
    assert load_session(saved).session.name == "Through the link"


@pytest.mark.parametrize("kind", ["folder", "pipe", "missing folder", "file as folder", "NUL", "empty"])
def test_places_that_cannot_be_written_are_one_sentence(session: Session, home: Path, kind: str) -> None:
    path: str | Path = home / "s.mixassist"
    if kind == "folder":
        Path(path).mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "missing folder":
        path = home / "nowhere" / "s.mixassist"
    elif kind == "file as folder":
        path = home / "live.wav" / "s.mixassist"
    else:
        path = str(home / "a\0b") if kind == "NUL" else ""
    with pytest.raises(MixAssistError) as caught:
        save_session(session, path)
    assert len(str(caught.value).splitlines()) == 1


def test_what_could_not_be_read_back_never_replaces_what_can(session: Session, saved: Path) -> None:
    before = saved.read_bytes()
    silly = replace(session, master=Master(gain_db=1000.0))
    with pytest.raises(MixAssistError, match="gain_db"):
        save_session(silly, saved)
    with pytest.raises(ValueError, match="JSON"):
        save_session(replace(session, master=Master(gain_db=float("nan"))), saved)
    assert saved.read_bytes() == before


def test_a_large_session_stays_within_the_limits(home: Path) -> None:
    file = AudioFile("/a.wav", 1, 44_100, 1, 1)
    source = AudioSource((SourceSide(file),))
    tracks = tuple(Track(f"t{n}", f"Track {n}", source, channel=Channel(prediction=Controls())) for n in range(100))
    session = Session(tracks=tracks)
    for number in range(10):
        session = session.taken_snapshot(f"Snapshot {number}")
    save_session(session, home / "large.mixassist")
    assert load_session(home / "large.mixassist").session == session
