# SPDX-License-Identifier: Apache-2.0
"""Every shipped network has its card, is the file the card means, and still maps the card's input to its output."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
import torch

from mixassist.automix.controller_weights import GROUPS, load_controller
from mixassist.domain.parameters import Group
from mixassist.dsp import bracket
from mixassist.networks.conditioning import conditioning
from mixassist.networks.random_controls import random_controls
from mixassist.networks.registry import load_transformation
from mixassist.paths import models_directory
from mixassist.training.cards import example_pair
from mixassist.training.controller_card import example_pair as controller_example
from mixassist.training.synthetic import segments

WEIGHTS = sorted(models_directory().glob("*.safetensors"))
TRANSFORMING = [path for path in WEIGHTS if path.stem != "controller"]


def test_the_default_networks_are_shipped_and_all_are_small_enough() -> None:
    assert {"transformation.safetensors", "controller.safetensors"} <= {path.name for path in WEIGHTS}
    assert sum(path.stat().st_size for path in WEIGHTS) < 30e6


@pytest.mark.parametrize("path", WEIGHTS, ids=lambda path: path.stem)
def test_the_card_is_whole_and_means_this_file(path: Path) -> None:
    card = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert card["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    for key in ("what", "data", "licence", "lessons", "measures", "commit", "command"):
        assert card[key], key


def test_the_controller_still_says_what_its_card_says() -> None:
    path = models_directory() / "controller.safetensors"
    card = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    network = load_controller(path)
    found = controller_example(network, card["example"]["stems"])
    for key in ("level", "pan"):
        assert found[key] == pytest.approx(card["example"][key], abs=2e-3)
    assert {g: "network" if g in network.groups else "rules" for g in GROUPS} == card["groups"]


@pytest.mark.parametrize("path", TRANSFORMING, ids=lambda path: path.stem)
def test_the_network_still_maps_its_cards_example(path: Path) -> None:
    card = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    expected, found = card["example"], example_pair(load_transformation(path), card["example"]["frames"])
    assert found["places"] == expected["places"]
    for side in ("left", "right", "rms"):
        assert found[side] == pytest.approx(expected[side], abs=2e-5)


@pytest.fixture(scope="module")
def shipped() -> torch.nn.Module:
    return load_transformation(models_directory() / "transformation.safetensors")


def test_silence_in_is_silence_out_at_any_setting(shipped: torch.nn.Module) -> None:
    vectors = conditioning(random_controls(8, torch.Generator().manual_seed(4)))
    assert float(shipped(torch.zeros(8, 1, 20_000), vectors).abs().max()) < 10 ** (-90 / 20)


def test_nothing_makes_a_constant_part(shipped: torch.nn.Module) -> None:
    vectors = conditioning(random_controls(4, torch.Generator().manual_seed(5)))
    time = torch.arange(88_200) / 44_100
    tone = 0.3 * torch.sin(2 * torch.pi * 440.0 * time) * torch.hann_window(88_200)
    out = shipped(tone.expand(4, 1, -1), vectors)
    assert float((out.mean(-1).abs() / out.square().mean(-1).sqrt()).max()) < 1e-3


def test_a_stereo_stem_keeps_its_image(shipped: torch.nn.Module) -> None:
    controls = random_controls(2, torch.Generator().manual_seed(6), neutral={Group.REVERB})
    left = 0.2 * torch.randn(2, 1, 30_000, generator=torch.Generator().manual_seed(7))
    out = shipped(torch.cat([left, 0.5 * left], dim=1), conditioning(controls))
    assert torch.allclose(out[:, 1], 0.5 * out[:, 0], atol=1e-5)


def test_it_is_near_the_console_on_sound_it_never_met(shipped: torch.nn.Module) -> None:
    ratios = []
    for seed in range(12):
        generator = torch.Generator().manual_seed(100 + seed)
        audio = 0.3 * segments(88_200, 44_100, generator)[None, None]
        controls = random_controls(1, generator)
        target, estimate = bracket(audio, controls, 44_100), shipped(audio, conditioning(controls))
        ratios.append(float((estimate - target).square().sum() / target.square().sum()))
    assert sorted(ratios)[6] < 0.03
