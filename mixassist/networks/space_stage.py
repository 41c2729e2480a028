# SPDX-License-Identifier: Apache-2.0
"""A network from controls to an impulse response: the reverb of the staged transformation network."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from mixassist.domain.parameters import REVERB_TYPES
from mixassist.networks.conditioning import place_of
from mixassist.networks.layers import zeroed

_TYPE_PLACES = [place_of(f"reverb_type={t}") for t in REVERB_TYPES]


class SpaceStage(nn.Module):
    """Learned carriers, one a type and side, under an envelope that a small network draws from the controls.

    The envelope is piecewise linear in dB over `knots` places in time, so that decays need not be exponential.

    Args:
        seconds: length of the learned responses.
        knots: places of the envelope, denser at the start.
        width: units of the envelope network.
        sample_rate_hz: rate the network works at.
    """

    knot_index: Tensor
    knot_share: Tensor
    tilt: Tensor

    def __init__(self, seconds: float = 3.0, knots: int = 24, width: int = 48, sample_rate_hz: int = 44_100) -> None:
        super().__init__()
        self.frames = round(seconds * sample_rate_hz)
        self.knots = knots
        self.carriers = nn.Parameter(0.01 * torch.randn(len(REVERB_TYPES), 2, self.frames))
        self.envelope = nn.Sequential(
            nn.Linear(1 + len(REVERB_TYPES), width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(),
            zeroed(nn.Linear(width, knots)),
        )  # fmt: skip
        self.levels = nn.Sequential(nn.Linear(2, width), nn.SiLU(), zeroed(nn.Linear(width, 2)))
        places = torch.linspace(0, 1, knots, dtype=torch.float64) ** 2 * (self.frames - 1)
        time = torch.arange(self.frames, dtype=torch.float64)
        index = (torch.bucketize(time, places, right=True) - 1).clamp(0, knots - 2)
        share = (time - places[index]) / (places[index + 1] - places[index])
        self.register_buffer("knot_index", index, persistent=False)
        self.register_buffer("knot_share", share.float(), persistent=False)
        # The raw parameters are kept at an even scale over time: the mean decay is taken out of them.
        self.register_buffer("tilt", torch.exp(-3.0 * time / self.frames).float(), persistent=False)

    @torch.no_grad()
    def begin_from(self, responses: Tensor) -> None:
        """Starts the carriers at measured responses, (types, 2, any frames): what an engineer's clap recorded."""
        kept = torch.nn.functional.pad(responses, (0, max(self.frames - responses.shape[-1], 0)))[..., : self.frames]
        self.carriers.copy_(kept / self.tilt)

    def response(self, conditioning: Tensor) -> Tensor:
        """Returns the impulse responses, (batch, 2, frames), before the wet level."""
        weights = conditioning[:, _TYPE_PLACES]
        decay = conditioning[:, place_of("reverb_decay"), None]
        knots_db = 60.0 * self.envelope(torch.cat([decay, weights], dim=-1))
        envelope_db = (
            knots_db[:, self.knot_index] * (1 - self.knot_share) + knots_db[:, self.knot_index + 1] * self.knot_share
        )
        envelope = torch.exp(envelope_db * (math.log(10.0) / 20.0)) * self.tilt
        flat = torch.mm(weights, self.carriers.reshape(len(REVERB_TYPES), -1))
        return flat.reshape(-1, 2, self.frames) * envelope[:, None]

    def dry_wet(self, conditioning: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the factors of the direct and the reverberated sound, (batch,) each; exactly 0 at controls of 0."""
        controls = conditioning[:, [place_of("reverb_dry"), place_of("reverb_wet")]]
        shares = 0.5 * (controls + 1.0)
        factors = shares * torch.exp(self.levels(shares))
        return factors[:, 0], factors[:, 1]

    def forward(self, audio: Tensor, conditioning: Tensor) -> Tensor:
        """Adds the reverberation of (batch, 1 or 2, frames); returns (batch, 2, frames), the tail cut."""
        frames = audio.shape[-1]
        response = self.response(conditioning)[..., :frames]
        size = 1 << (frames + response.shape[-1] - 2).bit_length()
        wet_sound = torch.fft.irfft(torch.fft.rfft(audio, size) * torch.fft.rfft(response, size), size)[..., :frames]
        dry, wet = self.dry_wet(conditioning)
        return dry[:, None, None] * audio + wet[:, None, None] * wet_sound
