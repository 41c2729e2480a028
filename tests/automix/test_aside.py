# SPDX-License-Identifier: Apache-2.0
"""What helped the recording stays out of the mix, and odd ensembles are not lopsided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from mixassist.automix.inputs import TrackAudio
from mixassist.automix.methods import predict
from mixassist.automix.polarity import inverted
from mixassist.automix.song import hear_song

RATE_HZ = 44_100
MakeBand = Callable[..., list[TrackAudio]]
METHODS = pytest.mark.parametrize("method", ["rules", "controller"])


def renamed(inputs: list[TrackAudio], name: str, new: str) -> list[TrackAudio]:
    return [TrackAudio(replace(a.track, name=new), a.samples) if a.track.name == name else a for a in inputs]


@METHODS
def test_clicks_guides_and_rough_mixes_are_shut(method: str, make_band: MakeBand, sounds: SimpleNamespace) -> None:
    extra = {
        "Click": sounds.hits(2000, 8000, 0.02, 0.5, 6.0, 11),
        "Guide Vox": 0.5 * sounds.noise_band(200, 4000, 6.0, 12),
        "Rough Mix": sounds.noise_band(50, 12_000, 6.0, 13),
    }
    band = predict(method, make_band(), RATE_HZ).controls
    found = predict(method, [*make_band(), *(sounds.track_audio(n, s) for n, s in extra.items())], RATE_HZ)
    assert {name: found.controls[name] for name in band} == band, "they change nothing else"
    assert all(found.controls[name].number("fader_db") == -60.0 for name in extra)
    assert "Click is a click or cue and stays out of the mix" in found.notes
    assert len([n for n in found.notes if "stays out" in n]) == 3


@METHODS
def test_what_is_all_there_is_is_mixed(method: str, sounds: SimpleNamespace) -> None:
    click = sounds.track_audio("Click", sounds.hits(2000, 8000, 0.02, 0.5, 4.0, 11))
    assert predict(method, [click], RATE_HZ).controls["Click"].number("fader_db") > -40.0
    guide = sounds.track_audio("Guide Vox", sounds.noise_band(200, 4000, 4.0, 12))
    bass = sounds.track_audio("Bass", sounds.noise_band(45, 220, 4.0, 6))
    found = predict(method, [guide, bass], RATE_HZ).controls
    assert found["Guide Vox"].number("fader_db") > -40.0, "there is no other voice"


@METHODS
def test_an_instrument_chosen_by_hand_is_music(method: str, make_band: MakeBand, sounds: SimpleNamespace) -> None:
    click = sounds.track_audio("Click", sounds.hits(2000, 8000, 0.02, 0.5, 6.0, 11), instrument="percussion")
    assert predict(method, [*make_band(), click], RATE_HZ).controls["Click"].number("fader_db") > -40.0


@METHODS
def test_one_or_two_parts_stay_in_the_middle(method: str, sounds: SimpleNamespace) -> None:
    guitar = sounds.track_audio("Ac Gtr", sounds.noise_band(120, 4000, 4.0, 7))
    voice = sounds.track_audio("Vox", sounds.noise_band(200, 4000, 4.0, 1))
    for inputs in ([guitar], [guitar, voice]):
        assert all(c.number("pan") == 0.0 for c in predict(method, inputs, RATE_HZ).controls.values())


@METHODS
def test_a_direct_signal_stands_where_its_amplifier_does(
    method: str, make_band: MakeBand, sounds: SimpleNamespace
) -> None:
    played = sounds.noise_band(150, 3000, 6.0, 21) * (1.0 + np.sin(np.arange(6 * RATE_HZ) / 9000.0) * 0.95)
    inputs = [a for a in make_band() if not a.track.name.startswith("Gtr")]
    inputs += [sounds.track_audio("Gtr DI", played), sounds.track_audio("Gtr Amp", np.tanh(3.0 * played))]
    found = predict(method, inputs, RATE_HZ).controls
    assert found["Gtr DI"].number("pan") == found["Gtr Amp"].number("pan")


@METHODS
def test_three_toms_stand_at_three_places_and_one_in_the_middle(
    method: str, make_band: MakeBand, sounds: SimpleNamespace
) -> None:
    toms = {"Rack Tom 1": 180, "Rack Tom 2": 130, "Floor Tom": 80}
    inputs = [
        *make_band(),
        *(sounds.track_audio(n, sounds.hits(0.7 * f, 8 * f, 0.2, 1.0, 6.0, f)) for n, f in toms.items()),
    ]
    places = [predict(method, inputs, RATE_HZ).controls[name].number("pan") for name in toms]
    assert places[0] < 0.0 and places == sorted(places) and places[2] > places[1] + 0.08
    lone = [*make_band(), sounds.track_audio("Toms", sounds.hits(70, 900, 0.2, 1.0, 6.0, 5))]
    assert predict(method, lone, RATE_HZ).controls["Toms"].number("pan") == 0.0


def test_the_bottom_microphone_is_flipped(sounds: SimpleNamespace) -> None:
    hit = sounds.hits(150, 5000, 0.06, 0.5, 4.0, 4)
    darker = np.convolve(hit, np.ones(4) / 4.0, mode="same")
    for bottom, top in ((-hit, darker), (-darker, hit)):
        inputs = [sounds.track_audio("snare bottom", bottom), sounds.track_audio("snare top", top)]
        found = inverted(hear_song(inputs, RATE_HZ))
        assert {key: other.track.name for key, other in found.items()} == {"snare bottom": "snare top"}


def test_alternatives_differ_where_the_rules_decide_levels(sounds: SimpleNamespace) -> None:
    names = {"vocals": (200, 4000), "drums": (60, 12_000), "bass": (50, 250), "other": (120, 5000)}
    inputs = [sounds.track_audio(n, sounds.noise_band(*b, 5.0, i)) for i, (n, b) in enumerate(names.items())]
    faders = [
        [c.number("fader_db") for c in predict("controller", inputs, RATE_HZ, seed=seed).controls.values()]
        for seed in (0, 1, 2, 3)
    ]
    spread = np.std(np.array(faders) - np.mean(faders, axis=1, keepdims=True), axis=0)
    assert spread.mean() > 0.5, "levels in dB"
