# SPDX-License-Identifier: Apache-2.0
"""The controller's last lesson, the paper's: its controls through a console, and the mix against the target mix.

Steinmetz et al. 2021, sections 2.2 and 2.3: trained end to end from the sound of finished mixes, by the distance of
their sums and differences in multi-resolution STFTs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from mixassist.domain.parameters import PARAMETER, REVERB_TYPES
from mixassist.dsp.channel_strip import bracket
from mixassist.dsp.panning import db_to_factor, pan_gains
from mixassist.evaluation.recordings import SAMPLE_RATE_HZ
from mixassist.networks.conditioning import conditioning
from mixassist.networks.controller import MixController, MixPrediction
from mixassist.networks.encoder import Encoder
from mixassist.networks.losses import MultiResolutionSTFT, stereo_loss
from mixassist.networks.mix_controls import (
    COMPRESSOR_KEYS,
    EQUALIZER_KEYS,
    level_lu,
    pan_reach,
    places_in_units,
    reverb_decay,
    wet_level_lu,
)

_WET_GAIN_LU = 6.0
"""A reverb of wet 1 is about this much softer than the dry sound, mean of the five types."""
_MIX_RMS = 0.07
_LEAST_RMS = 1e-4

Chain = Callable[[Tensor, dict[str, Tensor]], Tensor]
"""Equaliser, compressor and reverb: audio (stems, sides, frames) and controls (stems,) to (stems, 2, frames)."""


@dataclass(frozen=True)
class AudioExample:
    """A few seconds of a song: what the controller sees, raw stems at −23 LUFS, sides to pan to, and the target mix.

    `stems` (stems, features); `audio` (stems, sides, frames); `sides` (stems,) −1 or 1; `mix` (2, frames);
    `patches` (all patches, 64, 96) of which each stem has its share of `counts` (stems,).
    """

    stems: Tensor
    audio: Tensor
    sides: Tensor
    mix: Tensor
    patches: Tensor
    counts: Tensor


class TunedController(nn.Module):
    """An encoder and a mixing network that are trained together."""

    def __init__(self, encoder: Encoder, mixer: MixController) -> None:
        super().__init__()
        self.encoder, self.mixer = encoder, mixer


def through_console(audio: Tensor, controls: dict[str, Tensor]) -> Tensor:
    """The exact console: trained through `wet`."""
    return bracket(audio, controls, SAMPLE_RATE_HZ)


def through_network(network: nn.Module) -> Chain:
    """A transformation network in the console's place: trained through `model`."""

    def chain(audio: Tensor, controls: dict[str, Tensor]) -> Tensor:
        out: Tensor = network.to(audio.device)(audio, conditioning(controls))
        return out

    return chain


def audio_lesson(
    examples: Sequence[AudioExample], chain: Chain = through_console, songs_per_step: int = 1
) -> Callable[[nn.Module, torch.Generator, torch.device], Tensor]:
    """Returns the loss of a step for `training.loop.Trainer`: drawn songs mixed by the network against their targets.

    A `MixController` keeps the embeddings it is given; a `TunedController` makes them anew, and is tuned as a whole.
    """
    distance = MultiResolutionSTFT()

    def loss_of_step(network: nn.Module, generator: torch.Generator, device: torch.device) -> Tensor:
        assert isinstance(network, MixController | TunedController)
        distance.to(device)
        total = torch.zeros((), device=device)
        for _ in range(songs_per_step):
            example = examples[int(torch.randint(len(examples), (), generator=generator))]
            mix = mixed_by(network, example, chain, device)
            total = total + mix_distance(distance, mix, example.mix.to(device).float())
        return total / songs_per_step

    return loss_of_step


def mixed_by(
    network: MixController | TunedController, example: AudioExample, chain: Chain, device: torch.device
) -> Tensor:
    """Mixes an example as `mixed` does; a network that is tuned with its encoder hears the stems anew."""
    if isinstance(network, TunedController):
        return mixed(network.mixer, _reencoded(example, network.encoder, device), chain, device)
    return mixed(network, example, chain, device)


