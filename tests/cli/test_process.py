# SPDX-License-Identifier: Apache-2.0
"""The program as a process: start, streams, signals, and no display."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from mixassist import __version__
from mixassist.audio.atomic import remove_leftovers
from mixassist.cli_options import COMMANDS, build_parser

from .conftest import RATE, Run, refused, write

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


def test_help_comes_without_the_heavy_libraries() -> None:
    code = (
        "import sys\nfrom mixassist.cli import main\n"
        "try:\n    main(['mix', '--help'])\nexcept SystemExit:\n    pass\n"
        "print(sorted({m.split('.')[0] for m in sys.modules} & {'torch', 'numpy', 'PySide6', 'soundfile', 'rich'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_every_command_and_option_is_explained(run: Run) -> None:
    answer = run("--help")
    assert answer.code == 0 and all(f"    {command} " in answer.out for command in COMMANDS)
    assert run("--version").out.split() == ["mixassist", __version__]
    parsers = build_parser()._subparsers._group_actions[0].choices  # type: ignore[union-attr]
    assert set(parsers) == set(COMMANDS)
    for name, parser in parsers.items():
        assert all(action.help for action in parser._actions), name
        assert max(map(len, parser.format_help().splitlines())) <= 120
        assert parser.prog == f"mixassist {name}"


def test_no_display_is_told_in_one_line(program: Run) -> None:
    nowhere = {"DISPLAY": None, "WAYLAND_DISPLAY": None, "QT_QPA_PLATFORM": None}
    refused(program(environment=nowhere), "no display", "mixassist mix")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X is asked on Linux only")
def test_a_display_that_does_not_answer_is_told_in_one_line(stems: Path, program: Run) -> None:
    dead = {"DISPLAY": ":4711", "WAYLAND_DISPLAY": None, "QT_QPA_PLATFORM": None}
    refused(program(stems, environment=dead), ":4711", "mixassist mix")


@POSIX
def test_a_reader_who_leaves_early_is_no_error(stems: Path) -> None:
    command = [sys.executable, "-m", "mixassist", "inspect", str(stems), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        said = process.stderr.read()
        assert process.wait(120) == 0
    assert said == b""


def test_names_no_terminal_can_show_are_shown_somehow(tmp_path: Path, program: Run, stems: Path) -> None:
    strange = os.fsdecode(b"line\nbreak \xff \xe2\x88\x9e.wav")
    (stems / strange).write_text("no audio")
    answer = program("inspect", stems, environment={"PYTHONIOENCODING": "ascii", "LC_ALL": "C"})
    refused(answer, "not audio")


@pytest.fixture
def long_stems(tmp_path: Path) -> Path:
    """Stems that take seconds to mix, so that a signal can meet the work."""
    folder = tmp_path / "long"
    folder.mkdir()
    noise = np.random.default_rng(0).normal(0.0, 0.1, (150 * RATE, 2)).astype(np.float32)
    for name in ("Kick", "Vox", "Gtr", "Piano"):
        write(folder / f"{name}.wav", noise, subtype="PCM_16")
    return folder


def _started(out: Path, folder: Path, cache: Path) -> subprocess.Popen[bytes]:
    """Starts a mix and returns once stems are being decoded or rendered."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "mixassist",
            "mix",
            str(folder),
            "-o",
            str(out / "m.wav"),
            "--stems-out",
            str(out / "x"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "OMP_NUM_THREADS": "1", "MIXASSIST_CACHE_DIR": str(cache)},
    )
    while process.poll() is None and not any(cache.glob("*/*")):
        time.sleep(0.01)
    return process


@POSIX
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_leaves_nothing(
    number: signal.Signals, code: int, long_stems: Path, out: Path, tmp_path: Path
) -> None:
    process = _started(out, long_stems, tmp_path / "cache")
    process.send_signal(number)
    said, complaint = process.communicate(timeout=120)
    assert process.returncode == code, complaint
    assert said == b"" and complaint.decode().splitlines() == ["interrupted: nothing half-written was left"]
    assert list(out.iterdir()) == []
    assert not list((tmp_path / "cache").rglob("*.partial"))


@POSIX
def test_what_a_kill_leaves_is_hidden_and_later_removed(long_stems: Path, out: Path, tmp_path: Path, run: Run) -> None:
    process = _started(out, long_stems, tmp_path / "cache")
    process.kill()
    process.communicate(timeout=120)
    assert [p.name for p in out.iterdir() if not p.name.startswith(".")] == []
    left, fresh = out / ".m.0123456789ab.tmp.wav", out / ".m.ba9876543210.tmp.wav"
    for path in (left, fresh, out / ".other.0123456789ab.tmp.wav"):
        path.write_bytes(b"half")
        if path != fresh:
            os.utime(path, (1, 1))
    remove_leftovers(out / "m.wav")
    assert not left.exists() and fresh.exists() and (out / ".other.0123456789ab.tmp.wav").exists()
