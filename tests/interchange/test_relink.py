# SPDX-License-Identifier: Apache-2.0
"""Finding audio that moved, gathering audio, and filling in hashes."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from mixassist.domain.errors import Cancelled, MixAssistError
from mixassist.domain.progress import CancelToken
from mixassist.domain.session import Session
from mixassist.domain.track import AudioFile
from mixassist.interchange.audio_identity import files_of, replace_files
from mixassist.interchange.hashing import find_hashes, with_hashes
from mixassist.interchange.relink import AUDIO_FOLDER, collect_audio, relink
from mixassist.interchange.session_file import load_session, save_session

from .conftest import mono, write_audio


def _paths(session: Session) -> list[Path]:
    return [Path(file.path) for file in files_of(session)]


def _unhashed(session: Session) -> Session:
    return replace_files(session, {f: replace(f, sha256="", mtime_ns=0) for f in files_of(session)})


def _cancelled() -> CancelToken:
    token = CancelToken()
    token.cancel()
    return token


@pytest.fixture
def moved(session: Session, home: Path, tmp_path: Path) -> Path:
    """A folder to which all stems were moved, one renamed."""
    target = tmp_path / "moved" / "deep"
    shutil.move(home / "stems", target / "stems")
    shutil.move(home / "live.wav", target / "renamed.wav")
    return tmp_path / "moved"


def test_nothing_missing_nothing_changed(session: Session, tmp_path: Path) -> None:
    assert relink(session, tmp_path) == (session, ())
    assert relink(session, {}) == (session, ())


def test_a_folder_is_searched_by_name_and_then_by_content(session: Session, moved: Path) -> None:
    seen: list[float] = []
    found, missing = relink(session, moved, progress=lambda share, _: seen.append(share))
    assert missing == ()
    names = [path.relative_to(moved).as_posix() for path in _paths(found)[:4]]
    assert names == ["deep/stems/kick.wav", "deep/renamed.wav", "deep/stems/gtr.L.wav", "deep/stems/gtr.R.wav"]
    assert _paths(found)[4] == _paths(session)[4]
    assert [t.channel for t in found.tracks] == [t.channel for t in session.tracks]
    assert seen == sorted(seen)
    assert 0 <= seen[0] <= seen[-1] <= 1


def test_a_file_of_the_same_name_and_size_but_other_content_is_not_taken(session: Session, tmp_path: Path) -> None:
    Path(session.tracks[0].source.files[0].path).unlink()
    write_audio(tmp_path / "search" / "kick.wav", seed=77)
    found, missing = relink(session, tmp_path / "search")
    assert found == session
    assert [(m.file, m.reason) for m in missing] == [(session.tracks[0].source.files[0], "missing")]


def test_without_hashes_name_and_size_count_and_the_likest_path_wins(
    session: Session, home: Path, tmp_path: Path
) -> None:
    session = _unhashed(session)
    search = tmp_path / "search"
    for folder in ("other", "stems"):
        shutil.copytree(home / "stems", search / folder)
    shutil.rmtree(home / "stems")
    (home / "live.wav").rename(search / "renamed.wav")
    found, missing = relink(session, search)
    assert [path.parent.name for path in _paths(found)[2:4]] == ["stems", "stems"]
    assert [m.file.path for m in missing] == [str(home / "live.wav")]  # another name and no hash: not to be told


def test_without_hashes_two_equal_candidates_are_not_guessed_between(session: Session, home: Path) -> None:
    file = replace(session.tracks[0].source.files[0], sha256="")
    lonely = Session(tracks=(mono("a", "Kick", file),))
    for folder in ("one", "two"):
        shutil.copytree(home / "stems", home / folder)
    shutil.rmtree(home / "stems")
    found, missing = relink(lonely, home)
    assert found == lonely
    assert len(missing) == 1


def test_searching_passes_pipes_by_and_can_be_cancelled(session: Session, moved: Path) -> None:
    (moved / "deep" / "stems" / "kick.wav").unlink()
    os.mkfifo(moved / "deep" / "stems" / "kick.wav")
    _, missing = relink(session, moved)
    assert [Path(m.file.path).name for m in missing] == ["kick.wav"]
    with pytest.raises(Cancelled):
        relink(session, moved, cancel=_cancelled())
    with pytest.raises(MixAssistError, match="no such folder"):
        relink(session, moved / "nowhere")


def test_a_mapping_takes_only_the_same_audio_unless_told_otherwise(session: Session, home: Path) -> None:
    kick = session.tracks[0].source.files[0]
    same, other = home / "same.wav", home / "other.wav"
    shutil.move(kick.path, same)
    write_audio(other, frames=321, seed=50)
    found, missing = relink(session, {kick.path: same})
    assert (missing, found.tracks[0].source.files[0].path) == ((), str(same))
    refused, missing = relink(session, {kick.path: other})
    assert refused == session
    assert [m.reason for m in missing] == ["changed"]
    taken, missing = relink(session, {kick.path: other}, accept_changed=True)
    file = taken.tracks[0].source.files[0]
    assert (missing, file.path, file.frames, file.sha256) == ((), str(other), 321, "")
    _, missing = relink(session, {kick.path: home / "nothing.wav"}, accept_changed=True)
    assert [m.reason for m in missing] == ["missing"]


def test_changed_audio_needs_the_channels_its_tracks_use(session: Session, home: Path) -> None:
    live = session.tracks[1].source.files[0]
    Path(live.path).unlink()
    few = write_audio(home / "few.wav", channels=2)
    unchanged, missing = relink(session, {live.path: few.path}, accept_changed=True)
    assert unchanged == session
    assert [m.reason for m in missing] == ["changed"]


# --- collecting -----------------------------------------------------------------------------------------------------


def test_collecting_copies_what_lies_outside_and_repoints(session: Session, home: Path) -> None:
    original = _paths(session)[4]
    seen: list[float] = []
    collected = collect_audio(session, home, progress=lambda share, _: seen.append(share))
    assert _paths(collected)[:4] == _paths(session)[:4]
    copy = _paths(collected)[4]
    assert copy == home / AUDIO_FOLDER / "vocals.wav"
    assert copy.read_bytes() == original.read_bytes()
    assert seen[-1] == pytest.approx(1.0)
    save_session(collected, home / "s.mixassist")
    shutil.rmtree(original.parent)
    loaded = load_session(home / "s.mixassist", verify="full")
    assert (loaded.session, loaded.missing) == (collected, ())
    assert collect_audio(collected, home) is collected


def test_names_in_the_collection_are_unique_whatever_their_case(tmp_path: Path, home: Path) -> None:
    files = [write_audio(tmp_path / str(n) / name, seed=n) for n, name in enumerate(("a.wav", "A.wav", "a.wav"))]
    session = Session(tracks=tuple(mono(str(n), f"T{n}", file) for n, file in enumerate(files)))
    collected = collect_audio(_unhashed(session), home)
    assert [path.name for path in _paths(collected)] == ["a.wav", "A 2.wav", "a 3.wav"]
    for before, after in zip(files, files_of(collected), strict=True):
        assert after.sha256 == before.sha256 == hashlib.sha256(Path(after.path).read_bytes()).hexdigest()
        assert after.mtime_ns == Path(after.path).stat().st_mtime_ns


@pytest.mark.parametrize("fault", ["missing", "size", "content", "pipe", "cancel"])
def test_a_collection_that_fails_leaves_nothing_behind(tmp_path: Path, home: Path, fault: str) -> None:
    good, bad = (write_audio(tmp_path / "far" / f"{n}.wav", seed=n) for n in range(2))
    session = Session(tracks=(mono("a", "A", good), mono("b", "B", bad)))
    path = Path(bad.path)
    if fault in ("missing", "pipe"):
        path.unlink()
    if fault == "pipe":
        os.mkfifo(path)
    if fault in ("size", "content"):
        write_audio(path, frames=201 if fault == "size" else 200, seed=9)
    token = CancelToken()

    def progress(share: float, what: str) -> None:
        if fault == "cancel" and share >= 0.5:
            token.cancel()

    expected = Cancelled if fault == "cancel" else MixAssistError
    with pytest.raises(expected):
        collect_audio(session, home, progress, token)
    assert list(home.iterdir()) == []
    assert Path(good.path).exists()


def test_a_folder_that_cannot_be_made_is_one_sentence(session: Session, home: Path) -> None:
    (home / AUDIO_FOLDER).write_text("in the way")
    with pytest.raises(MixAssistError, match=AUDIO_FOLDER):
        collect_audio(session, home)
    assert (home / AUDIO_FOLDER).read_text() == "in the way"


# --- hashes ---------------------------------------------------------------------------------------------------------


def test_hashes_are_filled_in_with_their_time(session: Session) -> None:
    seen: list[float] = []
    assert with_hashes(_unhashed(session), lambda share, _: seen.append(share)) == session
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1.0)
    assert find_hashes(session) == {}


def test_what_is_gone_or_no_longer_the_same_size_gets_no_hash(session: Session) -> None:
    unhashed = _unhashed(session)
    kick, live, *_ = files_of(unhashed)
    Path(kick.path).unlink()
    write_audio(Path(live.path), frames=999, channels=4)
    hashed = {Path(f.path).name: bool(f.sha256) for f in files_of(with_hashes(unhashed))}
    assert hashed == {"kick.wav": False, "live.wav": False, "gtr.L.wav": True, "gtr.R.wav": True, "vocals.wav": True}


def test_hashing_can_be_cancelled_and_odd_paths_do_no_harm(session: Session) -> None:
    with pytest.raises(Cancelled):
        with_hashes(_unhashed(session), cancel=_cancelled())
    odd = [AudioFile(path, 1, 44_100, 1, 1) for path in ("/dev/zero", "a\0b", "\ud800")]
    silly = Session(tracks=tuple(mono(str(n), f"T{n}", file) for n, file in enumerate(odd)))
    assert with_hashes(silly) == silly
