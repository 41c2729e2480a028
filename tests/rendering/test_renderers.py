# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest
import torch

from mixassist.domain.channel import Channel, Stages, View
from mixassist.domain.controls import Controls
from mixassist.domain.errors import MixAssistError
from mixassist.dsp.channel_strip import channel_strip, controls_tensor
from mixassist.rendering.renderers import (
    DryRenderer,
    Recipe,
    WetRenderer,
    available_views,
    register_renderer,
    renderer_for,
    use_device,
)
from mixassist.rendering.strips import reader_of, strip_gains

RATE = 44_100
BUSY = {"mid_gain_db": 6.0, "threshold_db": -30.0, "ratio": 4.0, "reverb_wet": 0.3, "reverb_dry": 0.8}


def _noise(frames: int, sides: int) -> np.ndarray:
    return np.random.default_rng(4).uniform(-0.7, 0.7, (frames, sides)).astype(np.float32)


def _played(recipe: Recipe, channel: Channel, audio: np.ndarray) -> np.ndarray:
    samples = audio
    if recipe.process is not None:
        chunks = recipe.process.stream(reader_of(audio), len(audio))
        samples = np.concatenate([chunk for _, chunk in chunks])
        assert samples.shape[1] == recipe.process.sides
    return samples[:, [0, -1]] * np.array(strip_gains(channel, True, recipe.gain))


@pytest.mark.parametrize("sides", [1, 2])
@pytest.mark.parametrize(
    "controls",
    [
        {},
        {"input_gain_db": 7.0, "polarity_inverted": True, "fader_db": -3.0, "pan": 0.4},
        {"input_gain_db": 7.0, "polarity_inverted": True, "low_mid_gain_db": -9.0, "high_shelf_gain_db": 4.0},
        {"input_gain_db": -7.0, "makeup_gain_db": 3.0},
        {"reverb_dry": 0.5, "input_gain_db": 3.0},
        {**BUSY, "input_gain_db": 9.0, "polarity_inverted": True, "pan": -1.0},
    ],
    ids=["default", "plain", "equalizer", "makeup", "quieter", "all"],
)
def test_wet_is_the_console(sides: int, controls: dict[str, object]):
    audio, channel = _noise(30_000, sides), Channel(Controls(controls))
    played = _played(WetRenderer().recipe(channel, RATE, sides), channel, audio)
    # A compressor at its neutral setting, threshold 0 dB, is skipped in rendering even for overs: ratio 1 is as much.
    idle = {"ratio": 1.0} if "makeup_gain_db" not in controls and "threshold_db" not in controls else {}
    tensors = controls_tensor([channel.controls.replaced(idle)], dtype=torch.float64)
    expected = channel_strip(torch.from_numpy(audio.T.astype(np.float64))[None], tensors, RATE)[0].numpy().T
    np.testing.assert_allclose(played, expected, atol=2e-5)


def test_dry_is_fader_pan_and_polarity_only():
    channel = Channel(Controls({**BUSY, "input_gain_db": 9.0, "polarity_inverted": True, "fader_db": -6.0}))
    audio = _noise(1000, 1)
    played = _played(DryRenderer().recipe(channel, RATE, 1), channel, audio)
    gain = -(10 ** (-6 / 20)) * np.sqrt(0.5)
    np.testing.assert_allclose(played, audio[:, [0, 0]] * gain, atol=1e-6)


@pytest.mark.parametrize("pan", [-1.0, -0.5, 0.0, 0.3, 1.0])
def test_pan_keeps_the_power(pan: float):
    left, right = strip_gains(Channel(Controls({"pan": pan})), True, 1.0)
    assert left**2 + right**2 == pytest.approx(1.0, abs=1e-12)
    assert left == pytest.approx(np.cos((pan + 1) * np.pi / 4), abs=1e-12)
    if abs(pan) == 1.0:
        assert min(left, right) == 0.0


def test_closed_and_inaudible_strips_are_silent():
    assert strip_gains(Channel(Controls({"fader_db": -60.0})), True, 1.0) == (0.0, 0.0)
    assert strip_gains(Channel(), False, 1.0) == (0.0, 0.0)


