# SPDX-License-Identifier: Apache-2.0
"""Distances of predicted levels and pans from human decisions, by instrument."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mixassist.automix.rules_table import rules_table
from mixassist.evaluation.decision_distance import StemDecision, _pans, decision_rows, human_pans, level_distances_lu
from mixassist.evaluation.mix_decisions import MixedTrack

TABLE = rules_table()


def decision(
    instrument: str, off_lu: float, pan: float = 0.0, error: float = 0.0, method: str = "m", excerpt: str = "A"
) -> StemDecision:
    """A stem that stands `off_lu` over its instrument's usual level, in a mix at −30 LUFS."""
    level = TABLE[instrument].level_lu - 30.0 + off_lu if instrument else -30.0
    return StemDecision(method, "raw", excerpt, excerpt, instrument, level, pan, error)


def test_the_level_of_the_whole_mix_does_not_count() -> None:
    usual = [decision(kind, 0.0) for kind in ("lead_vocal", "bass", "kick")]
    moved = [decision(kind, 12.0, excerpt="B") for kind in ("lead_vocal", "bass", "kick")]
    assert level_distances_lu([*usual, *moved]) == pytest.approx([0.0] * 6)


def test_one_channel_out_of_place_is_found() -> None:
    mix = [decision("lead_vocal", 0.0), decision("bass", 0.0), decision("kick", -7.0), decision("", 0.0)]
    found = level_distances_lu(mix)
    assert found[:3] == pytest.approx([0.0, 0.0, -7.0]) and np.isnan(found[3])
    rows = {row.instrument: row for row in decision_rows(mix, {})}
    assert rows["kick"].level_lu == pytest.approx(7.0)
    assert rows["kick"].human_level_lu == TABLE["kick"].spread_lu
    assert rows[""].stems == 3
    assert rows[""].level_lu == pytest.approx(7.0 / 3.0)


def test_pans_are_compared_as_distributions() -> None:
    human = {"electric_guitar": ([0.0, 1.0], [1.0, 3.0])}
    guitars = [decision("electric_guitar", 0.0, pan) for pan in (-0.5, 0.5, float("nan"))]
    row = decision_rows(guitars, human)[0]
    # All |pan| at 0.5: a quarter of the weight moves by 0.5 from 0, three quarters by 0.5 from 1.
    assert row.stems == 3 and row.pan == pytest.approx(0.5)
    assert np.isnan(decision_rows([decision("bass", 0.0)], human)[0].pan)


def test_errors_against_the_songs_own_mix_are_averaged_by_instrument() -> None:
    found = decision_rows([decision("bass", 0.0, error=-2.0), decision("bass", 0.0, error=4.0)], {})
    assert [row.level_error_db for row in found] == pytest.approx([3.0, 3.0])


def test_stereo_channels_have_no_pan(tmp_path: Path) -> None:
    assert human_pans(tmp_path) == {}
    mono, wide, pair = (
        MixedTrack("song", "mix", "bass", -20.0, 0.5, pans, stereo, {})
        for pans, stereo in (((-0.25,), False), ((0.5,), True), ((-1.0, 1.0), False))
    )
    assert _pans([mono, wide, pair]) == {"bass": ([0.25], [0.5])}


def test_human_pans_of_the_real_data(shared_data: Path) -> None:
    pans = human_pans(shared_data / "mix-decisions")
    values, weights = (np.asarray(v) for v in pans["electric_guitar"])
    assert len(values) > 100
    assert 0.4 < np.average(values, weights=weights) < 0.7
    centred = np.asarray(pans["lead_vocal"][0])
    assert np.mean(centred < 0.05) > 0.6
