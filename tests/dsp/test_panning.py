# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math

import pytest
import torch

from mixassist.domain.fader_law import fader_factor
from mixassist.dsp.panning import db_to_factor, fader_factors, pan_gains


@pytest.mark.parametrize(
    ("pan", "left", "right"),
    [(-1.0, 1.0, 0.0), (0.0, math.sqrt(0.5), math.sqrt(0.5)), (1.0, 0.0, 1.0), (0.5, 0.382683, 0.923880)],
)
def test_places(pan: float, left: float, right: float) -> None:
    found = pan_gains(torch.tensor(pan))
    assert [float(g) for g in found] == pytest.approx([left, right], abs=1e-6)


def test_power_is_constant() -> None:
    left, right = pan_gains(torch.linspace(-1.0, 1.0, 201))
    assert torch.allclose(left**2 + right**2, torch.ones(201), atol=1e-6)


def test_faders_follow_the_domain_and_close_completely() -> None:
    places = [-60.0, -59.9, -20.0, 0.0, 12.0]
    found = fader_factors(torch.tensor(places, dtype=torch.float64))
    assert found.tolist() == pytest.approx([fader_factor(p) for p in places], abs=1e-12)
    assert float(found[0]) == 0.0


def test_a_closed_fader_can_learn_to_open() -> None:
    fader_db = torch.tensor([-60.0], requires_grad=True)
    fader_factors(fader_db).sum().backward()
    assert fader_db.grad is not None
    assert float(fader_db.grad) > 0.0


def test_decibels() -> None:
    assert db_to_factor(torch.tensor([0.0, 20.0, -6.0])).tolist() == pytest.approx([1.0, 10.0, 0.501187], rel=1e-5)