@pytest.mark.parametrize(
    "change",
    [
        {"fader_db": -5.0},
        {"pan": 0.7},
        {"polarity_inverted": True},
        {"low_shelf_freq_hz": 300.0},
        {"mid_q": 3.0},
        {"release_ms": 900.0},
        {"input_gain_db": 5.0},
    ],
    ids=lambda change: next(iter(change)),
)
def test_moves_that_change_no_sample_ask_for_no_render(change: dict[str, object]):
    renderer, controls = WetRenderer(), Controls({"high_mid_gain_db": 3.0})
    before = renderer.recipe(Channel(controls), RATE, 1)
    after = renderer.recipe(Channel(controls.replaced(change)), RATE, 1)
    assert before.process is not None
    assert before.identity == after.identity


@pytest.mark.parametrize(
    "change",
    [{"mid_gain_db": 1.0}, {"mid_freq_hz": 900.0}, {"threshold_db": -31.0}, {"input_gain_db": 5.0}, {"attack_ms": 9.0}]
    + [{"reverb_type": "hall"}, {"reverb_decay": 0.5}, {"reverb_dry": 0.4}],
    ids=lambda change: next(iter(change)),
)
def test_moves_that_change_samples_ask_for_another_render(change: dict[str, object]):
    renderer, controls = WetRenderer(), Controls(BUSY)
    before = renderer.recipe(Channel(controls), RATE, 1)
    assert before.identity != renderer.recipe(Channel(controls.replaced(change)), RATE, 1).identity
    assert before.identity != renderer.recipe(Channel(controls), 48_000, 1).identity
    assert before.identity != renderer.recipe(Channel(controls), RATE, 2).identity


def test_a_stage_switched_off_is_as_if_it_were_neutral():
    off = Channel(Controls(BUSY), stages=Stages(False, False, False))
    assert WetRenderer().recipe(off, RATE, 1) == Recipe(1.0)
    no_reverb = WetRenderer().recipe(Channel(Controls(BUSY), stages=Stages(reverb=False)), RATE, 1)
    plain = Controls({**BUSY, "reverb_wet": 0.0, "reverb_dry": 1.0})
    assert no_reverb.identity == WetRenderer().recipe(Channel(plain), RATE, 1).identity


def test_a_piece_of_a_linear_strip_equals_the_stream():
    channel = Channel(Controls({"mid_gain_db": 6.0, "reverb_wet": 0.5, "reverb_decay": 0.3}))
    audio = _noise(200_000, 2)
    process = WetRenderer().recipe(channel, RATE, 2).process
    assert process is not None
    whole = np.concatenate([chunk for _, chunk in process.stream(reader_of(audio), len(audio))])
    np.testing.assert_allclose(process.piece(reader_of(audio), 70_000, 50_000), whole[70_000:120_000], atol=1e-6)


def test_the_model_view_waits_for_a_network(monkeypatch: pytest.MonkeyPatch, tmp_path):
    from mixassist.rendering import renderers

    monkeypatch.setattr(renderers, "models_directory", lambda: tmp_path)
    monkeypatch.setattr(renderers, "_RENDERERS", {View.DRY: DryRenderer(), View.WET: WetRenderer()})
    with pytest.raises(MixAssistError, match=r"there is no trained network yet. Use --view wet"):
        renderer_for(View.MODEL)
    assert available_views() == (View.DRY, View.WET)
    network = DryRenderer()
    register_renderer(View.MODEL, network)
    assert renderer_for(View.MODEL) is network
    assert available_views() == (View.DRY, View.WET, View.MODEL)


def test_devices_are_checked(monkeypatch: pytest.MonkeyPatch):
    from mixassist.rendering import renderers

    monkeypatch.setattr(renderers, "_RENDERERS", dict(renderers._RENDERERS))
    use_device("auto")
    use_device("cpu")
    assert renderer_for(View.WET).version == "wet-1-cpu"
    with pytest.raises(MixAssistError, match="no such device"):
        use_device("abacus")
    if not torch.cuda.is_available():
        with pytest.raises(MixAssistError, match="cuda: there is no such device"):
            use_device("cuda")


def test_reading_outside_a_stem_gives_zeros():
    audio = _noise(10, 2)
    read = reader_of(audio)
    assert np.array_equal(read(-3, 16).numpy(), np.pad(audio, ((3, 3), (0, 0))).T)
    assert not read(-5, 3).any()
    assert not read(20, 3).any()
