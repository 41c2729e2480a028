# SPDX-License-Identifier: Apache-2.0
"""One training loop for every network: resumable to the bit, on CPU or CUDA, on one device or several.

The examples of step n depend on the seed, n and the rank only, so a resumed run sees what an unbroken one would.
"""

from __future__ import annotations

import contextlib
import csv
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from mixassist.audio.atomic import atomic_path
from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.training.processes import device_of, is_first_process, join_processes

LossOfStep = Callable[[nn.Module, torch.Generator, torch.device], Tensor]
"""Makes a step's examples with the generator, runs the network on them and returns the loss."""


@dataclass(frozen=True)
class LoopOptions:
    """How a network is trained; the defaults are the DMC paper's for the transformation network.

    An epoch is `steps_per_epoch` steps; the learning rate is halved when the mean loss of an epoch has not
    fallen for `patience` epochs.
    """

    steps: int
    learning_rate: float = 3e-4
    steps_per_epoch: int = 32
    patience: int = 20
    decay_to: float | None = None
    """Share of the learning rate reached at the last step by a cosine; None = halving on plateaus alone."""
    seed: int = 0
    device: str = "cpu"
    mixed_precision: bool = False
    clip_norm: float = 1.0
    weight_decay: float = 0.0
    """Decoupled from the gradient (Loshchilov & Hutter 2019); 0 is plain Adam."""
    checkpoint_every: int = 200


_BEGUN_WITH = ("learning_rate", "steps_per_epoch", "patience", "seed", "clip_norm", "weight_decay")
"""What may not change in the middle of a run; a longer one goes on from a shorter."""


class _Lesson(nn.Module):
    """A network inside its lesson, so that several processes' gradients are joined whatever part a lesson calls."""

    def __init__(self, network: nn.Module, loss_of_step: LossOfStep) -> None:
        super().__init__()
        self.network, self.loss_of_step = network, loss_of_step

    def forward(self, generator: torch.Generator, device: torch.device) -> Tensor:
        return self.loss_of_step(self.network, generator, device)


