# SPDX-License-Identifier: Apache-2.0
"""Whatever a user can mend is told in one line, with exit 2 and nothing left behind."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from .conftest import Answer, Run, refused, tone, write


def _half(folder: Path) -> None:
    whole = (folder / "Kick.wav").read_bytes()
    (folder / "x.wav").write_bytes(whole[: len(whole) // 2])


def _half_flac(folder: Path) -> None:
    noise = np.random.default_rng(0).normal(0.0, 0.1, 10 * 44_100)
    whole = write(folder / "x.flac", noise).read_bytes()
    (folder / "x.flac").write_bytes(whole[: len(whole) // 2])


UNREADABLE: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "text": ("x.wav", lambda d: (d / "x.wav").write_text("these are words"), "not audio"),
    "empty": ("x.wav", lambda d: (d / "x.wav").write_bytes(b""), "is empty"),
    "header cut": ("x.wav", lambda d: (d / "x.wav").write_bytes((d / "Kick.wav").read_bytes()[:30]), "damaged"),
    "no frames": ("x.wav", lambda d: write(d / "x.wav", np.zeros((0, 1), np.float32)), "0 frames"),
    "M4A": ("x.m4a", lambda d: (d / "x.m4a").write_bytes(b"\0\0\0\x20ftypM4A " + bytes(99)), "ffmpeg -i"),
    "M4A in disguise": ("x.wav", lambda d: (d / "x.wav").write_bytes(b"\0\0\0\x20ftypM4A " + bytes(99)), "ffmpeg -i"),
    "pipe": ("x.wav", lambda d: os.mkfifo(d / "x.wav"), "pipe"),
    "device": ("x.wav", lambda d: (d / "x.wav").symlink_to("/dev/zero"), "device"),
    "link to nowhere": ("x.wav", lambda d: (d / "x.wav").symlink_to("nowhere"), "no such file"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_file_that_cannot_be_read_is_named(kind: str, stems: Path, out: Path, run: Run) -> None:
    name, make, told = UNREADABLE[kind]
    make(stems)
    refused(run("mix", stems, "-o", out / "m.wav"), stems / name, told)
    assert list(out.iterdir()) == []


def test_all_files_that_cannot_be_read_are_named(stems: Path, out: Path, run: Run) -> None:
    for name in ("a.wav", "b.wav"):
        (stems / name).write_bytes(b"")
    refused(run("mix", stems, "-o", out / "m.wav"), "1 more file", stems / "a.wav", stems / "b.wav", "is empty")
    for name in ("a.wav", "b.wav"):
        (stems / name).write_bytes((stems / "Kick.wav").read_bytes()[:9000])
    refused(run("mix", stems, "-o", out / "m.wav"), stems / "a.wav", stems / "b.wav", "--skip-unreadable")


@pytest.mark.parametrize("kind", ["text", "pipe"])
def test_skip_unreadable_leaves_it_out_and_says_so(kind: str, stems: Path, out: Path, run: Run) -> None:
    name, make, _ = UNREADABLE[kind]
    make(stems)
    answer = run("mix", stems, "-o", out / "m.wav", "--view", "dry", "--json", "--skip-unreadable")
    assert answer.code == 0 and answer.err == ""
    assert answer.json["tracks"] == 3
    assert [str(stems / name) in line for line in answer.json["unreadable"]] == [True]


@pytest.mark.parametrize(("name", "make"), [("x.wav", _half), ("x.flac", _half_flac)])
def test_a_truncated_file_is_refused_and_used_when_asked(
    name: str, make: Callable[[Path], None], stems: Path, out: Path, run: Run
) -> None:
    make(stems)
    refused(run("mix", stems, "-o", out / "m.wav"), stems / name, "cut short", "--skip-unreadable")
    assert list(out.iterdir()) == []
    answer = run("mix", stems, "-o", out / "m.wav", "--view", "dry", "--json", "--skip-unreadable")
    assert answer.code == 0 and answer.json["tracks"] == 4
    assert any(name in note for note in answer.json["notes"])


def test_samples_that_are_no_numbers_are_silenced_and_noted(stems: Path, out: Path, run: Run) -> None:
    audio = tone(100)
    audio[1000:1010] = np.nan
    audio[5] = np.inf
    write(stems / "Odd.wav", audio, subtype="FLOAT")
    answer = run("mix", stems, "-o", out / "m.wav", "--json")
    assert answer.code == 0
    assert any(note.startswith("Odd: 11 samples are not audio") for note in answer.json["notes"])
    assert any("11 samples" in line for line in run("inspect", stems).out.splitlines())


def test_a_silent_stem_is_noted_once_and_only_silence_is_refused(stems: Path, out: Path, run: Run) -> None:
    write(stems / "Nothing.wav", np.zeros(44_100, np.float32))
    answer = run("mix", stems, "-o", out / "m.wav", "--json")
    assert answer.code == 0
    assert sum("Nothing" in note for note in answer.json["notes"]) == 1
    (out / "m.wav").unlink()
    refused(run("mix", stems / "Nothing.wav", "-o", out / "m.wav"), stems / "Nothing.wav", "silent")
    assert list(out.iterdir()) == []


def test_sources_without_audio(tmp_path: Path, stems: Path, out: Path, run: Run) -> None:
    empty = tmp_path / "nothing here"
    empty.mkdir()
    refused(run("mix", empty, "-o", out / "m.wav"), empty, "no audio")
    (empty / "notes.txt").write_text("words")
    refused(run("inspect", empty), empty, "no audio")
    (empty / "x.wav").mkdir()
    refused(run("mix", empty / "x.wav", "-o", out / "m.wav"), empty / "x.wav")
    refused(run("mix", tmp_path / "nope", "-o", out / "m.wav"), tmp_path / "nope", "no such file")
    refused(run("mix", "/dev/zero", "-o", out / "m.wav"), "/dev/zero", "device")
    refused(run("compare", stems / "Kick.wav", tmp_path / "nope.wav"), tmp_path / "nope.wav")
    for command in (["mix", "-o", out / "m.wav"], ["inspect"]):
        refused(run(*command, ""), "source is empty")
        refused(run(*command, stems, ""), "source is empty")
    assert list(out.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="there is no file system in which nobody makes files")
def test_a_folder_in_which_nobody_makes_files_is_there(stems: Path, run: Run) -> None:
    answer = run("mix", stems, "-o", "/proc/x.wav", "--view", "dry", "--method", "mono")
    refused(answer, "/proc/x.wav", "writ")
    assert "exist" not in answer.err


def test_outputs_that_cannot_be_written(tmp_path: Path, stems: Path, out: Path, run: Run) -> None:
    (out / "folder.wav").mkdir()
    (out / "full.wav").symlink_to("/dev/full")
    (out / "file").write_text("in the way")
    for words, told in (
        (["-o", tmp_path / "nowhere" / "m.wav"], tmp_path / "nowhere"),
        (["-o", out / "folder.wav"], "not a file"),
        (["-o", out / "full.wav"], "full.wav"),
        (["-o", out / "m.xyz"], ".xyz"),
        (["-o", out / "m"], "ending"),
        (["-o", out / "file" / "m.wav"], f"{out / 'file'} is a file, not a folder"),
        (["-o", out / "file" / "deep" / "m.wav"], f"{out / 'file'} is a file, not a folder"),
        (["-o", ""], "name"),
        (["-o", out / "m.wav", "--stems-out", ""], "name"),
        (["-o", out / "m.ogg", "--bit-depth", 16], "bit depth"),
        (["-o", out / "m.flac", "--bit-depth", 32], "FLAC"),
        (["-o", out / "m.wav", "--report", out / "file"], "not a folder"),
        (["-o", out / "m.wav", "--stems-out", out / "file" / "x"], "x"),
        (["-o", out / "m.wav", "--params-out", tmp_path / "nowhere" / "p.json"], "p.json"),
        (["-o", out / "m.wav", "--params-out", out / "m.wav"], "one file"),
    ):
        refused(run("mix", stems, *words), told)
    assert sorted(p.name for p in out.iterdir()) == ["file", "folder.wav", "full.wav"]


def test_nothing_that_is_read_is_ever_overwritten(stems: Path, out: Path, run: Run) -> None:
    before = {p.name: p.read_bytes() for p in stems.iterdir()}
    (out / "alias.wav").symlink_to(stems / "Vox.wav")
    os.link(stems / "Gtr.wav", out / "hard.wav")
    for output in (stems / "Kick.wav", out / "alias.wav", out / "hard.wav"):
        refused(run("mix", stems, "-o", output), output, "overwrite")
        refused(run("render", stems, "-o", output), output, "overwrite")
    refused(run("mix", stems, "-o", out / "m.wav", "--stems-out", stems), stems)
    refused(run("mix", stems, "-o", out / "m.wav", "--params-out", stems / "Vox.wav"), "Vox.wav")
    assert {p.name: p.read_bytes() for p in stems.iterdir()} == before


def test_a_mix_among_the_stems_is_warned_of_and_refused_the_second_time(stems: Path, run: Run) -> None:
    first = run("mix", stems, "-o", stems / "mix.wav", "--json")
    assert first.code == 0 and any("among the stems" in note for note in first.json["notes"])
    refused(run("mix", stems, "-o", stems / "mix.wav"), "mix.wav", "overwrite")


_AS_NOBODY = """
import os, sys
import mixassist.api.mixing, mixassist.cli
os.setuid(65534)
sys.exit(mixassist.cli.main(sys.argv[1:]))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else, and may write everywhere itself")
def test_a_folder_without_permission(stems: Path, out: Path) -> None:
    for folder in (out.parent.parent.parent, out.parent.parent, out.parent):
        folder.chmod(0o755)
    Path(os.environ["MIXASSIST_CACHE_DIR"]).chmod(0o777)
    out.chmod(0o555)
    done = subprocess.run(
        [sys.executable, "-c", _AS_NOBODY, "mix", str(stems), "-o", str(out / "m.wav")],
        capture_output=True,
        text=True,
        timeout=240,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    refused(Answer(done.returncode, done.stdout, done.stderr), out / "m.wav")
    # Some file systems only say so when it comes to writing.
    assert "cannot be written to" in done.stderr or "writing is not allowed here" in done.stderr
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("view", ["dry", "wet"])
def test_a_full_disk_leaves_nothing(view: str, stems: Path, out: Path, run: Run, program: Run) -> None:
    assert run("mix", stems, "-o", out / "warm.wav", "--view", view).code == 0
    (out / "warm.wav").unlink()

    def limit() -> None:  # files end at 100 kB: stems and renders are kept already, the mix needs 260 kB
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    words = ("mix", stems, "-o", out / "m.wav", "--view", view)
    refused(program(*words, preexec_fn=limit), out / "m.wav", "the disk")
    assert list(out.iterdir()) == []


def test_parameter_files_that_are_wrong(tmp_path: Path, stems: Path, out: Path, run: Run) -> None:
    table = tmp_path / "P.json"

    def tried(text: str, *told: str) -> None:
        table.write_text(text)
        refused(run("mix", stems, "-o", out / "m.wav", "--params", table), table, *told)

    def of(version: int = 1, **parameters: object) -> str:
        channel = {"name": "Kick", "source": "Kick.wav", "parameters": parameters}
        return json.dumps({"format": "mixassist-parameters", "version": version, "channels": [channel]})

    tried("[" * 100_000, "deep")
    tried("[" * 100_000 + "]" * 100_000, "deep")
    tried("{}", "parameter table")
    tried("no json")
    tried(of(version=99), "newer")
    tried(of(pan=7), "Kick", "pan", "7")
    tried(of(fader_db=float("nan")), "NaN")
    tried(of(threshold_db="loud"), "threshold_db")
    tried(of(volume=1), "volume")
    tried(of(pan=0).replace("Kick", "Rubbish"), "fits any track", '"Rubbish"', '"Gtr", "Kick" and "Vox"')
    tried('{"format": "mixassist-parameters", "version": 1, "channels": []}', "holds no channel")
    table.unlink()
    refused(run("mix", stems, "-o", out / "m.wav", "--params", table), table)
    assert list(out.iterdir()) == []


def test_options_that_are_wrong(stems: Path, out: Path, run: Run) -> None:
    for words, told in (
        (["--method", "magic"], "magic"),
        (["--view", "magic"], "--view"),
        (["--device", "abacus"], "--device"),
        (["--seed", "many"], "--seed"),
        (["--target-lufs", "loud"], "--target-lufs"),
        (["--target-lufs", "nan"], "--target-lufs"),
        (["--target-lufs", "3"], "--target-lufs"),
        (["--bit-depth", "12"], "--bit-depth"),
        (["--nonsense"], "--nonsense"),
    ):
        refused(run("mix", stems, "-o", out / "m.wav", *words), told)
    for name, told in (("q.xml", ".xml"), ("q", "ending")):
        refused(run("mix", stems, "-o", out / "m.wav", "--params-out", out / name), out / name, told)
    refused(run("mix", stems), "-o/--output", "`mixassist mix --help`")
    refused(run("--nonsense"), "error: there is no option --nonsense. See `mixassist --help`")
    refused(run("inspect", stems, "--foo"), "there is no option --foo. See `mixassist inspect --help`")
    refused(run("listening", "verify", "x", "--foo"), "--foo. See `mixassist listening verify --help`")
    refused(run("compare", "a", "b", "c"), "'c'", "`mixassist compare --help`")
    refused(run("evaluate", "nonsense"), "nonsense")
    refused(run("evaluate", "mix", "--data", out / "nowhere"), out / "nowhere")
    assert list(out.iterdir()) == []


def test_a_word_that_is_nothing_opens_no_window(run: Run) -> None:
    refused(run("mxi", "stems"), "mxi", "command")
