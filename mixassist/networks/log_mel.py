# SPDX-License-Identifier: Apache-2.0
"""Log-mel patches: what the encoder sees of a stem, at any sample rate and any level."""

from __future__ import annotations

import functools

import torch
import torchaudio
from torch import Tensor

BANDS = 64
PATCH_FRAMES = 96
HOP_S = 0.010
WINDOW_S = 0.025
LOWEST_HZ, HIGHEST_HZ = 40.0, 16_000.0
PATCH_S = PATCH_FRAMES * HOP_S

_FLOOR = 1e-9
_CENTRE_DB, _SPREAD_DB = -68.0, 20.0


@functools.lru_cache(maxsize=8)
def _transform(sample_rate_hz: int, device: torch.device) -> torchaudio.transforms.MelSpectrogram:
    window = round(WINDOW_S * sample_rate_hz)
    return torchaudio.transforms.MelSpectrogram(
        sample_rate=sample_rate_hz,
        n_fft=2 * window,
        win_length=window,
        hop_length=round(HOP_S * sample_rate_hz),
        f_min=LOWEST_HZ,
        f_max=HIGHEST_HZ,
        n_mels=BANDS,
        power=2.0,
        center=False,
        norm="slaney",
    ).to(device)


def patch_samples(sample_rate_hz: int) -> int:
    """Returns how many samples a patch is made of: 0.96 s of hops and the window behind the last."""
    window, hop = round(WINDOW_S * sample_rate_hz), round(HOP_S * sample_rate_hz)
    return (PATCH_FRAMES - 1) * hop + 2 * window


def log_mel_patches(audio: Tensor, sample_rate_hz: int, gain_db: Tensor | float = 0.0) -> Tensor:
    """Returns patches as the encoder takes them, with mean near 0 and spread near 1 for ordinary stems.

    Args:
        audio: (patches, sides, samples), `patch_samples` long; the powers of the sides are averaged, so a side in
            opposite polarity takes nothing away.
        gain_db: what brings the stem to −23 LUFS, one number or (patches,).

    Returns:
        (patches, 64, 96). Bands lie 40 Hz … 16 kHz on the mel scale, frames 10 ms apart (Hershey et al. 2017 have
        64 bands, 125 Hz … 7.5 kHz, of 16 kHz audio; cymbals and air need more).
    """
    mel = _transform(sample_rate_hz, audio.device)
    window = mel.spectrogram.window
    scale = 1.0 / float(window.square().sum() * sample_rate_hz / 2.0)
    power = mel(audio).mean(dim=1) * (scale * HIGHEST_HZ)
    gain = torch.as_tensor(gain_db, dtype=power.dtype, device=power.device).reshape(-1, 1, 1)
    return to_network_scale(10.0 * torch.log10(power * 10.0 ** (gain / 10.0) + _FLOOR))


def to_network_scale(level_db: Tensor) -> Tensor:
    """Maps band levels in dB to the encoder's scale."""
    return (level_db - _CENTRE_DB) / _SPREAD_DB


def from_network_scale(patches: Tensor) -> Tensor:
    """The inverse of `to_network_scale`: levels in dB."""
    return patches * _SPREAD_DB + _CENTRE_DB
