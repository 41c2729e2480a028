# SPDX-License-Identifier: Apache-2.0
"""VGGish: its layout, its front end against plain loops, and its loader on files of random weights."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
import torchaudio
from safetensors.torch import save_file

from mixassist.domain.errors import MixAssistError
from mixassist.networks.vggish import (
    HIGHEST_HZ,
    LOWEST_HZ,
    SAMPLE_RATE_HZ,
    VGGish,
    load_vggish,
    log_mel_patches,
    mel_weights,
)

SMALL = {"widths": (2, 3, 4, 5), "hidden": 6}


def small() -> VGGish:
    torch.manual_seed(0)
    return VGGish(**SMALL)  # type: ignore[arg-type]


def test_the_whole_network_has_the_published_tensors() -> None:
    with torch.device("meta"):
        shapes = {name: tuple(value.shape) for name, value in VGGish().state_dict().items()}
    convolutions = {0: (64, 1), 3: (128, 64), 6: (256, 128), 8: (256, 256), 11: (512, 256), 13: (512, 512)}
    wanted = {f"features.{n}.weight": (*sizes, 3, 3) for n, sizes in convolutions.items()}
    wanted |= {f"features.{n}.bias": (sizes[0],) for n, sizes in convolutions.items()}
    full = {0: (4096, 12_288), 2: (4096, 4096), 4: (128, 4096)}
    wanted |= {f"embeddings.{n}.weight": sizes for n, sizes in full.items()}
    wanted |= {f"embeddings.{n}.bias": (sizes[0],) for n, sizes in full.items()}
    assert shapes == wanted
    assert sum(math.prod(shape) for shape in shapes.values()) == 72_141_184


def test_mel_weights_are_triangles_on_the_mel_scale() -> None:
    def mel(frequency: float) -> float:
        return 1127.0 * math.log(1.0 + frequency / 700.0)

    edges = np.linspace(mel(LOWEST_HZ), mel(HIGHEST_HZ), 66)
    weights = mel_weights().numpy()
    assert weights.shape == (257, 64)
    for bin_number in range(257):
        place = mel(bin_number * SAMPLE_RATE_HZ / 512)
        for band in range(64):
            low, middle, high = edges[band : band + 3]
            wanted = max(0.0, min((place - low) / (middle - low), (high - place) / (high - middle)))
            assert weights[bin_number, band] == pytest.approx(wanted if bin_number else 0.0, abs=1e-6)


def test_patches_are_those_of_a_plain_loop() -> None:
    audio = 0.3 * torch.randn(SAMPLE_RATE_HZ * 2, generator=torch.Generator().manual_seed(0))
    patches = log_mel_patches(audio, SAMPLE_RATE_HZ)
    assert patches.shape == (2, 1, 96, 64)
    window = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(400) / 400)
    for patch, row in ((0, 0), (0, 95), (1, 7)):
        start = (patch * 96 + row) * 160
        spectrum = np.abs(np.fft.rfft(audio.numpy()[start : start + 400] * window, 512))
        wanted = np.log(spectrum @ mel_weights().numpy() + 0.01)
        np.testing.assert_allclose(patches[patch, 0, row], wanted, atol=1e-4)


def test_any_length_rate_and_number_of_sides() -> None:
    assert log_mel_patches(torch.zeros(10), SAMPLE_RATE_HZ).shape == (1, 1, 96, 64)
    np.testing.assert_allclose(log_mel_patches(torch.zeros(10), SAMPLE_RATE_HZ), math.log(0.01), atol=1e-6)
    mono = 0.3 * torch.randn(44_100, generator=torch.Generator().manual_seed(0))
    stereo = torch.stack([1.5 * mono, 0.5 * mono])
    torch.testing.assert_close(log_mel_patches(stereo, 44_100), log_mel_patches(mono, 44_100), atol=1e-5, rtol=1e-4)
    lowered = torchaudio.functional.resample(mono, 44_100, SAMPLE_RATE_HZ)
    torch.testing.assert_close(log_mel_patches(mono, 44_100), log_mel_patches(lowered, SAMPLE_RATE_HZ))


def test_full_layers_see_time_then_band_then_channel() -> None:
    network = small()
    patches = torch.randn(3, 1, 96, 64, generator=torch.Generator().manual_seed(1))
    maps = network.features(patches)
    assert maps.shape == (3, 5, 6, 4)
    flat = torch.stack([maps[:, c, t, b] for t in range(6) for b in range(4) for c in range(5)], dim=1)
    torch.testing.assert_close(network(patches), network.embeddings(flat))
    audio = 0.3 * torch.randn(SAMPLE_RATE_HZ * 3, generator=torch.Generator().manual_seed(2))
    embedding = network.embed(audio, SAMPLE_RATE_HZ)
    assert embedding.shape == (128,) and bool((embedding >= 0.0).all())
    torch.testing.assert_close(embedding, network(log_mel_patches(audio, SAMPLE_RATE_HZ)).mean(0))


@pytest.mark.parametrize("ending", [".pth", ".safetensors"])
def test_weights_are_read_in_both_containers(tmp_path: Path, ending: str) -> None:
    path, network = tmp_path / f"vggish{ending}", small()
    if ending == ".pth":
        torch.save(network.state_dict(), path)
    else:
        save_file(network.state_dict(), path)
    read = load_vggish(path)
    patches = torch.randn(2, 1, 96, 64, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(read(patches), network(patches))
    assert not read.training and not any(p.requires_grad for p in read.parameters())


class _Harmful:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return exec, ("raise SystemExit('a weights file was run')",)


def test_foreign_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(MixAssistError, match="no such weights file"):
        load_vggish(tmp_path / "none.pth")
    path = tmp_path / "file.pth"
    for content in (_Harmful(), [1, 2], {"weights": torch.zeros(2)}, {"features.0.weight": "text"}):
        torch.save(content, path)
        with pytest.raises(MixAssistError, match="weights"):
            load_vggish(path)
    for name in ("file.pth", "file.safetensors"):
        (tmp_path / name).write_bytes(b"not weights at all")
        with pytest.raises(MixAssistError, match="not a readable weights file"):
            load_vggish(tmp_path / name)
    state = small().state_dict()
    torch.save({**state, "embeddings.4.bias": torch.full((128,), torch.nan)}, path)
    with pytest.raises(MixAssistError, match="NaN"):
        load_vggish(path)
    torch.save({name: value for name, value in state.items() if name != "features.8.bias"}, path)
    with pytest.raises(MixAssistError, match="not VGGish's weights"):
        load_vggish(path)
