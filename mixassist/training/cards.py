# SPDX-License-Identifier: Apache-2.0
"""The card beside shipped weights: what the network is, what it learned from, for how long, under which licence."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from torch import nn

from mixassist import __version__
from mixassist.audio.atomic import atomic_write_bytes
from mixassist.networks.conditioning import conditioning
from mixassist.networks.random_controls import random_controls
from mixassist.training.synthetic import segments
from mixassist.training.transformation import TransformationOptions

CREDITS = (
    'stems of "Everything is Free" by Software-Entwicklungskit (CC0 1.0)',
    "MuldjordKit drum samples, DrumGizmo (CC BY 4.0)",
    "guitar notes by Karoryfer (CC0), direct guitar by J. Chowdhury (BSD-3)",
    "drum take of steerable-nafx (Apache-2.0)",
)


def example_pair(network: nn.Module, frames: int = 4096) -> dict[str, Any]:
    """Returns a seeded input's digest and what the network makes of it: RMS and a few samples, for a test to check."""
    generator = torch.Generator().manual_seed(7)
    audio = 0.2 * segments(frames, 44_100, generator)[None, None]
    vector = conditioning(random_controls(1, generator))
    with torch.inference_mode():
        out = network.eval()(audio, vector)[0]
    places = list(range(0, frames, frames // 16))
    return {
        "frames": frames,
        "rms": [round(float(side.square().mean().sqrt()), 8) for side in out],
        "places": places,
        "left": [round(float(out[0, place]), 7) for place in places],
        "right": [round(float(out[1, place]), 7) for place in places],
    }


def write_card(weights: Path, options: TransformationOptions, network: nn.Module) -> Path:
    """Writes NAME.json beside the weights; `measures` is filled in by the evaluation."""
    card = {
        "name": options.network,
        "what": "transformation network: emulates equaliser, compressor and reverb, conditioned on 26 values",
        "version": __version__,
        "commit": commit(),
        "command": command_of(options),
        "parameters": sum(p.numel() for p in network.parameters()),
        "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "licence": "Apache-2.0",
        "data": list(CREDITS) if options.data is not None else ["synthetic signals only"],
        "held_out": "songs Rubidium and Hydrogen",
        "loss": options.loss,
        "seed": options.seed,
        "lessons": lessons_in(options.folder, sorted(p.parent.name for p in options.folder.glob("*/checkpoint.pt"))),
        "measures": {},
        "example": example_pair(network),
    }
    path = weights.with_suffix(".json")
    atomic_write_bytes(path, (json.dumps(card, indent=2, ensure_ascii=False) + "\n").encode())
    return path


def lessons_in(folder: Path, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Returns what the checkpoints of a run's lessons say: steps, hours, learning rate and device, by name."""
    lessons = {}
    for name in names:
        state = torch.load(folder / name / "checkpoint.pt", map_location="cpu", weights_only=True)
        lessons[name] = {
            "steps": state["step"],
            "hours": round(state["seconds"] / 3600, 3),
            "learning_rate": state["options"]["learning_rate"],
            "device": state["options"]["device"],
        }
    return lessons


def command_of(options: TransformationOptions) -> str:
    """Returns the command line of a training: the network, and whatever differs from the defaults."""
    words = ["mixassist train transformation", f"--network {options.network}"]
    usual = TransformationOptions()
    for name in ("loss", "steps", "batch", "seconds", "learning_rate", "seed", "device"):
        value = getattr(options, name)
        if value != getattr(usual, name):
            words.append(f"--{name.replace('_', '-')} {value}")
    words += [f"--{n.replace('_', '-')}" for n in ("mixed_precision", "audio_only") if getattr(options, n)]
    return " ".join(words)


def commit() -> str:
    """Returns the short hash of the commit that is checked out, or nothing outside a checkout."""
    try:
        found = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"],
            capture_output=True,
            text=True,
            cwd=Path(__file__).parent,
            check=False,
        )
    except OSError:
        return ""
    return found.stdout.strip()
