# SPDX-License-Identifier: Apache-2.0
"""The staged network as a strip for rendering: streamed, or any piece from the middle, without seams."""

from __future__ import annotations

import copy
import math
from functools import cached_property

import torch
from torch import Tensor

from mixassist.domain.channel import Stages
from mixassist.domain.controls import Controls
from mixassist.dsp.ballistics import Detected, DetectorStates, detect, no_states
from mixassist.dsp.fft_filter import BlockFilter, plan_blocks
from mixassist.dsp.render_strip import RenderStrip
from mixassist.networks.conditioning import conditioning_of
from mixassist.networks.gain_stage import FULL_DB, spread_over_hops
from mixassist.networks.staged import SAMPLE_RATE_HZ, StagedNetwork

_FILTER_FFT = 2**17
_INAUDIBLE = 10.0 ** (-120.0 / 20.0)


class StagedStrip(RenderStrip):
    """A channel rendered through the staged network at fixed controls; the console's DSP takes no part in it.

    Filters and responses are drawn by the network once; the gain's states are carried from chunk to chunk, so that
    chunks equal one whole call. Neutral stages are skipped and states kept as in the console's own strip.

    Args:
        network: trained, in evaluation mode; works at 44,100 Hz.
    """

    def __init__(
        self, network: StagedNetwork, controls: Controls, stages: Stages, device: torch.device | str = "cpu"
    ) -> None:
        super().__init__(controls, stages, SAMPLE_RATE_HZ, device)
        self.network = network
        self._stages = stages
        with torch.no_grad():
            self._vector = conditioning_of([controls]).to(self.device)
            settings = network.gain.settings(self._vector)
        self._static_db = settings[-1]
        self._shares = settings[4]
        seconds_per_hop = network.gain.seconds_per_hop
        self._release_rate, self._attack_rate = (seconds_per_hop / time[0].double() for time in settings[2:4])
        self._slowest_s = sum(float(time.max()) for time in settings[2:4])

    def on(self, device: torch.device | str) -> StagedStrip:
        """Returns the same strip computing elsewhere."""
        return StagedStrip(copy.deepcopy(self.network).to(device), self.controls, self._stages, device)

    @cached_property
    def _equalizer(self) -> BlockFilter:
        with torch.no_grad():
            response = torch.fft.irfft(self.network.filter.spectrum(self._vector, _FILTER_FFT), _FILTER_FFT)
        heard = _audible_part(response * self._gain)
        return BlockFilter.of_response(heard.double(), plan_blocks(heard.shape[-1], self._chunk_frames), self.device)

    @cached_property
    def _reverb(self) -> BlockFilter:
        with torch.no_grad():
            dry, wet = self.network.space.dry_wet(self._vector)
            response = wet * self.network.space.response(self._vector)[0]
            response[:, 0] += dry
        if not (self._equalizes or self._compresses):
            response = response * self._gain
        heard = _audible_part(response)
        plan = plan_blocks(heard.shape[-1], 2**18, partitioned=True)
        return BlockFilter.of_response(heard.double(), plan, self.device)

    @property
    def _detector_s(self) -> float:
        return self._slowest_s

    def _at_rest(self) -> DetectorStates:
        return no_states(self.network.gain.channels, self.device)

    def _compressed(self, audio: Tensor, states: DetectorStates) -> tuple[Tensor, Detected]:
        found = self._heard(audio, states)
        gain_db = self._static_db[:, None] - found.smoothed
        return audio * torch.exp(gain_db * (math.log(10.0) / 20.0)), found

    def _heard(self, audio: Tensor, states: DetectorStates) -> Detected:
        stage = self.network.gain
        drive = stage.drive(stage.levels(audio.unsqueeze(0)), self._vector)[0]
        found = detect(drive, self._release_rate, self._attack_rate, states)
        weights = FULL_DB * self._shares.T
        before = (weights[:, 0] * states.attack.to(weights)).sum().reshape(1)
        curve = (weights * found.smoothed).sum(0, keepdim=True)
        reduction_db = spread_over_hops(curve, stage.hop, before)[:, : audio.shape[-1]]
        return Detected(reduction_db, None, found.states, found.step * stage.hop)


def _audible_part(response: Tensor) -> Tensor:
    """Cuts a response (sides, frames) behind its last sample above −120 dB of its peak."""
    loud = (response.abs().amax(0) > _INAUDIBLE * response.abs().max()).nonzero()
    return response[:, : int(loud[-1]) + 1] if len(loud) else response[:, :1]
