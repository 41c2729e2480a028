# SPDX-License-Identifier: Apache-2.0
"""The controller's card: what it is and learned from, and which group of controls comes from it or from the rules."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from mixassist import __version__
from mixassist.audio.atomic import atomic_write_bytes
from mixassist.automix.controller_weights import GROUPS, ControllerNetwork
from mixassist.networks.controller import STEM_SIZE
from mixassist.training.cards import CREDITS, commit, lessons_in
from mixassist.training.controller import LESSONS, ControllerOptions, paper_words

CONTROLLER_CREDITS = (
    *CREDITS[:3],
    "MixologyDB: 79 human mixes of 10 songs (MIT)",
    "MedleyDB: stem gains of 122 songs, levels of families in 138 (MIT)",
    "H. Zafrin, Identifying Trends in Mixed Audio, 2016: published loudness of stems (figures of the rules that levels "
    "lean on)",
    "Freedoom MIDI songs (BSD-3)",
    'MIDI "music by Tanner Helland" (CC BY 4.0)',
    "Groove MIDI Dataset, Google (CC BY 4.0)",
    "FluidR3 GM SoundFont, Frank Wen (MIT), played by FluidSynth",
    "YAMNet, Google (Apache-2.0): teacher of the encoder",
    "ESC-10 and ambience recordings (CC0, CC BY 3.0): noises for the encoder",
    "espeak-ng and WORLD: a synthetic singer for the encoder and the songs that measure",
)


def write_controller_card(weights: Path, options: ControllerOptions, network: ControllerNetwork) -> Path:
    """Writes controller.json beside the weights; `measures` is filled in by the evaluation."""
    card = {
        "name": "controller",
        "what": "differentiable mixing console's controller: predicts the controls of every channel of a song",
        "version": __version__,
        "commit": commit(),
        "command": _command(options),
        "parameters": sum(p.numel() for p in network.parameters()),
        "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "licence": "Apache-2.0",
        "data": [*CONTROLLER_CREDITS, *([f"songs of your own: {options.dataset}"] if options.dataset else [])],
        "trained_through": options.through if options.audio_steps else "no console: regression of decisions",
        "held_out": f"a fifth of the MIDI songs by name; of real songs {', '.join(options.without) or 'none'}",
        "groups": {g: "network" if g in network.groups else "rules" for g in GROUPS},
        "lessons": lessons_in(options.folder, _lessons(options)),
        "measures": {},
        "example": example_pair(network),
    }
    path = weights.with_suffix(".json")
    atomic_write_bytes(path, (json.dumps(card, indent=2, ensure_ascii=False) + "\n").encode())
    return path


def example_pair(network: ControllerNetwork, stems: int = 5) -> dict[str, Any]:
    """Returns what the network makes of seeded features, for a test to check: levels and places of five stems."""
    generator = torch.Generator().manual_seed(11)
    features = torch.randn(1, stems, STEM_SIZE, generator=generator)
    with torch.inference_mode():
        found = network.eval()(features, torch.ones(1, stems, dtype=torch.bool))
    return {
        "stems": stems,
        "level": [round(float(v), 4) for v in found.values["level"][0, :, 0]],
        "pan": [round(float(v), 4) for v in found.values["pan"][0, :, 0]],
    }


def _command(options: ControllerOptions) -> str:
    usual = ControllerOptions(data=options.data)
    words = ["mixassist train controller"]
    if options.tune_encoder:  # nothing but the preset tunes it
        usual = replace(usual, **paper_words(options.kind))
        words.append("--preset paper")
    for flag, name in _FLAGS.items():
        value = getattr(options, name)
        if value != getattr(usual, name):
            words.append(f"--{flag} {value}")
    if options.groups != usual.groups:
        words.append(f"--groups {' '.join(options.groups)}")
    if options.audio_rate != usual.audio_rate:
        words.append(f"--learning-rate {options.audio_rate}")
    if options.mixed_precision:
        words.append("--mixed-precision")
    return " ".join([*words, *(f"--without {song!r}" for song in options.without)])


_FLAGS = {
    **{name.replace("_", "-"): name for name in ("kind", "context", "members", "steps", "audio_steps", "audio_songs")},
    **{name: name for name in ("through", "batch", "dataset", "seed", "device")},
    "seconds": "patch_s",
    "learning-rate": "learning_rate",
}
"""Options of the command line, and what they are called in `ControllerOptions`."""


def _lessons(options: ControllerOptions) -> list[str]:
    """The folders of the lessons that ran."""
    ran = [name for name, steps in zip(LESSONS, (options.steps, options.audio_steps), strict=True) if steps]
    return [f"member{member}/{lesson}" for member in range(options.members) for lesson in sorted(ran)]
