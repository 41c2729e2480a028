# SPDX-License-Identifier: Apache-2.0
"""SignalTrain: it starts as an STFT and back, keeps silence, learns everywhere and writes long audio in chunks."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from mixassist.domain.errors import MixAssistError
from mixassist.networks.conditioning import CONDITIONING_SIZE
from mixassist.networks.registry import build_transformation
from mixassist.networks.signaltrain import SignalTrain, Transforms, synthesis_window

SMALL = {"chunk_frames": 512, "shrink": 4, "width": 8, "size": 64, "hop": 32}


def small() -> SignalTrain:
    torch.manual_seed(0)
    return SignalTrain(**SMALL)


def vectors(batch: int) -> torch.Tensor:
    return 2 * torch.rand(batch, CONDITIONING_SIZE, generator=torch.Generator().manual_seed(1)) - 1


@pytest.mark.parametrize(("size", "hop"), [(64, 32), (1024, 384)])
def test_untrained_transforms_are_an_stft_and_its_inverse(size: int, hop: int) -> None:
    transforms = Transforms(size, hop).requires_grad_(False)
    audio = 0.1 * torch.randn(2, 20 * hop - size, generator=torch.Generator().manual_seed(0))
    real, imaginary = transforms(audio)
    window = torch.hamming_window(size, periodic=False)
    padded = nn.functional.pad(audio, (size, size))
    expected = torch.stft(padded, size, hop, window=window, center=False, return_complex=True) / size**0.5
    assert torch.allclose(torch.complex(real, imaginary), expected, atol=1e-5)
    assert torch.allclose(transforms.back(real, imaginary), audio, atol=1e-5)


def test_the_synthesis_window_sums_to_one_over_the_analysis_window() -> None:
    window = torch.hamming_window(1024, periodic=False, dtype=torch.float64)
    product = window * synthesis_window(window, 384)
    total = torch.zeros(5 * 1024, dtype=torch.float64)
    for start in range(0, 4 * 1024, 384):
        total[start : start + 1024] += product
    assert torch.allclose(total[1024:3072], torch.ones(2048, dtype=torch.float64))


@pytest.mark.parametrize("sides", [1, 2])
def test_stereo_comes_out_and_every_weight_learns(sides: int) -> None:
    network = small()
    audio = 0.3 * torch.randn(3, sides, 1000, generator=torch.Generator().manual_seed(2))
    out = network(audio, vectors(3))
    assert out.shape == (3, 2, 1000)
    out.square().mean().backward()
    for name, parameter in network.named_parameters():
        assert parameter.grad is not None and torch.isfinite(parameter.grad).all(), name
        assert float(parameter.grad.abs().max()) > 0, name


def test_the_published_sizes_align_and_others_are_refused() -> None:
    network = SignalTrain()
    assert (network.chunk_frames, network.out_frames, network.out_times) == (131_072, 32_768, 89)
    assert SignalTrain(chunk_frames=8192).out_times == 9
    assert sum(p.numel() for p in network.transforms.parameters()) == 2 * 1026 * 1024
    with pytest.raises(ValueError, match="whole hops"):
        SignalTrain(chunk_frames=98_304)
    with pytest.raises(MixAssistError, match="do not fit"):
        build_transformation("signaltrain", {"chunk_frames": 98_304})


def test_silence_and_gradients_of_silence_stay_finite() -> None:
    network = small()
    out = network(torch.zeros(2, 1, 700), vectors(2))
    assert float(out.detach().abs().max()) < 10 ** (-90 / 20)
    out.square().sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in network.parameters() if p.grad is not None)


def test_without_its_autoencoders_it_is_the_input() -> None:
    network = small().requires_grad_(False)
    network.magnitudes.decoder[-1][0].weight.zero_()
    audio = torch.randn(1, 1, 900, generator=torch.Generator().manual_seed(3))
    assert torch.allclose(network(audio, vectors(1)), audio.expand(-1, 2, -1), atol=1e-6)


def test_long_audio_is_written_in_chunks_that_hear_their_own_past_only() -> None:
    network = small().requires_grad_(False)
    vector = vectors(1)
    audio = 0.2 * torch.randn(1, 1, 40 * network.out_frames + 17, generator=torch.Generator().manual_seed(4))
    whole = network(audio, vector)
    # More chunks than go through at once; any one of them alone, from its own past, is the same.
    start = 33 * network.out_frames
    past = network.chunk_frames - network.out_frames
    alone = network(audio[..., start - past : start + network.out_frames], vector)[..., past:]
    assert torch.allclose(whole[..., start : start + network.out_frames], alone, atol=1e-6)


def test_a_stereo_stem_keeps_its_sides() -> None:
    network = small().requires_grad_(False)
    audio = 0.2 * torch.randn(1, 2, 600, generator=torch.Generator().manual_seed(5))
    both = network(audio, vectors(1))
    for side in (0, 1):
        alone = network(audio[:, side : side + 1], vectors(1))
        assert torch.allclose(both[:, side], alone[:, side], atol=1e-6)
