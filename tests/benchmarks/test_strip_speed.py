# SPDX-License-Identifier: Apache-2.0
"""How fast the channel strip renders, beside pedalboard's chain of the same stages in the same run."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from mixassist.domain.channel import Stages
from mixassist.domain.controls import Controls
from mixassist.dsp import RenderStrip

RATE_HZ = 44_100
TRACKS = 8
FRAMES = 180 * RATE_HZ
ROUNDS = 3

pytestmark = pytest.mark.benchmark

CONTROLS = Controls(
    {
        "input_gain_db": 3.0,
        "low_shelf_gain_db": -4.0,
        "low_mid_gain_db": 3.0,
        "mid_gain_db": -2.0,
        "high_mid_gain_db": 2.5,
        "high_shelf_gain_db": 4.0,
        "threshold_db": -24.0,
        "ratio": 3.0,
        "attack_ms": 5.0,
        "release_ms": 120.0,
        "makeup_gain_db": 3.0,
        "reverb_dry": 0.8,
        "reverb_wet": 0.3,
    }
)


def _tracks() -> list[np.ndarray]:
    """Stereo noise with hits, (2, frames) each; two different ones, shared among the tracks to spare memory."""
    random = np.random.default_rng(3)
    hits = np.exp(-(np.arange(FRAMES) % 22_050) / 5_000).astype(np.float32)
    made = [(random.standard_normal((2, FRAMES), dtype=np.float32) * 0.2 * hits) for _ in range(2)]
    return [made[index % 2] for index in range(TRACKS)]


def _render_ours(track: np.ndarray, reverb_type: str) -> None:
    audio = torch.from_numpy(track)

    def read(start: int, frames: int) -> torch.Tensor:
        before, after = max(-start, 0), max(start + frames - FRAMES, 0)
        piece = audio[:, start + before : start + frames - after]
        return torch.nn.functional.pad(piece, (before, after)) if before or after else piece

    strip = RenderStrip(CONTROLS.replaced({"reverb_type": reverb_type}), Stages(), RATE_HZ)
    for _ in strip.stream(read, FRAMES):
        pass


def _render_pedalboard(track: np.ndarray) -> None:
    pedalboard = pytest.importorskip("pedalboard")
    chain = pedalboard.Pedalboard(
        [
            pedalboard.Gain(3.0),
            pedalboard.LowShelfFilter(80.0, -4.0, 0.707),
            pedalboard.PeakFilter(400.0, 3.0, 0.7),
            pedalboard.PeakFilter(1000.0, -2.0, 0.7),
            pedalboard.PeakFilter(5000.0, 2.5, 0.7),
            pedalboard.HighShelfFilter(10_000.0, 4.0, 0.707),
            pedalboard.Compressor(-24.0, 3.0, 5.0, 120.0),
            pedalboard.Gain(3.0),
            pedalboard.Reverb(room_size=0.5, wet_level=0.3, dry_level=0.8),
        ]
    )
    chain(track, RATE_HZ)


def _seconds(render: Callable[[np.ndarray], None], tracks: list[np.ndarray], workers: int) -> float:
    started = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(render, track) for track in tracks]:
            done.result()
    return time.perf_counter() - started


@pytest.mark.parametrize("reverb_type", ["small_room", "hall"])
def test_strip_beside_pedalboard(reverb_type: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pedalboard")
    tracks = _tracks()
    before = torch.get_num_threads()
    torch.set_num_threads(1)

    def ours(track: np.ndarray) -> None:
        _render_ours(track, reverb_type)

    runs: dict[str, list[float]] = {"ours, 2": [], "ours, 1": [], "pedalboard, 1": [], "pedalboard, 2": []}
    try:
        for _ in range(ROUNDS):
            runs["ours, 2"].append(_seconds(ours, tracks, 2))
            runs["ours, 1"].append(_seconds(ours, tracks, 1))
            runs["pedalboard, 1"].append(_seconds(_render_pedalboard, tracks, 1))
            runs["pedalboard, 2"].append(_seconds(_render_pedalboard, tracks, 2))
    finally:
        torch.set_num_threads(before)
    song_seconds = TRACKS * FRAMES / RATE_HZ
    best = {name: min(seconds) for name, seconds in runs.items()}
    with capsys.disabled():
        print(f"\n{TRACKS} stereo tracks of {FRAMES // RATE_HZ} s, all stages, {reverb_type}; best of {ROUNDS}")
        for name, seconds in best.items():
            print(f"  {name} thread(s): {seconds:6.2f} s, {song_seconds / seconds:5.0f} x real time")
        for workers in (1, 2):
            ratio = best[f"pedalboard, {workers}"] / best["ours, 2"]
            print(f"  ours in 2 threads is {ratio:.2f} x as fast as pedalboard in {workers}")
