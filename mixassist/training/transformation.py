# SPDX-License-Identifier: Apache-2.0
"""`mixassist train transformation`: the staged network by its lessons, the published ones as the paper does."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from mixassist.audio.stems import StemLibrary
from mixassist.domain.errors import MixAssistError
from mixassist.domain.parameters import Group
from mixassist.domain.progress import CancelToken, Progress, no_progress, scaled
from mixassist.dsp.compressor import compress
from mixassist.dsp.equalizer import equalize
from mixassist.dsp.reverb import reverberate
from mixassist.evaluation.recordings import SAMPLE_RATE_HZ, AudioPool, audio_pool
from mixassist.networks.losses import LOSSES
from mixassist.networks.registry import build_transformation
from mixassist.training.loop import LoopOptions, LossOfStep, Trainer, forget_lessons
from mixassist.training.stages import audio_lesson, clap_into, filter_lesson, gain_lesson, space_lesson

_PAPERS_BATCH = 32
_SETTLING_PATCHES = 48
_LESSONS = ("filter", "gain", "space", "joint", "audio")


def console_chain(audio: Tensor, controls: Mapping[str, Tensor], active: Collection[Group]) -> Tensor:
    """The console's own equaliser, compressor and reverb: the chain that the shipped networks learn."""
    if Group.EQUALIZER in active:
        audio = equalize(audio, controls, SAMPLE_RATE_HZ)
    if Group.COMPRESSOR in active:
        audio = compress(audio, controls, SAMPLE_RATE_HZ)
    if Group.REVERB in active:
        audio = reverberate(audio, controls, SAMPLE_RATE_HZ)
    return audio.expand(-1, 2, -1)


@dataclass(frozen=True)
class TransformationOptions:
    """What to train and how long. Steps of None are the lesson's own."""

    network: str = "staged"
    folder: Path = Path("runs/transformation")
    data: Path | None = None
    loss: str = "l1"
    batch: int = 32
    seconds: float = 1.5
    steps: int | None = None
    learning_rate: float = 3e-4
    seed: int = 0
    device: str = "cpu"
    mixed_precision: bool = False
    resume: bool = False
    audio_only: bool = False
    """Teaches the staged network by the audio lesson alone, from scratch, as every other network is taught."""


@dataclass(frozen=True)
class Lesson:
    """One part of a training: its name, its loss, how many steps, and the learning rate it starts with."""

    name: str
    loss: LossOfStep
    steps: int
    learning_rate: float
    decay_to: float | None


def lessons_of(options: TransformationOptions, pool: AudioPool | None) -> list[Lesson]:
    """Returns the lessons of a network in their order."""
    if options.loss not in LOSSES:
        raise MixAssistError("there is no such loss", subject=options.loss, remedy=f"Choose {', '.join(LOSSES)}")
    distance: Callable[[Tensor, Tensor], Tensor] = LOSSES[options.loss]()
    whole = audio_lesson(console_chain, pool, distance, options.batch, options.seconds)
    if options.network != "staged" or options.audio_only:
        return [Lesson("audio", whole, options.steps or 1_000_000, options.learning_rate, None)]
    lessons = [
        Lesson("filter", filter_lesson(console_chain), 8000, 3e-3, 0.003),
        Lesson("gain", gain_lesson(console_chain, pool), 8000, 3e-3, 0.003),
        Lesson("space", space_lesson(console_chain), 1200, 3e-3, 0.001),
    ]
    if options.steps:
        # Measured: 600 such steps at 3e-4 doubled the error of stages that had learned alone, so they are a choice.
        joint = audio_lesson(console_chain, pool, distance, min(options.batch, 8), max(options.seconds, 4.0))
        lessons.append(Lesson("joint", joint, options.steps, options.learning_rate, 0.03))
    return lessons


def train_transformation(
    options: TransformationOptions, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> nn.Module:
    """Trains a transformation network through all its lessons; goes on where `resume` says so.

    Returns:
        The network, in the processor's memory wherever it was trained.

    Raises:
        MixAssistError: no such network, loss or device, data that is not there, a checkpoint that does not fit.
        Cancelled: `cancel` was set; the run's state has been saved.
    """
    torch.manual_seed(options.seed)
    network = build_transformation(options.network)
    pool = None
    if options.data is not None:
        pool = audio_pool(options.data, held_out=False, library=StemLibrary(), cancel=cancel)
    lessons = lessons_of(options, pool)
    if not options.resume:
        forget_lessons(options.folder / name for name in _LESSONS)
    total = sum(lesson.steps for lesson in lessons)
    before = 0
    for lesson in lessons:
        loop = LoopOptions(
            steps=lesson.steps,
            learning_rate=lesson.learning_rate,
            decay_to=lesson.decay_to,
            seed=options.seed,
            device=options.device,
            mixed_precision=options.mixed_precision,
        )
        trainer = Trainer(network, lesson.loss, loop, options.folder / lesson.name)
        resumed = trainer.resume() if options.resume else False
        if lesson.name == "space" and not resumed:
            clap_into(console_chain, network)
        part = scaled(progress, before / total, (before + lesson.steps) / total)
        trainer.run(_named(part, lesson.name), cancel)
        before += lesson.steps
        if options.batch < _PAPERS_BATCH:
            settle_norms(trainer, math.ceil(_SETTLING_PATCHES / options.batch))
    return network.cpu()


def settle_norms(trainer: Trainer, batches: int) -> None:
    """Measures the batch normalisations' statistics again, as plain means over `batches` fresh batches.

    Ten small batches, all that a running mean remembers, are too few for rendering to trust. Networks without
    batch normalisation stay as they are; the weights do in any case.
    """
    norms = [module for module in trainer.network.modules() if isinstance(module, nn.BatchNorm1d)]
    if not norms:
        return
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
    trainer.network.train()
    with torch.no_grad():
        for number in range(batches):
            trainer.loss_of_step(trainer.network, torch.Generator().manual_seed(number), trainer.device)
    trainer.network.eval()
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum


def _named(progress: Progress, name: str) -> Progress:
    return lambda fraction, what: progress(fraction, f"{name}: {what}")
