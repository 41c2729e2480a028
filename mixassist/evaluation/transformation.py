# SPDX-License-Identifier: Apache-2.0
"""`mixassist evaluate transformation`: how near a network comes to the console, on a fixed seeded test set.

Held-out recordings at −20 dBFS RMS, controls over the full ranges; the whole chain, each stage alone, and what is left
of long reverbs a second after the sound stopped; silence, dry pass-through and a linear fit as yardsticks.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mixassist.domain.errors import MixAssistError
from mixassist.domain.parameters import REVERB_TYPES, Group
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.dsp.channel_strip import bracket
from mixassist.dsp.reverb import REVERB_DECAY_S
from mixassist.evaluation.recordings import SAMPLE_RATE_HZ, AudioPool, scaled_to
from mixassist.networks.conditioning import conditioning
from mixassist.networks.losses import MultiResolutionSTFT
from mixassist.networks.random_controls import random_controls

TEST_RMS_DBFS = -20.0
QUIETEST_TARGET_DBFS = -60.0
"""Examples whose target is quieter are drawn again: near-silence must not score."""
_DRAWS = 25
SPEED_THREADS = 2
_ALL = (Group.EQUALIZER, Group.COMPRESSOR, Group.REVERB)

PARTS: Mapping[str, tuple[Group, ...]] = {
    "chain": _ALL,
    "equalizer": (Group.EQUALIZER,),
    "compressor": (Group.COMPRESSOR,),
    "reverb": (Group.REVERB,),
    "tail": (Group.REVERB,),
}
"""The parts of the test set: which stages are active in each. In `tail` the sound stops after 30 % of an example and
what remains of a long reverb is measured from 50 % on: at 5 s, from one second after the sound."""

_SOUND_SHARE, _TAIL_SHARE = 0.3, 0.5
_LONG_TYPES = [number for number, name in enumerate(REVERB_TYPES) if REVERB_DECAY_S[name] >= 1.0]


@dataclass(frozen=True)
class TestExample:
    """One test signal: input (1, sides, frames), controls (1,) a key, and the console's output (1, 2, frames).

    Only what lies behind `measured_from` frames is measured.
    """

    __test__ = False

    audio: Tensor
    controls: Mapping[str, Tensor]
    target: Tensor
    measured_from: int = 0


def test_set(pool: AudioPool, part: str, count: int, seconds: float, seed: int) -> Iterator[TestExample]:
    """Yields the examples of one part; the same for the same pool and seed. Every fourth is stereo.

    Raises:
        MixAssistError: the recordings are silent.
    """
    generator = torch.Generator().manual_seed(seed)
    frames = round(seconds * SAMPLE_RATE_HZ)
    for number in range(count):
        for _ in range(_DRAWS):
            example = _example(pool, part, frames, generator, stereo=number % 4 == 3)
            heard = example.target[..., example.measured_from :]
            if float(heard.square().mean().sqrt()) > 10.0 ** (QUIETEST_TARGET_DBFS / 20.0):
                break
        else:
            raise MixAssistError("the recordings are silent", subject=part, remedy="Name other recordings with --data")
        yield example


test_set.__test__ = False  # type: ignore[attr-defined]


def _example(pool: AudioPool, part: str, frames: int, generator: torch.Generator, stereo: bool) -> TestExample:
    controls = random_controls(1, generator, neutral=set(_ALL) - set(PARTS[part]))
    measured_from = 0
    if part == "tail":
        sound, measured_from = round(_SOUND_SHARE * frames), round(_TAIL_SHARE * frames)
        place = int(torch.randint(len(_LONG_TYPES), (), generator=generator))
        full = torch.ones(1)
        controls |= {"reverb_type": torch.tensor([_LONG_TYPES[place]]), "reverb_decay": full, "reverb_wet": full}
        controls["reverb_dry"] = torch.zeros(1)
        audio = scaled_to(pool.cut(sound, generator, stereo), TEST_RMS_DBFS)
        audio = torch.nn.functional.pad(audio, (0, frames - sound))[None]
    else:
        audio = scaled_to(pool.cut(frames, generator, stereo), TEST_RMS_DBFS)[None]
    return TestExample(audio, controls, bracket(audio, controls, SAMPLE_RATE_HZ), measured_from)


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
    parts: Collection[str] = tuple(PARTS),
    count: int = 48,
    seconds: float = 5.0,
    seed: int = 20_211,
    speed_seconds: float = 10.0,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> dict[str, Any]:
    """Measures networks and yardsticks on the fixed test set.

    Args:
        networks: by the name they have in the table.
        parts: the parts of the test set to measure; an example is the same whichever others are.
        count: examples a part.
        seconds: length of an example.
        speed_seconds: length of the channel that speed is measured on.

    Returns:
        {part: {estimator: {measure: mean, "esr_median": …, "esr_p90": …}}}, {"speed": {network: × real time}} and
        {"test_set": what it was measured on}.
    """
    stft = MultiResolutionSTFT()
    estimators = yardsticks() | {name: _runner(network) for name, network in networks.items()}
    table: dict[str, Any] = {}
    for place, part in enumerate(PARTS):
        if part not in parts:
            continue
        rows: dict[str, list[dict[str, float]]] = {name: [] for name in estimators}
        for number, example in enumerate(test_set(pool, part, count, seconds, seed + place)):
            for name, estimator in estimators.items():
                if cancel is not None:
                    cancel.check()
                heard = slice(example.measured_from, None)
                found = measures_of(estimator(example)[..., heard], example.target[..., heard], stft)
                rows[name].append(found)
            progress((place + (number + 1) / count) / len(PARTS), f"{part} {number + 1}/{count}")
        table[part] = {name: _summary(found) for name, found in rows.items()}
    table["speed"] = {name: real_time_factor(network, speed_seconds) for name, network in networks.items()}
    table["test_set"] = {
        "examples_a_part": count,
        "seconds": seconds,
        "seed": seed,
        "recordings": len(pool.stems),
        "rms_dbfs": TEST_RMS_DBFS,
        "sample_rate_hz": SAMPLE_RATE_HZ,
    }
    return table


def real_time_factor(network: nn.Module, seconds: float = 10.0) -> float:
    """Returns how many seconds of one mono channel a second renders: float32, two threads, the best of three runs.

    A network slower than real time is run once.
    """
    audio = 0.1 * torch.randn(1, 1, round(seconds * SAMPLE_RATE_HZ), generator=torch.Generator().manual_seed(0))
    vector = conditioning(random_controls(1, torch.Generator().manual_seed(0)))
    network.eval()
    best = float("inf")
    with torch.inference_mode(), _threads(SPEED_THREADS):
        for _ in range(3):
            started = time.perf_counter()
            network(audio, vector)
            best = min(best, time.perf_counter() - started)
            if best > seconds:
                break
    return seconds / best


@contextlib.contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _runner(network: nn.Module) -> Callable[[TestExample], Tensor]:
    network.eval()

    def run(example: TestExample) -> Tensor:
        with torch.inference_mode():
            estimate: Tensor = network(example.audio, conditioning(example.controls))
        return estimate

    return run


def _summary(found: list[dict[str, float]]) -> dict[str, float]:
    summary = {key: float(np.mean([row[key] for row in found])) for key in found[0]}
    ratios = [row["esr"] for row in found]
    return summary | {"esr_median": float(np.median(ratios)), "esr_p90": float(np.quantile(ratios, 0.9))}


_COLUMNS = {
    "ESR median": "esr_median",
    "ESR mean": "esr",
    "ESR 90 %": "esr_p90",
    "MAE": "mae",
    "MAE/mean": "relative_mae",
    "STFT": "stft",
}


def table_text(table: Mapping[str, Any]) -> str:
    """Returns the table as aligned lines: a block a part, a line an estimator."""
    lines = []
    for part in (part for part in PARTS if part in table):
        lines.append(f"{part:<22}" + "".join(f"{word:>12}" for word in _COLUMNS))
        for name, row in table[part].items():
            lines.append(f"  {name:<20}" + "".join(f"{row[key]:12.4g}" for key in _COLUMNS.values()))
    lines += [
        f"{name}: {factor:.1f} × real time, one mono channel in float32 on {SPEED_THREADS} threads"
        for name, factor in table["speed"].items()
    ]
    of = table["test_set"]
    lines.append(
        f"{of['examples_a_part']} examples of {of['seconds']:g} s a part, from {of['recordings']} held-out recordings "
        f"at {of['rms_dbfs']:g} dBFS RMS, seed {of['seed']}"
    )
    return "\n".join(lines)
