# SPDX-License-Identifier: Apache-2.0
"""The controller's first lesson: regress what people did, without a console in the loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from mixassist.domain.parameters import PARAMETER
from mixassist.dsp.equalizer import equalizer_response
from mixassist.evaluation.recordings import SAMPLE_RATE_HZ
from mixassist.networks.conditioning import normalised_tensor
from mixassist.networks.controller import MixController, MixPrediction
from mixassist.networks.mix_controls import (
    COMPRESSOR_KEYS,
    EQUALIZER_KEYS,
    LEVEL_UNIT_LU,
    level_lu,
    pan_reach,
    places_in_units,
    wet_level_lu,
)
from mixassist.training.mix_examples import Example, ExampleMaker, Targets

_FREQUENCIES_HZ = torch.from_numpy(np.geomspace(40.0, 16_000.0, 28))
_MOST_CURVES = 160
WEIGHTS = {"level": 1.0, "pan": 0.5, "equalizer": 0.4, "compressor": 0.15, "reverb": 0.15, "spread": 0.05}
"""Of the parts of the loss; each part is of order one at the start."""
_CURVE_UNIT_DB = 6.0
_LEAST_SPREAD = 0.03


def controller_lesson(
    maker: ExampleMaker, batch: int = 24
) -> Callable[[nn.Module, torch.Generator, torch.device], Tensor]:
    """Returns the loss of a step for `training.loop.Trainer`: songs drawn by `maker`, all outputs against people's."""

    def loss_of_step(network: nn.Module, generator: torch.Generator, device: torch.device) -> Tensor:
        lots = np.random.default_rng(int(torch.randint(2**62, (), generator=generator)))
        stems, mask, targets = batched([maker.draw(lots) for _ in range(batch)])
        assert isinstance(network, MixController)
        prediction = network(stems.to(device), mask.to(device))
        moved = Targets(**{f.name: getattr(targets, f.name).to(device) for f in fields(Targets)})
        losses = prediction_losses(prediction, mask.to(device), moved, generator)
        return sum((WEIGHTS[name] * value for name, value in losses.items()), torch.zeros((), device=device))

    return loss_of_step


def batched(examples: Sequence[Example]) -> tuple[Tensor, Tensor, Targets]:
    """Pads songs to one number of stems: features (songs, stems, …), mask (songs, stems), targets alike."""
    count = max(e.stems.shape[0] for e in examples)

    def padded(tensors: Sequence[Tensor]) -> Tensor:
        rows = [functional.pad(t, (0, 0) * (t.dim() - 1) + (0, count - t.shape[0])) for t in tensors]
        return torch.stack(rows)

    mask = padded([torch.ones(e.stems.shape[0], dtype=torch.bool) for e in examples])
    targets = Targets(**{f.name: padded([getattr(e.targets, f.name) for e in examples]) for f in fields(Targets)})
    return padded([e.stems for e in examples]), mask, targets


def prediction_losses(
    prediction: MixPrediction, mask: Tensor, targets: Targets, generator: torch.Generator
) -> dict[str, Tensor]:
    """Returns the parts of the loss.

    Levels count against one another only: the mean of a song's differences is taken off. Pans count as distances from
    the middle, equalisers by their responses in dB rather than by their knobs, compressors and reverbs where they
    were used. The spreads are fitted to the errors without moving the values (Laplace's likelihood).
    """
    counted = mask.float()
    level_error = _centred(level_lu(prediction.values["level"]) - targets.level_lu, counted) / LEVEL_UNIT_LU
    pan_error = pan_reach(prediction.values["pan"]) - targets.pan
    losses = {
        "level": _mean(level_error.abs(), counted),
        "pan": _mean(pan_error.abs(), counted * targets.pan_weight),
        "spread": _spread_loss(prediction, "level", level_error, counted)
        + _spread_loss(prediction, "pan", pan_error, counted * targets.pan_weight),
    }
    if "equalizer" in prediction.values:
        settings = counted * targets.settings_weight
        losses["equalizer"] = _equalizer_loss(prediction.values["equalizer"], targets, settings > 0, generator)
        losses["compressor"] = _compressor_loss(prediction, targets, settings)
        losses["reverb"] = _reverb_loss(prediction, targets, settings)
    return losses


