# SPDX-License-Identifier: Apache-2.0
"""The model view: pieces equal the stream, other rates stay aligned, bad weights leave the other views alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soxr
import torch
from torch import Tensor

from mixassist.domain.channel import Channel, View
from mixassist.domain.controls import Controls
from mixassist.domain.errors import MixAssistError
from mixassist.networks.checkpoint import save_weights
from mixassist.networks.staged import StagedNetwork
from mixassist.networks.staged_strip import StagedStrip
from mixassist.rendering import renderers
from mixassist.rendering.model_renderer import WEIGHTS_NAME, ModelRenderer, shipped_renderer

SMALL = {"filter_width": 8, "gain_width": 8, "space_seconds": 0.3, "space_knots": 6}
CHANNEL = Channel(
    Controls({"low_mid_gain_db": 6.0, "threshold_db": -30.0, "ratio": 3.0, "reverb_wet": 0.4, "reverb_type": "plate"})
)


@pytest.fixture(scope="module")
def network() -> StagedNetwork:
    torch.manual_seed(5)
    return StagedNetwork(**SMALL).eval().requires_grad_(False)


def reader(audio: np.ndarray):  # type: ignore[no-untyped-def]
    def read(start: int, frames: int) -> Tensor:
        out = np.zeros((audio.shape[1], frames), np.float32)
        first, last = max(start, 0), min(start + frames, len(audio))
        if last > first:
            out[:, first - start : last - start] = audio[first:last].T
        return torch.from_numpy(out)

    return read


def tones(rate: int, seconds: float = 4.0) -> np.ndarray:
    time = np.arange(round(rate * seconds)) / rate
    swell = np.sin(2 * np.pi * 0.7 * time) ** 2
    tones = 0.3 * np.sin(2 * np.pi * 220 * time) + 0.1 * np.sin(2 * np.pi * 3100 * time)
    return (swell * tones)[:, None].astype(np.float32)


def streamed(renderer: ModelRenderer, audio: np.ndarray, rate: int) -> np.ndarray:
    process = renderer.recipe(CHANNEL, rate, audio.shape[1]).process
    assert process is not None
    pieces = list(process.stream(reader(audio), len(audio)))
    assert [start for start, _ in pieces] == list(np.cumsum([0, *(len(p) for _, p in pieces[:-1])]))
    return np.concatenate([piece for _, piece in pieces])


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_a_piece_equals_the_stream(network: StagedNetwork, rate: int) -> None:
    renderer = ModelRenderer(network, "test")
    audio = tones(rate)
    whole = streamed(renderer, audio, rate)
    assert whole.shape == (len(audio), 2)
    process = renderer.recipe(CHANNEL, rate, 1).process
    assert process is not None
    start, frames = rate + 1234, 20_000
    piece = process.piece(reader(audio), start, frames)
    # Without a scan a piece is provisional: its compressor starts from rest some seconds earlier.
    assert np.abs(piece - whole[start : start + frames]).max() < 1e-3


def test_another_rate_is_the_same_sound_at_the_same_place(network: StagedNetwork) -> None:
    renderer = ModelRenderer(network, "test")
    low, high = (streamed(renderer, tones(rate), rate) for rate in (44_100, 96_000))
    back = soxr.resample(high, 96_000, 44_100, "VHQ")[: len(low)]
    inner = slice(4410, -4410)
    assert np.sqrt(np.mean((back[inner] - low[inner]) ** 2)) < 1e-3 * np.sqrt(np.mean(low[inner] ** 2))


def test_shipped_weights_open_the_view_and_bad_ones_leave_wet_alone(
    network: StagedNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renderers, "_RENDERERS", dict(renderers._RENDERERS))
    renderers._RENDERERS.pop(View.MODEL, None)
    monkeypatch.setattr(renderers, "models_directory", lambda: tmp_path)
    assert renderers.available_views() == (View.DRY, View.WET)
    (tmp_path / WEIGHTS_NAME).write_bytes(b"not weights")
    with pytest.raises(MixAssistError, match="not a readable safetensors file"):
        renderers.renderer_for(View.MODEL)
    assert renderers.available_views() == (View.DRY, View.WET)
    save_weights(tmp_path / WEIGHTS_NAME, "staged", SMALL, network)
    assert renderers.available_views() == (View.DRY, View.WET, View.MODEL)


def test_other_weights_are_other_renders(network: StagedNetwork, tmp_path: Path) -> None:
    save_weights(tmp_path / WEIGHTS_NAME, "staged", SMALL, network)
    first = shipped_renderer(tmp_path)
    torch.manual_seed(6)
    save_weights(tmp_path / WEIGHTS_NAME, "staged", SMALL, StagedNetwork(**SMALL))
    assert first.recipe(CHANNEL, 44_100, 1).identity != shipped_renderer(tmp_path).recipe(CHANNEL, 44_100, 1).identity


@pytest.mark.parametrize("failures", [1, 2])
def test_a_full_gpu_means_smaller_pieces_then_the_processor(
    network: StagedNetwork, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, failures: int
) -> None:
    audio = tones(44_100, 8.0)
    expected = streamed(ModelRenderer(network, "test"), audio, 44_100)
    real, calls = StagedStrip.stream, []

    def failing(self: StagedStrip, read, total, chunk_frames=None, *others):  # type: ignore[no-untyped-def]
        calls.append((chunk_frames, self.device.type))
        for number, piece in enumerate(real(self, read, total, chunk_frames, *others)):
            if len(calls) <= failures and number == 1:
                raise torch.OutOfMemoryError
            yield piece

    monkeypatch.setattr(StagedStrip, "stream", failing)
    found = streamed(ModelRenderer(network, "test"), audio, 44_100)
    assert np.abs(found - expected).max() < 1e-5
    assert len(calls) == failures + 1 and calls[1][0] is not None
    assert "smaller pieces" in caplog.text and ("on the processor" in caplog.text) == (failures == 2)
