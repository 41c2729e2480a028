# SPDX-License-Identifier: Apache-2.0
"""The controller network: order and padding change nothing, an untrained one changes nothing either."""

from __future__ import annotations

import pytest
import torch

from mixassist.domain.parameters import PARAMETER
from mixassist.networks.controller import STEM_SIZE, MixController, joined
from mixassist.networks.encoder import EMBEDDING_SIZE, INSTRUMENT_KEYS, StemEncoder
from mixassist.networks.log_mel import BANDS, PATCH_FRAMES
from mixassist.networks.mix_controls import COMPRESSOR_KEYS, EQUALIZER_KEYS, OUTPUT_SIZES, pan_reach, places_in_units


def trained_looking(**options: object) -> MixController:
    torch.manual_seed(3)
    network = MixController(**options)  # type: ignore[arg-type]
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.05 * torch.randn_like(parameter))
    return network.eval().requires_grad_(False)


def song(stems: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(1, stems, STEM_SIZE, generator=torch.Generator().manual_seed(seed))


def everything(stems: int) -> torch.Tensor:
    return torch.ones(1, stems, dtype=torch.bool)


@pytest.mark.parametrize("context", ["mean", "attention"])
def test_the_order_of_stems_changes_nothing(context: str) -> None:
    network, features = trained_looking(context=context), song(7)
    order = torch.tensor([3, 6, 0, 2, 5, 1, 4])
    one, other = network(features, everything(7)), network(features[:, order], everything(7))
    for name in OUTPUT_SIZES:
        assert torch.allclose(one.values[name][:, order], other.values[name], atol=1e-5)


@pytest.mark.parametrize("context", ["mean", "attention"])
def test_padding_changes_nothing(context: str) -> None:
    network, features = trained_looking(context=context), song(4)
    padded = torch.cat([features, 9.0 * torch.ones(1, 3, STEM_SIZE)], dim=1)
    mask = torch.tensor([[True] * 4 + [False] * 3])
    one, other = network(features, everything(4)), network(padded, mask)
    assert torch.allclose(one.values["level"], other.values["level"][:, :4], atol=1e-5)


@pytest.mark.parametrize("context", ["mean", "attention"])
def test_other_stems_matter(context: str) -> None:
    network, features = trained_looking(context=context), song(4)
    changed = features.clone()
    changed[:, 3] += 1.0
    one, other = network(features, everything(4)), network(changed, everything(4))
    assert float((one.values["level"][:, 0] - other.values["level"][:, 0]).abs().max()) > 1e-4


def test_a_basic_controller_has_gain_and_pan_only() -> None:
    prediction = MixController(kind="basic").eval().requires_grad_(False)(song(3), everything(3))
    assert set(prediction.values) == {"level", "pan"}
    assert all(bool((spread > 0).all()) for spread in prediction.spread.values())


def test_a_hundred_stems_and_one() -> None:
    network = trained_looking()
    for stems in (1, 100):
        assert network(song(stems), everything(stems)).values["equalizer"].shape == (1, stems, len(EQUALIZER_KEYS))


def test_zero_outputs_are_a_flat_equaliser_and_a_compressor_at_work() -> None:
    for key, value in places_in_units(EQUALIZER_KEYS, torch.zeros(len(EQUALIZER_KEYS))).items():
        parameter = PARAMETER[key]
        assert parameter.normalised(float(value)) == pytest.approx(parameter.normalised(parameter.default), abs=0.021)
    compressor = places_in_units(COMPRESSOR_KEYS, torch.zeros(len(COMPRESSOR_KEYS)))
    assert -40.0 < float(compressor["threshold_db"]) < -10.0 and float(compressor["ratio"]) > 1.5


def test_outputs_never_leave_the_table() -> None:
    for sign in (-50.0, 50.0):
        for key, value in places_in_units(EQUALIZER_KEYS, torch.full((len(EQUALIZER_KEYS),), sign)).items():
            assert PARAMETER[key].minimum - 1e-4 <= float(value) <= PARAMETER[key].maximum * (1 + 1e-5)
        assert 0.0 <= float(pan_reach(torch.tensor([sign]))) <= 1.0


def test_members_are_averaged_and_their_disagreement_is_spread() -> None:
    network = trained_looking()
    alike = network(song(3), everything(3))
    moved = network(song(3, seed=5), everything(3))
    both = joined([alike, moved])
    assert torch.allclose(both.values["level"], 0.5 * (alike.values["level"] + moved.values["level"]))
    assert torch.allclose(joined([alike, alike]).spread["pan"], alike.spread["pan"], atol=1e-6)
    apart = 0.5 * (alike.values["level"] - moved.values["level"]).abs()
    assert bool((both.spread["level"] >= apart - 1e-6).all())


def test_the_encoder_gives_128_values_and_an_instrument() -> None:
    encoder = StemEncoder().eval().requires_grad_(False)
    found = encoder(torch.randn(2, BANDS, PATCH_FRAMES))
    assert found.shape == (2, EMBEDDING_SIZE)
    assert encoder.instrument_logits(found).shape == (2, len(INSTRUMENT_KEYS))
