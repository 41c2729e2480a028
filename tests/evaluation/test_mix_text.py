# SPDX-License-Identifier: Apache-2.0
"""The printed table: what is alike is one line, and only intervals of several songs can be clear of zero."""

from __future__ import annotations

import numpy as np
import pytest

from mixassist.evaluation.decision_distance import DecisionRow
from mixassist.evaluation.mix_checks import CHECKS
from mixassist.evaluation.mix_features import GROUPS
from mixassist.evaluation.mix_measures import MEASURES
from mixassist.evaluation.mix_table import Interval, MixScore, MixTable

NAMES = (*MEASURES, *GROUPS, *(name for names in GROUPS.values() for name in names))


def score(method: str, view: str, song: int, value: float) -> MixScore:
    values = {**dict.fromkeys(NAMES, value), **{check.key: float("nan") for check in CHECKS}, "faintest_lu": -50.0}
    return MixScore(method, view, "raw", f"song{song}", f"song{song}", values)


@pytest.fixture
def table() -> MixTable:
    scores = [score("mono", view, song, 3.0 + song) for view in ("dry", "wet", "model") for song in range(4)]
    scores += [
        score("rules", view, song, 2.0 + step + 0.9 * song)
        for step, view in ((0.1, "dry"), (0.2, "wet"), (0.2, "model"))
        for song in range(4)
    ]
    rows = (DecisionRow("rules", "raw", "bass", 3, 1.25, 2.0, 0.75, float("nan")),)
    return MixTable(tuple(scores), rows)


def test_views_that_are_alike_are_one_line(table: MixTable) -> None:
    lines = table.to_text().splitlines()
    head = lines[2:5]
    assert [line.split()[:2] for line in head] == [["mono", "any"], ["rules", "dry"], ["rules", "wet/model"]]
    assert "4.500 [" in head[0]


def test_differences_are_marked_where_clear(table: MixTable) -> None:
    text = table.to_text()
    line = next(line for line in text.splitlines() if line.startswith("− mono") and " wet " in line)
    mean = np.mean([2.2 + 0.9 * s - 3.0 - s for s in range(4)])
    assert f"{mean:+.2f} [" in line and "]*(4/4)" in line
    assert not Interval(-1.0, -1.0, -1.0).is_clear
    assert Interval(-1.0, -1.5, -0.5).is_clear and not Interval(0.1, -0.5, 0.5).is_clear


def test_a_measure_that_is_open_for_one_song_is_that_of_the_others(table: MixTable) -> None:
    opened = MixScore("mono", "wet", "raw", "song9", "song9", {**score("mono", "wet", 9, 9.0).values, "stft": np.nan})
    wider = MixTable((*table.scores, opened, score("rules", "wet", 9, 1.0)))
    assert wider.interval("mono", "wet", "raw", "stft") == table.interval("mono", "wet", "raw", "stft")
    assert wider.interval("mono", "wet", "raw", "stft_sum").mean > table.interval("mono", "wet", "raw", "stft_sum").mean
    assert wider.wins("rules", "mono", "wet", "raw", "stft") == (4, 4)
    assert wider.wins("rules", "mono", "wet", "raw", "stft_sum") == (5, 5)


def test_checks_and_decisions_are_printed(table: MixTable) -> None:
    lines = table.to_text().splitlines()
    checks = next(line for line in lines if line.startswith("mono") and "0/4" in line)
    assert checks.split() == ["mono", "any", "0/0", "0/0", "0/0", "0/4", "0/0"]
    assert "1.2 (2.0) | – | 0.8" in next(line for line in lines if line.startswith("bass"))
    assert any(line.split() == ["panning,", "mean", "4.500", "3.550"] for line in lines)


def test_what_is_not_finite_is_null_in_json(table: MixTable) -> None:
    plain = table.to_dict()
    assert plain["scores"][0]["lead_wet_lu"] is None and plain["decisions"][0]["pan"] is None
    rules = next(row for row in plain["summary"] if (row["method"], row["view"]) == ("rules", "wet"))
    assert rules["checks"]["faintest_lu"] == {"passed": 0, "of": 4} and rules["songs"] == 4
    difference = next(row for row in plain["differences"] if (row["other"], row["view"]) == ("mono", "wet"))
    assert difference["stft"]["mean"] == pytest.approx(-0.95) and difference["stft"]["high"] < 0.0


def test_a_method_without_views_is_held_against_the_champions_wet_mix(table: MixTable) -> None:
    direct = [score("network", "direct", song, 9.0) for song in range(4)]
    whole = MixTable((*table.scores, *direct))
    line = next(line for line in whole.to_text().splitlines() if line.startswith("− network"))
    assert f"{np.mean([2.2 + 0.9 * s for s in range(4)]) - 9.0:+.2f} [" in line and "(4/4)" in line
    found = next(row for row in whole.to_dict()["differences"] if row["other"] == "network")
    assert found["stft"]["mean"] == pytest.approx(3.55 - 9.0)
    assert sum(line.startswith("song2") for line in whole.to_text().splitlines()) == 1
