# SPDX-License-Identifier: Apache-2.0
"""What the user locked or switched off is given, and the rest of the mix fits it, by rules and by network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from mixassist.automix.inputs import TrackAudio
from mixassist.automix.methods import predict
from mixassist.domain.channel import Stages
from mixassist.domain.controls import Controls

RATE_HZ = 44_100
MakeBand = Callable[..., list[TrackAudio]]
METHODS = pytest.mark.parametrize("method", ["rules", "controller"])


def with_channel(inputs: list[TrackAudio], name: str, **changes: object) -> list[TrackAudio]:
    """The tracks, of which one has another channel."""
    found = []
    for audio in inputs:
        if audio.track.name == name:
            channel = replace(audio.track.channel, **changes)
            audio = TrackAudio(audio.track.with_channel(channel), audio.samples)
        found.append(audio)
    return found


def locked(inputs: list[TrackAudio], name: str, **values: float) -> list[TrackAudio]:
    """The tracks, of which one has locked controls."""
    return with_channel(inputs, name, controls=Controls(values), locks=frozenset(values))


def faders(method: str, inputs: list[TrackAudio]) -> dict[str, float]:
    return {key: c.number("fader_db") for key, c in predict(method, inputs, RATE_HZ).controls.items()}


@METHODS
def test_a_fader_locked_shut_leaves_the_others_alone(method: str, make_band: MakeBand) -> None:
    free, found = faders(method, make_band()), faders(method, locked(make_band(), "Gtr 1", fader_db=-60.0))
    assert found.pop("Gtr 1") == -60.0
    moved = [found[key] - free[key] for key in found]
    assert np.ptp(moved) < 0.1 and abs(np.mean(moved)) < 3.0
    shut = make_band()
    for name in free:
        shut = locked(shut, name, fader_db=-60.0)
    assert set(faders(method, shut).values()) == {-60.0}


@METHODS
def test_reverberation_locked_on_a_dry_instrument_is_heard(method: str, make_band: MakeBand) -> None:
    free = faders(method, make_band())
    wet = faders(method, locked(make_band(), "Kick", reverb_wet=1.0, reverb_dry=0.0))
    assert all(abs(wet[key] - free[key]) < 4.0 for key in free)


@METHODS
def test_the_threshold_follows_a_locked_input_gain(method: str, make_band: MakeBand) -> None:
    found = {}
    for gain_db in (-6.0, 0.0):
        inputs = locked(make_band(), "Lead Vox", input_gain_db=gain_db)
        found[gain_db] = predict(method, inputs, RATE_HZ).controls["Lead Vox"]
    assert all(controls.number("input_gain_db") == gain_db for gain_db, controls in found.items())
    assert found[0.0].number("threshold_db") - found[-6.0].number("threshold_db") == pytest.approx(6.0, abs=0.01)
    assert found[0.0].number("makeup_gain_db") == pytest.approx(found[-6.0].number("makeup_gain_db"), abs=0.05)


@METHODS
def test_a_stage_that_is_off_moves_no_fader(method: str, make_band: MakeBand) -> None:
    loud = {"mid_gain_db": 18.0, "mid_q": 0.3}
    channel = {"controls": Controls(loud), "locks": frozenset(loud)}
    off = faders(method, with_channel(make_band(), "Gtr 1", stages=Stages(equalizer=False), **channel))
    on = faders(method, with_channel(make_band(), "Gtr 1", **channel))
    free = faders(method, make_band())
    assert off["Gtr 1"] - off["Gtr 2"] == pytest.approx(free["Gtr 1"] - free["Gtr 2"], abs=1.5)
    assert on["Gtr 1"] < off["Gtr 1"] - 8.0


@METHODS
def test_stems_that_are_all_faint_are_mixed(method: str, sounds: SimpleNamespace) -> None:
    voice = sounds.noise_band(200, 4000, 4, 1, 1.0)
    inputs = [sounds.track_audio("Vox", 0.002 * voice), sounds.track_audio("Gtr", 0.0002 * voice)]
    found = predict(method, inputs, RATE_HZ).controls
    assert all(np.isfinite(c.number("fader_db")) for c in found.values())
