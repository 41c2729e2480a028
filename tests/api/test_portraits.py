# SPDX-License-Identifier: Apache-2.0
"""Portraits of a channel through the console, against the formulas its stages are made of."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from mixassist import api
from mixassist.domain.channel import Channel, Stages, View
from mixassist.domain.controls import Controls
from mixassist.domain.errors import Cancelled
from mixassist.domain.progress import CancelToken
from mixassist.dsp.compressor import compressor_curve_db
from mixassist.dsp.reverb import octave_decay_s

RATE = 44_100


def channel(**controls: object) -> Channel:
    return Channel(Controls(dict(controls)))


@pytest.fixture(scope="module")
def shaped() -> api.ChannelPortrait:
    """A channel in which every stage works."""
    return api.channel_portrait(
        channel(
            mid_gain_db=6.0, mid_freq_hz=1000.0, mid_q=1.0, high_shelf_gain_db=-9.0, polarity_inverted=True,
            threshold_db=-30.0, ratio=4.0, attack_ms=5.0, release_ms=200.0, makeup_gain_db=3.0,
            reverb_wet=0.3, reverb_type="plate",
        ),
        RATE,
        View.WET,
    )  # fmt: skip


def test_the_equalisers_level_is_its_formula(shaped: api.ChannelPortrait) -> None:
    at = {hz: float(np.interp(hz, shaped.response.frequencies_hz, shaped.response.magnitude_db)) for hz in (40, 1000)}
    assert at[1000] == pytest.approx(6.0, abs=0.25)
    assert at[40] == pytest.approx(0.0, abs=0.1)
    assert shaped.response.magnitude_db[-1] < -7.0
    # Inverted polarity: half a turn where the level is flat.
    assert abs(shaped.response.phase_rad[40]) == pytest.approx(math.pi, abs=0.2)


def test_the_compressors_curve_is_its_formula(shaped: api.ChannelPortrait) -> None:
    expected = compressor_curve_db(torch.from_numpy(shaped.curve.input_db), -30.0, 4.0, 3.0).numpy()
    assert np.abs(shaped.curve.output_db - expected).max() < 0.35


def test_the_step_shows_attack_and_release(shaped: api.ChannelPortrait) -> None:
    step = shaped.step
    gain = {t: float(np.interp(t, step.seconds, step.gain_db)) for t in (0.05, step.down_s - 0.005, step.seconds[-1])}
    # From 10 dB below the threshold to 12 dB above it: 9 dB of reduction at 4:1, and make-up throughout.
    assert gain[0.05] == pytest.approx(3.0, abs=0.01)
    assert gain[step.down_s - 0.005] == pytest.approx(3.0 - 9.0, abs=0.3)
    assert gain[step.seconds[-1]] == pytest.approx(3.0, abs=0.1)
    half_way = np.interp(step.up_s + 0.005, step.seconds, step.gain_db)
    assert -6.0 < half_way < 1.5


def test_the_reverbs_time_is_near_its_recipe(shaped: api.ChannelPortrait) -> None:
    octaves = octave_decay_s("plate").values()
    assert min(octaves) < shaped.decay.reverberation_s < max(octaves)
    assert shaped.decay.level_db[0] == 0.0
    assert shaped.impulse.shape[1] == 2
    assert set(shaped.to_dict()) == {"reverberation_s", "early_decay_s", "thd_percent"}


def test_a_neutral_channel_is_flat_and_dry() -> None:
    found = api.channel_portrait(channel(), RATE, View.WET)
    assert np.abs(found.response.magnitude_db).max() < 0.05
    assert np.allclose(found.curve.output_db, found.curve.input_db, atol=0.01)
    assert np.abs(found.step.gain_db).max() < 1e-6
    assert math.isnan(found.decay.reverberation_s)
    assert np.abs(found.impulse[0, 0]) > 0.9
    assert found.distortion.thd_at(1000.0) < 0.01


def test_stages_that_are_off_do_nothing() -> None:
    busy = channel(mid_gain_db=12.0, threshold_db=-40.0, ratio=8.0, reverb_wet=1.0, reverb_type="hall")
    found = api.channel_portrait(Channel(busy.controls, stages=Stages(False, False, False)), RATE, View.WET)
    assert np.abs(found.response.magnitude_db).max() < 0.05
    assert np.allclose(found.curve.output_db, found.curve.input_db, atol=0.01)
    assert math.isnan(found.decay.reverberation_s)


def test_it_can_be_cancelled() -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        api.channel_portrait(channel(), RATE, View.WET, cancel=token)


def test_the_network_is_measured_alike() -> None:
    if View.MODEL not in api.available_views():
        pytest.skip("no trained network is shipped")
    settings = channel(
        mid_gain_db=6.0, mid_freq_hz=1000.0, mid_q=1.0, threshold_db=-30.0, ratio=4.0, reverb_wet=0.5,
        reverb_type="plate",
    )  # fmt: skip
    wet, model = (api.channel_portrait(settings, RATE, view) for view in (View.WET, View.MODEL))
    assert np.abs(model.response.magnitude_db - wet.response.magnitude_db)[50:350].mean() < 1.5
    assert np.abs(model.curve.output_db - wet.curve.output_db).mean() < 1.5
    assert model.decay.reverberation_s == pytest.approx(wet.decay.reverberation_s, rel=0.5)
