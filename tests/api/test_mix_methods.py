# SPDX-License-Identifier: Apache-2.0
"""Networks given by their weights are measured under names of their own, never in the place of those that ship."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from mixassist.api.evaluating import evaluate
from mixassist.api.mix_methods import methods_of
from mixassist.automix.controller_weights import KIND, ControllerNetwork, shipped_controller
from mixassist.evaluation.mixes import evaluated_methods
from mixassist.networks.checkpoint import save_weights

RATE_HZ = 44_100


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """One excerpt of many stems, in the layout of the real ones."""
    lots = np.random.default_rng(0)
    folder = tmp_path / "songs" / "stems" / "Song-1"
    folder.mkdir(parents=True)
    for name in ("vocals", "bass", "kick", "snare", "hihat", "piano", "guitar", "strings", "organ"):
        soundfile.write(folder / f"{name}.ogg", 0.1 * lots.standard_normal(RATE_HZ), RATE_HZ)
    return tmp_path / "songs"


def trained(folder: Path, level: float) -> Path:
    """Weights as a training leaves them, of a network that wants the first stem louder by `level`."""
    torch.manual_seed(int(level))
    network = ControllerNetwork({"width": 4}, {"kind": "basic", "width": 16}, groups=("gain", "pan"))
    with torch.no_grad():
        network.mixers[0].direct.weight.normal_(std=0.1 * level)
    path = folder / "controller.safetensors"
    folder.mkdir()
    save_weights(path, KIND, network.options, network)
    return path


def test_every_file_is_measured_as_itself(song: Path, tmp_path: Path) -> None:
    paths = [trained(tmp_path / name, level) for name, level in (("first", 1.0), ("second", 2.0))]
    controllers, direct = methods_of(paths)
    assert list(controllers) == ["first", "second"] and not direct
    assert not {*controllers} & {*evaluated_methods()}
    assert shipped_controller() is not None
    table, _ = evaluate("mix", data=song, weights=[str(p) for p in paths], methods=["controller"], views=["wet"])
    balances = {row["method"]: row["balance_db"]["mean"] for row in table["summary"] if row["variant"] == "normalised"}
    assert balances.keys() == {"first", "second", "controller"}
    assert len(set(balances.values())) == 3, "each is another network"