def _centred(values: Tensor, counted: Tensor) -> Tensor:
    """Takes each song's mean over its stems off."""
    mean = (values * counted).sum(dim=1, keepdim=True) / counted.sum(dim=1, keepdim=True).clamp(min=1.0)
    return values - mean


def _mean(values: Tensor, weights: Tensor) -> Tensor:
    return (values * weights).sum() / weights.sum().clamp(min=1.0)


def _spread_loss(prediction: MixPrediction, name: str, error: Tensor, counted: Tensor) -> Tensor:
    spread = prediction.spread[name][..., 0] + _LEAST_SPREAD
    return _mean(error.detach().abs() / spread + torch.log(spread), counted)


def _equalizer_loss(outputs: Tensor, targets: Targets, used: Tensor, generator: torch.Generator) -> Tensor:
    """Mean absolute difference of responses, of a drawn handful of stems."""
    rows = torch.nonzero(used.flatten(), as_tuple=True)[0]
    if rows.numel() == 0:
        return outputs.sum() * 0.0
    chosen = rows[torch.randperm(rows.numel(), generator=generator)[:_MOST_CURVES].to(rows.device)]
    found = places_in_units(EQUALIZER_KEYS, outputs.flatten(0, 1)[chosen].double())
    wanted = targets.equalizer.flatten(0, 1)[chosen].double()
    frequencies = _FREQUENCIES_HZ.to(outputs.device)
    curve = _response_db(found, frequencies)
    aim = _response_db({k: wanted[:, i] for i, k in enumerate(EQUALIZER_KEYS)}, frequencies)
    return ((curve - aim).abs().mean() / _CURVE_UNIT_DB).float()


def _response_db(controls: dict[str, Tensor], frequencies_hz: Tensor) -> Tensor:
    return 20.0 * torch.log10(equalizer_response(controls, frequencies_hz, SAMPLE_RATE_HZ).abs().clamp(min=1e-4))


def _compressor_loss(prediction: MixPrediction, targets: Targets, counted: Tensor) -> Tensor:
    logits = prediction.values["compressor_use"][..., 0]
    use = functional.binary_cross_entropy_with_logits(logits, targets.compressor_use, reduction="none")
    found = places_in_units(COMPRESSOR_KEYS, prediction.values["compressor"])
    error = torch.zeros_like(logits)
    for index, key in enumerate(COMPRESSOR_KEYS):
        error = error + (_travel(key, found[key]) - _travel(key, targets.compressor[..., index])).abs()
    return _mean(use, counted) + _mean(error, counted * targets.compressor_use)


def _travel(key: str, values: Tensor) -> Tensor:
    """Places 0 … 1 on a continuous control's travel; values outside the table (padding) count as its lowest."""
    return 0.5 * (normalised_tensor(PARAMETER[key], values.clamp(min=PARAMETER[key].minimum)) + 1.0)


def _reverb_loss(prediction: MixPrediction, targets: Targets, counted: Tensor) -> Tensor:
    logits = prediction.values["reverb_use"][..., 0]
    use = functional.binary_cross_entropy_with_logits(logits, targets.reverb_use, reduction="none")
    used = counted * targets.reverb_use
    level = (wet_level_lu(prediction.values["reverb_level"]) - targets.reverb_lu).abs() / 5.0
    kinds = prediction.values["reverb_type"].flatten(0, 1)
    kind = functional.cross_entropy(kinds, targets.reverb_type.flatten(), reduction="none").reshape(used.shape)
    return _mean(use, counted) + 0.5 * _mean(level, used) + 0.3 * _mean(kind, used)
