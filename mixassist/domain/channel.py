# SPDX-License-Identifier: Apache-2.0
"""A channel strip's state: the controls the user has, the prediction beside them, and the strip's switches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from mixassist.domain.controls import NEUTRAL, Controls
from mixassist.domain.parameters import REVERB_DECAY_S, Group, keys_of, parameter


class View(StrEnum):
    """Through what a session is heard: faders only, the console's DSP, or the transformation network."""

    DRY = "dry"
    WET = "wet"
    MODEL = "model"


@dataclass(frozen=True)
class Stages:
    """On/off of the three processing stages."""

    equalizer: bool = True
    compressor: bool = True
    reverb: bool = True


@dataclass(frozen=True)
class Channel:
    """Everything one strip holds; an edit makes a new one.

    `prediction` is what a mixer last suggested, kept beside the user's values and never overwritten by them.
    `locks` are the keys of controls that a mixer must leave alone. `solo` is saved but not undoable.
    """

    controls: Controls = NEUTRAL
    prediction: Controls | None = None
    stages: Stages = field(default_factory=Stages)
    mute: bool = False
    solo: bool = False
    locks: frozenset[str] = frozenset()
    instrument: str = ""
    group: str = ""
    colour: str = ""
    wide: bool = False

    def __post_init__(self) -> None:
        for key in self.locks:
            parameter(key)

    def with_controls(self, values: Mapping[str, object]) -> Channel:
        """Returns a copy with some controls set; raises `ControlError` for values outside the table."""
        return replace(self, controls=self.controls.replaced(values))

    def predicted(self, prediction: Controls) -> Channel:
        """Returns a copy that keeps the prediction and takes it over, but for the locked controls."""
        return replace(self, prediction=prediction, controls=prediction.taken_from(self.controls, self.locks))

    def group_is_locked(self, group: Group) -> bool:
        """Whether every control of a stage is locked."""
        return all(key in self.locks for key in keys_of(group))


def reverb_tail_s(channel: Channel) -> float:
    """Returns how long a channel's reverb takes to fall by 60 dB, in seconds; 0 where nothing reverberates."""
    controls = channel.controls
    if not channel.stages.reverb or controls.number("reverb_wet") == 0.0:
        return 0.0
    return REVERB_DECAY_S[str(controls["reverb_type"])] * controls.number("reverb_decay")
