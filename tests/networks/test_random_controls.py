# SPDX-License-Identifier: Apache-2.0
"""Random controls reach every corner of the table and stay inside it."""

from __future__ import annotations

import torch

from mixassist.domain.parameters import PARAMETER, PARAMETERS, Group, Scale
from mixassist.networks.random_controls import random_controls


def test_every_range_is_filled_and_kept() -> None:
    drawn = random_controls(4000, torch.Generator().manual_seed(0))
    for p in PARAMETERS:
        if p.scale is Scale.CHOICE:
            assert sorted(set(drawn[p.key].tolist())) == list(range(len(p.choices)))
        elif p.group in (Group.INPUT, Group.OUTPUT):
            assert set(drawn[p.key].tolist()) == {float(p.default)}
        else:
            slack = 1e-6 * max(abs(p.minimum), abs(p.maximum))
            assert p.minimum - slack <= float(drawn[p.key].min()), p.key
            assert float(drawn[p.key].max()) <= p.maximum + slack, p.key
            shares = torch.tensor([p.normalised(v) for v in drawn[p.key].clamp(p.minimum, p.maximum).tolist()])
            assert float(shares.min()) < 0.02 and float(shares.max()) > 0.98, p.key


def test_bypassed_stages_rest_at_their_defaults() -> None:
    drawn = random_controls(8, torch.Generator().manual_seed(0), neutral={Group.COMPRESSOR})
    assert set(drawn["ratio"].tolist()) == {float(PARAMETER["ratio"].default)}
    assert len(set(drawn["mid_gain_db"].tolist())) == 8


def test_the_same_seed_draws_the_same() -> None:
    a, b = (random_controls(8, torch.Generator().manual_seed(5)) for _ in range(2))
    assert all(torch.equal(a[key], b[key]) for key in a)
