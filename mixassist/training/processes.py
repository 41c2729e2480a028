# SPDX-License-Identifier: Apache-2.0
"""The processes of one training, as `torchrun` announces them: who is who, and what only the first does."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

import torch

from mixassist.domain.errors import MixAssistError

Made = TypeVar("Made")


def join_processes(device: str) -> tuple[int, int]:
    """Joins the group of processes in the environment, by what fits the device; returns rank and world size."""
    world = int(os.environ.get("WORLD_SIZE", "1"))
    if world == 1:
        return 0, 1
    if not torch.distributed.is_initialized():
        own = device_of(device, int(os.environ.get("LOCAL_RANK", os.environ.get("RANK", "0"))))
        if own.type == "cuda":
            torch.cuda.set_device(own)
        torch.distributed.init_process_group("nccl" if own.type == "cuda" else "gloo")
    return torch.distributed.get_rank(), world


def device_of(name: str, rank: int) -> torch.device:
    """Returns the device of a process: `auto` is a GPU where there is one; several processes get one each.

    Raises:
        MixAssistError: CUDA was asked for and is not there.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise MixAssistError("there is no CUDA device", subject="--device cuda", remedy="Use --device cpu")
    return torch.device("cuda", rank % torch.cuda.device_count()) if name == "cuda" else torch.device(name)


def is_first_process() -> bool:
    """Whether this process writes for all."""
    return int(os.environ.get("RANK", "0")) == 0


def made_once(device: str, make: Callable[[], Made]) -> Made:
    """Has the first process make something that it keeps in a file, while the others wait and then find it there."""
    rank, world = join_processes(device)
    if world == 1:
        return make()
    found = make() if rank == 0 else None
    torch.distributed.barrier()
    return make() if found is None else found