class Trainer:
    """Runs a network's training in a folder that holds its checkpoint and its curves."""

    def __init__(self, network: nn.Module, loss_of_step: LossOfStep, options: LoopOptions, folder: Path) -> None:
        self.options, self.loss_of_step, self.folder = options, loss_of_step, folder
        self.rank, self.world = join_processes(options.device)
        self.device = device_of(options.device, self.rank)
        self.network = network.to(self.device)
        self.lesson: nn.Module = _Lesson(self.network, loss_of_step)
        if self.world > 1:
            self.lesson = DistributedDataParallel(self.lesson, find_unused_parameters=True)
        trained = [p for p in network.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(trained, lr=options.learning_rate, weight_decay=options.weight_decay)
        self.plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(self.optimizer, factor=0.5, patience=options.patience)
        self.step, self.seconds = 0, 0.0
        self._epoch_losses: list[float] = []

    @property
    def checkpoint_path(self) -> Path:
        """Where the run's state is kept; a torch file of this machine's own making, never shipped."""
        return self.folder / "checkpoint.pt"

    def resume(self) -> bool:
        """Goes on from the folder's checkpoint if there is one; returns whether there was.

        Raises:
            MixAssistError: the checkpoint is of another network, was begun with other options, or is not readable.
        """
        if not self.checkpoint_path.is_file():
            return False
        try:
            state = torch.load(self.checkpoint_path, map_location="cpu", weights_only=True)
            begun = state["options"]
            self.network.load_state_dict(state["network"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.plateau.load_state_dict(state["plateau"])
            self.step, self.seconds = state["step"], state["seconds"]
            self._epoch_losses = state["epoch_losses"]
        except (OSError, RuntimeError, KeyError, ValueError) as error:
            raise MixAssistError(
                "this checkpoint cannot be resumed", subject=self.checkpoint_path, remedy="Train into another folder"
            ) from error
        now = asdict(self.options)
        changed = [name for name in _BEGUN_WITH if begun.get(name) != now[name]]
        if changed:
            told = ", ".join(f"{name.replace('_', ' ')} {begun.get(name)}" for name in changed)
            raise MixAssistError(
                f"this run was begun with {told}", subject=self.folder, remedy="Give the same, or start it anew"
            )
        return True

    def save(self) -> None:
        """Writes the run's state atomically; only the first process does."""
        if self.rank:
            return
        state: dict[str, Any] = {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "plateau": self.plateau.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
            "epoch_losses": self._epoch_losses,
            "options": asdict(self.options),
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        with atomic_path(self.checkpoint_path) as path:
            torch.save(state, path)

    def run(self, progress: Progress = no_progress, cancel: CancelToken | None = None) -> None:
        """Trains to the last step; a cancelled run saves its state and raises `Cancelled`."""
        options = self.options
        self.folder.mkdir(parents=True, exist_ok=True)
        self.network.train()
        with _curves(self.folder, self.rank, self.step) as log:
            while self.step < options.steps:
                if cancel is not None and cancel.is_cancelled:
                    self.save()
                    cancel.check()
                started = time.perf_counter()
                loss = self._one_step()
                self.seconds += time.perf_counter() - started
                self.step += 1
                self._end_of_step(loss)
                log(self.step, loss, self.learning_rate)
                left = self.seconds / self.step * (options.steps - self.step)
                progress(
                    self.step / options.steps,
                    f"step {self.step} of {options.steps}, loss {loss:.5f}, "
                    f"{self.step / self.seconds:.2f} steps/s, {left / 60:.0f} min left",
                )
                if self.step % options.checkpoint_every == 0 or self.step == options.steps:
                    self.save()
        self.network.eval()

    @property
    def learning_rate(self) -> float:
        """The present learning rate."""
        return float(self.optimizer.param_groups[0]["lr"])

    def _one_step(self) -> float:
        generator = torch.Generator().manual_seed(_mixed(self.options.seed, self.step, self.rank))
        torch.manual_seed(_mixed(self.options.seed + 1, self.step, self.rank))
        statistics = self._statistics()
        precision = torch.autocast(self.device.type, torch.bfloat16, enabled=self.options.mixed_precision)
        self.optimizer.zero_grad(set_to_none=True)
        with precision:
            loss = self.lesson(generator, self.device)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), self.options.clip_norm)
        if torch.isfinite(norm):
            self.optimizer.step()
        else:
            # The normalisations must not remember a step that came to nothing.
            for statistic, before in statistics:
                statistic.copy_(before)
        return float(loss.detach())

    def _statistics(self) -> list[tuple[Tensor, Tensor]]:
        """The running statistics of the normalisations, each with a copy."""
        found = []
        for module in self.network.modules():
            if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
                found += [(t, t.clone()) for t in (module.running_mean, module.running_var) if t is not None]
        return found

    def _end_of_step(self, loss: float) -> None:
        options = self.options
        if options.decay_to is not None:
            share = 0.5 * (1 + torch.cos(torch.tensor(torch.pi * self.step / options.steps)).item())
            rate = options.learning_rate * (options.decay_to + (1 - options.decay_to) * share)
            for group in self.optimizer.param_groups:
                group["lr"] = rate * group.get("scale", 1.0)
            return
        self._epoch_losses.append(loss)
        if len(self._epoch_losses) >= options.steps_per_epoch:
            mean = torch.tensor(sum(self._epoch_losses) / len(self._epoch_losses), device=self.device)
            if self.world > 1:
                torch.distributed.all_reduce(mean)
            self.plateau.step(float(mean) / self.world)
            self._epoch_losses = []


def _mixed(seed: int, step: int, rank: int) -> int:
    """Joins three numbers to a seed; distinct for any run in practice."""
    return (seed * 1_000_003 + step) * 1_009 + rank


@contextlib.contextmanager
def _curves(folder: Path, rank: int, step: int) -> Iterator[Callable[[int, float, float], None]]:
    """Writes loss and learning rate to curves.csv, and to TensorBoard where it is installed."""
    if rank:
        yield lambda step, loss, rate: None
        return
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        board = None
    else:
        board = SummaryWriter(str(folder / "tensorboard"), purge_step=step)
    path = folder / "curves.csv"
    before = _rows_until(path, step)
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["step", "loss", "learning_rate"])
        table.writerows(before)

        def log(step: int, loss: float, rate: float) -> None:
            table.writerow([step, f"{loss:.8g}", f"{rate:.8g}"])
            if board is not None:
                board.add_scalar("loss", loss, step)
                board.add_scalar("learning_rate", rate, step)

        try:
            yield log
        finally:
            if board is not None:
                board.close()


def _rows_until(path: Path, step: int) -> list[list[str]]:
    """The rows of an earlier run up to the step from which it goes on; a killed run wrote more than it kept."""
    if not step or not path.is_file():
        return []
    with path.open(newline="") as file:
        return [row for row in list(csv.reader(file))[1:] if row and int(row[0]) <= step]


def forget_lessons(folders: Iterable[Path]) -> None:
    """Removes the checkpoints in lessons' folders, so that nothing of an earlier run is ever resumed."""
    if is_first_process():
        for folder in folders:
            (folder / "checkpoint.pt").unlink(missing_ok=True)
