# SPDX-License-Identifier: Apache-2.0
"""What listeners punish: each check on mixes that have the fault and on mixes that do not."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from mixassist.domain.channel import View
from mixassist.domain.controls import NEUTRAL, Controls
from mixassist.evaluation.excerpts import Excerpt, levelled_inputs
from mixassist.evaluation.mix_checks import CHECKS, check_mix
from mixassist.evaluation.mix_rendering import render_mix, render_stem
from mixassist.evaluation.mix_table import MixScore, MixTable

RATE_HZ = 44_100
BY_KEY = {check.key: check for check in CHECKS}


@pytest.fixture(scope="module")
def excerpt() -> Excerpt:
    lots = np.random.default_rng(0)
    stems = tuple((0.1 * lots.standard_normal((RATE_HZ, 1))).astype(np.float32) for _ in range(4))
    hiss = (1e-5 * lots.standard_normal((RATE_HZ, 1))).astype(np.float32)
    return Excerpt("song", "song", RATE_HZ, ("lead vox", "bass", "kick", "guitar", "noise"), (*stems, hiss))


def checked(excerpt: Excerpt, moved: dict[str, dict[str, object]]) -> dict[str, float]:
    controls = {name: NEUTRAL.replaced(moved.get(name, {})) for name in excerpt.names}
    inputs = levelled_inputs(excerpt, "raw")
    mix = render_mix(inputs, controls, RATE_HZ, View.WET, ["lead vox"])
    return check_mix(excerpt, controls, mix)


def outcomes(values: dict[str, float]) -> dict[str, bool | None]:
    return {key: BY_KEY[key].passes(value) for key, value in values.items()}


def test_a_plain_mix_passes(excerpt: Excerpt) -> None:
    values = checked(excerpt, {})
    assert all(outcomes(values).values())
    assert values["lead_wet_lu"] == -np.inf
    assert values["low_end_pan"] == 0.0
    assert values["over_lead_lu"] == pytest.approx(0.0, abs=0.3)
    assert values["mono_change_lu"] == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize(
    ("fault", "moved"),
    [
        ("lead_wet_lu", {"lead vox": {"reverb_type": "hall", "reverb_wet": 1.0}}),
        ("low_end_pan", {"bass": {"pan": -0.4}}),
        ("low_end_pan", {"kick": {"pan": 0.2}}),
        ("over_lead_lu", {"guitar": {"fader_db": 6.0}}),
        ("faintest_lu", {"guitar": {"fader_db": -45.0}}),
    ],
)
def test_each_fault_is_seen(excerpt: Excerpt, fault: str, moved: dict[str, dict[str, object]]) -> None:
    found = outcomes(checked(excerpt, moved))
    assert found[fault] is False
    others = {key for key, passes in found.items() if passes is False} - {fault}
    assert others <= {"low_end_pan"}


@pytest.mark.parametrize(("inverted", "passes"), [(False, True), (True, False)])
def test_a_mix_that_cancels_in_mono_is_seen(inverted: bool, passes: bool) -> None:
    side = (0.1 * np.random.default_rng(0).standard_normal(RATE_HZ)).astype(np.float32)
    stem = np.stack([side, (-0.8 if inverted else 0.8) * side], axis=1)
    song = Excerpt("song", "song", RATE_HZ, ("pad",), (stem,))
    controls = {"pad": NEUTRAL}
    values = check_mix(song, controls, render_mix(levelled_inputs(song, "raw"), controls, RATE_HZ))
    assert outcomes(values)["mono_change_lu"] is passes
    wanted = 10.0 * np.log10(2.0 * ((1.0 - 0.8 if inverted else 1.0 + 0.8) / 2.0) ** 2 / (1.0 + 0.8**2))
    assert values["mono_change_lu"] == pytest.approx(wanted, abs=0.05)


def test_wetness_is_that_of_reverberation_alone(excerpt: Excerpt) -> None:
    quiet, loud = (
        checked(excerpt, {"lead vox": {"reverb_wet": wet, "reverb_dry": 0.5}})["lead_wet_lu"] for wet in (0.1, 0.2)
    )
    assert loud - quiet == pytest.approx(20.0 * np.log10(2.0), abs=0.05)
    only = checked(excerpt, {"lead vox": {"reverb_wet": 0.2, "reverb_dry": 1.0}})["lead_wet_lu"]
    assert loud - only == pytest.approx(20.0 * np.log10(2.0), abs=0.05)


def test_a_song_without_lead_or_low_end_is_not_judged_by_them() -> None:
    stem = (0.1 * np.random.default_rng(0).standard_normal((RATE_HZ, 1))).astype(np.float32)
    song = Excerpt("song", "song", RATE_HZ, ("guitar",), (stem,))
    controls = {"guitar": NEUTRAL}
    values = check_mix(song, controls, render_mix(levelled_inputs(song, "raw"), controls, RATE_HZ))
    assert outcomes(values)["lead_wet_lu"] is None and outcomes(values)["low_end_pan"] is None
    assert outcomes(values)["over_lead_lu"] is None
    table = MixTable((MixScore("m", "wet", "raw", "song", "song", values),))
    assert table.passed("m", "wet", "raw", BY_KEY["lead_wet_lu"]) == (0, 0)
    assert table.passed("m", "wet", "raw", BY_KEY["faintest_lu"]) == (1, 1)


@pytest.mark.parametrize("view", [View.DRY, View.WET])
def test_rendering_keeps_the_laws_of_fader_and_pan(view: View) -> None:
    stem: NDArray[np.float32] = (0.1 * np.random.default_rng(0).standard_normal((5000, 2))).astype(np.float32)
    controls = Controls({"fader_db": -6.0, "pan": 1.0, "input_gain_db": 3.0, "polarity_inverted": True})
    out = render_stem(stem, controls, RATE_HZ, view)
    np.testing.assert_allclose(out[:, 1], -stem[:, 1] * 10.0 ** (-3.0 / 20.0), atol=1e-6)
    assert not out[:, 0].any()
    assert not render_stem(stem, Controls({"fader_db": -60.0}), RATE_HZ, view).any()
