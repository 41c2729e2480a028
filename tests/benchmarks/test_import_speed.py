# SPDX-License-Identifier: Apache-2.0
"""How long 16 stems of 4 minutes take from folder to playable, and to fully analysed. Prints; asserts no time."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from mixassist.audio.analysis import analyse_stems
from mixassist.audio.faults import find_faults
from mixassist.audio.files import AudioWriter, file_format_for
from mixassist.audio.importing import plan_import
from mixassist.audio.stems import StemLibrary

STEMS, MINUTES, RATE = 16, 4, 44_100


def _make_stems(folder: Path) -> None:
    folder.mkdir()
    rng = np.random.default_rng(0)
    bar = RATE * 2
    for number in range(STEMS):
        envelope = np.exp(-np.arange(bar) % (RATE // (1 + number % 4)) / RATE * 6.0)[:, None]
        path = folder / f"{number + 1:02d} stem.wav"
        with AudioWriter(path, RATE, 2, file_format_for(path, 24)) as writer:
            for _ in range(MINUTES * 30):
                writer.write((rng.standard_normal((bar, 2)) * envelope * 0.1).astype(np.float32))


@pytest.mark.benchmark
@pytest.mark.parametrize("rate", [None, 48_000], ids=["as they are", "resampled"])
def test_import_speed(tmp_path, rate):
    _make_stems(tmp_path / "stems")
    begin, begin_cpu = time.perf_counter(), time.process_time()
    plan = plan_import([tmp_path / "stems"], sample_rate_hz=rate)
    library = StemLibrary(tmp_path / "cache")
    stems = [library.stem(track.source, plan.sample_rate_hz) for track in plan.tracks]
    playable: list[float] = []

    def watch(fraction: float, what: str) -> None:
        if not playable and min(s.ready_frames for s in stems) > 3 * plan.sample_rate_hz:
            playable.append(time.perf_counter() - begin)

    library.decode(stems, watch)
    decoded = time.perf_counter() - begin
    facts = analyse_stems(stems)
    analysed = time.perf_counter() - begin
    names = [track.name for track in plan.tracks]
    find_faults(
        dict(zip(names, (s.strip_samples for s in stems), strict=True)),
        plan.sample_rate_hz,
        analyses=dict(zip(names, (f.analysis for f in facts), strict=True)),
    )
    whole, busy = time.perf_counter() - begin, time.process_time() - begin_cpu
    library.close()
    again = time.perf_counter()
    second = StemLibrary(tmp_path / "cache")
    assert all(second.stem(t.source, plan.sample_rate_hz).is_complete for t in plan.tracks)
    reopened = time.perf_counter() - again
    second.close()
    print(
        f"\n{STEMS} stereo stems × {MINUTES} min: playable {playable[0]:.2f} s, decoded {decoded:.2f} s, "
        f"measured {analysed:.2f} s, compared {whole:.2f} s "
        f"({busy:.2f} s of processor time); opened again {reopened:.3f} s"
    )