def _reencoded(example: AudioExample, encoder: Encoder, device: torch.device) -> AudioExample:
    found = encoder(example.patches.to(device).float())
    means = torch.stack([part.mean(dim=0) for part in found.split(example.counts.tolist())])
    rest = example.stems.to(device)[:, means.shape[1] :]
    return replace(example, stems=torch.cat([means, rest], dim=1))


def mix_distance(distance: Callable[[Tensor, Tensor], Tensor], mix: Tensor, target: Tensor) -> Tensor:
    """Distance of two mixes (2, frames) at one level: sum plus difference, blind to which side is left."""
    return stereo_loss(distance, _at_level(mix)[None], _at_level(target)[None])


def _at_level(mix: Tensor) -> Tensor:
    return mix * (_MIX_RMS / mix.square().mean().sqrt().clamp(min=_LEAST_RMS))


def mixed(network: MixController, example: AudioExample, chain: Chain, device: torch.device) -> Tensor:
    """Mixes an example with the network's controls; differentiable. Returns (2, frames)."""
    stems = example.stems.to(device)
    prediction = network(stems[None], torch.ones(1, stems.shape[0], dtype=torch.bool, device=device))
    controls, gains = console_controls(prediction, example.sides.to(device))
    audio = example.audio.to(device).float()
    processed = chain(audio, controls)
    # Gain staging, as in use: the strip is level-neutral, and the fader sets what stands behind it.
    before = audio.expand(-1, 2, -1).square().mean(dim=(1, 2)).clamp(min=_LEAST_RMS**2)
    after = processed.square().mean(dim=(1, 2)).clamp(min=_LEAST_RMS**2)
    return (processed * (gains * (before / after).sqrt().unsqueeze(-1)).unsqueeze(-1)).sum(dim=0)


def console_controls(prediction: MixPrediction, sides: Tensor) -> tuple[dict[str, Tensor], Tensor]:
    """Returns differentiable controls of one song's stems, each (stems,), and the gains of their two sides (stems, 2).

    Compressor and reverb fade in with the likelihood of their use: the ratio from 1, the reverberation from silence.
    """
    values = {name: value[0] for name, value in prediction.values.items()}
    controls = neutral_controls(sides.shape[0], sides.device)
    if "equalizer" in values:
        controls.update(places_in_units(EQUALIZER_KEYS, values["equalizer"]))
        controls.update(places_in_units(COMPRESSOR_KEYS, values["compressor"]))
        use = torch.sigmoid(values["compressor_use"][..., 0])
        controls["ratio"] = 1.0 + (controls["ratio"] - 1.0) * use
        wet = db_to_factor(wet_level_lu(values["reverb_level"]) + _WET_GAIN_LU)
        controls["reverb_wet"] = (wet * torch.sigmoid(values["reverb_use"][..., 0])).clamp(0.0, 1.0)
        controls["reverb_type"] = torch.softmax(values["reverb_type"], dim=-1)
        controls["reverb_decay"] = reverb_decay(values["reverb_decay"])
    left, right = pan_gains(pan_reach(values["pan"]) * sides)
    return controls, torch.stack([left, right], dim=-1) * db_to_factor(level_lu(values["level"])).unsqueeze(-1)


def neutral_controls(count: int, device: torch.device) -> dict[str, Tensor]:
    """The bracket's controls at their defaults, each (count,); the reverb type as weights (count, 5)."""
    keys = (*EQUALIZER_KEYS, *COMPRESSOR_KEYS, "makeup_gain_db", "reverb_decay", "reverb_dry", "reverb_wet")
    controls = {k: torch.full((count,), float(PARAMETER[k].default), device=device) for k in keys}
    controls["reverb_type"] = torch.eye(len(REVERB_TYPES), device=device)[:1].expand(count, -1)
    return controls
