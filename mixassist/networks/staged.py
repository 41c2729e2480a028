# SPDX-License-Identifier: Apache-2.0
"""The default transformation network: three learned stages that know what they are.

A network from controls to a filter, a recurrent network from levels to a gain, and a network from controls to an
impulse response, in series. Nothing in it calls the console: all it knows it learned from audio before and after.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from mixassist.networks.filter_stage import FilterStage
from mixassist.networks.gain_stage import GainStage
from mixassist.networks.space_stage import SpaceStage

SAMPLE_RATE_HZ = 44_100


class StagedNetwork(nn.Module):
    """Filter, gain and space in series; both sides of a stereo stem share one gain.

    Args:
        filter_width, gain_channels, gain_units, gain_hop, gain_width, space_seconds, space_knots: sizes of the
            stages, see there.
    """

    def __init__(
        self,
        filter_width: int = 48,
        gain_channels: int = 2,
        gain_units: int = 4,
        gain_hop: int = 8,
        gain_width: int = 64,
        space_seconds: float = 3.0,
        space_knots: int = 24,
    ) -> None:
        super().__init__()
        self.options: dict[str, Any] = {
            "filter_width": filter_width,
            "gain_channels": gain_channels,
            "gain_units": gain_units,
            "gain_hop": gain_hop,
            "gain_width": gain_width,
            "space_seconds": space_seconds,
            "space_knots": space_knots,
        }
        self.filter = FilterStage(filter_width, sample_rate_hz=SAMPLE_RATE_HZ)
        self.gain = GainStage(gain_channels, gain_units, gain_hop, gain_width, sample_rate_hz=SAMPLE_RATE_HZ)
        self.space = SpaceStage(space_seconds, space_knots, sample_rate_hz=SAMPLE_RATE_HZ)

    def forward(self, audio: Tensor, conditioning: Tensor) -> Tensor:
        """Maps (batch, 1 or 2, frames) and (batch, 26) to (batch, 2, frames)."""
        filtered = self.filter(audio, conditioning)
        gained = filtered * self.gain(filtered, conditioning)[:, None]
        return self.space(gained, conditioning)
