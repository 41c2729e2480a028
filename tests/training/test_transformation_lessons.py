# SPDX-License-Identifier: Apache-2.0
"""The lessons of the transformation networks: they teach, and repeat themselves for a seed."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from mixassist.domain.errors import MixAssistError
from mixassist.networks.checkpoint import save_weights
from mixassist.networks.registry import build_transformation
from mixassist.networks.staged import StagedNetwork
from mixassist.networks.tcn import TCN
from mixassist.training import transformation
from mixassist.training.cards import write_card
from mixassist.training.loop import LoopOptions, Trainer
from mixassist.training.stages import audio_lesson, clap_into, filter_lesson, gain_lesson, space_lesson
from mixassist.training.transformation import (
    TransformationOptions,
    console_chain,
    lessons_of,
    settle_norms,
    train_transformation,
)

SMALL = {"filter_width": 8, "gain_width": 8, "gain_hop": 32, "space_seconds": 0.1, "space_knots": 4}
LESSONS: dict[str, Callable[[], Callable[..., Tensor]]] = {
    "filter": lambda: filter_lesson(console_chain, batch=4, frames=4096),
    "gain": lambda: gain_lesson(console_chain, None, batch=3, seconds=0.2),
    "space": lambda: space_lesson(console_chain, batch=5, seconds=0.1),
    "joint": lambda: audio_lesson(console_chain, None, nn.L1Loss(), batch=3, seconds=0.2),
}


def small() -> StagedNetwork:
    torch.manual_seed(0)
    return StagedNetwork(**SMALL)


def taught(lesson: str, folder: Path, steps: int, seed: int = 0) -> tuple[StagedNetwork, list[float]]:
    network = small()
    if lesson == "space":
        clap_into(console_chain, network)
    Trainer(network, LESSONS[lesson](), LoopOptions(steps=steps, learning_rate=5e-3, seed=seed), folder).run()
    with (folder / "curves.csv").open() as file:
        return network, [float(row["loss"]) for row in csv.DictReader(file)]


def same(first: dict[str, Tensor], second: dict[str, Tensor]) -> bool:
    return list(first) == list(second) and all(torch.equal(first[name], second[name]) for name in first)


def exam(network: nn.Module, lesson: str) -> float:
    """The mean loss on examples that no step of a lesson draws."""
    with torch.no_grad():
        return sum(
            float(LESSONS[lesson]()(network, torch.Generator().manual_seed(10**9 + n), torch.device("cpu")))
            for n in range(2)
        )


@pytest.mark.parametrize("lesson", ["filter", "gain", "space"])
def test_a_lesson_teaches_from_made_up_sounds_alone(lesson: str, tmp_path: Path) -> None:
    beginner = small()
    if lesson == "space":
        clap_into(console_chain, beginner)
    network, losses = taught(lesson, tmp_path, 20)
    assert len(losses) == 20
    assert exam(network, lesson) < 0.95 * exam(beginner, lesson)


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_repeats_itself_for_a_seed(lesson: str, tmp_path: Path) -> None:
    first, losses = taught(lesson, tmp_path / "first", 3)
    second, again = taught(lesson, tmp_path / "second", 3)
    assert losses == again
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))
    assert taught(lesson, tmp_path / "other", 3, seed=1)[1] != losses


@pytest.fixture
def little_settling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transformation, "_SETTLING_PATCHES", 3)


@pytest.mark.usefixtures("little_settling")
def test_every_network_goes_through_the_audio_lesson(tmp_path: Path) -> None:
    options = TransformationOptions(network="tcn-10", folder=tmp_path, batch=1, seconds=0.05, steps=2, seed=3)
    first = train_transformation(options)
    second = train_transformation(replace(options, folder=tmp_path / "again"))
    assert (tmp_path / "audio" / "checkpoint.pt").is_file() and not first.training
    assert all(
        torch.equal(a, b) for a, b in zip(first.state_dict().values(), second.state_dict().values(), strict=True)
    )


@pytest.mark.usefixtures("little_settling")
def test_a_trained_network_comes_home_and_gets_its_card(device: str, tmp_path: Path) -> None:
    options = TransformationOptions(network="tcn-10", folder=tmp_path, batch=1, seconds=0.05, steps=1, device=device)
    network = train_transformation(options)
    weights = tmp_path / "tcn-10.safetensors"
    save_weights(weights, "tcn-10", {}, network)
    card = json.loads(write_card(weights, options, network).read_text())
    assert card["lessons"]["audio"]["device"] == device and card["example"]["rms"]


@pytest.mark.usefixtures("little_settling")
def test_resuming_a_finished_run_changes_nothing(tmp_path: Path) -> None:
    options = TransformationOptions(network="tcn-10", folder=tmp_path, batch=1, seconds=0.05, steps=1)
    done = train_transformation(options).state_dict()
    resumed = train_transformation(replace(options, resume=True)).state_dict()
    assert same(done, resumed)


def test_the_staged_network_can_be_taught_by_audio_alone() -> None:
    plain = lessons_of(TransformationOptions(audio_only=True, steps=7), None)
    assert [(lesson.name, lesson.steps, lesson.decay_to) for lesson in plain] == [("audio", 7, None)]
    own = lessons_of(TransformationOptions(steps=7), None)
    assert [lesson.name for lesson in own] == ["filter", "gain", "space", "joint"] and own[-1].steps == 7


def test_settled_norms_are_means_over_fresh_batches(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = TCN(blocks=2, width=4)
    weights = {name: p.detach().clone() for name, p in network.named_parameters()}
    lesson = audio_lesson(console_chain, None, nn.L1Loss(), batch=2, seconds=0.05)
    trainer = Trainer(network, lesson, LoopOptions(steps=1), tmp_path)
    norm, heard = network.blocks[0].film.norm, []
    watch = norm.register_forward_pre_hook(lambda module, args: heard.append(args[0].mean((0, 2))))
    settle_norms(trainer, 5)
    watch.remove()
    assert len(heard) >= 5 and int(norm.num_batches_tracked) == len(heard)  # a stereo batch is heard side by side
    assert torch.allclose(norm.running_mean, torch.stack(heard).mean(0), atol=1e-6)
    assert not network.training and norm.momentum == 0.1
    assert all(torch.equal(p, weights[name]) for name, p in network.named_parameters())


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"network": "tcn-11"}, "no such network"),
        ({"loss": "l3"}, "no such loss"),
        ({"device": "cuda"}, "no CUDA device"),
        ({"data": Path("nowhere")}, "data is not there"),
    ],
)
def test_what_is_not_there_is_refused_in_a_sentence(words: dict[str, object], sentence: str, tmp_path: Path) -> None:
    if words.get("device") == "cuda" and torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    options = TransformationOptions(**{"network": "tcn-10", "folder": tmp_path, "steps": 1} | words)  # type: ignore[arg-type]
    with pytest.raises(MixAssistError, match=sentence):
        train_transformation(options)


def test_every_registered_network_says_how_to_build_it_again() -> None:
    for kind in ("staged", "tcn-10", "tcn-20", "tcn-30", "signaltrain"):
        network = build_transformation(kind)
        again = build_transformation(kind, getattr(network, "options", {}))
        first, second = network.state_dict(), again.state_dict()
        assert {name: value.shape for name, value in first.items()} == {name: v.shape for name, v in second.items()}


@pytest.mark.parametrize(
    ("kind", "sizes"),
    [
        ("staged", SMALL),
        ("tcn-10", {"width": 4}),
        ("signaltrain", {"chunk_frames": 512, "shrink": 4, "width": 8, "size": 64, "hop": 32}),
    ],
)
def test_mixed_precision_trains_every_network_near_what_it_is(kind: str, sizes: dict[str, int]) -> None:
    torch.manual_seed(0)
    network = build_transformation(kind, sizes)
    audio, vector = 0.1 * torch.randn(2, 1, 3000), 2 * torch.rand(2, 26) - 1
    with torch.autocast("cpu", torch.bfloat16):
        coarse = network(audio, vector)
    coarse.float().abs().mean().backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in network.parameters())
    fine = network(audio, vector).detach()
    assert float((coarse.detach().float() - fine).square().sum() / fine.square().sum()) < 1e-3
