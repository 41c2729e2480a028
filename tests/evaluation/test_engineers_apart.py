# SPDX-License-Identifier: Apache-2.0
"""How far apart engineers are: on small made-up mixes, and on the real ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from mixassist.evaluation.engineers_apart import engineers_apart, main, to_text
from mixassist.evaluation.mix_decisions import MixedTrack, read_mixology

TAKES = ("kick", "snare", "bass", "keys", "lead_vocal", "electric_guitar", "percussion", "backing_vocal")


def mix(name: str, levels_lu: Sequence[float]) -> list[MixedTrack]:
    return [
        MixedTrack("song", name, take, level, 1.0, (0.0,), False, {"gain": 0.0}, take)
        for take, level in zip(TAKES, levels_lu, strict=False)
    ]


def test_whole_mixes_may_be_louder_and_buses_turned() -> None:
    levels = [-20.0, -26.0, -14.0, -22.0, -10.0, -18.0, -30.0, -16.0]
    louder = [level + 5.0 for level in levels]
    drums = [level + (3.0 if take in ("kick", "snare") else 0.0) for take, level in zip(TAKES, levels, strict=True)]
    found = engineers_apart([*mix("a", levels), *mix("b", louder), *mix("c", drums), *mix("d", levels)])["song"]
    assert found.engineers == pytest.approx(0.0, abs=1e-9)
    assert found.agreed == pytest.approx(0.0, abs=1e-9)
    assert found.equal_loudness > 4.0


def test_one_take_moved_is_seen_between_engineers() -> None:
    levels = [-20.0, -26.0, -14.0, -22.0, -10.0, -18.0, -30.0, -16.0]
    moved = [level + (8.0 if take == "snare" else 0.0) for take, level in zip(TAKES, levels, strict=True)]
    found = engineers_apart([*mix("a", levels), *mix("b", levels), *mix("c", moved)])["song"]
    assert 0.0 < found.agreed < found.engineers < found.equal_loudness


def test_a_single_mix_and_few_shared_takes_say_nothing() -> None:
    assert engineers_apart(mix("a", [-20.0] * 8)) == {}
    assert engineers_apart([*mix("a", [-20.0] * 3), *mix("b", [-10.0] * 3)]) == {}


def test_the_real_mixes(shared_data: Path) -> None:
    songs = engineers_apart(read_mixology(shared_data / "mix-decisions" / "mixologydb.json"))
    assert len(songs) == 10
    assert all(a.agreed < a.engineers < a.equal_loudness for a in songs.values())
    assert "mean of the songs" in to_text(songs)


def test_command_line_says_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert "cannot be read" in capsys.readouterr().err
