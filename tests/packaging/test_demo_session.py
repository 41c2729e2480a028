# SPDX-License-Identifier: Apache-2.0
"""The demo session is what people hear first: no broken stem, no clipping, small, and made by its script."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

_SOUNDFONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
_LIMIT_BYTES = 8_000_000


@pytest.fixture(scope="module")
def stems(root: Path) -> dict[str, np.ndarray]:
    """Every stem as (frames, channels) float32, by file name."""
    found = {}
    for path in sorted((root / "resources" / "demo").glob("*.ogg")):
        audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
        assert rate == 44_100
        found[path.stem] = audio
    return found


def test_there_are_stems_enough_of_one_length(stems: dict[str, np.ndarray]) -> None:
    assert len(stems) >= 8
    lengths = {len(audio) for audio in stems.values()}
    assert len(lengths) == 1
    assert lengths.pop() >= 40 * 44_100


def test_no_stem_is_silent_or_clipped(stems: dict[str, np.ndarray]) -> None:
    for name, audio in stems.items():
        assert np.isfinite(audio).all(), name
        assert 0.02 < np.abs(audio).max() < 0.999, name
        assert np.abs(audio.mean(axis=0)).max() < 1e-3, name


def test_the_levels_are_careless(stems: dict[str, np.ndarray]) -> None:
    peaks_db = [20.0 * np.log10(np.abs(audio).max()) for audio in stems.values()]
    assert max(peaks_db) > -1.0
    assert min(peaks_db) < -20.0


def test_the_lower_snare_microphone_is_upside_down(stems: dict[str, np.ndarray]) -> None:
    top, bottom = stems["02 Snare Top"][:, 0], stems["03 Snare Bottom"][:, 0]
    assert np.corrcoef(top, bottom)[0, 1] < -0.7


def test_the_resources_are_small(root: Path) -> None:
    assert sum(path.stat().st_size for path in (root / "resources").rglob("*") if path.is_file()) <= _LIMIT_BYTES


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("fluidsynth") is None or not _SOUNDFONT.is_file() or importlib.util.find_spec("mido") is None,
    reason="needs fluidsynth, fluid-soundfont-gm and mido",
)
def test_the_script_composes_the_same_song(root: Path, tmp_path: Path, stems: dict[str, np.ndarray]) -> None:
    script = root / "packaging" / "demo" / "compose_demo.py"
    subprocess.run([sys.executable, script, "-o", tmp_path], check=True, capture_output=True)
    assert {path.stem for path in tmp_path.glob("*.ogg")} == set(stems)
    for path in tmp_path.glob("*.ogg"):
        audio, _ = soundfile.read(path, dtype="float32", always_2d=True)
        # Another version of the synthesiser or the encoder may round otherwise; the music stays the same.
        assert np.sqrt(np.mean((audio - stems[path.stem]) ** 2)) < 1e-3, path.stem
