# SPDX-License-Identifier: Apache-2.0
"""Training a network and keeping its weights."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.paths import shared_data_directory

WHAT = ("transformation", "data", "encoder", "controller", "direct-mixer")
"""What can be trained, and the multitracks to train the controller on."""
PRESETS = ("default", "paper")


@dataclass(frozen=True)
class TrainRequest:
    """What `train` is asked for; None stands for the training's own default."""

    what: str
    network: str | None = None
    folder: str | None = None
    data: str | None = None
    loss: str = "l1"
    steps: int | None = None
    batch: int | None = None
    seconds: float | None = None
    learning_rate: float | None = None
    seed: int = 0
    device: str = "cpu"
    threads: int | None = None
    mixed_precision: bool = False
    resume: bool = False
    audio_only: bool = False
    multitracks: str | None = None
    encoder: str | None = None
    kind: str | None = None
    context: str | None = None
    members: int | None = None
    audio_steps: int | None = None
    audio_songs: int | None = None
    through: str | None = None
    preset: str = "default"
    without: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    dataset: str | None = None
    dataset_folder: str | None = None


def train(request: TrainRequest, *, progress: Progress = no_progress, cancel: CancelToken | None = None) -> Path:
    """Trains a network in a folder and writes its weights there, or makes data; returns the path of what was written.

    Raises:
        MixAssistError: no such network, loss or device, data that is not there, a checkpoint that does not fit.
        Cancelled: `cancel` was set; `resume` goes on from there.
    """
    makers = {
        "transformation": _transformation,
        "data": _data,
        "encoder": _encoder,
        "controller": _controller,
        "direct-mixer": _direct_mixer,
    }
    if request.what not in makers:
        raise MixAssistError("there is no such training", subject=request.what, remedy=f"Choose {', '.join(WHAT)}")
    import torch

    if request.threads is not None:
        torch.set_num_threads(request.threads)
    return makers[request.what](request, progress, cancel)


def _given(request: TrainRequest, *names: str) -> dict[str, Any]:
    """What was asked for among these, leaving out what was not."""
    return {name: value for name in names if (value := getattr(request, name)) not in (None, ())}


def _data_folder(request: TrainRequest) -> Path:
    folder = Path(request.data) if request.data else shared_data_directory()
    if not folder.is_dir():
        raise MixAssistError("the training data is not there", subject=folder, remedy="Name its folder with --data")
    return folder


def _transformation(request: TrainRequest, progress: Progress, cancel: CancelToken | None) -> Path:
    from mixassist.networks.checkpoint import save_weights
    from mixassist.networks.registry import DEFAULT_TRANSFORMATION
    from mixassist.training.cards import write_card
    from mixassist.training.processes import is_first_process
    from mixassist.training.transformation import TransformationOptions, train_transformation

    data = Path(request.data) if request.data else shared_data_directory()
    given = _given(request, "steps", "batch", "seconds", "learning_rate")
    options = TransformationOptions(
        network=request.network or DEFAULT_TRANSFORMATION,
        data=data if request.data or data.is_dir() else None,
        loss=request.loss,
        seed=request.seed,
        device=request.device,
        mixed_precision=request.mixed_precision,
        resume=request.resume,
        audio_only=request.audio_only,
        **given,
    )
    options = replace(options, folder=Path(request.folder or f"runs/{options.network}"))
    network = train_transformation(options, progress, cancel)
    path = options.folder / f"{options.network}.safetensors"
    if is_first_process():
        save_weights(path, options.network, getattr(network, "options", {}), network, half=True)
        write_card(path, options, network)
    return path


def _data(request: TrainRequest, progress: Progress, cancel: CancelToken | None) -> Path:
    from mixassist.training.multitracks.making import make_multitracks

    folder = Path(request.folder or "runs/multitracks")
    make_multitracks(_data_folder(request), folder, progress, cancel)
    return folder


def _encoder(request: TrainRequest, progress: Progress, cancel: CancelToken | None) -> Path:
    import json

    from mixassist.audio.atomic import atomic_write_bytes
    from mixassist.training.encoder import EncoderOptions, train_encoder
    from mixassist.training.processes import is_first_process

    given = _given(request, "steps", "batch", "learning_rate", "seed", "device", "mixed_precision", "resume")
    options = EncoderOptions(data=_data_folder(request), **given)
    if request.multitracks:
        options = replace(options, multitracks=Path(request.multitracks))
    options = replace(options, folder=Path(request.folder or options.folder))
    _, recalls = train_encoder(options, progress, cancel)
    if is_first_process():
        atomic_write_bytes(options.folder / "recall.json", json.dumps(recalls, indent=1).encode())
    return options.folder / "encoder.pt"


def _controller(request: TrainRequest, progress: Progress, cancel: CancelToken | None) -> Path:
    from mixassist.automix.controller_weights import KIND
    from mixassist.networks.checkpoint import save_weights
    from mixassist.training.controller import ControllerOptions, paper_words, train_controller
    from mixassist.training.controller_card import write_controller_card
    from mixassist.training.processes import is_first_process

    if request.preset not in PRESETS:
        raise MixAssistError("there is no such preset", subject=request.preset, remedy=f"Choose {', '.join(PRESETS)}")
    words = paper_words(request.kind or "full") if request.preset == "paper" else {}
    names = (
        "kind",
        "context",
        "members",
        "steps",
        "audio_steps",
        "audio_songs",
        "through",
        "batch",
        "learning_rate",
        "without",
        "groups",
    )
    words |= _given(request, *names, "seed", "device", "mixed_precision", "resume")
    if request.seconds is not None:
        words["patch_s"] = request.seconds
    if request.preset == "paper" and request.learning_rate is not None:
        words["audio_rate"] = request.learning_rate  # the paper has no other lesson
        request = replace(request, learning_rate=None)
    paths = _given(request, "multitracks", "encoder", "dataset_folder")
    words |= {name: Path(value) for name, value in paths.items()}
    words |= _given(request, "dataset")
    options = ControllerOptions(data=_data_folder(request), **words)
    options = replace(options, folder=Path(request.folder or options.folder))
    network = train_controller(options, progress, cancel)
    path = options.folder / "controller.safetensors"
    if is_first_process():
        save_weights(path, KIND, network.options, network, half=True)
        write_controller_card(path, options, network)
    return path


def _direct_mixer(request: TrainRequest, progress: Progress, cancel: CancelToken | None) -> Path:
    from mixassist.api.direct_training import DirectTrainRequest, train_direct

    names = ("folder", "steps", "batch", "seconds", "learning_rate", "seed", "device", "mixed_precision", "resume")
    given = _given(request, *names, "dataset")
    return train_direct(DirectTrainRequest(request.data, **given), progress=progress, cancel=cancel)
