# SPDX-License-Identifier: Apache-2.0
"""The staged network rendered in chunks and pieces equals one whole call."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from mixassist.domain.channel import Stages
from mixassist.domain.controls import Controls
from mixassist.networks.conditioning import conditioning_of
from mixassist.networks.staged import StagedNetwork
from mixassist.networks.staged_strip import StagedStrip

CONTROLS = Controls(
    {"low_mid_gain_db": 9.0, "low_mid_q": 5.0, "high_shelf_gain_db": -6.0, "threshold_db": -35.0, "ratio": 4.0,
     "attack_ms": 5.0, "release_ms": 400.0, "makeup_gain_db": 3.0, "reverb_wet": 0.5, "reverb_type": "hall"}
)  # fmt: skip
FRAMES = 330_000


@pytest.fixture(scope="module")
def network() -> StagedNetwork:
    torch.manual_seed(3)
    return StagedNetwork(filter_width=8, gain_width=8, space_seconds=0.4, space_knots=6).eval().requires_grad_(False)


@pytest.fixture(scope="module")
def audio() -> Tensor:
    envelope = torch.linspace(0, 9, FRAMES).sin().square()
    return 0.3 * envelope * torch.randn(2, FRAMES, generator=torch.Generator().manual_seed(1))


def reader(audio: Tensor):  # type: ignore[no-untyped-def]
    def read(start: int, frames: int) -> Tensor:
        left, right = max(-start, 0), max(start + frames - audio.shape[-1], 0)
        return functional.pad(audio[:, max(start, 0) : max(start + frames, 0)], (min(left, frames), min(right, frames)))

    return read


@pytest.mark.parametrize("sides", [1, 2])
def test_streamed_chunks_equal_one_whole_call(network: StagedNetwork, audio: Tensor, sides: int) -> None:
    strip = StagedStrip(network, CONTROLS, Stages())
    whole = network(audio[None, :sides], conditioning_of([CONTROLS]))[0]
    for chunk in (None, 50_000):
        streamed = torch.cat([piece for _, piece in strip.stream(reader(audio[:sides]), FRAMES, chunk)], dim=-1)
        assert streamed.shape == whole.shape
        assert float((streamed - whole).abs().max()) < 1e-5


def test_a_piece_from_the_middle_equals_the_stream(network: StagedNetwork, audio: Tensor) -> None:
    strip = StagedStrip(network, CONTROLS, Stages())
    read = reader(audio)
    whole = torch.cat([piece for _, piece in strip.stream(read, FRAMES)], dim=-1)
    states = strip.scan(read, FRAMES)
    piece = strip.render(read, 200_123, 30_000, states)
    assert float((piece - whole[:, 200_123:230_123]).abs().max()) < 1e-5


def test_a_neutral_channel_needs_no_network(network: StagedNetwork) -> None:
    assert StagedStrip(network, Controls({"pan": 0.3, "fader_db": -6.0}), Stages()).is_neutral
