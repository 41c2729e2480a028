# SPDX-License-Identifier: Apache-2.0
"""Losses between waveforms: L1, log-cosh, multi-resolution STFT, and the stereo loss on sum and difference."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

RESOLUTIONS: tuple[tuple[int, int, int], ...] = ((512, 50, 240), (1024, 120, 600), (2048, 240, 1200))
"""Frame, hop and window length in samples of the three analyses (Yamamoto et al. 2020)."""

MAGNITUDE_FLOOR = 1e-4


class MultiResolutionSTFT(nn.Module):
    """Spectral convergence plus log-magnitude distance, averaged over resolutions.

    Source: Steinmetz et al. 2021, section 2.3; Yamamoto et al. 2020, Parallel WaveGAN, equations 4–6.
    """

    def __init__(
        self,
        resolutions: tuple[tuple[int, int, int], ...] = RESOLUTIONS,
        floor: float = MAGNITUDE_FLOOR,
    ) -> None:
        super().__init__()
        self.resolutions, self.floor = resolutions, floor
        for number, (_, _, window) in enumerate(resolutions):
            self.register_buffer(f"window{number}", torch.hann_window(window), persistent=False)

    def forward(self, estimate: Tensor, target: Tensor) -> Tensor:
        """Returns the distance, a scalar, of two signals of shape (…, frames); all leading places are one batch."""
        estimate, target = (x.reshape(-1, x.shape[-1]) for x in (estimate, target))
        total = estimate.new_zeros(())
        for number, (frame, hop, _) in enumerate(self.resolutions):
            a, b = (self._magnitude(x, number, frame, hop) for x in (estimate, target))
            convergence = torch.linalg.vector_norm(b - a) / torch.linalg.vector_norm(b)
            total = total + convergence + (torch.log(a) - torch.log(b)).abs().mean()
        return total / len(self.resolutions)

    def _magnitude(self, x: Tensor, number: int, frame: int, hop: int) -> Tensor:
        window = getattr(self, f"window{number}")
        spectrum = torch.stft(x, frame, hop, window.shape[0], window.to(x), return_complex=True)
        power = spectrum.real.square() + spectrum.imag.square()
        return torch.sqrt(power.clamp(min=self.floor**2))


def sum_and_difference(audio: Tensor) -> Tensor:
    """Maps left and right (batch, 2, frames) to their sum and difference, stacked alike."""
    left, right = audio.unbind(dim=-2)
    return torch.stack([left + right, left - right], dim=-2)


def stereo_loss(distance: Callable[[Tensor, Tensor], Tensor], estimate: Tensor, target: Tensor) -> Tensor:
    """Adds a distance of the sums and of the differences: blind to which side is left (Steinmetz 2021, 2.3)."""
    a, b = sum_and_difference(estimate), sum_and_difference(target)
    return distance(a[..., 0, :], b[..., 0, :]) + distance(a[..., 1, :], b[..., 1, :])


def log_cosh(estimate: Tensor, target: Tensor) -> Tensor:
    """Mean of log(cosh(error)): square for small errors, absolute for large ones (Mitchell & Hawley 2020)."""
    error = (estimate - target).abs()
    return (error + torch.nn.functional.softplus(-2.0 * error) - math.log(2.0)).mean()


class L1AndSTFT(nn.Module):
    """Mean absolute error plus the multi-resolution STFT distance times a weight."""

    def __init__(self, weight: float = 0.01) -> None:
        super().__init__()
        self.weight, self.stft = weight, MultiResolutionSTFT()

    def forward(self, estimate: Tensor, target: Tensor) -> Tensor:
        """Returns the loss of two signals of one shape."""
        return torch.nn.functional.l1_loss(estimate, target) + self.weight * self.stft(estimate, target)


LOSSES: dict[str, Callable[[], Callable[[Tensor, Tensor], Tensor]]] = {
    "l1": nn.L1Loss,
    "l1+stft": L1AndSTFT,
    "log-cosh": lambda: log_cosh,
}
"""The losses a transformation network can be trained with, by name."""
