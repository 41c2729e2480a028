# SPDX-License-Identifier: Apache-2.0
"""The training loop: it learns, a resumed run is the unbroken one to the bit, two processes learn together."""

from __future__ import annotations

import csv
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from mixassist.domain.errors import Cancelled, MixAssistError
from mixassist.domain.progress import CancelToken
from mixassist.training.loop import LoopOptions, Trainer


def line_lesson(network: nn.Module, generator: torch.Generator, device: torch.device) -> Tensor:
    x = torch.randn(16, 3, generator=generator).to(device)
    return (network(x)[:, 0] - (x @ torch.tensor([1.0, -2.0, 0.5]) + 0.3)).square().mean()


def fresh() -> nn.Module:
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.1), nn.Tanh(), nn.Linear(8, 1))


def options(steps: int, **others: object) -> LoopOptions:
    words = {"learning_rate": 0.02, "steps_per_epoch": 5, "patience": 1, "checkpoint_every": 7} | others
    return LoopOptions(steps=steps, **words)  # type: ignore[arg-type]


def test_the_loss_falls_and_the_curve_is_written(tmp_path: Path) -> None:
    Trainer(fresh(), line_lesson, options(200), tmp_path).run()
    with (tmp_path / "curves.csv").open() as file:
        losses = [float(row["loss"]) for row in csv.DictReader(file)]
    assert len(losses) == 200
    assert list((tmp_path / "tensorboard").glob("events.out.tfevents.*"))
    assert sum(losses[-20:]) < 0.2 * sum(losses[:20])


def test_a_resumed_run_equals_an_unbroken_one(tmp_path: Path) -> None:
    whole = fresh()
    Trainer(whole, line_lesson, options(40), tmp_path / "whole").run()
    stop = CancelToken()
    broken = Trainer(fresh(), line_lesson, options(40), tmp_path / "broken")

    def stop_at_half(fraction: float, what: str) -> None:
        if fraction >= 0.5:
            stop.cancel()

    with pytest.raises(Cancelled):
        broken.run(stop_at_half, stop)
    resumed_network = fresh()
    resumed = Trainer(resumed_network, line_lesson, options(40), tmp_path / "broken")
    assert resumed.resume() and 0 < resumed.step < 40
    resumed.run()
    for a, b in zip(whole.parameters(), resumed_network.parameters(), strict=True):
        assert torch.equal(a, b)


def test_the_curve_of_a_killed_run_has_no_step_twice(tmp_path: Path) -> None:
    stop = CancelToken()
    killed = Trainer(fresh(), line_lesson, options(40), tmp_path)
    with pytest.raises(KeyboardInterrupt):
        killed.run(lambda fraction, what: _interrupt(fraction >= 0.5), stop)
    resumed = Trainer(fresh(), line_lesson, options(40), tmp_path)
    assert resumed.resume() and resumed.step < 20
    resumed.run()
    with (tmp_path / "curves.csv").open() as file:
        assert [int(row["step"]) for row in csv.DictReader(file)] == list(range(1, 41))


def _interrupt(now: bool) -> None:
    if now:
        raise KeyboardInterrupt


def test_a_run_goes_on_only_as_it_was_begun(tmp_path: Path) -> None:
    Trainer(fresh(), line_lesson, options(1), tmp_path).run()
    with pytest.raises(MixAssistError, match=r"begun with learning rate 0\.02, seed 0"):
        Trainer(fresh(), line_lesson, options(2, learning_rate=0.5, seed=1), tmp_path).resume()
    assert Trainer(fresh(), line_lesson, options(2, mixed_precision=True), tmp_path).resume()


def test_a_step_that_comes_to_nothing_leaves_no_trace(tmp_path: Path) -> None:
    network = nn.Sequential(nn.BatchNorm1d(3), nn.Linear(3, 1))

    def broken(network: nn.Module, generator: torch.Generator, device: torch.device) -> Tensor:
        return network(torch.full((4, 3), torch.nan)).sum()

    before = {name: value.clone() for name, value in network.state_dict().items() if "num" not in name}
    Trainer(network, broken, options(2), tmp_path).run()
    after = network.state_dict()
    assert all(torch.equal(value, after[name]) for name, value in before.items())


def test_a_plateau_halves_the_learning_rate(tmp_path: Path) -> None:
    def flat(network: nn.Module, generator: torch.Generator, device: torch.device) -> Tensor:
        return 0.0 * network(torch.zeros(1, 3)).sum() + 1.0

    trainer = Trainer(fresh(), flat, options(25), tmp_path)
    trainer.run()
    assert trainer.learning_rate < 0.02


def test_a_foreign_checkpoint_is_refused_in_a_sentence(tmp_path: Path) -> None:
    Trainer(fresh(), line_lesson, options(1), tmp_path).run()
    with pytest.raises(MixAssistError, match="cannot be resumed"):
        Trainer(nn.Linear(3, 1), line_lesson, options(1), tmp_path).resume()


def part_lesson(network: nn.Module, generator: torch.Generator, device: torch.device) -> Tensor:
    """Calls a part of the network, past its own forward, as the lessons of the staged network do."""
    return line_lesson(nn.Sequential(*network.children()), generator, device)


WORKER = """
import sys, torch
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from test_loop import fresh, line_lesson, options, part_lesson
from mixassist.training.loop import Trainer
lesson = {'whole': line_lesson, 'part': part_lesson}[sys.argv[3]]
trainer = Trainer(fresh(), lesson, options(30), Path(sys.argv[1]))
trainer.run()
torch.save([p.detach() for p in trainer.network.parameters()], f"{sys.argv[1]}/rank{trainer.rank}.pt")
torch.distributed.barrier()  # neither leaves while the other still talks to it
torch.distributed.destroy_process_group()
"""


@pytest.mark.parametrize("lesson", ["whole", "part"])
def test_two_processes_learn_one_network(tmp_path: Path, lesson: str) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    script = tmp_path / "worker.py"
    script.write_text(WORKER)
    base = {**os.environ, "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    here = str(Path(__file__).parent)
    workers = [
        subprocess.Popen(
            [sys.executable, str(script), str(tmp_path), here, lesson],
            env={**base, "RANK": str(rank), "LOCAL_RANK": str(rank), "OMP_NUM_THREADS": "1"},
        )
        for rank in range(2)
    ]
    assert [w.wait(timeout=240) for w in workers] == [0, 0]
    first, second = (torch.load(tmp_path / f"rank{rank}.pt") for rank in range(2))
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
    assert not all(torch.equal(a, b.detach()) for a, b in zip(first, fresh().parameters(), strict=True))
