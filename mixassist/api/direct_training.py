# SPDX-License-Identifier: Apache-2.0
"""Training the direct baseline on multitracks that somebody has."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress


@dataclass(frozen=True)
class DirectTrainRequest:
    """What is asked for; None stands for the training's own default."""

    data: str | None
    dataset: str = "folders"
    folder: str | None = None
    steps: int | None = None
    batch: int | None = None
    seconds: float | None = None
    learning_rate: float | None = None
    seed: int = 0
    device: str = "cpu"
    mixed_precision: bool = False
    resume: bool = False


def train_direct(
    request: DirectTrainRequest, *, progress: Progress = no_progress, cancel: CancelToken | None = None
) -> Path:
    """Trains on the train side of the data set's songs, writes the weights into the folder and returns their path.

    Raises:
        MixAssistError: no data named, no such data set, no songs with a mix, a checkpoint that does not fit.
        Cancelled: `cancel` was set; `resume` goes on from there.
    """
    if not request.data:
        raise MixAssistError(
            "the direct network learns from finished mixes", remedy="Name a folder of songs with their mixes by --data"
        )
    from mixassist.networks.checkpoint import save_weights
    from mixassist.networks.direct_mixer import KIND
    from mixassist.training.datasets.multitrack import split
    from mixassist.training.datasets.registry import songs_of
    from mixassist.training.direct_mixer import DirectMixerOptions, SongExamples, train_direct_mixer

    names = ("steps", "batch", "seconds", "learning_rate", "folder")
    given: dict[str, Any] = {name: value for name in names if (value := getattr(request, name)) is not None}
    if "folder" in given:
        given["folder"] = Path(given["folder"])
    options = DirectMixerOptions(
        seed=request.seed,
        device=request.device,
        mixed_precision=request.mixed_precision,
        resume=request.resume,
        **given,
    )
    songs = split(songs_of(request.dataset, request.data), request.seed)["train"]
    network = train_direct_mixer(options, SongExamples(songs, options.stems), progress, cancel)
    path = options.folder / "direct-mixer.safetensors"
    if int(os.environ.get("RANK", "0")) == 0:  # under torchrun one process writes for all
        save_weights(path, KIND, network.options, network, half=True)
    return path
