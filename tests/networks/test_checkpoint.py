# SPDX-License-Identifier: Apache-2.0
"""Weights files: a round trip, and one clear sentence for every bad one."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from mixassist.domain.errors import MixAssistError
from mixassist.networks.checkpoint import read_weights, save_weights
from mixassist.networks.conditioning import CONDITIONING_SIZE
from mixassist.networks.registry import build_transformation, load_transformation

SMALL = {"filter_width": 4, "gain_width": 4, "space_seconds": 0.05, "space_knots": 4}


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    path = tmp_path / "small.safetensors"
    network = build_transformation("staged", SMALL)
    save_weights(path, "staged", SMALL, network)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(MixAssistError) as caught:
        load_transformation(path)
    text = str(caught.value)
    assert path.name in text or "staged" in text
    assert "\n" not in text
    return text


def test_a_round_trip_renders_the_same(weights: Path) -> None:
    torch.manual_seed(0)
    audio, vector = torch.randn(1, 1, 4000), torch.zeros(1, CONDITIONING_SIZE)
    torch.manual_seed(0)
    fresh = build_transformation("staged", SMALL).eval()
    assert torch.equal(load_transformation(weights)(audio, vector), fresh(audio, vector))


def test_half_precision_is_read_as_single(tmp_path: Path) -> None:
    path = tmp_path / "half.safetensors"
    network = build_transformation("staged", SMALL)
    save_weights(path, "staged", SMALL, network, half=True)
    assert all(t.dtype == torch.float32 for t in read_weights(path).tensors.values() if t.is_floating_point())


def test_missing(tmp_path: Path) -> None:
    assert "no such weights file" in refusal(tmp_path / "gone.safetensors")


def test_a_pickle_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "evil.safetensors"
    path.write_bytes(pickle.dumps({"weights": [1.0]}))
    assert "not a readable safetensors file" in refusal(path)


def test_truncated(weights: Path) -> None:
    weights.write_bytes(weights.read_bytes()[:500])
    assert "not a readable safetensors file" in refusal(weights)


def test_foreign(tmp_path: Path) -> None:
    path = tmp_path / "foreign.safetensors"
    save_file({"w": torch.zeros(2)}, path)
    assert "not MixAssist's" in refusal(path)


def test_another_version(tmp_path: Path) -> None:
    path = tmp_path / "newer.safetensors"
    save_file({"w": torch.zeros(2)}, path, metadata={"format": "mixassist-network", "version": "99"})
    assert "version 99" in refusal(path)


def test_not_a_number(weights: Path, tmp_path: Path) -> None:
    network = build_transformation("staged", SMALL)
    with torch.no_grad():
        next(iter(network.parameters()))[0] = float("nan")
    path = tmp_path / "nan.safetensors"
    save_weights(path, "staged", SMALL, network)
    assert "NaN" in refusal(path)


def test_shapes_that_do_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "shape.safetensors"
    save_weights(path, "staged", {**SMALL, "filter_width": 5}, build_transformation("staged", SMALL))
    assert "do not fit" in refusal(path)


def test_an_unknown_kind(tmp_path: Path) -> None:
    path = tmp_path / "kind.safetensors"
    save_weights(path, "wavenet", {}, build_transformation("staged", SMALL))
    with pytest.raises(MixAssistError, match="no such network"):
        load_transformation(path)
