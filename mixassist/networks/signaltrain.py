# SPDX-License-Identifier: Apache-2.0
"""SignalTrain: learned transforms round two autoencoders, one for magnitudes and one for phases.

Source: Hawley, Colburn & Mimilakis 2019, Profiling audio compressors with deep neural networks, as described by
Mitchell & Hawley 2020, section II and Fig. 1. Here it makes two sides of one.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from mixassist.networks.conditioning import CONDITIONING_SIZE

_QUIET = 1e-3
_CHUNKS_AT_ONCE = 16


def _fourier(size: int, bins: int) -> tuple[Tensor, Tensor]:
    """Returns real and imaginary part of the orthonormal Fourier matrix, (bins, size)."""
    turns = torch.outer(torch.arange(bins, dtype=torch.float64), torch.arange(size, dtype=torch.float64)) / size
    angle = -2.0 * math.pi * (turns % 1.0)
    return torch.cos(angle) / math.sqrt(size), torch.sin(angle) / math.sqrt(size)


def synthesis_window(window: Tensor, hop: int) -> Tensor:
    """Returns the window that undoes an analysis window by overlap-add. Source: Griffin & Lim 1984, equation 6."""
    size = window.shape[0]
    overlap = torch.zeros_like(window)
    for shift in range(-(size // hop) * hop, size, hop):
        here, there = slice(max(shift, 0), size + min(shift, 0)), slice(max(-shift, 0), size - max(shift, 0))
        overlap[here] += window[there].square()
    return window / overlap


class Transforms(nn.Module):
    """The front end and its return: convolutions that start as an STFT and its inverse, and go on learning.

    Args:
        size: samples of a frame; `size // 2 + 1` bins.
        hop: samples between frames.
    """

    def __init__(self, size: int, hop: int) -> None:
        super().__init__()
        self.size, self.hop, self.bins = size, hop, size // 2 + 1
        window = torch.hamming_window(size, periodic=False, dtype=torch.float64)
        real, imaginary = _fourier(size, self.bins)
        analysis = torch.cat([real, imaginary]) * window
        # The mirrored half of the spectrum is folded onto the bins that are there.
        twice = torch.full((self.bins, 1), 2.0, dtype=torch.float64)
        twice[0] = twice[-1] = 1.0
        synthesis = torch.cat([twice * real, twice * imaginary]) * synthesis_window(window, hop)
        self.analysis = nn.Parameter(analysis[:, None].float())
        self.synthesis = nn.Parameter(synthesis[:, None].float())

    def forward(self, chunks: Tensor) -> tuple[Tensor, Tensor]:
        """Returns real and imaginary part, (batch, bins, times), of (batch, frames), a frame of zeros round them."""
        parts = functional.conv1d(chunks[:, None], self.analysis, stride=self.hop, padding=self.size)
        return parts[:, : self.bins], parts[:, self.bins :]

    def back(self, real: Tensor, imaginary: Tensor) -> Tensor:
        """Returns (batch, frames) of spectra (batch, bins, times), without the incomplete frame at either end."""
        parts = torch.cat([real, imaginary], dim=1)
        return functional.conv_transpose1d(parts, self.synthesis, stride=self.hop)[:, 0, self.size : -self.size]


class KnobAutoencoder(nn.Module):
    """Seven fully connected layers along time, the same for every bin; the controls join at the narrowest.

    Args:
        times: frames that go in.
        out: frames that come out, for each of two sides.
        width: units of the outermost layers; halved twice towards the middle.
    """

    def __init__(self, times: int, out: int, width: int) -> None:
        super().__init__()
        inner = width // 4
        sizes = [(times, width), (width, width // 2), (width // 2, inner)]
        self.encoder = nn.Sequential(*(_layer(*pair) for pair in sizes))
        self.knobs = _layer(inner + CONDITIONING_SIZE, inner)
        sizes = [(inner, width // 2), (width // 2, width), (width, 2 * out)]
        self.decoder = nn.Sequential(*(_layer(*pair) for pair in sizes))

    def forward(self, spectra: Tensor, knobs: Tensor) -> Tensor:
        """Maps (batch, bins, times) and (batch, 26) to (batch, 2, bins, out)."""
        inner = self.encoder(spectra)
        beside = knobs[:, None].expand(-1, inner.shape[1], -1)
        out: Tensor = self.decoder(self.knobs(torch.cat([inner, beside], dim=-1)))
        return out.unflatten(-1, (2, -1)).transpose(1, 2)


def _layer(inputs: int, outputs: int) -> nn.Sequential:
    linear = nn.Linear(inputs, outputs)
    nn.init.xavier_normal_(linear.weight)
    nn.init.zeros_(linear.bias)
    return nn.Sequential(linear, nn.ELU())


class SignalTrain(nn.Module):
    """Mono in, stereo out, a chunk at a time: each sees `chunk_frames` and writes its last `1 / shrink`.

    Magnitudes are multiplied by what the first autoencoder draws (a skip filter), phases moved by what the second
    does, and the input is added to what the transforms return. Stereo input is processed a side at a time, and each
    side keeps its own output side.

    Args:
        chunk_frames: what one output depends on; the published 8192 hear no reverb, so this is sixteen of them.
        shrink: share of a chunk that is written; the rest is past.
        width: units of the autoencoders' outermost layers.
        size, hop: of the transforms.

    Raises:
        ValueError: chunks that do not end on a frame of the transforms, so that input and output would not align.
    """

    def __init__(
        self, chunk_frames: int = 131_072, shrink: int = 4, width: int = 64, size: int = 1024, hop: int = 384
    ) -> None:
        super().__init__()
        self.options = {"chunk_frames": chunk_frames, "shrink": shrink, "width": width, "size": size, "hop": hop}
        self.chunk_frames, self.out_frames = chunk_frames, chunk_frames // shrink
        times, out = ((frames + size) / hop + 1 for frames in (self.chunk_frames, self.out_frames))
        if chunk_frames % shrink or times != int(times) or out != int(out):
            raise ValueError("chunks plus one frame of the transforms have to be whole hops, written parts as well")
        self.out_times = int(out)
        self.transforms = Transforms(size, hop)
        self.magnitudes = KnobAutoencoder(int(times), self.out_times, width)
        self.phases = KnobAutoencoder(int(times), self.out_times, width)

    def forward(self, audio: Tensor, conditioning: Tensor) -> Tensor:
        """Maps (batch, 1 or 2, frames) and (batch, 26) to (batch, 2, frames)."""
        if audio.shape[1] == 1:
            return self._one_side(audio[:, 0], conditioning)
        left = self._one_side(audio[:, 0], conditioning)
        right = self._one_side(audio[:, 1], conditioning)
        return torch.stack([left[:, 0], right[:, 1]], dim=1)

    def _one_side(self, audio: Tensor, conditioning: Tensor) -> Tensor:
        frames = audio.shape[-1]
        padded = functional.pad(audio, (self.chunk_frames - self.out_frames, -frames % self.out_frames))
        chunks = padded.unfold(-1, self.chunk_frames, self.out_frames)
        knobs = 0.5 * conditioning
        written = []
        for part in chunks.split(_CHUNKS_AT_ONCE, dim=1):
            count = part.shape[1]
            out = self._chunks(part.flatten(0, 1), knobs.repeat_interleave(count, dim=0))
            written.append(out.unflatten(0, (-1, count)).transpose(1, 2).flatten(2))
        return torch.cat(written, dim=-1)[..., :frames]

    def _chunks(self, chunks: Tensor, knobs: Tensor) -> Tensor:
        """Maps (chunks, chunk_frames) and (chunks, 26) to (chunks, 2, out_frames)."""
        real, imaginary = self.transforms(0.5 * chunks)
        magnitude = torch.sqrt(real.square() + imaginary.square() + 1e-14)
        # The phase of next to nothing turns with the smallest weight: no gradient is taken from it.
        loud = magnitude > _QUIET
        real, imaginary = (torch.where(loud, x, x.detach()) for x in (real, imaginary))
        phase = torch.atan2(imaginary, real + 1e-7)
        filtered = self.magnitudes(magnitude, knobs) * magnitude[:, None, :, -self.out_times :]
        moved = self.phases(phase, knobs) + phase[:, None, :, -self.out_times :]
        spectra = (filtered * torch.cos(moved), filtered * torch.sin(moved))
        sides = self.transforms.back(*(x.flatten(0, 1) for x in spectra)).unflatten(0, (-1, 2))
        return 2.0 * sides + chunks[:, None, -self.out_frames :]
