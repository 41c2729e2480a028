# SPDX-License-Identifier: Apache-2.0
"""The mixers by name, behind one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from mixassist.automix.controller import mix_by_controller
from mixassist.automix.inputs import Prediction, TrackAudio
from mixassist.automix.rules import mix_by_rules
from mixassist.automix.simple import mix_equal_loudness, mix_mono, mix_random
from mixassist.domain.controls import Controls
from mixassist.domain.errors import MixAssistError
from mixassist.domain.progress import CancelToken, Progress, no_progress
from mixassist.rendering.strips import one_torch_thread

__all__ = ["DEFAULT_METHOD", "METHODS", "Mixer", "Prediction", "TrackAudio", "predict"]


class Mixer(Protocol):
    """Predicts the controls of every track it is given."""

    def __call__(
        self,
        inputs: Sequence[TrackAudio],
        sample_rate_hz: int,
        *,
        seed: int = 0,
        progress: Progress = no_progress,
        cancel: CancelToken | None = None,
    ) -> Prediction: ...


METHODS: Mapping[str, Mixer] = MappingProxyType(
    {
        "controller": mix_by_controller,
        "rules": mix_by_rules,
        "equal-loudness": mix_equal_loudness,
        "random": mix_random,
        "mono": mix_mono,
    }
)
DEFAULT_METHOD = "controller"

_DECIMALS = 6


def predict(
    method: str,
    inputs: Sequence[TrackAudio],
    sample_rate_hz: int,
    *,
    seed: int = 0,
    progress: Progress = no_progress,
    cancel: CancelToken | None = None,
) -> Prediction:
    """Suggests the 26 controls of every track; the order of the tracks does not matter.

    The same audio gives the same numbers whatever the number of processor threads: sums are made by one, and values
    are rounded far below what anybody hears.

    Args:
        method: a key of `METHODS`.
        inputs: tracks with their audio, each (frames, 1 or 2) at `sample_rate_hz`; none, silent and NaN included.
        seed: for methods that draw lots; the same seed gives the same controls.

    Raises:
        MixAssistError: there is no such method.
        Cancelled: `cancel` was set.
    """
    if method not in METHODS:
        raise MixAssistError("there is no such method", subject=method, remedy=f"Choose one of {', '.join(METHODS)}")
    with one_torch_thread():
        found = METHODS[method](inputs, sample_rate_hz, seed=seed, progress=progress, cancel=cancel)
    return Prediction({i: _rounded(controls) for i, controls in found.controls.items()}, found.notes)


def _rounded(controls: Controls) -> Controls:
    return Controls({k: round(v, _DECIMALS) if isinstance(v, float) else v for k, v in controls.items()})
