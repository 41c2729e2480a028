# SPDX-License-Identifier: Apache-2.0
"""VGGish (Hershey et al. 2017): the encoder of the DMC paper's controller, for those who have its weights.

Network and front end follow the published model (TensorFlow's `research/audioset/vggish`, Apache-2.0); weights are
read in the layout of its torch port (harritaylor/torchvggish, `vggish-10086976.pth`). None come with MixAssist.
"""

from __future__ import annotations

import pickle
from functools import cache
from pathlib import Path

import numpy as np
import torch
import torchaudio
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from mixassist.domain.errors import MixAssistError

SAMPLE_RATE_HZ = 16_000
WINDOW_FRAMES, HOP_FRAMES, TRANSFORM_FRAMES = 400, 160, 512
"""25 ms windows every 10 ms, transformed over the next power of two."""
BANDS, LOWEST_HZ, HIGHEST_HZ = 64, 125.0, 7500.0
LOG_OFFSET = 0.01
PATCH_FRAMES = 96
"""A patch is 0.96 s."""
EMBEDDING_SIZE = 128
_WIDTHS, _HIDDEN = (64, 128, 256, 512), 4096
_REMEDY = "Give the file vggish-10086976.pth, or the same tensors as safetensors"


@cache
def mel_weights() -> Tensor:
    """Returns the mel filter bank, (257 bins, 64 bands): triangles that are straight on the mel scale.

    mel(f) = 1127·ln(1 + f / 700); the bin at 0 Hz goes nowhere.
    """
    bins = torch.arange(TRANSFORM_FRAMES // 2 + 1, dtype=torch.float64) * SAMPLE_RATE_HZ / TRANSFORM_FRAMES
    ends = _mel(torch.tensor([LOWEST_HZ, HIGHEST_HZ], dtype=torch.float64))
    edges = torch.linspace(float(ends[0]), float(ends[1]), BANDS + 2, dtype=torch.float64)
    places = _mel(bins)[:, None]
    rising = (places - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - places) / (edges[2:] - edges[1:-1])
    weights = torch.minimum(rising, falling).clamp(min=0.0)
    weights[0] = 0.0
    return weights.float()


def _mel(frequency_hz: Tensor) -> Tensor:
    return 1127.0 * torch.log1p(frequency_hz / 700.0)


def log_mel_patches(audio: Tensor, sample_rate_hz: int) -> Tensor:
    """Cuts audio into log-mel patches.

    Args:
        audio: (frames,) or (1 or 2 sides, frames), −1 … 1; sides are averaged. Shorter than 0.975 s: padded with zeros
            to one patch.

    Returns:
        (patches, 1, 96, 64): ln(magnitude mel + 0.01); what is left after the last whole patch is dropped.
    """
    mono = audio if audio.dim() == 1 else audio.mean(dim=0)
    if sample_rate_hz != SAMPLE_RATE_HZ:
        mono = torchaudio.functional.resample(mono, sample_rate_hz, SAMPLE_RATE_HZ)
    least = WINDOW_FRAMES + (PATCH_FRAMES - 1) * HOP_FRAMES
    mono = nn.functional.pad(mono, (0, max(least - mono.shape[-1], 0)))
    windows = mono.unfold(0, WINDOW_FRAMES, HOP_FRAMES) * torch.hann_window(WINDOW_FRAMES).to(mono)
    magnitudes = torch.fft.rfft(windows, TRANSFORM_FRAMES).abs()
    mel = torch.log(magnitudes @ mel_weights().to(mono) + LOG_OFFSET)
    patches = mel.shape[0] // PATCH_FRAMES
    return mel[: patches * PATCH_FRAMES].reshape(patches, 1, PATCH_FRAMES, BANDS)


class VGGish(nn.Module):
    """Six convolutions and three full layers from a log-mel patch to 128 values, none negative.

    Args:
        widths: channels of the four stages.
        hidden: size of the two hidden full layers.
    """

    def __init__(self, widths: tuple[int, int, int, int] = _WIDTHS, hidden: int = _HIDDEN) -> None:
        super().__init__()
        self.widths, self.hidden = widths, hidden
        layers: list[nn.Module] = []
        before = 1
        for stage, width in enumerate(widths):
            for _ in range(1 if stage < 2 else 2):
                layers += [nn.Conv2d(before, width, 3, padding=1), nn.ReLU()]
                before = width
            layers.append(nn.MaxPool2d(2, 2))
        self.features = nn.Sequential(*layers)
        flat = widths[-1] * (PATCH_FRAMES // 16) * (BANDS // 16)
        self.embeddings = nn.Sequential(
            nn.Linear(flat, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(),
            nn.Linear(hidden, EMBEDDING_SIZE), nn.ReLU(),
        )  # fmt: skip

    def forward(self, patches: Tensor) -> Tensor:
        """Maps (batch, 1, 96, 64) to (batch, 128)."""
        # The published full layers see time, band, channel in that order.
        found: Tensor = self.embeddings(self.features(patches).permute(0, 2, 3, 1).flatten(1))
        return found

    def embed(self, audio: Tensor, sample_rate_hz: int) -> Tensor:
        """Returns the mean embedding of a signal over its patches, (128,); see `log_mel_patches`."""
        return self(log_mel_patches(audio, sample_rate_hz)).mean(dim=0)


def load_vggish(path: Path) -> VGGish:
    """Reads the original weights, ready to embed; a .pth file is read as tensors only, nothing in it is run.

    Raises:
        MixAssistError: no such file, or it holds something else than VGGish's tensors.
    """
    tensors = _tensors(path)
    try:
        stages = [tensors[f"features.{number}.weight"].shape[0] for number in (0, 3, 6, 11)]
        hidden = tensors["embeddings.0.weight"].shape[0]
        network = VGGish((stages[0], stages[1], stages[2], stages[3]), hidden)
        network.load_state_dict(tensors)
    except (KeyError, RuntimeError, IndexError) as error:
        raise MixAssistError("these are not VGGish's weights", subject=path, remedy=_REMEDY) from error
    return network.eval().requires_grad_(False)


def _tensors(path: Path) -> dict[str, Tensor]:
    if not path.is_file():
        raise MixAssistError("there is no such weights file", subject=path, remedy=_REMEDY)
    try:
        if path.suffix == ".safetensors":
            found = load_file(path)
        else:
            found = torch.load(path, map_location="cpu", weights_only=True)
    except (SafetensorError, OSError, RuntimeError, ValueError, EOFError, pickle.UnpicklingError) as error:
        raise MixAssistError("this is not a readable weights file", subject=path, remedy=_REMEDY) from error
    if not isinstance(found, dict) or not all(isinstance(value, Tensor) for value in found.values()):
        raise MixAssistError("these are not VGGish's weights", subject=path, remedy=_REMEDY)
    tensors = {str(name): value.float() for name, value in found.items()}
    if not all(np.isfinite(float(value.sum())) for value in tensors.values()):
        raise MixAssistError("the weights hold NaN or infinity", subject=path, remedy=_REMEDY)
    return tensors
