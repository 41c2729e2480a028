# SPDX-License-Identifier: Apache-2.0
"""Lessons for the staged network: each stage is first taught alone, by measuring the chain as an engineer would.

Filter and space learn from claps (unit impulses) through the chain with the other stages at rest; the gain learns
from music before and after. Every lesson sees audio in and audio out only, so any chain can be learned so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from mixassist.domain.parameters import REVERB_TYPES, Group
from mixassist.evaluation.recordings import AudioPool
from mixassist.networks.conditioning import conditioning
from mixassist.networks.random_controls import random_controls
from mixassist.networks.staged import SAMPLE_RATE_HZ, StagedNetwork
from mixassist.training.sources import random_audio
from mixassist.training.synthetic import impulse

Chain = Callable[[Tensor, Mapping[str, Tensor], Collection[Group]], Tensor]
"""The chain to learn: (batch, sides, frames), controls (batch,) and the stages not bypassed, to (batch, 2, frames).
A chain without bypass switches may ignore the last: controls of bypassed stages are at rest."""

_ALL = frozenset({Group.EQUALIZER, Group.COMPRESSOR, Group.REVERB})


def filter_lesson(chain: Chain, batch: int = 16, frames: int = 65_536) -> Callable[..., Tensor]:
    """Teaches the filter: mean absolute error of the magnitude response, in dB, on the log-frequency grid."""

    def loss(network: nn.Module, generator: torch.Generator, device: torch.device) -> Tensor:
        stage = _staged(network).filter
        controls = _drawn(batch, generator, device, Group.EQUALIZER)
        with torch.no_grad():
            # Two copies of one clap stay one side: the spectrum of the left is the filter's response.
            spectrum = torch.fft.rfft(chain(impulse(frames, batch).to(device), controls, {Group.EQUALIZER})[:, 0])
            target_db = 20.0 * torch.log10(spectrum.abs().clamp(min=1e-6))
            place = 2.0**stage.log2_hz * (frames / SAMPLE_RATE_HZ)
            index = place.long().clamp(max=frames // 2 - 1)
            share = place - index
            target_db = target_db[:, index] * (1 - share) + target_db[:, index + 1] * share
        return (stage.response_db(conditioning(controls)) - target_db).abs().mean()

    return loss


def space_lesson(chain: Chain, batch: int = 10, seconds: float = 3.0) -> Callable[..., Tensor]:
    """Teaches the space: absolute error of the response, early and late parts weighed by their own size."""
    frames = round(seconds * SAMPLE_RATE_HZ)

    def loss(network: nn.Module, generator: torch.Generator, device: torch.device) -> Tensor:
        stage = _staged(network).space
        controls = _drawn(batch, generator, device, Group.REVERB)
        controls["reverb_type"] = torch.arange(batch, device=device) % 5
        clap = impulse(frames, batch).to(device)
        with torch.no_grad():
            target = chain(clap, controls, {Group.REVERB})
            size = functional.avg_pool1d(target[..., 1:].square().mean(1, keepdim=True), 441, ceil_mode=True).sqrt()
            weight = functional.interpolate(size, size=frames - 1, mode="nearest").clamp(min=1e-5).rsqrt()
        vector = conditioning(controls)
        dry, wet = stage.dry_wet(vector)
        response = functional.pad(stage.response(vector), (0, max(frames - stage.frames, 0)))[..., :frames]
        tail = wet[:, None, None] * response[..., 1:] - target[..., 1:]
        head = dry[:, None] + wet[:, None] * response[..., 0] - target[..., 0]
        return (tail.abs() * weight).mean() + 0.1 * head.abs().mean()

    return loss


@torch.no_grad()
def clap_into(chain: Chain, network: nn.Module) -> None:
    """Claps once into every type of the chain's reverb at its longest, and starts the space's carriers there."""
    stage = _staged(network).space
    controls = random_controls(len(REVERB_TYPES), torch.Generator().manual_seed(0), neutral=_ALL)
    ones = torch.ones(len(REVERB_TYPES))
    controls |= {"reverb_type": torch.arange(len(REVERB_TYPES)), "reverb_decay": ones, "reverb_wet": ones}
    controls["reverb_dry"] = 0.0 * ones
    device = stage.carriers.device
    clap = impulse(stage.frames, len(REVERB_TYPES)).to(device)
    stage.begin_from(chain(clap, {key: value.to(device) for key, value in controls.items()}, {Group.REVERB}))


def gain_lesson(chain: Chain, pool: AudioPool | None, batch: int = 8, seconds: float = 3.0) -> Callable[..., Tensor]:
    """Teaches the gain: mean absolute error of the gain in dB, wherever there is sound to show it."""
    frames = round(seconds * SAMPLE_RATE_HZ)

    def loss(network: nn.Module, generator: torch.Generator, device: torch.device) -> Tensor:
        stage = _staged(network).gain
        controls = _drawn(batch, generator, device, Group.COMPRESSOR)
        audio = random_audio(pool, batch, frames, generator).to(device)
        with torch.no_grad():
            after = chain(audio, controls, {Group.COMPRESSOR}).abs().amax(1)
            before = audio.abs().amax(1)
            weight = (before > 1e-3).float()
            target_db = 20.0 * torch.log10(after.clamp(min=1e-8) / before.clamp(min=1e-8))
        error = (stage.gain_db(audio, conditioning(controls)) - target_db).abs()
        return (error * weight).sum() / weight.sum().clamp(min=1.0)

    return loss


def audio_lesson(
    chain: Chain,
    pool: AudioPool | None,
    distance: Callable[[Tensor, Tensor], Tensor],
    batch: int = 32,
    seconds: float = 1.5,
) -> Callable[..., Tensor]:
    """Teaches any network the whole chain, as the paper does: patches of audio, controls over the full ranges."""
    frames = round(seconds * SAMPLE_RATE_HZ)

    def loss(network: nn.Module, generator: torch.Generator, device: torch.device) -> Tensor:
        controls = _drawn(batch, generator, device, *_ALL)
        audio = random_audio(pool, batch, frames, generator).to(device)
        with torch.no_grad():
            target = chain(audio, controls, _ALL)
        estimate = network(audio, conditioning(controls)).float()
        return distance(estimate, target)

    return loss


def _drawn(batch: int, generator: torch.Generator, device: torch.device, *active: Group) -> dict[str, Tensor]:
    drawn = random_controls(batch, generator, neutral=_ALL - set(active))
    return {key: value.to(device) for key, value in drawn.items()}


def _staged(network: nn.Module) -> StagedNetwork:
    assert isinstance(network, StagedNetwork)
    return network
