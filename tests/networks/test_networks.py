# SPDX-License-Identifier: Apache-2.0
"""What every transformation network has to keep: shapes, receptive fields, neutrality, gradients."""

from __future__ import annotations

import pytest
import torch

from mixassist.domain.controls import Controls
from mixassist.dsp.equalizer import biquad_response, equalizer_biquads
from mixassist.networks.conditioning import CONDITIONING_SIZE, conditioning_of
from mixassist.networks.filter_stage import minimum_phase
from mixassist.networks.gain_stage import GainStage, spread_over_hops
from mixassist.networks.random_controls import random_controls
from mixassist.networks.registry import build_transformation
from mixassist.networks.staged import StagedNetwork
from mixassist.networks.tcn import TCN

SMALL = {"filter_width": 8, "gain_width": 8, "space_seconds": 0.1, "space_knots": 4}


@pytest.mark.parametrize(("kind", "options"), [("staged", SMALL), ("tcn-10", {"width": 4})])
@pytest.mark.parametrize("sides", [1, 2])
def test_stereo_comes_out_and_every_weight_learns(kind: str, options: dict[str, int], sides: int) -> None:
    torch.manual_seed(0)
    network = build_transformation(kind, options)
    audio = 0.1 * torch.randn(3, sides, 3000)
    vector = 2 * torch.rand(3, CONDITIONING_SIZE) - 1
    out = network(audio, vector)
    assert out.shape == (3, 2, 3000)
    out.square().mean().backward()
    idle = [name for name, p in network.named_parameters() if p.grad is None]
    assert not idle


@pytest.mark.parametrize(("blocks", "milliseconds"), [(10, 320), (20, 650), (30, 970)])
def test_receptive_fields_are_the_papers(blocks: int, milliseconds: int) -> None:
    network = TCN(blocks=blocks, width=2)
    assert 1000 * network.receptive_field_frames / 44_100 == pytest.approx(milliseconds, rel=0.03)
    assert network.dilations == [2 ** (layer % 10) for layer in range(blocks)]


def test_the_tcn_hears_as_far_as_it_says_and_no_farther() -> None:
    torch.manual_seed(0)
    network = TCN(blocks=3, width=4).double().eval()
    reach = (network.receptive_field_frames - 1) // 2
    audio, vector = torch.zeros(1, 1, 4 * reach).double(), torch.zeros(1, CONDITIONING_SIZE).double()
    clap = audio.clone()
    clap[..., 2 * reach] = 1.0
    heard = (network(clap, vector) - network(audio, vector)).abs().sum(1)[0].nonzero()[:, 0]
    assert int(heard.min()) == reach and int(heard.max()) == 3 * reach


def test_minimum_phase_is_that_of_the_biquads() -> None:
    controls = random_controls(4, torch.Generator().manual_seed(1))
    size = 2**17
    frequencies = torch.linspace(0, 22_050, size // 2 + 1)
    response = biquad_response(equalizer_biquads(controls, 44_100), frequencies, 44_100)
    built = minimum_phase(torch.log(response.abs()).float(), size)
    error = (built - response).abs().square().sum(-1) / response.abs().square().sum(-1)
    assert float(error.max()) < 1e-10


def test_bands_at_zero_and_a_dry_reverb_do_nothing_before_any_training() -> None:
    network = StagedNetwork(**SMALL).requires_grad_(False)
    vector = conditioning_of([Controls()])
    assert float(network.filter.response_db(vector).abs().max()) == 0.0
    dry, wet = network.space.dry_wet(vector)
    assert float(dry) == 1.0 and float(wet) == 0.0


def test_one_gain_serves_both_sides_so_the_image_stays() -> None:
    torch.manual_seed(0)
    network = StagedNetwork(**SMALL).requires_grad_(False)
    vector = conditioning_of([Controls({"threshold_db": -40.0, "ratio": 4.0})])
    left = 0.3 * torch.randn(1, 1, 2000)
    out = network(torch.cat([left, 0.25 * left], dim=1), vector)
    assert torch.allclose(out[:, 1], 0.25 * out[:, 0], atol=1e-6)


def test_gain_curves_run_straight_between_hops() -> None:
    curve = torch.tensor([[0.0, -8.0, -8.0]])
    drawn = spread_over_hops(curve, 4, torch.tensor([4.0]))
    assert drawn.tolist() == [[3, 2, 1, 0, -2, -4, -6, -8, -8, -8, -8, -8]]


def test_levels_are_the_louder_sides_peaks() -> None:
    stage = GainStage(hop=4)
    audio = torch.zeros(1, 2, 8)
    audio[0, 0, 1], audio[0, 1, 6] = 0.1, -1.0
    assert stage.levels(audio).tolist() == [[pytest.approx(-20 / 60), pytest.approx(0.0)]]


def test_silence_stays_silent() -> None:
    network = StagedNetwork(**SMALL).requires_grad_(False)
    vector = 2 * torch.rand(2, CONDITIONING_SIZE, generator=torch.Generator().manual_seed(2)) - 1
    assert float(network(torch.zeros(2, 1, 2000), vector).abs().max()) < 10 ** (-90 / 20)
