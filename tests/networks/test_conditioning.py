# SPDX-License-Identifier: Apache-2.0
"""The conditioning vector is the table's bracket, 13 + 5 + 8 values."""

from __future__ import annotations

import pytest
import torch

from mixassist.domain.controls import Controls
from mixassist.domain.parameters import PARAMETERS, Group
from mixassist.networks.conditioning import (
    BRACKET_KEYS,
    CONDITIONING_NAMES,
    CONDITIONING_SIZE,
    conditioning_of,
    place_of,
)


def test_thirteen_and_five_and_eight_values() -> None:
    assert CONDITIONING_SIZE == 13 + 5 + 8
    outside = {p.key for p in PARAMETERS if p.group in (Group.INPUT, Group.OUTPUT)}
    assert not outside & set(BRACKET_KEYS)


def test_continuous_values_follow_the_controls_travel() -> None:
    for p in PARAMETERS:
        if not p.is_continuous or p.key not in BRACKET_KEYS:
            continue
        for share in (0.0, 0.25, 1.0):
            vector = conditioning_of([Controls({p.key: p.denormalised(share)})])
            assert float(vector[0, place_of(p.key)]) == pytest.approx(2 * share - 1, abs=1e-5), p.key


def test_the_reverb_type_is_one_hot() -> None:
    vector = conditioning_of([Controls({"reverb_type": "hall"}), Controls({"reverb_type": "plate"})])
    places = [place_of(name) for name in CONDITIONING_NAMES if name.startswith("reverb_type=")]
    assert vector[:, places].tolist() == [[0, 0, 0, 1, 0], [0, 0, 0, 0, 1]]
    assert vector.shape == (2, CONDITIONING_SIZE) and vector.dtype == torch.float32
