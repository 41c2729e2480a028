# SPDX-License-Identifier: Apache-2.0
"""Every shipped network has its card, is the file the card means, and still maps the card's input to its output."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from mixassist.networks.registry import load_transformation
from mixassist.paths import models_directory
from mixassist.training.cards import example_pair

WEIGHTS = sorted(models_directory().glob("*.safetensors"))


def test_the_default_network_is_shipped_and_all_are_small_enough() -> None:
    assert "transformation.safetensors" in [path.name for path in WEIGHTS]
    assert sum(path.stat().st_size for path in WEIGHTS) < 20e6


@pytest.mark.parametrize("path", WEIGHTS, ids=lambda path: path.stem)
def test_the_card_fits_the_weights(path: Path) -> None:
    card = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert card["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    for key in ("what", "data", "licence", "lessons", "measures", "commit", "command"):
        assert card[key], key
    expected, found = card["example"], example_pair(load_transformation(path), card["example"]["frames"])
    assert found["places"] == expected["places"]
    for side in ("left", "right", "rms"):
        assert found[side] == pytest.approx(expected[side], abs=2e-5)
