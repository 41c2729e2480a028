# SPDX-License-Identifier: Apache-2.0
"""The rules mixer: what listeners would punish must not happen, whatever comes in."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from mixassist.automix.hearing import loudness_lufs
from mixassist.automix.methods import METHODS, Prediction, TrackAudio, predict
from mixassist.domain.channel import Channel
from mixassist.domain.controls import NEUTRAL, Controls
from mixassist.domain.errors import Cancelled, MixAssistError
from mixassist.domain.parameters import PARAMETERS
from mixassist.domain.progress import CancelToken
from mixassist.dsp.channel_strip import channel_strip, controls_tensor

RATE_HZ = 44_100
MakeBand = Callable[..., list[TrackAudio]]


def rendered(item: TrackAudio, controls: Controls) -> NDArray[np.float32]:
    audio = torch.from_numpy(np.ascontiguousarray(item.samples.T)).unsqueeze(0)
    return channel_strip(audio, controls_tensor([controls]), RATE_HZ)[0].T.numpy()


def rendered_levels(inputs: Sequence[TrackAudio], prediction: Prediction) -> dict[str, float]:
    return {i.track.id: loudness_lufs(rendered(i, prediction.controls[i.track.id]), RATE_HZ) for i in inputs}


def assert_alike(one: Controls, other: Controls, tolerance: float = 0.01) -> None:
    for p in PARAMETERS:
        assert p.normalised(one[p.key]) == pytest.approx(p.normalised(other[p.key]), abs=tolerance), p.key


def test_lead_is_in_front_and_nothing_is_lost(make_band: MakeBand) -> None:
    inputs = make_band()
    levels = rendered_levels(inputs, predict("rules", inputs, RATE_HZ))
    lead = levels["Lead Vox"]
    assert all(lead >= level - 3.0 for level in levels.values())
    assert all(level > lead - 25.0 for level in levels.values())


def test_careless_input_levels_change_nothing(make_band: MakeBand) -> None:
    inputs = make_band()
    lots = random.Random(5)
    moved = [TrackAudio(i.track, i.samples * np.float32(10.0 ** (lots.uniform(-10, 10) / 20.0))) for i in inputs]
    one = rendered_levels(inputs, predict("rules", inputs, RATE_HZ))
    other = rendered_levels(moved, predict("rules", moved, RATE_HZ))
    for key, level in one.items():
        assert other[key] == pytest.approx(level, abs=0.7)


def test_foundation_is_centred_and_the_rest_is_spread_evenly(make_band: MakeBand) -> None:
    controls = predict("rules", make_band(), RATE_HZ).controls
    for name in ("Lead Vox", "Kick", "Snare", "Bass"):
        assert controls[name]["pan"] == 0.0
    for pair in ("BGV", "Gtr"):
        left, right = (controls[f"{pair} {n}"].number("pan") for n in (1, 2))
        assert left == pytest.approx(-right)
        assert abs(left) > 0.4


def test_mono_sum_and_sides_are_balanced(make_band: MakeBand) -> None:
    inputs = make_band()
    controls = predict("rules", inputs, RATE_HZ).controls
    mix = np.sum([rendered(i, controls[i.track.id]) for i in inputs], axis=0)
    stereo = loudness_lufs(mix, RATE_HZ)
    mono = loudness_lufs(np.repeat(mix.mean(axis=1, keepdims=True), 2, axis=1), RATE_HZ)
    assert abs(stereo - mono) < 3.0
    assert abs(10.0 * np.log10(np.mean(mix[:, 0] ** 2) / np.mean(mix[:, 1] ** 2))) < 2.0


def test_reverb_stays_behind_the_voice_and_off_the_low_end(make_band: MakeBand) -> None:
    inputs = make_band()
    controls = predict("rules", inputs, RATE_HZ).controls
    assert controls["Kick"]["reverb_wet"] == controls["Bass"]["reverb_wet"] == 0.0
    lead, voice = inputs[0], controls["Lead Vox"]
    assert voice.number("reverb_wet") > 0.0
    dry = loudness_lufs(rendered(lead, voice.replaced({"reverb_wet": 0.0})), RATE_HZ)
    wet = loudness_lufs(rendered(lead, voice.replaced({"reverb_dry": 0.0})), RATE_HZ)
    assert wet <= dry - 10.0


def test_faders_land_where_hands_can_use_them(make_band: MakeBand) -> None:
    faders = [c.number("fader_db") for c in predict("rules", make_band(), RATE_HZ).controls.values()]
    assert max(faders) <= 0.5
    assert min(faders) > -25.0


def test_rumble_and_wrong_names_are_heard(sounds: SimpleNamespace) -> None:
    voice = sounds.noise_band(200, 4000, 5.0, 1, 0.1)
    rumbling = voice + sounds.noise_band(25, 50, 5.0, 2, 0.1)
    inputs = [
        sounds.track_audio("Lead Vox", rumbling),
        sounds.track_audio("Vox Double", sounds.strokes(50, 0.1, 0.5, 5.0, 0.8)),
    ]
    prediction = predict("rules", inputs, RATE_HZ)
    assert prediction.controls["Lead Vox"].number("low_shelf_gain_db") < -5.0
    assert prediction.controls["Vox Double"]["pan"] == 0.0
    assert any("sounds like kick" in note for note in prediction.notes)


def test_lows_are_cut_but_where_they_are_the_low_end(sounds: SimpleNamespace) -> None:
    full = sounds.noise_band(40, 8000, 5.0, 1)
    kick = sounds.strokes(50, 0.1, 0.5, 5.0, 0.8)
    inputs = [
        sounds.track_audio(name, audio)
        for name, audio in (("Lead Vox", full), ("Elec Gtr", full), ("Bass", full), ("Drums", full), ("Kick", kick))
    ]
    found = predict("rules", inputs, RATE_HZ).controls
    cuts = {name: controls.number("low_shelf_gain_db") for name, controls in found.items()}
    assert cuts["Lead Vox"] < -3.0 > cuts["Elec Gtr"]
    assert cuts["Bass"] == cuts["Drums"] == cuts["Kick"] == 0.0
    with_kick = [sounds.track_audio("OH", full), sounds.track_audio("Kick", kick)]
    assert predict("rules", with_kick, RATE_HZ).controls["OH"].number("low_shelf_gain_db") < -3.0
    assert predict("rules", with_kick[:1], RATE_HZ).controls["OH"].number("low_shelf_gain_db") == 0.0


def test_competitors_make_room_for_the_lead(sounds: SimpleNamespace) -> None:
    lead = sounds.track_audio("Lead Vox", sounds.noise_band(200, 4000, 5.0, 1))
    bright = sounds.track_audio("Gtr", sounds.noise_band(1500, 6000, 5.0, 2))
    together = predict("rules", [lead, bright], RATE_HZ).controls["Gtr"].number("high_mid_gain_db")
    alone = predict("rules", [bright], RATE_HZ).controls["Gtr"].number("high_mid_gain_db")
    assert together < alone - 0.5


def test_peaky_takes_are_compressed_and_even_ones_left(sounds: SimpleNamespace) -> None:
    peaky = sounds.hits(150, 5000, 0.03, 0.4, 5.0, 1) + 0.01 * sounds.noise_band(150, 5000, 5.0, 2)
    even = sounds.noise_band(45, 250, 5.0, 3)
    even = np.clip(even, -0.12, 0.12)
    inputs = [sounds.track_audio("Snare", peaky), sounds.track_audio("Bass", even)]
    controls = predict("rules", inputs, RATE_HZ).controls
    assert controls["Snare"].number("threshold_db") < -3.0
    assert controls["Bass"].number("threshold_db") == 0.0


def test_cancelling_microphones_are_flipped(sounds: SimpleNamespace) -> None:
    drum = sounds.strokes(190, 0.05, 0.5, 4.0, 0.5)
    top = sounds.track_audio("Snare Top", drum + 0.3 * sounds.hits(1000, 6000, 0.04, 0.5, 4.0, 1))
    bottom = sounds.track_audio("Snare Bottom", -0.2 * drum + 0.5 * sounds.hits(2000, 9000, 0.05, 0.5, 4.0, 2))
    other = sounds.track_audio("Snare 2", sounds.hits(150, 6000, 0.05, 0.37, 4.0, 3))
    prediction = predict("rules", [bottom, top, other], RATE_HZ)
    assert prediction.controls["Snare Bottom"]["polarity_inverted"] is True
    assert prediction.controls["Snare Top"]["polarity_inverted"] is False
    assert prediction.controls["Snare 2"]["polarity_inverted"] is False
    assert any("Snare Bottom" in note for note in prediction.notes)


def test_order_of_tracks_does_not_matter(make_band: MakeBand) -> None:
    inputs = make_band(3.0)
    inputs.append(TrackAudio(replace(inputs[7].track, id="copy", name="Copy"), inputs[7].samples))
    shuffled = inputs.copy()
    random.Random(1).shuffle(shuffled)
    for method in METHODS:
        one = predict(method, inputs, RATE_HZ, seed=3).controls
        other = predict(method, shuffled, RATE_HZ, seed=3).controls
        for key, controls in one.items():
            assert controls == other[key], (method, key)


def test_locked_controls_stay_and_the_rest_fits_them(make_band: MakeBand) -> None:
    inputs = make_band(3.0)
    free = predict("rules", inputs, RATE_HZ).controls
    mine = {"fader_db": -3.0, "pan": 0.25, "high_shelf_gain_db": 6.0}
    channel = Channel(controls=Controls(mine), locks=frozenset(mine))
    inputs[1] = TrackAudio(inputs[1].track.with_channel(channel), inputs[1].samples)
    held = predict("rules", inputs, RATE_HZ).controls
    for key, value in mine.items():
        assert held["BGV 1"][key] == value
    moved = held["Lead Vox"].number("fader_db") - free["Lead Vox"].number("fader_db")
    others = [held[k].number("fader_db") - free[k].number("fader_db") for k in held if k not in ("BGV 1", "Hi-Hat")]
    assert others == pytest.approx([moved] * len(others), abs=0.3)
    assert abs(moved) > 1.0


@pytest.mark.parametrize("method", list(METHODS))
def test_odd_input_gives_a_sensible_mix(sounds: SimpleNamespace, method: str) -> None:
    voice = sounds.noise_band(200, 4000, 2.0, 1)
    broken = voice.copy()
    broken[:1000] = np.nan
    broken[2000] = np.inf
    odd = [
        sounds.track_audio("Empty", np.zeros(0)),
        sounds.track_audio("One frame", np.ones(1)),
        sounds.track_audio("Blip", voice[:2205]),
        sounds.track_audio("Silent", np.zeros(RATE_HZ)),
        sounds.track_audio("Broken", broken),
        sounds.track_audio("Faint", voice * 1e-4),
        sounds.track_audio("Wide", np.stack([voice, -voice], axis=1)),
    ]
    prediction = predict(method, odd, RATE_HZ)
    assert set(prediction.controls) == {o.track.id for o in odd}
    for item in odd:
        out = rendered(
            TrackAudio(item.track, np.nan_to_num(item.samples, posinf=0.0)), prediction.controls[item.track.id]
        )
        assert np.all(np.isfinite(out))


def test_all_silent_none_and_one(sounds: SimpleNamespace) -> None:
    silent = [sounds.track_audio(f"S{n}", np.zeros(RATE_HZ)) for n in range(3)]
    prediction = predict("rules", silent, RATE_HZ)
    assert all(c == NEUTRAL for c in prediction.controls.values())
    assert len(prediction.notes) == 3
    assert predict("rules", [], RATE_HZ).controls == {}
    one = [sounds.track_audio("Only", sounds.noise_band(200, 4000, 2.0, 1))]
    assert -10.0 < predict("rules", one, RATE_HZ).controls["Only"].number("fader_db") <= 0.0


def test_hundred_copies_stay_together(sounds: SimpleNamespace) -> None:
    voice = sounds.noise_band(200, 4000, 1.0, 1)
    controls = predict("rules", [sounds.track_audio(f"T{n}", voice) for n in range(100)], RATE_HZ).controls
    assert len(controls) == 100
    first = controls["T0"]
    for other in controls.values():
        assert_alike(first, other)
    assert first["pan"] == 0.0
    assert first.number("fader_db") > -40.0


def test_cancel_and_unknown_method(make_band: MakeBand) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        predict("rules", make_band(1.0), RATE_HZ, cancel=token)
    with pytest.raises(MixAssistError, match="no such method"):
        predict("magic", [], RATE_HZ)


def test_progress_rises_to_the_end(make_band: MakeBand) -> None:
    seen: list[float] = []
    predict("rules", make_band(1.0), RATE_HZ, progress=lambda fraction, what: seen.append(fraction))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
