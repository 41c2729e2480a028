# SPDX-License-Identifier: Apache-2.0
"""Private memory of a big session: 32 stereo tracks of 5 minutes, decoded, rendered, measured, written and played."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mixassist.audio.files import BLOCK_FRAMES

pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc to tell private memory"),
    pytest.mark.timeout(1800),
]

RATE, TRACKS, MINUTES = 44_100, 32, 5
LIMIT_BYTES = 3_000_000_000

_SCRIPT = """
import sys, threading
from dataclasses import replace
from pathlib import Path

from mixassist.audio.files import probe
from mixassist.audio.stems import StemLibrary
from mixassist.domain.channel import Channel, View
from mixassist.domain.controls import Controls
from mixassist.domain.session import Master, Session
from mixassist.domain.track import AudioSource, SourceSide, Track
from mixassist.playback.outputs import NullOutput
from mixassist.playback.transport import Player
from mixassist.rendering.engine import RenderEngine
from mixassist.rendering.mixdown import fit_master, render_session, write_mix

def private_bytes():
    lines = Path("/proc/self/status").read_text().splitlines()
    return sum(int(l.split()[1]) * 1024 for l in lines if l.startswith(("RssAnon", "RssShmem")))

peak, done = 0, threading.Event()
def watch():
    global peak
    while not done.wait(0.02):
        peak = max(peak, private_bytes())
watcher = threading.Thread(target=watch)
watcher.start()

def step(name):
    print(f"  {name:<22}{private_bytes() / 1e6:8.0f} MB now {peak / 1e6:8.0f} MB at most", flush=True)

step("start")
controls = {"mid_gain_db": 3.0, "threshold_db": -30.0, "ratio": 3.0, "reverb_wet": 0.2, "reverb_type": "plate"}
tracks = []
for path in sorted(Path(sys.argv[1]).glob("*.wav")):
    file = probe(path)
    source = AudioSource((SourceSide(file, 0), SourceSide(file, 1)))
    tracks.append(Track(path.stem, path.stem, source, 0, Channel(Controls(controls))))
session = Session(tracks=tuple(tracks))
stems = StemLibrary()
stems.decode([stems.stem(t.source, session.sample_rate_hz) for t in tracks])
step("decoded")
graph = render_session(session, stems, View.WET)
step("rendered")
graph, decision = fit_master(graph, session.master)
step("measured")
write_mix(graph, Path(sys.argv[1]) / "mix.flac")
step("written")
engine = RenderEngine(stems)
output = NullOutput(session.sample_rate_hz, paced=False)
player = Player(output, engine.update(session, View.WET))
player.play()
edited = session.with_channels(lambda t: t.channel.with_controls({"mid_gain_db": -3.0}))
for n in range(40):
    player.set_graph(engine.update(edited, View.WET, player.position_frames))
    output.advance(session.sample_rate_hz)
engine.wait(600.0)
player.set_graph(engine.graph())
output.advance(session.sample_rate_hz)
step("edited and played")
player.close()
engine.close()
done.set()
watcher.join()
print(peak)
"""


def _stems(folder: Path) -> None:
    """One file under 32 names: every name is decoded for itself, and the disk holds it once."""
    rng = np.random.default_rng(0)
    first = folder / "track 01.wav"
    with soundfile.SoundFile(first, "w", RATE, 2, "PCM_16") as file:
        for _ in range(0, MINUTES * 60 * RATE, BLOCK_FRAMES):
            file.write(0.1 * rng.standard_normal((BLOCK_FRAMES, 2)))
    for number in range(2, TRACKS + 1):
        os.link(first, folder / f"track {number:02}.wav")


def test_a_big_session_stays_under_three_gigabytes(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    environment = {**os.environ, "MIXASSIST_CACHE_DIR": str(tmp_path / "cache")}
    try:
        _stems(tmp_path)
        done = subprocess.run(
            [sys.executable, "-c", _SCRIPT, str(tmp_path)], env=environment, capture_output=True, text=True, check=False
        )
    finally:
        shutil.rmtree(tmp_path)  # some ten gigabytes, which pytest would keep for days
    assert done.returncode == 0, done.stderr[-3000:]
    *steps, peak = done.stdout.splitlines()
    with capsys.disabled():
        print(f"\nPrivate memory, {TRACKS} stereo tracks of {MINUTES} minutes (cache files not counted):")
        print("\n".join(steps))
        print(f"  at most {int(peak) / 1e6:.0f} MB; allowed {LIMIT_BYTES / 1e6:.0f} MB")
    assert int(peak) < LIMIT_BYTES
