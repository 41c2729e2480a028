# SPDX-License-Identifier: Apache-2.0
"""The rules' table comes out of the human mixes again, and small made-up mixes give the figures they hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mixassist.automix.rules_table import TABLE_PATH
from mixassist.domain.errors import MixAssistError
from mixassist.evaluation.derive_rules import derive, main
from mixassist.evaluation.mix_decisions import read_medley_gains, read_mixology, weighted_quantile
from mixassist.evaluation.rule_figures import (
    FINISHED_FAMILIES_LU,
    compressor_figures,
    equalizer_figures,
    level_figures,
    pan_figures,
    with_finished_songs,
)


def track(kind: tuple[str, str], lufs: float, gain: float, **parameters: Any) -> dict[str, Any]:
    return {
        "track-name": kind[1],
        "track-instrument-type": kind[0],
        "track-instrument-subtype": kind[1],
        "channel-mode": "MONO",
        "parameters": {"gain": gain, "pan": [0], **parameters},
        "track-audio-features": {"track-audio-lufs": lufs},
    }


@pytest.fixture
def decisions(tmp_path: Path) -> Path:
    """Three mixes of two songs: lead 6 LU over bass, bass 4 LU over snare."""
    mixes = []
    for song, mix, rating, shift in (("A", "1", 0.9, 0.0), ("A", "2", 0.3, 5.0), ("B", "1", 0.5, -3.0)):
        eq = [{"type": "NOTCH", "value": {"freq": 1000, "q": 1, "gain": 4}}, {"type": "HP", "value": {"freq": 90}}]
        compressor = [{"ratio": "4:1", "attack": 12, "release": 80, "thresh": -20}]
        tracks = [
            track(("VOCALS", "LEAD"), -20.0, shift, eq=eq, compression=compressor),
            track(("BASS", "ELECTRIC"), -16.0, shift - 10.0),
            track(("DRUMS", "SNARE"), -30.0, shift, pan=[-40]),
        ]
        evaluation = [{"track-num-eval": rating}, {"track-num-eval": -1}]
        mixes.append({"song-name": song, "mix-name": mix, "mix-evaluation": evaluation, "tracks": tracks})
    (tmp_path / "mixologydb.json").write_text(json.dumps({"mixes": mixes}), encoding="utf-8")
    stems = {"Song": {"stems": {"S01": {"instrument": "synthesizer"}, "S02": {"instrument": ["piano", "viola"]}}}}
    (tmp_path / "medleydb-stems.json").write_text(json.dumps(stems), encoding="utf-8")
    (tmp_path / "medleydb-mixing_coefficients.yaml").write_text("Song: {1: 2.0,\n  2: 1.0}\n", encoding="utf-8")
    return tmp_path


def test_levels_are_recovered(decisions: Path) -> None:
    figures = level_figures(read_mixology(decisions / "mixologydb.json"), {}, {})
    lead, bass, snare = (figures[k]["level_lu"] for k in ("lead_vocal", "bass", "snare"))
    assert lead > bass > snare
    assert figures["bass"]["against_lead_lu"] == pytest.approx(-6.0)
    assert figures["snare"]["against_lead_lu"] == pytest.approx(-10.0)


def test_settings_are_read(decisions: Path) -> None:
    tracks = read_mixology(decisions / "mixologydb.json")
    lead = [t for t in tracks if t.instrument == "lead_vocal"]
    assert compressor_figures(lead) == {"n": 3, "share": 1.0, "ratio": 4.0, "attack_ms": 12, "release_ms": 80}
    equalizer = equalizer_figures(lead)
    assert equalizer["curve_db"]["1000"] == pytest.approx(4.0)
    assert (equalizer["high_pass_hz"], equalizer["high_pass_share"]) == (90, 1.0)
    slope_db = equalizer["curve_db"]["125"] - equalizer["curve_db"]["62.5"]
    assert 3.0 < slope_db < 12.0
    assert equalizer["curve_db"]["125"] < -0.3
    assert pan_figures([t for t in tracks if t.instrument == "snare"])["spread"] == pytest.approx(0.4)


def test_ratings_weigh_and_songs_count_alike(decisions: Path) -> None:
    tracks = read_mixology(decisions / "mixologydb.json")
    weights = {(t.song, t.mix): t.weight for t in tracks}
    assert weights[("A", "1")] == pytest.approx(0.75)
    assert weights[("B", "1")] == pytest.approx(1.0)


def test_medley_gains(decisions: Path) -> None:
    assert read_medley_gains(decisions) == {"synth_lead": [pytest.approx(3.01, abs=0.01)]}


def test_weighted_quantile() -> None:
    assert weighted_quantile([3.0, 1.0, 2.0], [1.0, 1.0, 5.0]) == 2.0
    assert weighted_quantile([1.0, 2.0], [3.0, 1.0]) == 1.0


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MixAssistError, match=r"mixologydb\.json"):
        derive(tmp_path)
    output = tmp_path / "table.json"
    assert main([str(tmp_path), "--output", str(output)]) == 2
    assert not output.exists()


def test_shipped_table_is_what_the_command_derives(shared_data: Path, tmp_path: Path) -> None:
    output = tmp_path / "table.json"
    assert main([str(shared_data / "mix-decisions"), "--output", str(output)]) == 0
    assert json.loads(output.read_text(encoding="utf-8")) == json.loads(TABLE_PATH.read_text(encoding="utf-8"))


def test_families_lie_between_faders_and_finished_songs() -> None:
    by_faders = {"voices": 10.0, "drums": 3.0, "bass": 1.0, "rest": 9.0}
    found = with_finished_songs({key: {"level_lu": level, "mixes": 5} for key, level in by_faders.items()})
    assert found["voices"] == {"raw_lu": 10.0, "produced_lu": 10.0, "by_faders_lu": 10.0, "mixes": 5}
    for key, level in by_faders.items():
        finished = 10.0 + FINISHED_FAMILIES_LU[key]
        assert found[key]["raw_lu"] == pytest.approx(0.55 * level + 0.45 * finished, abs=0.01)
        assert found[key]["produced_lu"] == pytest.approx(0.15 * level + 0.85 * finished, abs=0.01)
