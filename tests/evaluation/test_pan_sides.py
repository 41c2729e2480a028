# SPDX-License-Identifier: Apache-2.0
"""Whether pairs by name stand where people put them: on small made-up mixes and on the real ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from mixassist.evaluation.mix_decisions import MixedTrack, read_mixology
from mixassist.evaluation.pan_sides import PairShares, main, pair_shares, side_agreement


def mix(song: str, pans: Mapping[str, float], instrument: str = "backing_vocal") -> list[MixedTrack]:
    return [MixedTrack(song, "mix", instrument, -30.0, 0.5, (pan,), False, {}, name) for name, pan in pans.items()]


def test_shares_are_means_of_songs() -> None:
    one = mix("one", {"BG1": -0.5, "BGD1": 0.5, "BG2": -0.5, "BGD2": -0.4, "BG3": 0.05, "BGD3": 0.5})
    other = mix("other", {"Voice A": 0.5, "Voice B": -0.5, "Voice": 0.7, "Voice dbl": -0.2})
    assert pair_shares([*one, *other]) == {
        "double": PairShares(3, 2, opposite=0.75, first_left=0.5),
        "letters": PairShares(1, 1, opposite=1.0, first_left=0.0),
    }


def test_agreement_knows_no_left_and_right() -> None:
    song = mix("song", {"BG1": -0.5, "BG2": -0.5, "BGD1": 0.5, "BGD2": 0.5, "BG3": -0.4, "BGD3": 0.4})
    mirrored = mix("mirrored", {t.name: -t.pans[0] for t in song})
    told = side_agreement([*song, *mirrored], names_told=True)
    assert told == {"song": 1.0, "mirrored": 1.0}
    # By lot, two of six or none stand right more often than all of them.
    assert side_agreement(song, names_told=False)["song"] < 0.95


def test_stereo_and_centred_channels_do_not_count() -> None:
    wide = MixedTrack("song", "mix", "keys", -30.0, 0.5, (-1.0, 1.0), True, {}, "Keys L")
    assert pair_shares([wide, *mix("song", {"BG1": 0.0, "BGD1": 0.05})]) == {}
    assert side_agreement([wide, *mix("song", {"BG1": 0.0})], names_told=True) == {}


def test_names_bring_sides_nearer_to_peoples(shared_data: Path) -> None:
    tracks = read_mixology(shared_data / "mix-decisions" / "mixologydb.json")
    shares = pair_shares(tracks)
    assert shares["sides"].opposite > 0.8 and shares["sides"].first_left > 0.9
    assert all(found.opposite > 0.65 and found.first_left > 0.55 for found in shares.values())
    hidden, told = (side_agreement(tracks, names_told=told, draws=2) for told in (False, True))
    assert np.mean(list(told.values())) > np.mean(list(hidden.values())) + 0.04


def test_command_line(shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(shared_data / "mix-decisions"), "--draws", "1"]) == 0
    assert "mean of the songs" in capsys.readouterr().out
    assert main([str(tmp_path)]) == 2
    assert "mixologydb.json" in capsys.readouterr().err
