# SPDX-License-Identifier: Apache-2.0
"""The published transformation network: a temporal convolutional network conditioned by FiLM.

Source: Steinmetz et al. 2021, section 2.1 and Fig. 2; after Damskägg et al. 2019 and Bai et al. 2018.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from mixassist.networks.conditioning import CONDITIONING_SIZE

_GLOBAL_SIZE = 128
_ROWS_FROM = 4


class FiLM(nn.Module):
    """Feature-wise linear modulation after a batch normalisation without affine (Perez et al. 2018)."""

    def __init__(self, channels: int, conditioning_size: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(channels, affine=False)
        self.adaptor = nn.Linear(conditioning_size, 2 * channels)

    def forward(self, x: Tensor, conditioning: Tensor) -> Tensor:
        """Scales and shifts (batch, channels, frames) by projections of (batch, conditioning_size)."""
        scale, shift = self.adaptor(conditioning).unsqueeze(-1).chunk(2, dim=1)
        return self.norm(x) * scale + shift


class DilatedConv(nn.Conv1d):
    """A centred, zero-padded dilated convolution; on processors as an ordinary one over every d-th sample.

    Frames laid out in rows of d turn dilation d down the rows into dilation 1, three times as fast and the same sums.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, dilation: int) -> None:
        if kernel % 2 == 0:
            raise ValueError("the kernel needs a centre: its length has to be odd")
        padding = dilation * (kernel // 2)
        super().__init__(inputs, outputs, kernel, dilation=dilation, padding=padding, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Maps (batch, inputs, frames) to (batch, outputs, frames)."""
        step, frames = self.dilation[0], x.shape[-1]
        if step < _ROWS_FROM or x.device.type != "cpu":
            return super().forward(x)
        rows = functional.pad(x, (0, -frames % step)).unflatten(-1, (-1, step))
        padding = (self.kernel_size[0] // 2, 0)
        return functional.conv2d(rows, self.weight[..., None], padding=padding).flatten(-2)[..., :frames]


class TCNBlock(nn.Module):
    """Dilated convolution, FiLM, PReLU, and a residual connection with a learnable gain a channel."""

    def __init__(self, inputs: int, outputs: int, kernel: int, dilation: int) -> None:
        super().__init__()
        self.conv = DilatedConv(inputs, outputs, kernel, dilation)
        self.film = FiLM(outputs, _GLOBAL_SIZE)
        self.relu = nn.PReLU(outputs)
        self.residual = nn.Conv1d(inputs, outputs, 1, groups=inputs if outputs % inputs == 0 else 1, bias=False)

    def forward(self, x: Tensor, conditioning: Tensor) -> Tensor:
        """Maps (batch, inputs, frames) to (batch, outputs, frames)."""
        return self.relu(self.film(self.conv(x), conditioning)) + self.residual(x)


class TCN(nn.Module):
    """Mono in, stereo out; non-causal, centred, zero-padded.

    The dilation of layer l is 2^((l−1) mod 10); skips from every block are averaged and added to the last one.
    Stereo input is processed a side at a time, and each side keeps its own output side.

    Args:
        blocks: 10, 20 or 30 for TCN-10, TCN-20 and TCN-30 (receptive fields about 320, 650 and 970 ms).
    """

    def __init__(self, blocks: int = 10, width: int = 32, kernel: int = 15, stack: int = 10) -> None:
        super().__init__()
        self.options = {"width": width, "kernel": kernel, "stack": stack}
        self.kernel, self.dilations = kernel, [2 ** (layer % stack) for layer in range(blocks)]
        self.conditioner = nn.Sequential(
            nn.Linear(CONDITIONING_SIZE, 16), nn.PReLU(), nn.Linear(16, 32), nn.PReLU(), nn.Linear(32, _GLOBAL_SIZE),
            nn.PReLU(),
        )  # fmt: skip
        self.blocks = nn.ModuleList(
            TCNBlock(1 if layer == 0 else width, width, kernel, dilation)
            for layer, dilation in enumerate(self.dilations)
        )
        self.output = nn.Conv1d(width, 2, 1)

    @property
    def receptive_field_frames(self) -> int:
        """Frames of input that one frame of output depends on."""
        return 1 + (self.kernel - 1) * sum(self.dilations)

    def forward(self, audio: Tensor, conditioning: Tensor) -> Tensor:
        """Maps (batch, 1 or 2, frames) and (batch, 26) to (batch, 2, frames)."""
        if audio.shape[1] == 1:
            return self._one_side(audio, conditioning)
        left = self._one_side(audio[:, :1], conditioning)
        right = self._one_side(audio[:, 1:], conditioning)
        return torch.stack([left[:, 0], right[:, 1]], dim=1)

    def _one_side(self, x: Tensor, conditioning: Tensor) -> Tensor:
        shared = self.conditioner(conditioning)
        skips: Tensor | None = None
        for block in self.blocks:
            x = block(x, shared)
            skips = x if skips is None else skips + x
        assert skips is not None
        out: Tensor = self.output(x + skips / len(self.blocks))
        return out
