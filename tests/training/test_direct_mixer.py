# SPDX-License-Identifier: Apache-2.0
"""The direct baseline: shapes, its limits, and that its lesson teaches."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from torch import Tensor, nn

from mixassist.domain.errors import MixAssistError
from mixassist.evaluation.mixes import evaluate_mix
from mixassist.networks.checkpoint import save_weights
from mixassist.networks.direct_mixer import KIND, PAPER, DirectMixer, load_direct_mixer
from mixassist.training.datasets.registry import songs_of
from mixassist.training.direct_mixer import (
    DirectMixerOptions,
    SongExamples,
    direct_method,
    direct_mixer_lesson,
    train_direct_mixer,
)

SMALL = {"stems": 3, "channels": 6, "depth": 2}


class Sums:
    """Noise of two stems, mixed with fixed gains: a problem that a small network can learn in seconds."""

    def draw(self, frames: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        stems = 0.1 * torch.randn(2, 2, frames, generator=generator)
        return stems, 0.9 * stems[0] + 0.2 * stems[1].flip(0)


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    lots = np.random.default_rng(0)
    for name, count in (("one", 2), ("two", 3), ("crowd", 5)):
        stems = 0.1 * lots.standard_normal((count, 30_000))
        (tmp_path / name / "stems").mkdir(parents=True)
        for number, stem in enumerate(stems):
            soundfile.write(tmp_path / name / "stems" / f"{number}.wav", stem, 44_100, subtype="FLOAT")
        mix = np.stack([stems[0], 0.5 * stems[0]], axis=1)
        soundfile.write(tmp_path / name / "mix.wav", mix, 44_100, subtype="FLOAT")
    return tmp_path


@pytest.mark.parametrize("frames", [1, 100, 4097])
def test_length_number_of_stems_and_level(frames: int) -> None:
    torch.manual_seed(0)
    network = DirectMixer(**SMALL).eval()
    stems = 0.1 * torch.randn(2, 2, 2, frames)
    with torch.no_grad():
        mixed = network(stems)
        assert mixed.shape == (2, 2, frames)
        silent = torch.cat([stems, torch.zeros(2, 1, 2, frames)], dim=1)
        torch.testing.assert_close(network(silent), mixed)
        torch.testing.assert_close(network(10.0 * stems), 10.0 * mixed, atol=1e-5, rtol=1e-4)
        assert torch.isfinite(network(torch.zeros_like(stems))).all()


def test_every_layer_ends_with_a_whole_kernel() -> None:
    network = DirectMixer(**SMALL)
    for frames in (1, 8, 36, 37, 5000):
        length = network.valid_length(frames)
        assert length >= frames and network.valid_length(length) == length
        for _ in range(network.depth):
            assert length >= 8 and (length - 8) % 4 == 0
            length = (length - 8) // 4 + 1


def test_too_many_stems_are_told() -> None:
    with pytest.raises(MixAssistError, match="4 stems: the direct network takes 3 stems at most"):
        DirectMixer(**SMALL)(torch.zeros(1, 4, 2, 100))


def test_the_papers_size() -> None:
    with torch.device("meta"):
        count = sum(p.numel() for p in DirectMixer(**PAPER).parameters())
    assert count == pytest.approx(80e6, rel=0.05)


class Silence(nn.Module):
    """Mixes everything to nothing."""

    def forward(self, stems: Tensor) -> Tensor:
        return torch.zeros_like(stems[:, 0])


def test_the_lesson_teaches(device: str, tmp_path: Path) -> None:
    lesson = direct_mixer_lesson(Sums(), batch=2, seconds=0.05)
    options = DirectMixerOptions(
        tmp_path, **SMALL, steps=60, batch=2, seconds=0.05, learning_rate=1e-2, device=device  # type: ignore[arg-type]
    )  # fmt: skip
    network = train_direct_mixer(options, Sums())
    torch.manual_seed(0)
    fresh, silence = DirectMixer(**SMALL), Silence()
    with torch.no_grad():
        before, after, nothing = (
            float(lesson(n, torch.Generator().manual_seed(100), torch.device("cpu"))) for n in (fresh, network, silence)
        )
    assert after < 0.4 * min(before, nothing)
    with (tmp_path / "curves.csv").open() as file:
        losses = [float(row["loss"]) for row in csv.DictReader(file)]
    assert len(losses) == 60
    assert np.mean(losses[-10:]) < 0.5 * np.mean(losses[:3])
    assert np.mean(losses[-10:]) < np.mean(losses[20:30])


def test_a_resumed_run_is_an_unbroken_one(tmp_path: Path) -> None:
    words = {**SMALL, "batch": 1, "seconds": 0.05}
    whole = train_direct_mixer(DirectMixerOptions(tmp_path / "a", steps=4, **words), Sums())  # type: ignore[arg-type]
    for steps in (2, 4):
        options = DirectMixerOptions(tmp_path / "b", steps=steps, resume=True, **words)  # type: ignore[arg-type]
        parts = train_direct_mixer(options, Sums())
    for name, value in whole.state_dict().items():
        assert torch.equal(value, parts.state_dict()[name])


def test_songs_are_drawn_with_their_mixes(songs: Path) -> None:
    examples = SongExamples(songs_of("folders", songs), most_stems=3)
    assert [song.name for song in examples.songs] == ["one", "two"]
    generator = torch.Generator().manual_seed(0)
    for _ in range(5):
        stems, mix = examples.draw(2000, generator)
        assert stems.shape[1:] == (2, 2000) and stems.shape[0] in (2, 3)
        torch.testing.assert_close(mix[0], stems[0, 0])
        torch.testing.assert_close(mix[1], 0.5 * stems[0, 1])
    loss = direct_mixer_lesson(examples, batch=3, seconds=0.05)
    assert torch.isfinite(loss(DirectMixer(**SMALL), generator, torch.device("cpu")))
    with pytest.raises(MixAssistError, match="no song has a mix"):
        SongExamples(songs_of("folders", songs), most_stems=1)


def test_it_is_measured_like_a_method_and_kept_in_a_file(songs: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    network, path = DirectMixer(**SMALL), tmp_path / "direct.safetensors"
    save_weights(path, KIND, network.options, network)
    read = load_direct_mixer(path)
    table = evaluate_mix(songs / "one", direct={"direct": direct_method(read)})
    assert table.rows() == [("direct", "direct", "raw")]
    assert np.isfinite(table.scores[0].values["stft"])
    stem = torch.randn(1, 500)
    torch.testing.assert_close(read.mix([stem]), network.mix([stem.expand(2, -1)]))
    save_weights(path, "staged", {}, network)
    with pytest.raises(MixAssistError, match="of another network"):
        load_direct_mixer(path)
