# SPDX-License-Identifier: Apache-2.0
"""The baselines of the paper's evaluation, and the table that the rules read."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from mixassist.automix.hearing import loudness_lufs
from mixassist.automix.instrument_sound import USUAL
from mixassist.automix.methods import DEFAULT_METHOD, METHODS, TrackAudio, predict
from mixassist.automix.rules_table import rules_table
from mixassist.automix.simple import mix_fixed
from mixassist.domain.controls import NEUTRAL
from mixassist.domain.instruments import INSTRUMENT
from mixassist.evaluation.mix_rendering import dry, render_mix

RATE_HZ = 44_100
MakeBand = Callable[..., list[TrackAudio]]


def test_methods() -> None:
    assert set(METHODS) == {"mono", "random", "equal-loudness", "rules", "controller"}
    assert DEFAULT_METHOD == "controller"


def test_mono_is_the_sum_at_the_centre(make_band: MakeBand) -> None:
    inputs = make_band(1.0)
    controls = predict("mono", inputs, RATE_HZ).controls
    assert all(c == NEUTRAL for c in controls.values())
    mix = render_mix(inputs, controls, RATE_HZ).audio
    np.testing.assert_allclose(mix[:, :1] * np.sqrt(2.0), sum(i.samples for i in inputs), atol=1e-5)


def test_random_keeps_to_the_paper_and_to_its_seed(make_band: MakeBand) -> None:
    inputs = make_band(1.0)
    one, same, other = (predict("random", inputs, RATE_HZ, seed=s).controls for s in (1, 1, 2))
    assert one == same != other
    drawn = [c for seed in range(30) for c in predict("random", inputs, RATE_HZ, seed=seed).controls.values()]
    gains, places = ([c.number(key) for c in drawn] for key in ("fader_db", "pan"))
    assert -12.0 <= min(gains) < -10.0 and 10.0 < max(gains) <= 12.0
    assert -1.0 <= min(places) < -0.9 and 0.9 < max(places) <= 1.0
    assert all(dry(c) == c for c in drawn)


def test_equal_loudness_is_equal_behind_the_strip(make_band: MakeBand) -> None:
    inputs = make_band(4.0)
    stereo = inputs[0]
    wide = np.repeat(stereo.samples, 2, axis=1) * np.array([1.0, 0.3], dtype=np.float32)
    inputs[0] = TrackAudio(stereo.track, wide)
    levels = render_mix(inputs, predict("equal-loudness", inputs, RATE_HZ).controls, RATE_HZ).stem_lufs
    assert np.ptp(levels) < 0.2


def test_fixed_rule_listens_to_nothing(make_band: MakeBand) -> None:
    inputs = make_band(1.0)
    quiet = [TrackAudio(i.track, i.samples * np.float32(0.1)) for i in inputs]
    assert mix_fixed(inputs, RATE_HZ).controls == mix_fixed(quiet, RATE_HZ).controls


def test_table_knows_every_instrument() -> None:
    assert set(rules_table()) == set(INSTRUMENT) == set(USUAL)
    for rules in rules_table().values():
        assert 0.0 <= rules.pan_spread <= 1.0
        assert 1.0 <= rules.ratio <= 10.0
        assert abs(rules.level_lu) < 12.0


def test_table_puts_the_lead_in_front_of_all_single_channels() -> None:
    table = rules_table()
    assert table["lead_vocal"].level_lu == max(r.level_lu for r in table.values())


@pytest.mark.parametrize("level_db", [-20.0, 0.0])
def test_rendered_levels_are_those_of_the_audio(make_band: MakeBand, level_db: float) -> None:
    item = make_band(2.0)[0]
    factor = np.float32(10.0 ** (level_db / 20.0))
    mix = render_mix([TrackAudio(item.track, item.samples * factor)], {item.track.id: NEUTRAL}, RATE_HZ)
    assert mix.stem_lufs[0] == pytest.approx(loudness_lufs(item.samples * factor, RATE_HZ), abs=0.05)
