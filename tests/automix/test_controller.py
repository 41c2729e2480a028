# SPDX-License-Identifier: Apache-2.0
"""The learned mixer with networks of random weights: whatever they say, the mix keeps the promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from mixassist.automix import controller_weights
from mixassist.automix.controller import MISSING, hear_for_controller, mix_with, recognised
from mixassist.automix.controller_weights import GROUPS, KIND, ControllerNetwork, load_controller
from mixassist.automix.methods import TrackAudio, predict
from mixassist.automix.network_settings import network_settings, predicted
from mixassist.automix.song import hear_song
from mixassist.automix.why import CENTRED, OWN_LEVEL, PLACE, reasons
from mixassist.domain.controls import NEUTRAL
from mixassist.domain.errors import Cancelled, MixAssistError
from mixassist.domain.parameters import PARAMETERS, Group, keys_of
from mixassist.domain.progress import CancelToken
from mixassist.networks.checkpoint import save_weights
from mixassist.networks.encoder import INSTRUMENT_KEYS, StemEncoder

RATE_HZ = 44_100
MakeBand = Callable[..., list[TrackAudio]]


def random_network(groups: tuple[str, ...] = GROUPS, seed: int = 1, scale: float = 0.08) -> ControllerNetwork:
    torch.manual_seed(seed)
    network = ControllerNetwork({"width": 4}, {"kind": "full", "width": 16}, members=2, groups=groups)
    with torch.no_grad():
        for parameter in network.mixers.parameters():
            parameter.add_(scale * torch.randn_like(parameter))
    return network.eval().requires_grad_(False)


def test_order_changes_no_control_by_a_hundredth(make_band: MakeBand) -> None:
    inputs, network = make_band(), random_network()
    one = mix_with(network, inputs, RATE_HZ).controls
    other = mix_with(network, [inputs[i] for i in (4, 8, 0, 3, 7, 1, 6, 2, 5)], RATE_HZ).controls
    for track_id, controls in one.items():
        for p in PARAMETERS:
            assert p.normalised(other[track_id][p.key]) == pytest.approx(p.normalised(controls[p.key]), abs=0.01)


def test_the_same_seed_is_the_same_and_another_is_an_alternative(make_band: MakeBand) -> None:
    inputs, network = make_band(), random_network()
    best, again = (mix_with(network, inputs, RATE_HZ, seed=0).controls for _ in range(2))
    assert best == again
    first, second = (mix_with(network, inputs, RATE_HZ, seed=s).controls for s in (1, 2))
    assert first == mix_with(network, inputs, RATE_HZ, seed=1).controls
    faders = [{k: c.number("fader_db") for k, c in found.items()} for found in (best, first, second)]
    assert all(max(abs(a[k] - b[k]) for k in a) > 0.5 for a, b in ((faders[0], faders[1]), (faders[1], faders[2])))


def test_alternatives_stray_as_far_as_the_network_is_unsure(make_band: MakeBand) -> None:
    network = random_network()
    heard = hear_for_controller(network, make_band(), RATE_HZ)
    sure = predicted(network, heard.stems)
    best = network_settings(network, heard.song, heard.stems)
    free = [i for i, p in enumerate(heard.song.parts) if best.pan_reach[p.id] > 0.0]
    drawn = [network_settings(network, heard.song, heard.stems, seed) for seed in range(1, 200)]
    for index in free:
        key, scale = heard.song.parts[index].id, float(sure.spread["pan"][index, 0])
        strayed = np.mean([abs(other.pan_reach[key] - best.pan_reach[key]) for other in drawn])
        at_most = min(scale, 0.5)
        assert 0.3 * at_most < strayed <= 1.1 * scale, (
            "Laplace draws stray by their scale in the mean, less at the ends"
        )


@pytest.mark.parametrize("seed", range(4))
def test_low_end_and_lead_stay_in_the_middle(make_band: MakeBand, seed: int) -> None:
    found = mix_with(random_network(seed=seed), make_band(), RATE_HZ).controls
    for name in ("Kick", "Snare", "Bass", "Lead Vox"):
        assert found[name].number("pan") == 0.0
    assert abs(found["Gtr 1"].number("pan") + found["Gtr 2"].number("pan")) < 1e-9, "a pair faces each other"


def test_locks_are_respected_and_the_rest_follows(make_band: MakeBand, sounds: SimpleNamespace) -> None:
    inputs = make_band()
    locked = NEUTRAL.replaced({"fader_db": -20.0, "pan": 0.8, "low_shelf_gain_db": 5.0})
    channel = inputs[7].track.channel.with_controls(dict(locked.items()))
    keys = frozenset({"fader_db", "pan", "low_shelf_gain_db"})
    inputs[7] = sounds.track_audio("Gtr 1", inputs[7].samples, controls=channel.controls, locks=keys)
    network = random_network()
    found = mix_with(network, inputs, RATE_HZ).controls
    assert all(found["Gtr 1"][key] == locked[key] for key in keys)
    free = mix_with(network, make_band(), RATE_HZ).controls
    moved = found["Bass"].number("fader_db") - free["Bass"].number("fader_db")
    assert moved == pytest.approx(-20.0 - free["Gtr 1"].number("fader_db"), abs=1.5), (
        "the mix moves with a locked fader"
    )


def test_a_part_without_a_name_is_what_the_encoder_is_sure_of(make_band: MakeBand, sounds: SimpleNamespace) -> None:
    nameless = sounds.track_audio("Audio 07", sounds.noise_band(200, 4000, 2.0, 1))
    parts = {p.track.name: p for p in hear_song([nameless, *make_band(2.0)], RATE_HZ).parts}
    heard = torch.full((len(INSTRUMENT_KEYS),), 0.1 / len(INSTRUMENT_KEYS))
    heard[INSTRUMENT_KEYS.index("strings")] = 0.9
    assert recognised(parts["Audio 07"], heard).instrument == "strings"
    assert recognised(parts["Gtr 1"], heard).instrument == "electric_guitar", "a name is believed"
    assert recognised(parts["Audio 07"], 0.5 * heard).instrument == "other", "a doubtful guess is not"
    track = replace(nameless.track, channel=replace(nameless.track.channel, instrument="other"))
    chosen = replace(parts["Audio 07"], audio=TrackAudio(track, nameless.samples))
    assert recognised(chosen, heard).instrument == "other", "what was chosen in the strip stays"


def test_a_part_named_by_its_sound_alone_is_noted(make_band: MakeBand, sounds: SimpleNamespace) -> None:
    network = random_network()
    head = network.encoder.instruments[1]
    head.bias[INSTRUMENT_KEYS.index("strings")] += 50.0
    nameless = sounds.track_audio("Audio 07", sounds.noise_band(200, 4000, 2.0, 1))
    song = hear_for_controller(network, [nameless, *make_band(2.0)], RATE_HZ).song
    assert [n for n in song.notes if "nothing of what it is" in n] == [
        "Audio 07 says nothing of what it is; it sounds like strings and is mixed as that"
    ]


def test_groups_the_network_is_not_trusted_with_come_from_the_rules(make_band: MakeBand) -> None:
    inputs = make_band()
    rules = predict("rules", inputs, RATE_HZ).controls
    found = mix_with(random_network(groups=("gain",)), inputs, RATE_HZ).controls
    same = [*keys_of(Group.COMPRESSOR)[:-1], "reverb_decay"]
    for track_id, controls in found.items():
        assert controls["reverb_type"] == rules[track_id]["reverb_type"]
        for key in same:
            assert controls.number(key) == pytest.approx(rules[track_id].number(key), abs=1e-3)
    assert any(abs(found[k].number("fader_db") - rules[k].number("fader_db")) > 0.5 for k in found)


def test_odd_inputs_get_a_sensible_mix(make_band: MakeBand, sounds: SimpleNamespace) -> None:
    network = random_network()
    band = make_band()
    silent = sounds.track_audio("Silent", np.zeros(RATE_HZ))
    short = sounds.track_audio("Click", 0.3 * np.random.default_rng(0).standard_normal(RATE_HZ // 20))
    broken = sounds.track_audio("NaN", np.full(RATE_HZ, np.nan))
    found = mix_with(network, [*band, silent, short, broken], RATE_HZ)
    assert found.controls["Silent"] == NEUTRAL == found.controls["NaN"]
    assert all(np.isfinite(c.number("fader_db")) for c in found.controls.values())
    assert len(mix_with(network, band[:1], RATE_HZ).controls) == 1
    assert mix_with(network, [silent], RATE_HZ).controls["Silent"] == NEUTRAL
    copies = [sounds.track_audio(f"Copy {i}", band[7].samples) for i in range(3)]
    alike = mix_with(network, copies, RATE_HZ).controls
    assert len({round(c.number("fader_db"), 3) for c in alike.values()}) == 1


def test_it_can_be_cancelled(make_band: MakeBand) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        mix_with(random_network(), make_band(), RATE_HZ, cancel=cancel)


def test_reasons_name_the_stems_that_moved_a_value(make_band: MakeBand) -> None:
    network = random_network()
    heard = hear_for_controller(network, make_band(), RATE_HZ)
    found = {r.label: r for r in reasons(network, heard, "Bass")}
    assert {"level", "distance from the middle", "low shelf gain", "reverberation"} <= found.keys()
    changes = [abs(i.change) for i in found["level"].influences]
    assert changes == sorted(changes, reverse=True) and changes[0] > 0.0
    assert all(i.track_id != "Bass" for r in found.values() for i in r.influences)
    place = found[PLACE]
    assert place.value == 0.0 and not place.influences and [c.label for c in place.causes] == [CENTRED]
    with pytest.raises(KeyError):
        reasons(network, heard, "nobody")


def test_a_take_recorded_loud_says_so_among_the_reasons(make_band: MakeBand, sounds: SimpleNamespace) -> None:
    inputs, network = make_band(), random_network()
    loud = {r.label: r for r in reasons(network, hear_for_controller(network, inputs, RATE_HZ), "Bass")}
    bass = next(i for i, a in enumerate(inputs) if a.track.name == "Bass")
    inputs[bass] = sounds.track_audio("Bass", 0.1 * inputs[bass].samples)
    soft = {r.label: r for r in reasons(network, hear_for_controller(network, inputs, RATE_HZ), "Bass")}
    lifts = [found[OWN_LEVEL].value if OWN_LEVEL in found else 0.0 for found in (soft, loud)]
    assert lifts[0] < lifts[1] - 0.1
    assert not any(found[OWN_LEVEL].influences for found in (soft, loud) if OWN_LEVEL in found)


def test_a_lone_stem_has_reasons_without_influences(make_band: MakeBand) -> None:
    network = random_network()
    heard = hear_for_controller(network, make_band()[:1], RATE_HZ)
    assert all(not r.influences for r in reasons(network, heard, "Lead Vox"))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
def test_a_gpu_predicts_what_the_processor_does(make_band: MakeBand) -> None:
    inputs, network = make_band(), random_network()
    one = mix_with(network, inputs, RATE_HZ).controls
    other = mix_with(network.to("cuda"), inputs, RATE_HZ).controls
    for track_id, controls in one.items():
        for p in PARAMETERS:
            assert p.normalised(other[track_id][p.key]) == pytest.approx(p.normalised(controls[p.key]), abs=0.01)


def test_the_shipped_network_goes_where_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "controller.safetensors"
    network = random_network()
    save_weights(path, KIND, network.options, network)
    monkeypatch.setattr(controller_weights, "weights_path", lambda: path)
    for name in ("meta", "cpu"):
        monkeypatch.setattr(controller_weights, "_device", name)
        found = controller_weights.shipped_controller()
        assert found is not None and found.device.type == name


def test_without_weights_the_rules_take_over_and_say_so(
    make_band: MakeBand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controller_weights, "models_directory", lambda: tmp_path)
    inputs = make_band()
    found = predict("controller", inputs, RATE_HZ)
    assert MISSING in found.notes
    assert found.controls == predict("rules", inputs, RATE_HZ).controls


def test_weights_go_through_a_file(tmp_path: Path) -> None:
    network = random_network(groups=("gain", "pan"))
    path = tmp_path / "controller.safetensors"
    save_weights(path, KIND, network.options, network)
    read = load_controller(path)
    assert read.groups == ("gain", "pan")
    assert all(
        torch.equal(a, b) for a, b in zip(network.state_dict().values(), read.state_dict().values(), strict=True)
    )


def test_foreign_weights_are_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "controller.safetensors"
    save_weights(path, "staged", {}, StemEncoder(width=4))
    with pytest.raises(MixAssistError, match="not a controller"):
        load_controller(path)
    save_weights(
        path, KIND, {"encoder": {"width": 4}, "mixer": {"kind": "full"}, "groups": ["drums"]}, StemEncoder(width=4)
    )
    with pytest.raises(MixAssistError, match="do not fit"):
        load_controller(path)
