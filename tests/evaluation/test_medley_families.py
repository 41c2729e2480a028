# SPDX-License-Identifier: Apache-2.0
"""Levels come out of annotations of activity again: of envelopes made up at known levels, annotated as MedleyDB is."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mixassist.automix.families import FAMILIES
from mixassist.domain.errors import MixAssistError
from mixassist.evaluation.censored_levels import envelope_db, stem_level
from mixassist.evaluation.medley_families import LOUDER_THAN_ENVELOPE_LU, finished_songs, main, mean_error_lu

FRAMES = 4000
STEMS = {
    "S01": {"instrument": "female singer", "component": "melody"},
    "S02": {"instrument": "drum set", "component": ""},
    "S03": {"instrument": "synthesizer", "component": "bass"},
    "S04": {"instrument": ["piano", "electric piano"], "component": ""},
    "S05": {"instrument": "Main System", "component": ""},
}


def envelopes(levels_db: list[float], seed: int = 0) -> np.ndarray:
    """Envelopes (frames, stems) that vary slowly by 4 dB, and rest a third of the time, around levels in dB."""
    lots = np.random.default_rng(seed)
    steps = lots.normal(size=(FRAMES, len(levels_db)))
    window = np.hanning(41)
    slow = np.stack([np.convolve(s, window / np.sqrt((window**2).sum()), "same") for s in steps.T], axis=1)
    sounding = np.repeat(lots.random((FRAMES // 200, len(levels_db))) < 0.67, 200, axis=0)
    return np.where(sounding, 10.0 ** ((np.array(levels_db) + 4.0 * slow) / 40.0), 0.0)


def confidences(envelope: np.ndarray) -> np.ndarray:
    """What MedleyDB writes: a logistic curve of the envelope, with four decimals."""
    return np.round(1.0 / (1.0 + np.exp(-20.0 * (envelope - 0.15))), 4)


def gated_db(envelope: np.ndarray) -> float:
    levels, gate = 40.0 * np.log10(np.maximum(envelope, 1e-4)), -100.0
    for _ in range(20):
        gate = 10.0 * np.log10(np.mean(10.0 ** (levels[levels > gate] / 10.0))) - 10.0
    return gate + 10.0


@pytest.mark.parametrize(("level_db", "within_db"), [(-30.0, 0.5), (-18.0, 0.5), (-12.0, 1.0), (-8.0, 1.5)])
def test_a_level_is_found_again_below_the_ceiling_and_a_little_above(level_db: float, within_db: float) -> None:
    envelope = envelopes([level_db])[:, 0]
    found = stem_level(envelope_db(confidences(envelope)))
    assert found is not None
    assert found.level_db == pytest.approx(gated_db(envelope), abs=within_db)
    assert found.share == pytest.approx(np.mean(envelope > 0.0), abs=0.1)


def test_louder_stems_are_found_louder_and_less_sure() -> None:
    found = [stem_level(envelope_db(confidences(envelopes([level])[:, 0]))) for level in (-16.0, -8.0, -2.0, 3.0)]
    levels = [f.level_db for f in found if f]
    unsure = [f.unsure_db for f in found if f]
    assert len(levels) == 4
    assert levels == sorted(levels)
    assert unsure[0] < unsure[1] < min(unsure[2:])


@pytest.mark.parametrize("envelope", [np.zeros(FRAMES), np.full(10, 0.3)])
def test_a_stem_that_hardly_sounds_has_no_level(envelope: np.ndarray) -> None:
    assert stem_level(envelope_db(confidences(envelope))) is None


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """One song of four families whose loudness is −2, −6, −8 and −4 LU, one with bleed, one whose gains are unknown."""
    annotations, decisions = tmp_path / "annotations", tmp_path / "decisions"
    annotations.mkdir()
    decisions.mkdir()
    gains_db = [0.0, 6.0, -6.0, 0.0, 0.0]
    louder = [LOUDER_THAN_ENVELOPE_LU[f] - 22.0 for f in FAMILIES]
    levels = [w - o - g for w, o, g in zip((-2.0, -6.0, -8.0, -4.0), louder, gains_db, strict=False)]
    table = confidences(envelopes([*levels, -10.0]))
    rows = ["time," + ",".join(STEMS)]
    rows += [f"{i * 0.0464:.4f}," + ",".join(f"{c:.4f}" for c in row) for i, row in enumerate(table)]
    for name in ("Good", "Bleeds", "Unknown"):
        (annotations / f"{name}_ACTIVATION_CONF.lab").write_text("\n".join(rows) + "\n", encoding="utf-8")
    stems = {
        n: {"genre": "Rock", "has_bleed": "yes" if n == "Bleeds" else "no", "stems": STEMS} for n in ("Good", "Bleeds")
    }
    (decisions / "medleydb-stems.json").write_text(json.dumps(stems), encoding="utf-8")
    gains = ", ".join(f"{i + 1}: {10.0 ** (g / 20.0):.3f}" for i, g in enumerate(gains_db))
    text = f"Good:\n  manual: {{{gains}}}\n  audio: {{1: 4.0}}\nBleeds:\n  manual: {{{gains}}}\n"
    (decisions / "medleydb-mixing_coefficients_version2.yaml").write_text(text, encoding="utf-8")
    return annotations, decisions


def test_families_stand_as_they_were_mixed(folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    (song,) = finished_songs(*folders)
    assert (song.name, song.genre) == ("Good", "Rock")
    assert [song.families_lu[f] for f in FAMILIES] == pytest.approx([3.0, -1.0, -3.0, 1.0], abs=1.5)
    assert main([str(f) for f in folders]) == 0
    told = capsys.readouterr().out
    assert "all (1 songs): voices +" in told
    assert f"equal loudness: {mean_error_lu([song], dict.fromkeys(FAMILIES, 5.0)):.2f} LU off" in told
    assert mean_error_lu([song], song.families_lu) == pytest.approx(0.0, abs=1e-9)


def test_songs_of_which_nothing_is_known_are_told(
    folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    annotations, decisions = folders
    (annotations / "Good_ACTIVATION_CONF.lab").unlink()
    assert main([str(annotations), str(decisions)]) == 2
    assert "holds no song with voices" in capsys.readouterr().err


def test_what_is_no_annotation_is_told(folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    annotations, decisions = folders
    (annotations / "Good_ACTIVATION_CONF.lab").write_text("time,S01\n0.0,loud\n", encoding="utf-8")
    with pytest.raises(MixAssistError, match="no table of confidences"):
        finished_songs(annotations, decisions)
    assert main([str(decisions), str(decisions)]) == 2
    assert "holds no annotations" in capsys.readouterr().err
