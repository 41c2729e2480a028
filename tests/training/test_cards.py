# SPDX-License-Identifier: Apache-2.0
"""The card of trained weights: the command that made them, and an example that only they reproduce."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import torch

from mixassist.networks.checkpoint import save_weights
from mixassist.networks.registry import build_transformation, load_transformation
from mixassist.training.cards import command_of, example_pair, write_card
from mixassist.training.transformation import TransformationOptions

SMALL = {"filter_width": 8, "gain_width": 8, "space_seconds": 0.1, "space_knots": 4}


def test_the_command_names_what_is_not_usual() -> None:
    assert command_of(TransformationOptions()) == "mixassist train transformation --network staged"
    options = TransformationOptions(
        network="tcn-30", steps=60, batch=2, seconds=1.0, learning_rate=1e-3, seed=1, mixed_precision=True
    )
    assert command_of(options) == (
        "mixassist train transformation --network tcn-30 --steps 60 --batch 2 --seconds 1.0 --learning-rate 0.001 "
        "--seed 1 --mixed-precision"
    )
    assert command_of(TransformationOptions(audio_only=True)).endswith("--network staged --audio-only")


def test_a_card_describes_the_weights_beside_it(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = build_transformation("staged", SMALL)
    weights = tmp_path / "staged.safetensors"
    save_weights(weights, "staged", SMALL, network)
    card = json.loads(write_card(weights, TransformationOptions(folder=tmp_path), network).read_text())
    assert card["sha256"] == hashlib.sha256(weights.read_bytes()).hexdigest()
    assert card["parameters"] == sum(p.numel() for p in network.parameters())
    assert card["data"] == ["synthetic signals only"] and card["lessons"] == {}
    assert card["example"] == example_pair(load_transformation(weights))
