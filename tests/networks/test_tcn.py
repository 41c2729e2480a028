# SPDX-License-Identifier: Apache-2.0
"""The published network, point by point: Steinmetz et al. 2021, section 2.1 and Fig. 2."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from mixassist.networks.conditioning import CONDITIONING_SIZE
from mixassist.networks.registry import build_transformation
from mixassist.networks.tcn import TCN, DilatedConv, TCNBlock


def vectors(batch: int) -> torch.Tensor:
    return 2 * torch.rand(batch, CONDITIONING_SIZE, generator=torch.Generator().manual_seed(1)) - 1


def sounds(*shape: int) -> torch.Tensor:
    return 0.2 * torch.randn(*shape, generator=torch.Generator().manual_seed(2))


def used(blocks: int = 3) -> TCN:
    """A small network whose statistics have seen some sound."""
    torch.manual_seed(0)
    network = TCN(blocks=blocks, width=4)
    for _ in range(3):
        network(sounds(4, 1, 500), vectors(4))
    return network.eval().requires_grad_(False)


@pytest.mark.parametrize("dilation", [1, 2, 4, 37, 512])
@pytest.mark.parametrize("frames", [100, 1024])
def test_rows_make_the_same_sums_as_dilation(dilation: int, frames: int) -> None:
    torch.manual_seed(dilation)
    conv = DilatedConv(3, 5, 15, dilation).double()
    x = sounds(2, 3, frames).double().requires_grad_()
    y, expected = conv(x), functional.conv1d(x, conv.weight, padding=7 * dilation, dilation=dilation)
    assert y.shape == x.shape[:1] + (5, frames)
    assert torch.allclose(y, expected, atol=1e-12)
    weights = torch.linspace(-1, 1, frames, dtype=torch.float64)
    ours, theirs = (torch.autograd.grad((out * weights).sum(), (x, conv.weight))[0] for out in (y, expected))
    assert torch.allclose(ours, theirs, atol=1e-12)


def test_an_even_kernel_has_no_centre() -> None:
    with pytest.raises(ValueError, match="odd"):
        DilatedConv(1, 1, 14, 1)


@pytest.mark.parametrize(("kind", "blocks"), [("tcn-10", 10), ("tcn-20", 20), ("tcn-30", 30)])
def test_the_sizes_are_the_papers(kind: str, blocks: int) -> None:
    network = build_transformation(kind)
    assert isinstance(network, TCN) and len(network.blocks) == blocks
    assert network.dilations == [2 ** ((layer - 1) % 10) for layer in range(1, blocks + 1)]
    linear = [layer for layer in network.conditioner if isinstance(layer, nn.Linear)]
    assert len(linear) == 3 and linear[0].in_features == 26 and linear[-1].out_features == 128
    for place, block in enumerate(network.blocks):
        inputs = 1 if place == 0 else 32
        assert block.conv.weight.shape == (32, inputs, 15) and block.conv.bias is None
        assert block.film.adaptor.weight.shape == (64, 128)
        assert not list(block.film.norm.parameters())
        assert block.residual.weight.shape == (32, 1, 1) and block.residual.bias is None
    assert network.output.weight.shape == (2, 32, 1)


def test_a_block_is_convolution_norm_film_prelu_and_a_gained_residual() -> None:
    torch.manual_seed(0)
    block, shared, x = TCNBlock(4, 4, 15, 2), torch.randn(3, 128), sounds(3, 4, 200)
    y = functional.conv1d(x, block.conv.weight, padding=14, dilation=2)
    y = (y - y.mean((0, 2), keepdim=True)) / torch.sqrt(y.var((0, 2), keepdim=True, unbiased=False) + 1e-5)
    scale, shift = block.film.adaptor(shared).split(4, dim=-1)
    y = y * scale[..., None] + shift[..., None]
    y = torch.where(y > 0, y, block.relu.weight[:, None] * y)
    expected = y + block.residual.weight[:, 0] * x
    assert torch.allclose(block(x, shared), expected, atol=1e-5)


def test_skips_of_all_blocks_are_averaged_and_added_to_the_last() -> None:
    network, audio, vector = used(), sounds(1, 1, 400), vectors(1)
    shared, x, heard = network.conditioner(vector), audio, []
    for block in network.blocks:
        x = block(x, shared)
        heard.append(x)
    expected = network.output(x + sum(heard) / len(heard))
    assert torch.allclose(network(audio, vector), expected, atol=1e-6)


def test_rendering_uses_running_statistics_so_company_changes_nothing() -> None:
    network = used()
    audio, vector = sounds(3, 1, 600), vectors(3)
    together = network(audio, vector)
    for place in range(3):
        alone = network(audio[place : place + 1], vector[place : place + 1])
        assert torch.allclose(together[place : place + 1], alone, atol=1e-5)
    assert not torch.allclose(network.train()(audio, vector), together, atol=1e-3)


def test_pieces_with_their_surroundings_equal_the_whole() -> None:
    network = used()
    reach = (network.receptive_field_frames - 1) // 2
    audio, vector = sounds(1, 1, 2000), vectors(1)
    whole = network(audio, vector)
    piece = network(audio[..., 700 - reach : 1100 + reach], vector)[..., reach:-reach]
    assert torch.allclose(whole[..., 700:1100], piece, atol=1e-5)


def test_each_side_of_a_stereo_stem_keeps_its_own_output() -> None:
    network, audio, vector = used(), sounds(2, 2, 500), vectors(2)
    both = network(audio, vector)
    for side in (0, 1):
        assert torch.allclose(both[:, side], network(audio[:, side : side + 1], vector)[:, side], atol=1e-6)
