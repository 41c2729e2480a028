# SPDX-License-Identifier: Apache-2.0
"""A network from controls to a minimum-phase filter: the equaliser of the staged transformation network."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from mixassist.domain.parameters import BANDS, PARAMETER
from mixassist.networks.conditioning import place_of

_LOWEST_HZ = 8.0
_DB_PER_NEPER = 20.0 / math.log(10.0)


class BandHead(nn.Module):
    """A small field over frequency: what one band does in dB, given its own controls.

    Its output is multiplied by the band's gain, so that a band at 0 dB is exactly neutral.
    """

    def __init__(self, band: str, width: int) -> None:
        super().__init__()
        self.gain_place = place_of(f"{band}_gain_db")
        self.freq_place = place_of(f"{band}_freq_hz")
        q_key = f"{band}_q"
        self.q_place = place_of(q_key) if q_key in PARAMETER else None
        self.full_gain_db = PARAMETER[f"{band}_gain_db"].maximum
        freq = PARAMETER[f"{band}_freq_hz"]
        self.centre_octave = 0.5 * math.log2(freq.minimum * freq.maximum)
        self.half_octaves = 0.5 * math.log2(freq.maximum / freq.minimum)
        self.net = nn.Sequential(
            nn.Linear(7, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(),
            nn.Linear(width, 1),
        )  # fmt: skip

    def forward(self, conditioning: Tensor, log2_hz: Tensor, hz_share: Tensor) -> Tensor:
        """Returns the band's response in dB, (batch, points)."""
        gain = conditioning[:, self.gain_place, None]
        freq = conditioning[:, self.freq_place, None]
        q = torch.zeros_like(gain) if self.q_place is None else conditioning[:, self.q_place, None]
        octaves = log2_hz - (self.centre_octave + self.half_octaves * freq)
        # Distance in bandwidths sharpens with Q; tanh keeps far frequencies apart without large inputs.
        bandwidths = octaves * torch.exp(2.3 * q)
        features = torch.stack(
            torch.broadcast_tensors(
                torch.tanh(0.5 * octaves), torch.tanh(bandwidths), torch.tanh(0.2 * bandwidths), gain, freq, q, hz_share
            ),
            dim=-1,
        )
        return self.full_gain_db * gain * self.net(features)[..., 0]


class FilterStage(nn.Module):
    """Predicts a magnitude response from the equaliser's controls and filters with its minimum-phase form.

    Args:
        width: units in each band's head.
        points: places on the log-frequency grid where the response is predicted.
        sample_rate_hz: rate the network works at.
    """

    log2_hz: Tensor
    hz_share: Tensor

    def __init__(self, width: int = 48, points: int = 1024, sample_rate_hz: int = 44_100) -> None:
        super().__init__()
        self.heads = nn.ModuleList(BandHead(band, width) for band in BANDS)
        self.sample_rate_hz = sample_rate_hz
        nyquist = sample_rate_hz / 2
        log2_hz = torch.linspace(math.log2(_LOWEST_HZ), math.log2(nyquist), points, dtype=torch.float64)
        self.register_buffer("log2_hz", log2_hz.float(), persistent=False)
        self.register_buffer("hz_share", (2.0**log2_hz / nyquist).float(), persistent=False)
        self._grids: dict[tuple[int, torch.device], tuple[Tensor, Tensor]] = {}

    def response_db(self, conditioning: Tensor) -> Tensor:
        """Returns the magnitude response in dB on the log-frequency grid, (batch, points)."""
        bands = [head(conditioning, self.log2_hz, self.hz_share) for head in self.heads]
        return torch.stack(bands).sum(0)

    def spectrum(self, conditioning: Tensor, fft_size: int) -> Tensor:
        """Returns the complex minimum-phase response at the bins of a real FFT, (batch, fft_size // 2 + 1)."""
        response_db = self.response_db(conditioning)
        index, share = self._grid(fft_size, response_db.device)
        on_bins = response_db[:, index] * (1 - share) + response_db[:, index + 1] * share
        return minimum_phase(on_bins / _DB_PER_NEPER, fft_size)

    def forward(self, audio: Tensor, conditioning: Tensor) -> Tensor:
        """Filters (batch, sides, frames) by FFT, padded so that the filter's tail does not wrap round."""
        frames = audio.shape[-1]
        fft_size = 1 << (frames + self.sample_rate_hz - 1).bit_length()
        spectrum = self.spectrum(conditioning, fft_size)
        return torch.fft.irfft(torch.fft.rfft(audio, fft_size) * spectrum[:, None], fft_size)[..., :frames]

    def _grid(self, fft_size: int, device: torch.device) -> tuple[Tensor, Tensor]:
        key = (fft_size, device)
        if key not in self._grids:
            points = len(self.log2_hz)
            nyquist = self.sample_rate_hz / 2
            hz = torch.linspace(0, nyquist, fft_size // 2 + 1, dtype=torch.float64).clamp(min=_LOWEST_HZ)
            place = torch.log2(hz / _LOWEST_HZ) / math.log2(nyquist / _LOWEST_HZ) * (points - 1)
            index = place.floor().clamp(max=points - 2)
            self._grids[key] = index.long().to(device), (place - index).float().to(device)
        return self._grids[key]


def minimum_phase(log_magnitude: Tensor, fft_size: int) -> Tensor:
    """Completes a log magnitude (nepers) at real-FFT bins to the minimum-phase spectrum, by its folded cepstrum.

    Source: Oppenheim & Schafer, Discrete-Time Signal Processing, ch. 13 (homomorphic filtering).
    """
    cepstrum = torch.fft.irfft(log_magnitude.to(torch.complex64), fft_size)
    half = fft_size // 2
    folded = torch.zeros_like(cepstrum)
    folded[..., 0] = cepstrum[..., 0]
    folded[..., 1:half] = 2 * cepstrum[..., 1:half]
    folded[..., half] = cepstrum[..., half]
    return torch.exp(torch.fft.rfft(folded, fft_size))
