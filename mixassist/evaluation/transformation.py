# SPDX-License-Identifier: Apache-2.0
"""`mixassist evaluate transformation`: how near a network comes to the console, on a fixed seeded test set.

Held-out recordings at −20 dBFS RMS, controls over the full ranges; the whole chain and each stage alone; silence,
dry pass-through and a linear fit as yardsticks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mixassist.domain.parameters import Group
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.dsp.channel_strip import bracket
from mixassist.networks.conditioning import conditioning
from mixassist.networks.losses import MultiResolutionSTFT
from mixassist.training.draws import random_controls
from mixassist.training.sources import SAMPLE_RATE_HZ, AudioPool, scaled_to

TEST_RMS_DBFS = -20.0
_ALL = (Group.EQUALIZER, Group.COMPRESSOR, Group.REVERB)

PARTS: Mapping[str, tuple[Group, ...]] = {
    "chain": _ALL,
    "equalizer": (Group.EQUALIZER,),
    "compressor": (Group.COMPRESSOR,),
    "reverb": (Group.REVERB,),
}
"""The parts of the test set: which stages are active in each."""


@dataclass(frozen=True)
class TestExample:
    """One test signal: input (1, sides, frames), controls (1,) a key, and the console's output (1, 2, frames)."""

    __test__ = False

    audio: Tensor
    controls: Mapping[str, Tensor]
    target: Tensor


def test_set(pool: AudioPool, part: str, count: int, seconds: float, seed: int) -> list[TestExample]:
    """Makes the examples of one part; the same for the same pool and seed."""
    generator = torch.Generator().manual_seed(seed)
    frames = round(seconds * SAMPLE_RATE_HZ)
    neutral = set(_ALL) - set(PARTS[part])
    examples = []
    for number in range(count):
        audio = scaled_to(pool.cut(frames, generator, stereo=number % 4 == 3), TEST_RMS_DBFS)[None]
        controls = random_controls(1, generator, neutral=neutral)
        examples.append(TestExample(audio, controls, bracket(audio, controls, SAMPLE_RATE_HZ)))
    return examples


test_set.__test__ = False  # type: ignore[attr-defined]


def measures_of(estimate: Tensor, target: Tensor, stft: MultiResolutionSTFT) -> dict[str, float]:
    """Returns error-to-signal ratio, MAE, MAE over the target's mean magnitude, and the STFT distance."""
    error = estimate - target
    mae = float(error.abs().mean())
    return {
        "esr": float(error.square().sum() / target.square().sum().clamp(min=1e-12)),
        "mae": mae,
        "relative_mae": mae / max(float(target.abs().mean()), 1e-9),
        "stft": float(stft(estimate, target)),
    }


def linear_fit(audio: Tensor, target: Tensor) -> Tensor:
    """Returns the best factor a side times the input: what a fader could do."""
    both = audio.expand(-1, 2, -1)
    factor = (both * target).sum(-1, keepdim=True) / both.square().sum(-1, keepdim=True).clamp(min=1e-12)
    return factor * both


def yardsticks() -> dict[str, Callable[[TestExample], Tensor]]:
    """Returns the estimators that every network has to beat."""
    return {
        "silence": lambda e: torch.zeros_like(e.target),
        "dry": lambda e: e.audio.expand(-1, 2, -1),
        "linear fit": lambda e: linear_fit(e.audio, e.target),
    }


def evaluate_transformation(
    networks: Mapping[str, nn.Module],
    pool: AudioPool,
    *,
    count: int = 48,
    seconds: float = 5.0,
    seed: int = 20_211,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> dict[str, Any]:
    """Measures networks and yardsticks on the fixed test set.

    Returns:
        {part: {estimator: {measure: mean, "esr_median": …}}} and {"speed": {network: × real time}}.
    """
    stft = MultiResolutionSTFT()
    estimators = yardsticks()
    for name, network in networks.items():
        estimators[name] = _runner(network)
    table: dict[str, Any] = {}
    for place, part in enumerate(PARTS):
        examples = test_set(pool, part, count, seconds, seed + place)
        rows: dict[str, list[dict[str, float]]] = {name: [] for name in estimators}
        for number, example in enumerate(examples):
            if cancel is not None:
                cancel.check()
            for name, estimator in estimators.items():
                rows[name].append(measures_of(estimator(example), example.target, stft))
            progress((place + (number + 1) / count) / len(PARTS), f"{part} {number + 1}/{count}")
        table[part] = {name: _summary(found) for name, found in rows.items()}
    table["speed"] = {name: real_time_factor(network) for name, network in networks.items()}
    return table


def real_time_factor(network: nn.Module, seconds: float = 20.0) -> float:
    """Returns how many seconds of one mono channel a second renders, float32, the best of three runs."""
    audio = 0.1 * torch.randn(1, 1, round(seconds * SAMPLE_RATE_HZ), generator=torch.Generator().manual_seed(0))
    vector = conditioning(random_controls(1, torch.Generator().manual_seed(0)))
    best = float("inf")
    with torch.inference_mode():
        for _ in range(3):
            started = time.perf_counter()
            network(audio, vector)
            best = min(best, time.perf_counter() - started)
    return seconds / best


def _runner(network: nn.Module) -> Callable[[TestExample], Tensor]:
    network.eval()

    def run(example: TestExample) -> Tensor:
        with torch.inference_mode():
            estimate: Tensor = network(example.audio, conditioning(example.controls))
        return estimate

    return run


def _summary(found: list[dict[str, float]]) -> dict[str, float]:
    summary = {key: float(np.mean([row[key] for row in found])) for key in found[0]}
    summary["esr_median"] = float(np.median([row["esr"] for row in found]))
    return summary


def table_text(table: Mapping[str, Any]) -> str:
    """Returns the table as aligned lines: a block a part, a line an estimator."""
    lines = []
    for part in PARTS:
        head = ("ESR median", "ESR mean", "MAE", "MAE/mean", "STFT")
        lines.append(f"{part:<22}" + "".join(f"{word:>12}" for word in head))
        for name, row in table[part].items():
            keys = ("esr_median", "esr", "mae", "relative_mae", "stft")
            lines.append(f"  {name:<20}" + "".join(f"{row[key]:12.4g}" for key in keys))
    lines += [f"{name}: {factor:.0f} × real time, one mono channel" for name, factor in table["speed"].items()]
    return "\n".join(lines)
