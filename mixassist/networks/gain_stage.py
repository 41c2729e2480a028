# SPDX-License-Identifier: Apache-2.0
"""A small recurrent network that hears levels and predicts a gain: the compressor of the staged network."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from mixassist.domain.parameters import Group, keys_of
from mixassist.dsp.ballistics import smooth_peaks
from mixassist.networks.conditioning import place_of
from mixassist.networks.layers import zeroed

_PLACES = [place_of(key) for key in keys_of(Group.COMPRESSOR)]
_FLOOR = 1e-6
FULL_DB = 60.0


class GainStage(nn.Module):
    """Levels to gain in decibels: rectified units, leaky maxima and leaky means, all set by a hypernetwork.

    The level (peak of both sides, in dB) is taken every `hop` frames. Each of `channels` adds rectified units of
    the level, holds their peaks by a leaky maximum y[n] = max(u[n], a·y[n−1] + (1−a)·u[n]) and smooths these by
    a leaky mean; slopes, knees and time constants are functions of the controls. The gain runs linearly in dB
    between hops, and one gain serves both sides.

    Args:
        channels: parallel recurrences.
        units: rectified units a channel.
        hop: frames between levels.
        width: units of the hypernetwork.
    """

    def __init__(
        self, channels: int = 2, units: int = 4, hop: int = 8, width: int = 64, sample_rate_hz: int = 44_100
    ) -> None:
        super().__init__()
        self.channels, self.units, self.hop = channels, units, hop
        self.seconds_per_hop = hop / sample_rate_hz
        outputs = channels * (2 * units + 3) + 1
        self.straight = nn.Linear(len(_PLACES), outputs)
        self.bent = nn.Sequential(
            nn.Linear(len(_PLACES), width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(),
            zeroed(nn.Linear(width, outputs)),
        )  # fmt: skip
        nn.init.normal_(self.straight.weight, std=0.05)
        with torch.no_grad():
            bias = self.straight.bias.zero_()
            k, j = channels, units
            bias[: k * j] = 0.5 / j  # slopes
            bias[k * j : 2 * k * j] = torch.linspace(-0.7, -0.2, k * j)  # knees, in units of 60 dB
            bias[2 * k * j : 2 * k * j + k] = math.log(0.3)  # release, log seconds
            bias[2 * k * j + k : 2 * k * j + 2 * k] = math.log(0.002)  # attack, log seconds
            bias[2 * k * j + 2 * k : -1] = 1.0 / k  # shares of the channels

    def settings(self, conditioning: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Returns slopes and knees (batch, channels, units), release and attack times in seconds and shares
        (batch, channels), and the static gain in dB (batch,)."""
        controls = conditioning[:, _PLACES]
        raw = self.straight(controls) + self.bent(controls)
        k, j = self.channels, self.units
        slopes, knees, release, attack, shares, static = raw.split([k * j, k * j, k, k, k, 1], dim=-1)
        batch = raw.shape[0]
        return (
            slopes.reshape(batch, k, j),
            knees.reshape(batch, k, j),
            torch.exp(release.clamp(-9.0, 3.0)),
            torch.exp(attack.clamp(-12.0, 1.0)),
            shares,
            FULL_DB * static[:, 0],
        )

    def levels(self, audio: Tensor) -> Tensor:
        """Returns the peak level of each hop in units of 60 dB (0 = full scale), (batch, hops)."""
        peak = audio.abs().amax(dim=1)
        spare = -peak.shape[-1] % self.hop
        peak = functional.pad(peak, (0, spare)).reshape(peak.shape[0], -1, self.hop).amax(dim=-1)
        return torch.log10(peak.clamp(min=_FLOOR)) * (20.0 / FULL_DB)

    def drive(self, levels: Tensor, conditioning: Tensor) -> Tensor:
        """Returns what the recurrences are fed, (batch, channels, hops), ≥ 0, in units of 60 dB."""
        slopes, knees, *_ = self.settings(conditioning)
        drive = torch.zeros(levels.shape[0], self.channels, levels.shape[-1], dtype=levels.dtype, device=levels.device)
        for unit in range(self.units):
            above = torch.relu(levels[:, None] - knees[..., unit, None])
            drive = drive + slopes[..., unit, None] * above
        return torch.relu(drive)

    def curve_db(self, levels: Tensor, conditioning: Tensor) -> Tensor:
        """Returns the gain in dB at the end of every hop, (batch, hops), from levels (batch, hops)."""
        _, _, release, attack, shares, static = self.settings(conditioning)
        drive = self.drive(levels, conditioning)
        rates = [self.seconds_per_hop / time.flatten().double() for time in (release, attack)]
        held = smooth_peaks(drive.flatten(0, 1), *rates).reshape(drive.shape)
        return static[:, None] - FULL_DB * (shares[..., None] * held).sum(1)

    def gain_db(self, audio: Tensor, conditioning: Tensor) -> Tensor:
        """Returns the gain in dB at every frame, (batch, frames), for audio (batch, 1 or 2, frames)."""
        static = self.settings(conditioning)[-1]
        curve = self.curve_db(self.levels(audio), conditioning)
        return spread_over_hops(curve, self.hop, static)[:, : audio.shape[-1]]

    def forward(self, audio: Tensor, conditioning: Tensor) -> Tensor:
        """Returns the gain as a factor at every frame, (batch, frames)."""
        return torch.exp(self.gain_db(audio, conditioning) * (math.log(10.0) / 20.0))


def spread_over_hops(curve: Tensor, hop: int, before: Tensor) -> Tensor:
    """Draws straight lines between the ends of hops: (batch, hops), and (batch,) before the first, to frames."""
    earlier = torch.cat([before[:, None], curve[:, :-1]], dim=-1)
    share = torch.arange(1, hop + 1, device=curve.device, dtype=curve.dtype) / hop
    return (earlier[..., None] + (curve - earlier)[..., None] * share).flatten(-2)
