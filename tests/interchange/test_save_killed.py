# SPDX-License-Identifier: Apache-2.0
"""`kill -9` in the middle of a save: real processes, killed at every step and at random moments."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and kill -9")

_COMMON = """
import os, random, signal, sys, time
from dataclasses import replace
from pathlib import Path
from mixassist.domain.session import Session
from mixassist.domain.track import AudioFile, AudioSource, SourceSide, Track
from mixassist.interchange.session_file import load_session, save_session

folder = Path(sys.argv[1])
path = folder / "song.mixassist"
source = AudioSource((SourceSide(AudioFile("/nowhere.wav", 1, 44_100, 1, 1)),))
session = Session("0", tracks=tuple(Track(f"t{n}", f"T{n}", source) for n in range(40))).taken_snapshot("A")

def check(lowest):
    loaded = load_session(path).session
    assert loaded == replace(session, name=loaded.name), "not a whole session"
    assert int(loaded.name) >= lowest, f"{loaded.name} is older than {lowest}, which had been saved"
    return int(loaded.name)
"""

_EVERY_STEP = (
    _COMMON
    + """
save_session(session, path)
step = killed = 0
while True:
    step += 1
    number = check(0)
    child = os.fork()
    if child == 0:
        events = 0
        def hook(event, arguments):
            # Everything that touches the disk announces itself: opening, renaming, changing modes, listing, removing.
            global events
            if event.split(".")[0] in ("open", "os", "shutil"):
                events += 1
                if events == step:
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(hook)
        save_session(replace(session, name=str(number + 1)), path)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    after = check(number)
    if os.WIFSIGNALED(status):
        killed += 1
    else:
        assert after == number + 1 and os.WEXITSTATUS(status) == 0
        break
print(killed)
"""
)

_RANDOM_MOMENTS = (
    _COMMON
    + """
save_session(session, path)
chance = random.Random(int(sys.argv[2]))
for _ in range(40):
    start = check(0)
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        number = start
        while True:
            number += 1
            save_session(replace(session, name=str(number)), path)
            os.write(write_end, b"%d\\n" % number)
    os.close(write_end)
    acknowledged = os.read(read_end, 1 << 16)
    time.sleep(chance.uniform(0.0, 0.03))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while more := os.read(read_end, 1 << 16):
        acknowledged += more
    os.close(read_end)
    check(int(acknowledged.split()[-1]))
print(check(40))
"""
)


def _run(code: str, folder: Path, *arguments: str) -> int:
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, str(folder), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return int(run.stdout)


def test_killed_before_every_step_a_whole_session_stays(tmp_path: Path) -> None:
    assert _run(_EVERY_STEP, tmp_path) >= 6


def test_killed_at_random_moments_nothing_saved_is_lost(tmp_path: Path) -> None:
    assert _run(_RANDOM_MOMENTS, tmp_path, "7") >= 40


def test_an_error_while_writing_leaves_the_old_session_and_no_leftovers(tmp_path: Path) -> None:
    code = (
        _COMMON
        + """
import resource
from mixassist.domain.errors import MixAssistError
save_session(session, path)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))  # as a full disk: writing stops half-way
try:
    save_session(replace(session, name="1"), path)
except MixAssistError as error:
    assert len(str(error).splitlines()) == 1 and "song.mixassist" in str(error)
    assert check(0) == 0
    print(len(list(folder.iterdir())))
"""
    )
    assert _run(code, tmp_path) == 1
