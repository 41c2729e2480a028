# SPDX-License-Identifier: Apache-2.0
"""The evaluation of mixers: its measures on mixes of known faults, and its table on small made-up songs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mixassist.automix.hearing import loudness_lufs
from mixassist.automix.methods import predict
from mixassist.domain.controls import NEUTRAL, Controls
from mixassist.domain.errors import MixAssistError
from mixassist.evaluation.excerpts import excerpt_folders, levelled_inputs, read_excerpt
from mixassist.evaluation.mix_measures import balance_error_db, measure, render_mix, stem_levels
from mixassist.evaluation.mix_table import MixScore, MixTable
from mixassist.evaluation.mixes import evaluate_mix

RATE_HZ = 44_100


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    """Two songs of three stems; the artist has the voice 10 dB over the rest."""
    for number, song in enumerate(("One-1", "Two-1")):
        folder = tmp_path / song
        folder.mkdir()
        lots = np.random.default_rng(number)
        for name, level in (("lead vox", 0.1), ("guitar", 0.03), ("keys", 0.03)):
            sound = level * lots.standard_normal((RATE_HZ, 2))
            soundfile.write(folder / f"{name}.wav", sound, RATE_HZ, subtype="FLOAT")
    return tmp_path


def test_inputs_carry_no_levels(songs: Path) -> None:
    excerpt = read_excerpt(excerpt_folders(songs)[0])
    for item in levelled_inputs(excerpt, "normalised"):
        assert loudness_lufs(item.samples, RATE_HZ) == pytest.approx(-23.0, abs=0.05)
    moved = [loudness_lufs(i.samples, RATE_HZ) for i in levelled_inputs(excerpt, "randomised")]
    again = [loudness_lufs(i.samples, RATE_HZ) for i in levelled_inputs(excerpt, "randomised")]
    assert moved == again
    assert np.ptp(moved) > 1.0
    assert max(abs(np.asarray(moved) + 23.0)) <= 12.1


def test_the_artists_own_faders_score_nought(songs: Path) -> None:
    excerpt = read_excerpt(excerpt_folders(songs)[0])
    inputs, wanted = levelled_inputs(excerpt, "normalised"), stem_levels(excerpt)
    controls = {i.track.id: Controls({"fader_db": float(w) + 23.0}) for i, w in zip(inputs, wanted, strict=True)}
    values = measure(excerpt, excerpt.target(), wanted, render_mix(inputs, controls, RATE_HZ))
    assert values["balance_db"] == pytest.approx(0.0, abs=0.05)
    assert values["stft"] == pytest.approx(0.0, abs=0.02)


def test_balance_takes_the_common_offset_off_and_punishes_silence() -> None:
    wanted = np.array([-20.0, -30.0, -np.inf, -25.0])
    assert balance_error_db(wanted - 7.0, wanted) == pytest.approx(0.0)
    off = np.array([-20.0, -27.0, -np.inf, -25.0])
    assert balance_error_db(off, wanted) == pytest.approx((2.0 + 1.0 + 1.0) / 3.0)
    assert balance_error_db(np.array([-20.0, -np.inf, -50.0, -25.0]), wanted) > 15.0


def test_neutral_bracket_is_passed_over_exactly(songs: Path) -> None:
    inputs = levelled_inputs(read_excerpt(excerpt_folders(songs)[0]), "normalised")
    plain = {i.track.id: NEUTRAL.replaced({"pan": 0.3, "fader_db": -4.0}) for i in inputs}
    # A shelf of a thousandth of a decibel goes through the whole strip.
    whole = {key: c.replaced({"low_shelf_gain_db": 0.001}) for key, c in plain.items()}
    one, other = (render_mix(inputs, c, RATE_HZ).audio for c in (plain, whole))
    np.testing.assert_allclose(one, other, atol=1e-4)


def test_table_of_small_songs(songs: Path) -> None:
    seen: list[float] = []
    methods = ("rules", "equal-loudness", "random", "fixed-rule")
    table = evaluate_mix(songs, methods, progress=lambda fraction, what: seen.append(fraction))
    assert len(table.scores) == 2 * 4 * 2 * 2
    assert seen == sorted(seen) and seen[-1] == 1.0
    mine, other = (table.interval(m, "dry", "normalised", "balance_db") for m in ("rules", "equal-loudness"))
    assert mine.mean < other.mean
    assert table.wins("rules", "equal-loudness", "dry", "normalised", "balance_db") == (2, 2)
    assert table.difference("rules", "equal-loudness", "dry", "normalised", "balance_db").high < 0.0
    assert "equal-loudness" in table.to_text()
    assert len(json.loads(json.dumps(table.to_dict()))["scores"]) == 32


def test_interval_is_by_song() -> None:
    scores = tuple(
        MixScore("m", "dry", "normalised", f"{song}-{n}", song, {"balance_db": value})
        for song, value, count in (("A", 1.0, 5), ("B", 3.0, 1))
        for n in range(count)
    )
    interval = MixTable(scores).interval("m", "dry", "normalised", "balance_db")
    assert (interval.mean, interval.low, interval.high) == (2.0, 1.0, 3.0)


def test_bad_input_is_told(tmp_path: Path) -> None:
    with pytest.raises(MixAssistError, match="no folders of stems"):
        evaluate_mix(tmp_path, ("mono",))
    with pytest.raises(MixAssistError, match="no such method"):
        evaluate_mix(tmp_path, ("magic",))
    (tmp_path / "Song").mkdir()
    (tmp_path / "Song" / "vox.wav").write_text("no audio")
    with pytest.raises(MixAssistError, match="cannot be read"):
        evaluate_mix(tmp_path, ("mono",))


def test_rules_come_nearer_than_equal_loudness_on_an_excerpt(shared_data: Path) -> None:
    excerpt = read_excerpt(shared_data / "stems" / "Sodium-2")
    inputs, wanted = levelled_inputs(excerpt, "randomised"), stem_levels(excerpt)
    errors = {
        method: balance_error_db(
            render_mix(inputs, predict(method, inputs, RATE_HZ).controls, RATE_HZ).stem_lufs, wanted
        )
        for method in ("rules", "equal-loudness", "mono")
    }
    assert errors["rules"] < min(errors["equal-loudness"], errors["mono"])
