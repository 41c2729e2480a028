# SPDX-License-Identifier: Apache-2.0
"""Training a network and keeping its weights."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.paths import shared_data_directory


@dataclass(frozen=True)
class TrainRequest:
    """What `train` is asked for; None stands for the training's own default."""

    what: str
    network: str | None = None
    folder: str | None = None
    data: str | None = None
    loss: str = "l1"
    steps: int | None = None
    batch: int = 32
    seconds: float = 1.5
    learning_rate: float = 3e-4
    seed: int = 0
    device: str = "cpu"
    threads: int | None = None
    mixed_precision: bool = False
    resume: bool = False
    audio_only: bool = False


def train(request: TrainRequest, *, progress: Progress = no_progress, cancel: CancelToken | None = None) -> Path:
    """Trains a network in a folder and writes its weights there; returns the weights' path.

    Raises:
        MixAssistError: no such network, loss or device, data that is not there, a checkpoint that does not fit.
        Cancelled: `cancel` was set; `resume` goes on from there.
    """
    if request.what != "transformation":
        raise MixAssistError("there is no such training", subject=request.what, remedy="Choose transformation")
    import torch

    from mixassist.networks.checkpoint import save_weights
    from mixassist.networks.registry import DEFAULT_TRANSFORMATION
    from mixassist.training.cards import write_card
    from mixassist.training.transformation import TransformationOptions, train_transformation

    if request.threads is not None:
        torch.set_num_threads(request.threads)
    data = Path(request.data) if request.data else shared_data_directory()
    options = TransformationOptions(
        network=request.network or DEFAULT_TRANSFORMATION,
        data=data if request.data or data.is_dir() else None,
        loss=request.loss,
        batch=request.batch,
        seconds=request.seconds,
        steps=request.steps,
        learning_rate=request.learning_rate,
        seed=request.seed,
        device=request.device,
        mixed_precision=request.mixed_precision,
        resume=request.resume,
        audio_only=request.audio_only,
    )
    options = replace(options, folder=Path(request.folder or f"runs/{options.network}"))
    network = train_transformation(options, progress, cancel)
    path = options.folder / f"{options.network}.safetensors"
    if int(os.environ.get("RANK", "0")) == 0:  # under torchrun one process writes for all
        save_weights(path, options.network, getattr(network, "options", {}), network, half=True)
        write_card(path, options, network)
    return path
